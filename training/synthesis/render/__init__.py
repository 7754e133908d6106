"""Rendered photos of wooden items whose size and flaws are known exactly.

Blender is a separate program under the GPL and is never imported here. Make an environment for
it and name its Python:

    python3.11 -m venv /opt/bpy && /opt/bpy/bin/pip install bpy==4.5.15
    python -m training.synthesis.render samples --blender /opt/bpy/bin/python --out DIR
    python -m training.synthesis.render patches --blender /opt/bpy/bin/python --out DIR --count 100

`samples` renders the repository's sample photos with their truth; `patches` close-ups with masks
for training. Rendered photos test geometry and the flow; they do not prove how well real
defects are found.
"""
