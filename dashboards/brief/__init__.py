"""The briefing for the weekly meeting: one model, written as HTML, DOCX or PDF."""

from dashboards.brief.making import make, written
from dashboards.brief.reading import Desk

__all__ = ["Desk", "make", "written"]
