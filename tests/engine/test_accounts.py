"""Accounts, sessions and the trail in the real store: the last word counts, and readers see no secret."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ioc.accounts import IDLE, SESSION, Account, Deed, Kept, Session, Shift
from ioc.errors import StoreRefused
from storage import accounts, audit_trail
from storage.client import Store

pytestmark = pytest.mark.engine
TENANT = "G77"
NOW = datetime(2090, 3, 10, 3, 0, 0, 123_000, tzinfo=UTC)
"""Later than the store's own clock, by which it forgets expired sessions."""


def kept(name: str, **changes: Any) -> Kept:
    return Kept(Account(name, "truc_ca_ioc", "G77", **changes), f"$argon2id$of-{name}")


def signed_in(account: Account, digest: str) -> Session:
    return Session(digest * 64, account, NOW, NOW + SESSION, NOW)


def test_the_last_word_on_an_account_counts(store: Store) -> None:
    assert accounts.find(store, TENANT, "ca_1") is None
    first = accounts.keep(store, TENANT, kept("ca_1", must_change=True), NOW)
    assert (first.version, first.must_change) == (1, True)
    second = accounts.keep(store, TENANT, kept("ca_1", disabled=True), NOW)
    assert second.version == 2
    found = accounts.find(store, TENANT, "ca_1")
    assert found is not None
    assert found == Kept(second, "$argon2id$of-ca_1")
    accounts.keep(store, TENANT, kept("an_1"), NOW)
    assert [each.name for each in accounts.listed(store, TENANT)] == ["an_1", "ca_1"]
    assert accounts.listed(store, "G78") == []


def test_a_session_ends_with_its_end_and_with_every_change_of_its_account(store: Store) -> None:
    account = accounts.keep(store, TENANT, kept("ca_2"), NOW)
    one, two = signed_in(account, "a"), signed_in(account, "b")
    for session in (one, two):
        accounts.begin(store, TENANT, session)
    assert accounts.session(store, TENANT, one.digest) == one
    assert accounts.session(store, "G78", one.digest) is None
    later = Session(one.digest, account, NOW, NOW + SESSION, NOW + timedelta(minutes=6))
    accounts.use(store, TENANT, later)
    assert accounts.session(store, TENANT, one.digest) == later

    accounts.end(store, TENANT, later)
    accounts.use(store, TENANT, Session(one.digest, account, NOW, NOW + SESSION, NOW + timedelta(hours=1)))
    assert accounts.session(store, TENANT, one.digest) is None

    assert accounts.session(store, TENANT, two.digest) == two
    accounts.keep(store, TENANT, kept("ca_2"), NOW)
    assert accounts.session(store, TENANT, two.digest) is None


def test_the_times_of_a_session() -> None:
    session = signed_in(Account("ca_1", "truc_ca_ioc", "G77"), "c")
    assert session.alive(NOW + IDLE - timedelta(seconds=1))
    assert not session.alive(NOW + IDLE)
    used = Session(session.digest, session.account, NOW, NOW + SESSION, NOW + SESSION - timedelta(minutes=1))
    assert used.alive(NOW + SESSION - timedelta(seconds=1))
    assert not used.alive(NOW + SESSION)


def test_the_trail_is_written_once_and_read_newest_first(store: Store) -> None:
    deeds = [
        Deed(uuid4(), NOW + timedelta(milliseconds=n), f"ca_{n % 2}", "truc_ca_ioc", "acknowledge", f"a-{n}",
             "refused" if n == 3 else "done", (f"seqno={n}",))
        for n in range(6)
    ]  # fmt: skip
    for deed in [*deeds, deeds[2]]:
        audit_trail.note(store, TENANT, deed)
    end = NOW + timedelta(hours=1)

    def told(until: datetime = end, **more: Any) -> list[Deed]:
        return [each.deed for each in audit_trail.trail(store, TENANT, NOW, until, **more)]

    assert told() == deeds[::-1]
    assert told(limit=2) == [deeds[5], deeds[4]]
    assert told(account="ca_1") == [deeds[5], deeds[3], deeds[1]]
    assert told(about="a-3") == [deeds[3]]
    assert told(until=deeds[1].at) == [deeds[0]]
    assert told(account="' OR 1 --") == []
    assert told(after=(deeds[3].at, deeds[3].id)) == deeds[2::-1]


def test_pages_of_the_trail_neither_skip_nor_repeat_lines_of_one_moment(store: Store) -> None:
    tenant, pen = "G78", audit_trail.Pen()
    for n in range(9):
        pen.note(store, tenant, Deed(uuid4(), NOW, "ca_1", "truc_ca_ioc", "acknowledge", f"a-{n}", "done"))
    told = list[Deed]()
    while page := audit_trail.trail(
        store, tenant, NOW, NOW + timedelta(hours=1), limit=2,
        after=(told[-1].at, told[-1].id) if told else None,
    ):  # fmt: skip
        told += [line.deed for line in page]
    assert sorted(deed.object for deed in told) == [f"a-{n}" for n in range(9)]


def test_the_last_hand_over(store: Store) -> None:
    assert audit_trail.last_shift(store, TENANT) is None
    first = Shift(uuid4(), NOW, "ca_1", "truc_ca_ioc", {"open": 3, "critical": 1}, ("bao_tri",))
    second = Shift(uuid4(), NOW + timedelta(hours=8), "ca_2", "truc_ca_ioc", {"open": 0}, ())
    for shift in (second, first, first):
        audit_trail.hand_over(store, TENANT, shift)
    assert audit_trail.last_shift(store, TENANT) == second


def test_readers_see_neither_hash_nor_session(store: Store, reading: Store) -> None:
    accounts.begin(store, TENANT, signed_in(accounts.keep(store, TENANT, kept("ca_9"), NOW), "d"))
    for table in (accounts.ACCOUNTS, accounts.SESSIONS, audit_trail.TRAIL, audit_trail.SHIFTS):
        with pytest.raises(StoreRefused):
            reading.query(f"SELECT * FROM {table}")
    columns = reading.query("SELECT table, name FROM system.columns WHERE database = 'ioc_read'")
    assert [each for each in columns if each[0] == "shifts"]
    assert not [each for each in columns if each[0] == "audit_trail"], "who did what is the auditors' alone"
    secret = ("hash", "password", "token", "digest")
    assert [each for each in columns if any(word in str(each[1]) for word in secret)] == []
