"""What people measured, counted or scanned by hand, recorded beside an inspection."""
