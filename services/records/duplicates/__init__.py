"""Finding who is in the papers twice: by number, or by name, birth and a parent, typing errors allowed."""
