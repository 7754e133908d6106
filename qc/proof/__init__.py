"""The proof bench: photos whose truth is known, and how well the inspector reads them.

Scenes are drawn from a seed, rendered from their parameters alone and inspected by the pipeline.
The inspector never imports this package, and the renderer uses no code of the inspector but the
drawing of the mat: it has a camera model and an edge model of its own.
"""
