"""Tablets with their cameras and mats, as the service keeps them."""
