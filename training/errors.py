"""The errors of training."""

from qc.errors import TelitiError


class TrainingDataError(TelitiError):
    """A training file is missing, corrupt or contradicts its label."""

    code = "training-data-invalid"
