"""The contract before ours and the one after: one event type with one optional field less, or one more.

Additive changes are the only ones that a released version may have (`ioc.contracts.schemas.breaks`).
"""

from collections.abc import Mapping, Sequence

from proof.harness.trees import Edit
from proof.strings import NAMED_SO

OLDER, OURS, NEWER = "older", "", "newer"
HOSTILE_NAMES = "hostile names"
"""Our contract, and a catalogue whose units have hostile names (`proof.strings`)."""
KIND = "dossier.resolved"
FIELDS: Mapping[str, tuple[str, ...]] = {
    OLDER: (),
    OURS: ("store_returned",),
    NEWER: ("store_returned", "returned_by_post"),
}
"""Version → optional flags that an event of `KIND` may carry."""
_FILE = "ioc/contracts/services.py"
_FLAG = "    e_result: bool\n    store_returned: bool | None = None\n"
EDITS: Mapping[str, Sequence[Edit]] = {
    OLDER: ((_FILE, _FLAG, "    e_result: bool\n"),),
    NEWER: ((_FILE, _FLAG, f"{_FLAG}    returned_by_post: bool | None = None\n"),),
    HOSTILE_NAMES: NAMED_SO,
}
"""What makes our source that version's."""


def named(version: str) -> str:
    """How a verdict calls it."""
    return {OLDER: "v(n-1)", OURS: "v(n)", NEWER: "v(n+1)"}[version]
