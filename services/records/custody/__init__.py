"""Who holds a dossier: periods, transfers, consignments, reorganisations."""
