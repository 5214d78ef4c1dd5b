"""Filing: a closed batch's pages are divided into dossiers."""
