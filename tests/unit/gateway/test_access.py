"""A key opens the door as it is, and in no other writing."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from ioc.clock import FixedClock
from producers.gateway.access import Keyring, caller
from producers.gateway.problems import Problem
from tests.unit.gateway.conftest import NOW

KEY = "khoa-cua-qlvb-7f3a"


def refused(keyring: Keyring, *values: bytes) -> bool:
    try:
        caller(Headers(raw=[(b"authorization", value) for value in values]), keyring)
    except Problem as problem:
        assert KEY not in problem.detail
        return problem.status == 401
    return False


def test_every_bit_of_a_key_counts(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials.json"
    credentials.write_text(json.dumps({"sources": {"qlvb": {"key": KEY}, "vxp": {"key": ""}}}))
    keyring = Keyring(credentials, FixedClock(NOW))
    key = KEY.encode()
    assert caller(Headers(raw=[(b"authorization", b"Bearer " + key)]), keyring) == "qlvb"
    flipped = [
        key[:at] + bytes([key[at] ^ 1 << bit]) + key[at + 1 :] for at in range(len(key)) for bit in range(8)
    ]
    others = [key[:-1], key + b"x", key * 2, key.upper(), b"", b"\0", key + b"\0", KEY[::-1].encode()]
    assert [each for each in (*flipped, *others) if not refused(keyring, b"Bearer " + each)] == []
    assert refused(keyring, b"Bearer " + key, b"Bearer " + key), "said twice, it is said by nobody"


@pytest.mark.parametrize(
    ("value", "writing"),
    [
        (None, "None"),
        (True, "True"),
        (12345678, "12345678"),
        (1.5, "1.5"),
        ([], "[]"),
        ({"a": 1}, "{'a': 1}"),
    ],
)
def test_what_is_no_text_is_no_key_and_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, value: Any, writing: str
) -> None:
    credentials = tmp_path / "credentials.json"
    credentials.write_text(
        json.dumps({"sources": {"vxp": {"key": value}, "hrm": None, "qlvb": {"key": KEY}}})
    )
    keyring = Keyring(credentials, FixedClock(NOW))
    assert keyring.source_of(writing) is None
    assert keyring.source_of(KEY) == "qlvb"
    assert [record.getMessage() for record in caplog.records] == [
        f"{credentials}: sources.vxp.key is no text, expected a text of at least one sign: it opens nothing",
        f"{credentials}: sources.hrm is no object, expected its username, password, key and pseudonym_key",
    ]
