"""Whether what a station sees of a product has changed."""
