"""How millimetres are earned: mat, camera, pose, outline, dimensions and their uncertainty."""
