"""The people who sign in: packers, leads, engineers and admins, never makers."""
