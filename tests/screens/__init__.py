"""The client's pages and their states, as the documentation shows them."""
