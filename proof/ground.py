"""The stack that runs share, and what was sent to it so far."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from proof.harness.kind import Kind
from proof.harness.ports import PORTS, free_ports
from proof.harness.stack import ROOT, Stack
from proof.harness.trees import copied
from proof.oracle import kpis
from proof.oracle.journal import History
from proof.scene import Fault
from proof.versions import EDITS

SETTLE_S = 240.0
VALUES_S = 90.0
Say = Callable[[str], None]


class Ground:
    """A stack and the cells of all that was sent to it; made when first needed, and anew when spoilt.

    `hurried`: expected to fail; patience is short and nothing of a failed run is kept.
    """

    def __init__(self, port: int, *, tree: Path = ROOT, keep: bool = False, hurried: bool = False) -> None:
        self._first, self._tree, self._keep, self._hurried = port, tree, keep, hurried
        self.settle_s, self.values_s = (60.0, 30.0) if hurried else (SETTLE_S, VALUES_S)
        self._stack: Stack | None = None
        self._cells: kpis.Cells = {}
        self.runs = 0

    def stack(self, kind: Kind, say: Say) -> Stack:
        """A stack of this kind: the present one, if it is."""
        if self._stack is not None and kind != self._stack.kind:
            self.spoil(keep=False)
        if self._stack is None:
            port = free_ports(PORTS, self._first)
            say(f"  stack on ports {port}-{port + PORTS - 1}")
            home = Path(tempfile.mkdtemp(prefix="proof-"))
            tree = self._tree
            if kind.version:
                tree = copied(tree, home / "source", EDITS[kind.version], kind.version)
            self._stack = Stack(home, port, kind, tree=tree)
            self._cells, self.runs = {}, 0
            self._stack.start()
        return self._stack

    def name(self, fault: Fault, seed: int) -> str:
        """A name for the next run that no other run of this stack has; it stands in every subject."""
        self.runs += 1
        return f"{fault.id}-{seed}-{self.runs - 1}"

    def told(self, history: History) -> None:
        """These events too were sent to this stack."""
        for at, (above, below) in kpis.cells(history.good()).items():
            before = self._cells.get(at, (0, 0))
            self._cells[at] = before[0] + above, before[1] + below

    @property
    def cells(self) -> kpis.Cells:
        """The cells that all of them make: no two runs speak of the same case, so that they add up."""
        return self._cells

    def spoil(self, *, keep: bool) -> str:
        """End this stack; the next run gets another. Where its logs are kept, if they are."""
        stack, self._stack = self._stack, None
        if stack is None:
            return ""
        stack.stop()
        if (keep or self._keep) and not self._hurried:
            return str(stack.home)
        stack.remove()
        return ""

    def __enter__(self) -> "Ground":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.spoil(keep=False)
