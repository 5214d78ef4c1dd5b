"""Where the paper is: shelves as each archive has them, movements, alarms, the barcode input."""
