"""Whether the report that lies there was approved, by whom, and for who may: approving it."""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from nicegui import ui

from dashboards.console.frame import Notice, box, button, text
from dashboards.console.pages import told
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.messages import formats, say

ACTION = "approve_report"


def standing(
    approval: Mapping[str, Any] | None, digest: str, roles: Mapping[str, str], now: datetime
) -> tuple[str, str]:
    """(sentence, tone) about a file with this SHA-256, given what was approved under its name.

    `roles`: the names of roles.
    """
    if approval is None:
        return say("report.not_approved"), "warn"
    at = formats.moment(datetime.fromisoformat(approval["at"]), now)
    if approval["digest"] != digest:
        return say("report.another", at=at), "act"
    role = roles.get(approval["role"], approval["role"])
    return say("report.approved", role=role, account=approval["account"], at=at), ""


def digest_of(file: Path) -> str:
    """SHA-256 in hexadecimal. Raises `OSError`."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


async def show(console: Console, known: Visitor, notice: Notice, file: Path) -> None:
    """The line about a report, and the button beneath it."""
    report = f"/{file.parent.name}/{file.name}/approval"
    digest = await asyncio.to_thread(digest_of, file)
    found = await told(console, known, notice, console.office.reports("GET", report, known.token))
    if found is None:
        return
    row = box("tools report")
    with row:
        line = text("p", "", "word").props("role=status")

    def write(approval: Mapping[str, Any] | None) -> None:
        said, tone = standing(approval, digest, console.role_names, console.clock.now())
        line.set_text(said)
        line.classes(remove="warn act", add=tone)

    write(found["approval"])
    own = file.stem == known.signed.unit
    if not console.roles.may(known.signed.role, ACTION, own=own):
        return

    async def approve() -> None:
        with ui.dialog(value=True) as dialog, box("console dialog"):
            text("h2", say("report.approve"))
            text("p", say("report.about", name=f"{file.parent.name}/{file.name}", digest=digest[:16]), "soft")
            with box("do"):
                button(say("cancel"), dialog.close)
                button(say("confirm"), lambda: dialog.submit(True), primary=True)
        if await dialog:
            asked = console.office.reports("POST", report, known.token, json={"digest": digest})
            done = await told(console, known, notice, asked)
            if done is not None:
                write(done["approval"])
        dialog.delete()

    with row:
        button(say("report.approve"), approve)
