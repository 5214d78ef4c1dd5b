"""The registry: police units, dossiers, documents, pages, read fields, persons and their search."""
