"""The work list: every kind has its card, and a card says how many more there are."""

from fastapi import FastAPI

from dashboards.console import more_pages
from ioc.messages import named, say
from tests.unit.console.sheets import Desk, told


def test_a_card_counts_what_it_does_not_show() -> None:
    async def story(desk: Desk) -> None:
        more_pages.install(FastAPI(), desk.console)
        await desk.sign_in("truc_ca_1")
        await desk.open("/console/work", say("work.more", n="30"))
        at = desk.said.index(named("kind", "dossier_overdue"))
        assert desk.said[at + 1] == "31"
        for kind in ("document_unassigned", "hr_unsynced"):
            assert named("kind", kind) in desk.said
        assert sum(said.startswith("và ") for said in desk.said) == 1

    told(story)
