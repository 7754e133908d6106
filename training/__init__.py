"""Training: data, network, calibration, evaluation and export of detectors."""
