"""Small decisions for tests of the console: what the gateway answers, judged by the rules, kept in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
from pydantic import ValidationError

from ioc.alerts import Rules
from ioc.clock import VIETNAM, Clock
from ioc.deciding import NotDecidable, checked
from ioc.decision_documents import held, told
from ioc.decisions import Change, Decision, Stage, until
from ioc.kpis import Kpis


@cache
def loaded() -> tuple[Kpis, Rules]:
    """The packaged catalogue, read once."""
    kpis = Kpis.load()
    return kpis, Rules.load().about(kpis)


class SmallDecisions:
    """Decisions in memory."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.kept: dict[UUID, Decision] = {}

    def answer(
        self, method: str, rest: Sequence[str], account: str, body: Mapping[str, Any]
    ) -> httpx.Response:
        now = self.clock.now()
        today = now.astimezone(VIETNAM).date()
        match method, list(rest):
            case "GET", ["holding"]:
                return _said(held(*loaded(), [*self.kept.values()], today))
            case "GET", []:
                return _said({"decisions": [told(each, now) for each in reversed(self.kept.values())]})
            case "POST", []:
                try:
                    change, before = checked(
                        Change.model_validate_json(orjson.dumps(body)),
                        *loaded(),
                        [*self.kept.values()],
                        today,
                    )
                except NotDecidable as error:
                    return _said({"code": "not_decidable", "detail": str(error)}, 422)
                except ValidationError as error:
                    where = "/".join(str(each) for each in error.errors()[0]["loc"])
                    return _said({"code": "schema", "detail": f"/{where}: expected another"}, 422)
                last = until(now, change.valid_from)
                made = Decision(uuid4(), change, account, "platform_admin", now, last, before=before)
                self.kept[made.id] = made
                return _said(told(made, now), 201)
            case "POST", [decision, word]:
                found = self.kept[UUID(decision)]
                if word == "approve" and account == found.account:
                    return _said({"code": "second_account"}, 403)
                stage = Stage.approved if word == "approve" else Stage.withdrawn
                self.kept[found.id] = replace(found, stage=stage, ended_by=account, ended_at=now)
                return _said(told(self.kept[found.id], now))
        return _said({"code": "not_found"}, 404)


def _said(document: Mapping[str, Any], status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS))
