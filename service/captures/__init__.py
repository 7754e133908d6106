"""Who took a photo, proved also where somebody else sends it later."""
