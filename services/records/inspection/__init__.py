"""People look at the images of pages; a page that fails goes back to its scanner alone."""
