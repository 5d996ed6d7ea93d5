"""Hostile strings still fit the catalogue, and every string of an event gets one."""

from typing import Any

import yaml

from ioc.units import Unit, Units
from proof.harness.stack import ROOT
from proof.harness.trees import patched
from proof.strings import HOSTILE, NAMED_SO, NAMES, places, with_string


def test_the_catalogue_takes_hostile_names_as_names() -> None:
    read = {}
    for file in {where for where, _, _ in NAMED_SO}:
        text = (ROOT / file).read_text(encoding="utf-8")
        read[file] = yaml.safe_load(patched(text, NAMED_SO, file, "names"))
    full = Units(Unit(**entry) for entry in read["ioc/catalogue/units.yaml"]["units"])
    assert set(NAMES) <= {unit.name for unit in full}
    assert set(NAMES) <= set(read["dashboards/boards/short_names.yaml"]["units"].values())


def test_every_string_of_an_event_is_found_and_replaced_alone() -> None:
    event: dict[str, Any] = {
        "type": "a",
        "seqno": 1,
        "data": {"org": "b", "signed": True, "coop": ["c"], "in": {"d": "e"}},
    }
    ways = list(places(event))
    assert ways == [("type",), ("data", "org"), ("data", "in", "d")]
    spoilt = with_string(event, ways[-1], HOSTILE["a script"])
    assert spoilt == {**event, "data": {**event["data"], "in": {"d": HOSTILE["a script"]}}}
