"""Photos are deleted when their time is over, and never look lost."""
