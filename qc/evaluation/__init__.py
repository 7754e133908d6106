"""How well an inspector finds what is known to be there: labelled photos, metrics, report."""
