"""What buyers ordered, as the service keeps it."""
