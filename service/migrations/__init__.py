"""The tables' history: every change of them is one file in `versions/`, run in order."""
