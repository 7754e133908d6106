"""Buyers' specs: the models, and the readers that locate every error."""
