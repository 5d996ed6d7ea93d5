"""The working calendar: every day once, in the file of its year, no year left out between two others."""

from datetime import date
from pathlib import Path

from ioc.calendar import Day, Hours, WorkingCalendar
from ioc.review.reading import Folder, Model


def calendars(folder: Folder) -> None:
    """All files of the calendar."""
    own = [file for file in folder.files if file.parent.name == "calendar"]
    years: dict[int, Path] = {}
    hours: list[Hours] = []
    days: dict[date, str] = {}
    for file in own:
        document = folder.document(file)
        hours += _entries(folder, file, Hours, document.get("hours"))
        year = document.get("year")
        if document.get("days") is not None or year is not None:
            if not isinstance(year, int):
                folder.add(file, "year", "the year whose days the file lists")
                continue
            if year in years:
                folder.add(
                    file, f"year {year}", f"one file a year, {folder.name(years[year])} has it already"
                )
            years[year] = file
            for each in _entries(folder, file, Day, document.get("days")):
                _day(folder, file, year, each, days)
    _gaps(folder, own, years)
    if own and not hours:
        folder.add(own[0].with_name("hours.yaml"), "hours", "at least one entry of working hours")
    folder.counted["days"] = len(days)


def _entries(folder: Folder, file: Path, model: type[Model], listed: object) -> list[Model]:
    found = []
    for number, entry in enumerate(listed if isinstance(listed, list) else (), 1):
        label = str(entry.get("name") or f"entry {number}") if isinstance(entry, dict) else f"entry {number}"
        valid = folder.valid(model, entry if isinstance(entry, dict) else {}, file, label)
        if valid is not None:
            found.append(valid)
    return found


def _day(folder: Folder, file: Path, year: int, entry: Day, days: dict[date, str]) -> None:
    if entry.end < entry.start:
        folder.add(file, entry.name, f"to {entry.end} not to be before from {entry.start}")
    if not entry.document.strip():
        folder.add(file, entry.name, "the document that says so")
    if entry.sessions is not None:
        try:
            WorkingCalendar([Hours.model_validate(_HOURS | {"sessions": entry.sessions})], (), ())
        except ValueError as error:
            folder.add(file, entry.name, str(error))
    for day in entry.dates():
        if day.year != year:
            folder.add(file, entry.name, f"{day} to stand in the file of {day.year}")
        if day in days:
            folder.add(file, entry.name, f"{day} to be listed once, it is {days[day]!r} already")
        days[day] = entry.name


_HOURS = {"from": date(2000, 1, 1), "document": "-"}


def _gaps(folder: Folder, files: list[Path], years: dict[int, Path]) -> None:
    if not years:
        if files:
            folder.add(files[0], "year", "at least one file that lists a year's days")
        return
    for year in range(min(years), max(years)):
        if year not in years:
            folder.add(files[0].with_name(f"{year}.yaml"), f"year {year}", "a file, years around it have one")
