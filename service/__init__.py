"""The HTTP service: inspections kept for a workshop, one folder per feature."""
