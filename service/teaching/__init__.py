"""Teaching a product from photos of good items, in the background, one learning at a time."""
