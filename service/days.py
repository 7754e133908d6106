"""Days in a query or a form, as RFC 3339 writes them (`full-date`): 2026-03-31."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator


def _require_full_date(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("write the day as year-month-day, such as 2026-03-31")
    return value


Day = Annotated[date, BeforeValidator(_require_full_date)]
"""A text that is a number would otherwise count as seconds since 1970."""
