"""What reviews taught: snapshots of reviewed photos, and the detectors trained from them."""
