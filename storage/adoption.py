"""Views of pages in the store."""

from ioc.adoption import Batch
from storage.client import Store

TABLE = "ioc.page_views"


def add(store: Store, tenant: str, batch: Batch) -> None:
    """Add what was counted. Sent again after a failure it is added once."""
    counts = batch.counts
    columns: dict[str, list[object]] = {
        "tenant": [tenant] * len(counts),
        "day": [each.day for each in counts],
        "role": [each.role for each in counts],
        "page": [each.page for each in counts],
        "views": [each.views for each in counts],
    }
    store.insert(TABLE, list(columns), list(columns.values()), token=str(batch.batch))
