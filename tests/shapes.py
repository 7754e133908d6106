"""Closed outlines whose size is known exactly, in millimetres."""

import numpy as np


def even(points, step_mm=0.3):
    """Space the points of a closed polygon evenly."""
    closed = np.vstack([points, points[:1]])
    travelled = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0, travelled[-1], round(travelled[-1] / step_mm), endpoint=False)
    return np.column_stack([np.interp(at, travelled, closed[:, k]) for k in (0, 1)])


def circle(radius, lobes=0, amplitude=0.0):
    """A circle whose radius goes in and out by `amplitude`, `lobes` times a turn."""
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    away = radius + amplitude * np.cos(lobes * angle)
    return even(away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


def quadrilateral(corners, radii):
    """A polygon with corners rounded by arcs that touch both edges, counter-clockwise."""
    corners = np.asarray(corners, float)
    points = []
    for i, (vertex, radius) in enumerate(zip(corners, radii, strict=True)):
        u, v = (corners[(i + k) % len(corners)] - vertex for k in (-1, 1))
        u, v = u / np.linalg.norm(u), v / np.linalg.norm(v)
        half = np.arccos(u @ v) / 2
        bisector = (u + v) / np.linalg.norm(u + v)
        middle = np.arctan2(*-bisector[::-1])
        turn = middle + np.linspace(half - np.pi / 2, np.pi / 2 - half, 200)
        centre = vertex + bisector * radius / np.sin(half)
        points.append(centre + radius * np.column_stack([np.cos(turn), np.sin(turn)]))
    return even(np.vstack(points))


def box(length, width, radius):
    """A rectangle along x with rounded corners."""
    x, y = length / 2, width / 2
    return quadrilateral([(x, -y), (x, y), (-x, y), (-x, -y)], [radius] * 4)


def stick(length, narrow, wide, bow=0.0):
    """A bent, tapering stick along x, its narrow end at x = 0; its axis bows by `bow`."""
    x = np.linspace(0, length, 1500)
    half = (narrow + (wide - narrow) * x / length) / 2
    axis = bow * np.sin(np.pi * x / length)
    return even(np.vstack([np.column_stack([x, axis - half]),
                           np.column_stack([x, axis + half])[::-1]]))  # fmt: skip


def moved(points, angle=0.0, x=0.0, y=0.0):
    """Turn by `angle` (rad) about the origin, then shift."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points @ turn.T + [x, y]
