"""The detector release that inspects."""
