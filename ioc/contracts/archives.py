"""Archives: batches of records described, digitised, verified and published."""

from typing import Literal

from ioc.contracts.envelope import Between, Data, event_type
from ioc.contracts.fields import Code, Org, Ref, Ts, Whole
from ioc.topics import ARCHIVES


class ArchiveBatchProcessed(Data):
    """Xử lý xong một lô tài liệu lưu trữ: mô tả, số hóa, kiểm tra, công bố."""

    batch_ref: Ref
    archive_centre: Org
    fonds_code: Code
    operation: Literal["described", "digitised", "verified", "published"]
    items: Whole
    pages: Whole
    error_items: Whole
    high_use: bool
    at: Ts

    between = (
        Between(
            "error_items",
            "at most items",
            ("error_items", "items"),
            lambda wrong, items: wrong <= items,
        ),
    )


EVENTS = (
    event_type(19, "archive.batch_processed", ARCHIVES, subject="batch_ref", model=ArchiveBatchProcessed),
)
