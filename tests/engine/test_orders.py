"""Steps of orders in the real store: of two at once one is kept, through whichever gateway they come."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from ioc.orders import Act, Order, State, Step, Wish
from ioc.settings import ClickHouse
from storage.orders import StoredOrders

pytestmark = pytest.mark.engine
NOW = datetime(2026, 3, 10, 3, 0, 0, 123_000, tzinfo=UTC)
WISH = {"kind": "order", "about": "kpi", "ref": "online_dossier_rate", "window": "ytd", "unit": "G09.902"}


def test_two_steps_at_once(migrated: ClickHouse) -> None:
    one, two = StoredOrders(migrated, "G73"), StoredOrders(migrated, "G73")
    wish = Wish.model_validate({**WISH, "code": "handle", "due": "2026-03-20"})
    made = Order(uuid4(), wish, "lanh_dao_1", "lanh_dao_bo", NOW, uuid4(), account="lanh_dao_1",
                 role="lanh_dao_bo", at=NOW)  # fmt: skip
    assert one.keep(made)
    assert one.keep(made), "sent again it is still that step"
    assert two.find(made.id) == made
    first = made.after(Step(act=Act.take, seen=1), uuid4(), "thu_truong_902", "thu_truong_don_vi", NOW)
    second = made.after(Step(act=Act.withdraw, seen=1), uuid4(), "lanh_dao_1", "lanh_dao_bo", NOW)
    assert first is not None and second is not None
    assert two.keep(first) and not one.keep(second)
    assert one.listed() == [first] and first.state is State.taken
    assert one.find(uuid4()) is None and one.units_of("CV-1") == set() and not one.corrects("x")
    for each in (one, two):
        each.close()
