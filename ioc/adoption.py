"""Is it used? Views of pages, counted by day, role and page: never by account, address or session."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from ioc.words import Part

AT_ONCE = 20
"""Counts of one batch."""
PAGE = r"^[a-z][a-z0-9_/-]{0,63}$"


class Views(Part):
    """How often one page was looked at by one role on one day; `role` empty: nobody was signed in."""

    day: date
    role: Annotated[str, Field(max_length=32)] = ""
    page: Annotated[str, Field(pattern=PAGE)]
    views: Annotated[int, Field(ge=1, le=1_000_000)]


class Batch(Part):
    """What one web process counted; the same batch sent again is counted once."""

    batch: UUID
    counts: Annotated[tuple[Views, ...], Field(min_length=1, max_length=AT_ONCE)]
