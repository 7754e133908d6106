"""Training data: reading, checking and splitting it, and cutting patches."""
