"""Persons, provisional until keyed: who a dossier's papers are about."""
