"""Lots: offered, sampled unit by unit, decided once, and offered again."""
