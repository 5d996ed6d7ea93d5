"""Hostile strings wherever a string can stand; then a browser looks at all of it, and the store is asked."""

import csv
import io
import json
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import Page

from proof.faults.data import STRUCTURED, door_of
from proof.harness import wall
from proof.harness.browser import chromium, missing
from proof.harness.kind import Kind
from proof.harness.office import sign_in
from proof.oracle.asking import Found
from proof.oracle.direct import put
from proof.oracle.journal import Told
from proof.scene import Fault, Scene
from proof.strings import HOSTILE, MARK, NAMES, Way, places, with_string
from proof.versions import HOSTILE_NAMES

SOURCES = ("qlvb", "motcua", "vxp")
TOPICS = {"document": "ioc.documents", "dossier": "ioc.services", "task": "ioc.tasks"}
DAYS = timedelta(days=3)
"""How far back the events of a run reach."""
DRAWN_MS = 2_000
"""A page has drawn what it knows after so long."""
FORMULA = ("=", "+", "@", "\t", "\r")
TELLING = ("SYNTAX_ERROR", "UNKNOWN_IDENTIFIER", "UNKNOWN_TABLE", "UNKNOWN_FUNCTION", "CANNOT_PARSE_TEXT")
"""What the store says of text that was taken for SQL."""


def said_everywhere(scene: Scene) -> None:
    """Every string of one event of each type, one at a time: each hostile string through the door, and one
    of them straight into Kafka. Then as the name of an account that signs in."""
    scene.more.setdefault("I9", [])
    scene.numbers["errors before"] = _errors(scene)
    answers: Counter[str] = Counter()
    past: dict[str, list[tuple[Told, bytes]]] = defaultdict(list)
    turn = cycle(HOSTILE)
    for source in SOURCES:
        door = door_of(scene, source)
        for event in _kinds(scene, source):
            for way in places(event):
                codes = {what: _refused(scene, door, event, way, what) for what in HOSTILE}
                answers.update(codes.values())
                what = next(turn)
                topic = TOPICS[event["type"].split(".")[3]]
                past[topic].append(_past_the_door(scene, event, way, HOSTILE[what], codes[what]))
        door.close()
    for topic, records in past.items():
        put(scene.stack.bootstrap, topic, records, scene.journal)
    scene.bit(f"{answers.total()} events with a hostile string were refused: {dict(answers)}")
    statuses = Counter(sign_in(scene.stack.gateway_port, text, text) for text in HOSTILE.values())
    if set(statuses) - {400, 401, 422, 429}:
        scene.wrong("I8", f"signing in under a hostile name was answered with {dict(statuses)}")


def _kinds(scene: Scene, source: str) -> Iterator[dict[str, Any]]:
    """One event of each type of a source."""
    found: dict[str, Told] = {}
    for told in islice(scene.events.stream(source), 400):
        found.setdefault(told.type, told)
    yield from (json.loads(told.wire) for told in found.values())


def _refused(scene: Scene, door: Any, event: dict[str, Any], way: Way, what: str) -> str:
    body = json.dumps(with_string(event, way, HOSTILE[what])).encode()
    status, answer = door.send(body, STRUCTURED)
    code = str(answer.get("code", "")) if isinstance(answer, dict) else ""
    if status not in (400, 403, 422) or not code:
        scene.wrong("I2", f"{event['type']} /{'/'.join(way)}: {what} was answered with {status} {code}")
    return code


def _past_the_door(
    scene: Scene, event: dict[str, Any], way: Way, text: str, reason: str
) -> tuple[Told, bytes]:
    """A record of a name of its own, expected in quarantine under the reason that the door gave."""
    name = str(UUID(int=scene.chance.getrandbits(128), version=4))
    value = json.dumps(with_string({**event, "id": name}, way, text)).encode()
    return Told(event["source"], name, "", "", "", 0, "", "", f"quarantine:{reason}"), value


def _errors(scene: Scene) -> dict[str, int]:
    rows = scene.asked.sql("SELECT name, sum(value) FROM system.errors GROUP BY name")
    return {name: int(value) for name, value in rows if name in TELLING}


# Looking


@dataclass
class Eyes:
    """A browser's page, what it showed, and what went wrong on it."""

    page: Page
    base: str
    album: Path
    """A picture of every page, kept with the logs of a run."""
    shown: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    looked: int = 0

    def __post_init__(self) -> None:
        self.page.on("dialog", lambda dialog: self.wrong.append(f"a dialog says {dialog.message[:40]}"))
        self.page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.base, self.base.replace("http", "ws"), "data:", "blob:")):
            self.wrong.append(f"the page asked for {url[:80]}")

    def signs_in(self, account: str, password: str) -> None:
        self.page.context.clear_cookies()
        self.page.goto(f"{self.base}/console/sign-in")
        self.page.fill("input[name=account]", account)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def look(self, path: str) -> None:
        """Open a page; hostile names on it are text, and nothing ran."""
        answer = self.page.goto(f"{self.base}{path}")
        self.page.wait_for_timeout(DRAWN_MS)
        self.looked += 1
        if answer is None or answer.status != 200:
            self.wrong.append(f"{path}: {answer.status if answer else 'no answer'}")
        if MARK in self.page.title() or self.page.locator("img[src=x], svg[onload]").count():
            self.wrong.append(f"{path}: a hostile string became part of the page")
        self.page.screenshot(path=self.album / f"{path.strip('/').replace('/', '_')}.png")
        text = self.page.inner_text("body")
        if any(name in text for name in NAMES):
            self.shown[path] += 1


def looked_at(scene: Scene, found: Found) -> None:
    """All boards, the console's and the leader's pages, the files that are given away, the store's errors."""
    rejected = [row for row in found.rows if row.verdict == "rejected"]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        eyes = Eyes(page, f"http://127.0.0.1:{scene.stack.port + 5}", scene.stack.home / "pages")
        for uid in wall.boards(scene.stack.port + 5):
            eyes.look(f"/wall/{uid}")
        eyes.signs_in(*_account(scene, "truong_ca_ioc"))
        topic, partition, offset = rejected[0].place
        record = f"/console/quarantine/record/{topic}/{partition}/{offset}"
        for path in ("/console", "/console/shift", "/console/quarantine", record):
            eyes.look(path)
        eyes.signs_in(*_account(scene, "chanh_van_phong"))
        subject = next(row.subject for row in found.rows if row.verdict == "counted")
        for path in ("/leader", "/console/work", "/console/orders", "/adoption", f"/console/case/{subject}"):
            eyes.look(path)
        eyes.signs_in(*_account(scene, "auditor"))
        eyes.look("/console/audit")
        sheets = {"audit.csv": page.request.get(f"{eyes.base}/console/audit.csv").text()}
    sheets["values.csv"] = _given_away(scene)
    for name, text in sheets.items():
        _inert(scene, name, text)
    for each in eyes.wrong:
        scene.wrong("I9", each)
    scene.numbers["hostile names are text on"] = sorted(eyes.shown)
    if not eyes.shown:
        scene.wrong("I9", "no page shows a unit by its hostile name")
    scene.bit(f"{len(eyes.shown)} of {eyes.looked} pages show hostile names, as text")
    scene.numbers["errors after"] = _errors(scene)
    if scene.numbers["errors after"] != scene.numbers["errors before"]:
        scene.wrong("I2", f"the store took text for SQL: {scene.numbers['errors after']}")


def _account(scene: Scene, role: str) -> tuple[str, str]:
    """A new account and its password."""
    name, password = f"thu_{role}", secrets.token_urlsafe(18)
    done = scene.stack.ioc("user", "add", name, "--role", role, "--password-stdin", told=f"{password}\n")
    if done.returncode:
        scene.wrong("I8", f"no account of {role}: {done.stderr[-200:]}")
    return name, password


def _given_away(scene: Scene) -> str:
    """The open data of these days."""
    today, out = datetime.now(UTC).date(), scene.stack.home / "values.csv"
    span = ("--from", str(today - DAYS), "--to", str(today))
    done = scene.stack.ioc("export", "values", *span, "--out", str(out))
    if done.returncode:
        scene.wrong("I8", f"ioc export values: {done.stderr[-200:]}")
        return ""
    return out.read_text(encoding="utf-8")


def _inert(scene: Scene, name: str, text: str) -> None:
    """No cell is a formula, and no hostile name became one."""
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    if len(rows) < 2:
        scene.wrong("I9", f"{name} has no rows")
    formulas = [cell[:40] for row in rows for cell in row if cell.startswith(FORMULA)]
    if formulas:
        scene.wrong("I9", f"{name}: a spreadsheet would take {formulas[:2]} for formulas")


FAULTS = (
    Fault("F32", "hostile strings in every field of events, and as names of units", said_everywhere,
          rate=60, kind=Kind(version=HOSTILE_NAMES, own_catalogue=True), needs=missing, after=looked_at),
)  # fmt: skip
