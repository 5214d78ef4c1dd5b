"""The life of a dossier: its states, its sheet balance, holds, scan exemptions, closing."""
