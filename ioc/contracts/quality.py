"""Data quality: what an assessment of a dataset found, "đúng, đủ, sạch, sống"."""

from ioc.contracts.envelope import Between, Data, event_type
from ioc.contracts.fields import Code, Org, Ts, Whole
from ioc.topics import QUALITY


def _within(part: str, total: str) -> Between:
    return Between(part, f"at most {total}", (part, total), lambda found, whole: found <= whole)


class DatasetAssessed(Data):
    """Đánh giá chất lượng một cơ sở dữ liệu; các số đếm là số bản ghi, trừ số trường bắt buộc."""

    dataset_code: Code
    org: Org
    assessed_at: Ts
    records_total: Whole
    records_checked: Whole
    verified_ok: Whole
    mandatory_total: Whole
    mandatory_filled: Whole
    duplicates: Whole
    format_errors: Whole
    ref_errors: Whole
    error_records: Whole
    stale_records: Whole
    rule_version: Code

    between = (
        _within("records_checked", "records_total"),
        _within("verified_ok", "records_checked"),
        _within("mandatory_filled", "mandatory_total"),
        *(
            _within(part, "records_total")
            for part in ("duplicates", "format_errors", "ref_errors", "error_records", "stale_records")
        ),
    )


EVENTS = (event_type(22, "dataset.assessed", QUALITY, subject="dataset_code", model=DatasetAssessed),)
