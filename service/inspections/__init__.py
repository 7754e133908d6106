"""Inspections: received, judged, kept, and shown."""
