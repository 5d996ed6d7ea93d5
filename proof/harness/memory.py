"""The greatest resident memory of each process of a stack, looked at every second."""

import threading

from proof.harness.stack import Stack


class Memory:
    """`peaks`: bytes by process."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._halt = stack, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.peaks: dict[str, int] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._halt.set()

    def _look(self) -> None:
        while not self._halt.wait(1.0):
            for name, held in self._stack.memory().items():
                self.peaks[name] = max(self.peaks.get(name, 0), held)
