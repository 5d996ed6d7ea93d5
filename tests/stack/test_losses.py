"""Going on behind records that are gone, on a real broker: ordered, audited, and in the account for ever."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer, TopicPartition

from ioc.settings import Kafka
from local.probes import wait_for
from storage.client import Store
from streams.land import cluster
from tests.stack.landing import Ground, ground

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

PLACE = "ioc.tasks/0"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ground]:
    with ground(tmp_path) as found:
        yield found


@pytest.mark.slow  # F36 of `make chaos-full`
def test_an_outage_longer_than_retention_is_a_loss_with_a_name(place: Ground) -> None:
    bootstrap = place.environment["IOC_KAFKA__BOOTSTRAP"]
    worker = place.worker()
    _send(bootstrap, 10)
    place.settled_at_least(10)
    worker.kill()
    _send(bootstrap, 20)
    _deleted_before(bootstrap, 25)
    place.worker()
    store = place.ledger()
    assert wait_for(lambda: _stops(store) == [(10, 24, "retention")], 60)
    found = place.ioc("reconcile")
    assert not found["adds_up"]
    assert any(f"{PLACE} stands still" in each and "10–24" in each for each in found["wrong"])

    wrong = place.said("landing", "resume", PLACE, "--accept-loss", "10-23", "--reason", "drill")
    assert wrong.returncode == 1 and "10-24" in wrong.stderr
    order = (
        "landing",
        "resume",
        PLACE,
        "--accept-loss",
        "10-24",
        "--reason",
        "drill",
        "--account",
        "truc_ca_1",
    )
    assert place.ioc(*order) == {"place": PLACE, "first": 10, "last": 24, "lost": 15, "goes_on": True}

    def landed() -> bool:
        state = place.ioc("ledger")
        return bool(state["in_flight"] == 0 and state["received"] == 30)

    assert wait_for(landed, 60), "the same worker goes on"
    state = place.ioc("ledger")
    assert (state["rejected"], state["lost"], state["gaps"], state["stopped"]) == (15, 15, [], [])
    again = place.ioc("reconcile")
    (tasks,) = [each for each in again["topics"] if each["topic"] == "ioc.tasks"]
    assert (tasks["received"], tasks["rejected"], tasks["lost"], tasks["missing"]) == (30, 15, 15, 0)
    audited = store.query("SELECT account, object FROM ioc.audit_trail WHERE action = 'accept_loss'")
    assert audited == [("truc_ca_1", PLACE)]

    same = place.ioc("replay", "--topic", "ioc.tasks")
    assert (same["records"], same["differing"]) == (5, 0)
    store.execute("ALTER TABLE ioc.events_tasks DELETE WHERE offset = 27 SETTINGS mutations_sync = 2")
    (spoiled,) = place.ioc("replay", "--topic", "ioc.tasks")["partitions"]
    assert (spoiled["first"], spoiled["last"], spoiled["offsets"]) == (25, 29, [27])
    _put_right(place, store, bootstrap)
    store.close()


def _put_right(place: Ground, store: Store, bootstrap: str) -> None:
    """What was landed beside takes the ledger's place under a running worker; what comes lands behind it."""
    swap = ("replay", "--topic", "ioc.tasks", "--swap")
    assert place.said(*swap).returncode == 1, "a difference that nobody accepted"
    _send(bootstrap, 5)
    done = place.ioc(*swap, "--accept", "1", "--account", "truc_ca_1")
    assert (done["swapped"], done["differing"]) == (True, 1)
    assert done["rebuild"] > 0
    _send(bootstrap, 5)
    offsets = "SELECT groupArray(offset) FROM (SELECT offset FROM ioc.events_tasks ORDER BY offset)"
    held = [*range(10), *range(25, 40)]
    assert wait_for(lambda: store.query(offsets)[0][0] == held, 60), "kept, put right, and gone on with"
    same = place.ioc(*swap)
    assert (same["swapped"], same["differing"], same["rebuild"]) == (True, 0, 0)
    _send(bootstrap, 1)
    assert wait_for(lambda: store.query(offsets)[0][0] == [*held, 40], 60)
    assert store.query("SELECT count() FROM ioc.audit_trail WHERE action = 'swap_ledger'") == [(2,)]


def _stops(store: Store) -> list[tuple[Any, ...]]:
    return store.query("SELECT first, last, kind FROM ioc_read.landing_stops")


def _send(bootstrap: str, count: int) -> None:
    """Records that are refused: nobody asks here what they say."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    for number in range(count):
        producer.send("ioc.tasks", key=b"G09/x", value=f"not json {number}".encode())
    producer.flush()
    producer.close()


def _deleted_before(bootstrap: str, offset: int) -> None:
    """What retention does, at once."""
    admin = cluster.admin(Kafka(bootstrap=bootstrap))
    admin.delete_records({TopicPartition("ioc.tasks", 0): offset})
    admin.close()
