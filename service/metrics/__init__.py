"""Figures of the running service for a monitoring system (Prometheus)."""
