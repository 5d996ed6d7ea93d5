"""A second reading of events, slow and plain: what the quick one must agree with, byte for byte."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

from ioc.contracts import TYPES, Envelope
from ioc.contracts.registry import ADAPTER
from ioc.contracts.screening import is_personal, is_secret


def _nfc(value: Any) -> Any:
    if isinstance(value, dict):
        return {unicodedata.normalize("NFC", key): _nfc(inner) for key, inner in value.items()}
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        fraction = f".{value.microsecond:06d}" if value.microsecond else ""
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"
    return value


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def read(raw: bytes) -> tuple[Envelope, bytes, bytes]:
    """Envelope, canonical data and fingerprint; raises `ValueError` for anything but a good event."""
    envelope = ADAPTER.validate_json(json.dumps(_nfc(json.loads(raw))))
    fields = {name: _plain(value) for name, value in envelope.data if value is not None}
    if any(isinstance(text, str) and (is_secret(text) or is_personal(text)) for text in fields.values()):
        raise ValueError("personal data or a secret")
    if fields[TYPES[envelope.type].subject_field] != envelope.subject:
        raise ValueError("subject")
    said = [envelope.type, envelope.subject, _plain(envelope.time), envelope.orgunit, envelope.correctionof]
    data = _dumps(fields)
    return envelope, data, hashlib.sha256(_dumps(said) + data).digest()
