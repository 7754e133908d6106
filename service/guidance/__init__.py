"""Guidance while the camera is live; nothing of it is kept."""
