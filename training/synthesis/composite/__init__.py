"""Defects composited on clean wood: pixel-exact masks, reproducible from a seed.

Pixels are float32 `(H, W, 3)` sRGB in 0…1; masks are bool `(H, W)`; lengths are in pixels of the
network's scale. Angles are in radians, from the x axis towards the y axis (down).
"""
