"""A small volume of its own, so that it can be full without the machine being so."""

import os
import subprocess
from pathlib import Path

MIB = 400


class Volume:
    """A tmpfs of `mib` MiB mounted on a folder."""

    def __init__(self, folder: Path, mib: int = MIB) -> None:
        self._folder, self._mib = folder, mib

    def mount(self) -> None:
        """Raises `OSError` when this user may not mount."""
        self._folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={self._mib}m,mode=700", "proof", str(self._folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OSError(f"{self._folder}: {done.stderr.strip()}")

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", str(self._folder)], capture_output=True, check=False)


def missing() -> str:
    """What a small volume lacks on this machine."""

    return "" if os.geteuid() == 0 else "the right to mount a tmpfs (root)"
