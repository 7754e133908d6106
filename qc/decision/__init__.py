"""From values and defects to an answer: conformity, severity, verdict."""
