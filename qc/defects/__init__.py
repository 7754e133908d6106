"""Finding defects: the detector's maps, and their regions as instances in mm."""
