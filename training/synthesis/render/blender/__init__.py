"""The program that runs inside Blender, started as a process of its own.

Nothing in Teliti imports it: it needs `bpy`, which is GPL and lives in a separate environment.
It reads a JSON file of scenes (`training.synthesis.render.scene` describes them) and writes,
per scene, a 16-bit PNG, an image of ids and what it measured on the meshes:

    cd training/synthesis/render && /opt/bpy/bin/python -m blender scenes.json
"""
