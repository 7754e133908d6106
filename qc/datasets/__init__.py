"""Labelled photos as data: formats in and out, checks, cards and immutable snapshots."""
