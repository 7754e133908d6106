"""Review: what a QC lead says of an inspection, on top of what the machine said."""
