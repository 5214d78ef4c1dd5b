"""Page images through the IIIF Image API 3.0, level 2: any part at any size, made when asked for."""
