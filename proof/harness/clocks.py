"""Wrong clocks for single processes of a stack, which may jump while they run (`clock.c`).

The whole stack is preloaded with it, because its processes inherit one environment; by its own command line
each finds the file that says how far its clock is off.
"""

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")
NAMES = ("gateway", "worker", "reducer", "wall")
SHIFT = struct.Struct("=q")
NS = 1_000_000_000


class Clocks:
    """`folder`: where the library and the files of the processes are; made when it is not there."""

    def __init__(self, folder: Path) -> None:
        """Raises `OSError` when the library cannot be compiled."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, library = folder, folder / "clock.so"
        command = ["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OSError(f"{SOURCE.name}: {done.stderr.strip()[-300:]}")
        for name in NAMES:
            (folder / name).write_bytes(bytes(2 * SHIFT.size))
        self.environment = {"LD_PRELOAD": str(library), "PROOF_CLOCKS": str(folder)}

    def shift(self, name: str, seconds: float) -> None:
        """From now on `name` is told a time so many seconds ahead of the true one; 0: the truth."""
        with (self._folder / name).open("r+b") as file:
            file.write(SHIFT.pack(round(seconds * NS)))

    def told(self, name: str) -> int:
        """How often `name`, and those before it under that name, were told a wrong time."""
        (count,) = SHIFT.unpack((self._folder / name).read_bytes()[SHIFT.size :])
        return int(count)


def missing() -> str:
    """What wrong clocks lack on this machine."""
    return "" if shutil.which("cc") else "a C compiler (cc)"
