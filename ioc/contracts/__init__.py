"""What an event is: its envelope, its types, how it is written and read, and why one is refused."""

from ioc.contracts.canonical import SKEW
from ioc.contracts.codec import (
    Decoded,
    build,
    canonical_data,
    decode,
    encode,
    fingerprint,
    kafka_key,
    well_formed,
)
from ioc.contracts.envelope import Data, Envelope, EventType, Head, Rules
from ioc.contracts.fields import canonical_org
from ioc.contracts.grammar import MAX_BYTES, MAX_DEPTH
from ioc.contracts.masking import mask, mask_field
from ioc.contracts.refusal import EventRefused, Reason
from ioc.contracts.registry import BY_NAME, TYPES

__all__ = [
    "BY_NAME",
    "MAX_BYTES",
    "MAX_DEPTH",
    "SKEW",
    "TYPES",
    "Data",
    "Decoded",
    "Envelope",
    "EventRefused",
    "EventType",
    "Head",
    "Reason",
    "Rules",
    "build",
    "canonical_data",
    "canonical_org",
    "decode",
    "encode",
    "fingerprint",
    "kafka_key",
    "mask",
    "mask_field",
    "well_formed",
]
