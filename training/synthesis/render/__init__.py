"""Rendered photos of wooden items whose size and flaws are known exactly.

Blender is a separate program under the GPL and is never imported here. Make an environment for
it and name its Python:

    python3.11 -m venv bpy-venv && bpy-venv/bin/pip install bpy==4.5.15
    python -m training.synthesis.render samples --blender bpy-venv/bin/python --out DIR

`samples` renders the repository's sample photos with their truth, `items` close-ups with a mask
per type of defect to train on (`training.train --renders DIR`).
Rendered photos test geometry and the flow; they do not prove how well real defects are found.
"""
