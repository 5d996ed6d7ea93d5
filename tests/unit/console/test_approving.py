"""What the leader's page says of the report that lies there."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboards.console.approving import digest_of, standing

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
ROLES = {"chanh_van_phong": "Chánh Văn phòng"}
APPROVED = {
    "role": "chanh_van_phong",
    "account": "chanh_1",
    "at": "2026-03-10T00:45:00Z",
    "digest": "ab" * 32,
}


@pytest.mark.parametrize(
    ("approval", "digest", "words", "tone"),
    [
        (None, "ab" * 32, "chưa được duyệt", "warn"),
        (APPROVED, "ab" * 32, "✓ Chánh Văn phòng (chanh_1) đã duyệt, 07:45", ""),
        (APPROVED, "cd" * 32, "khác với bản đã được duyệt (07:45)", "act"),
        ({**APPROVED, "role": "vai_tro_cu"}, "ab" * 32, "✓ vai_tro_cu", ""),
    ],
)
def test_a_report_is_approved_only_as_the_file_that_was_read(
    approval: dict[str, str] | None, digest: str, words: str, tone: str
) -> None:
    said, shown = standing(approval, digest, ROLES, NOW)
    assert words in said
    assert shown == tone


def test_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    file = tmp_path / "G09.pdf"
    file.write_bytes(b"%PDF-1.7")
    assert digest_of(file) == hashlib.sha256(b"%PDF-1.7").hexdigest()
