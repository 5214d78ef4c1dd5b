"""What is printed for papers: cover sheets that open a dossier in a batch, labels for dossiers and places."""
