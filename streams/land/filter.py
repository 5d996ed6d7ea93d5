"""The duplicate filter of one partition: which identities may be known, without asking the store."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

MERGE_FROM = 65_536


class IdentityFilter:
    """The 8-byte hashes of all counted identities below offset `upto`.

    A sorted array (8 bytes an identity) and a small set of what came since. It never answers "new" for
    a known identity; when it answers "maybe", the ledger is asked. Marks are made after an insert only.
    """

    def __init__(self, upto: int = 0) -> None:
        self.upto = upto
        self._sorted: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._recent: set[int] = set()

    def __len__(self) -> int:
        return len(self._sorted) + len(self._recent)

    def forget(self) -> None:
        """Begin again with nothing known."""
        self._sorted, self._recent, self.upto = np.empty(0, dtype=np.uint64), set(), 0

    def load(self, packed: Iterable[bytes], upto: int) -> None:
        """Take in little-endian 8-byte hashes read from the ledger, of all offsets below `upto`."""
        parts = [self._sorted, *(np.frombuffer(part, dtype="<u8") for part in packed)]
        self._sorted = np.unique(np.concatenate(parts))
        self.upto = upto

    def maybe(self, hashes: list[int]) -> set[int]:
        """Those of `hashes` that may be known."""
        hits = self._recent.intersection(hashes)
        if len(self._sorted) and hashes:
            wanted = np.array(hashes, dtype=np.uint64)
            at = np.searchsorted(self._sorted, wanted)
            at[at == len(self._sorted)] = 0
            hits.update(wanted[self._sorted[at] == wanted].tolist())
        return hits

    def mark(self, hashes: Iterable[int], upto: int) -> None:
        """Remember identities that now stand in the ledger as counted, below offset `upto`."""
        self._recent.update(hashes)
        self.upto = upto
        if len(self._recent) >= max(MERGE_FROM, len(self._sorted) // 16):
            fresh = np.fromiter(self._recent, dtype=np.uint64, count=len(self._recent))
            self._sorted = np.unique(np.concatenate([self._sorted, fresh]))
            self._recent = set()
