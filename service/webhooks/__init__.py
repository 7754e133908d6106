"""Other systems hear what happened: signed, in order, at least once, never inside the network."""
