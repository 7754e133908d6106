"""Every reader of files that others write, against inputs that nobody would write.

`python -m fuzz` (with `tests` on the path) fuzzes each of them and prints a table. A reader may
refuse an input by a `TelitiError` that says what helps; everything else is a bug.
"""
