"""Who did what and when: a log that shows when it was tampered with."""
