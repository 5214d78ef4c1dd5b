"""What officers enter of a dossier before or after its scan: household, persons, papers, metadata."""
