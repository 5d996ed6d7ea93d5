"""The briefing for the weekly meeting: one model, written as HTML, DOCX or PDF."""
