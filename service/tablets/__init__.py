"""Enrolled tablets: the browsers on which packers may sign in."""
