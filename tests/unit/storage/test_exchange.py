"""Where there are many nodes, tables beside are made and exchanged on all of them."""

import pytest

from storage import exchange


class Said:
    """A store that only listens."""

    def __init__(self, cluster: str) -> None:
        self.cluster = cluster
        self.statements: list[str] = []

    def execute(self, sql: str) -> None:
        self.statements.append(sql)


@pytest.mark.parametrize(("cluster", "said"), [("", False), ("hanoi", True)])
def test_every_statement_reaches_every_node(cluster: str, said: bool) -> None:
    store = Said(cluster)
    exchange.beside(store, "ioc_anew", ["kpi_cells"])  # type: ignore[arg-type]
    exchange.exchange(store, "ioc_anew", ["kpi_cells"])  # type: ignore[arg-type]
    exchange.away(store, "ioc_anew")  # type: ignore[arg-type]
    assert len(store.statements) == 5
    assert [" ON CLUSTER 'hanoi'" in each for each in store.statements] == [said] * 5
