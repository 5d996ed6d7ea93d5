"""Apache Kafka's jars: named and hashed in `kafka-jars.lock`, fetched once, checked on every start.

`jgo` fetches them. Nothing is resolved at run time: the lock file is the complete list, so what runs here
is what was reviewed.
Once all jars are in the cache no network is touched.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ioc.errors import IocError

KAFKA_VERSION = "4.3.1"
LOCK_NAME = "kafka-jars.lock"
AT_ONCE = 4

Progress = Callable[[str, int, int], None]
"""Called as (jar file name, jars present so far, jars in all)."""


class JarsUntrusted(IocError):
    """A jar is missing, cannot be fetched, or is not the one the lock file names."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock file."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def parse_lock(text: str) -> tuple[Jar, ...]:
    """The jars of a lock file: `sha256  group:artifact:version` a line, `#` begins a comment.

    Raises `JarsUntrusted` naming the line that is not of that form.
    """
    jars = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.split("#", 1)[0].split()
        if not stripped:
            continue
        parts = stripped[1].split(":") if len(stripped) == 2 else []
        if len(parts) != 3 or len(stripped[0]) != 64:
            raise JarsUntrusted(f"{LOCK_NAME} line {number}: expected '<sha256>  group:artifact:version'")
        jars.append(Jar(parts[0], parts[1], parts[2], stripped[0]))
    return tuple(jars)


def pinned() -> tuple[Jar, ...]:
    """The jars this release runs."""
    return parse_lock((files("local") / LOCK_NAME).read_text(encoding="utf-8"))


def cache_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the jars are kept: `$IOC_CACHE`, else `$XDG_CACHE_HOME/ioc`, else `~/.cache/ioc`."""
    given = environment.get("IOC_CACHE")
    if given:
        return Path(given) / f"kafka-{KAFKA_VERSION}"
    home = environment.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "ioc" / f"kafka-{KAFKA_VERSION}"


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def verify(jar: Jar, path: Path) -> None:
    """Raises `JarsUntrusted` unless the file has the hash of the lock file."""
    found = digest(path)
    if found != jar.sha256:
        raise JarsUntrusted(
            f"{path}: its SHA-256 is {found[:16]}…, but {LOCK_NAME} pins {jar.sha256[:16]}…; "
            "delete the file to fetch it again"
        )


def class_path(
    jars: Sequence[Jar] | None = None,
    cache: Path | None = None,
    progress: Progress = lambda _name, _done, _all: None,
    fetch: Callable[[Jar, Path], Path] | None = None,
) -> list[Path]:
    """Paths of all pinned jars, each checked against its hash; the missing ones are fetched first.

    `fetch(jar, folder)` downloads one jar below a scratch folder and returns where it lies. Raises
    `JarsUntrusted` when a jar cannot be had or is not the pinned one.
    """
    jars = pinned() if jars is None else jars
    cache = cache_directory() if cache is None else cache
    missing = [jar for jar in jars if not (cache / jar.file_name).is_file()]
    if missing:
        cache.mkdir(parents=True, exist_ok=True)
        _fill(missing, cache, fetch or from_repository, progress, len(jars))
    paths = [cache / jar.file_name for jar in jars]
    for jar, path in zip(jars, paths, strict=True):
        verify(jar, path)
    return paths


def _fill(
    missing: Sequence[Jar], cache: Path, fetch: Callable[[Jar, Path], Path], progress: Progress, total: int
) -> None:
    """A jar enters the cache whole and checked, by a rename: a broken download leaves nothing behind."""
    with _scratch(cache) as scratch, ThreadPoolExecutor(AT_ONCE) as pool:

        def fetched(jar: Jar) -> Jar:
            path = fetch(jar, scratch)
            verify(jar, path)
            path.replace(cache / jar.file_name)
            return jar

        done = total - len(missing)
        for jar in pool.map(fetched, missing):
            done += 1
            progress(jar.file_name, done, total)


@contextmanager
def _scratch(cache: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as name:
        yield Path(name)


def from_repository(jar: Jar, scratch: Path) -> Path:
    """Download one jar through `jgo`, from the repositories that it knows or is configured with."""
    # Imported here: a start from a full cache needs neither jgo nor its HTTP client.
    import requests
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext

    repositories = {**GlobalSettings.load().repositories, "central": MAVEN_CENTRAL_URL}
    context = MavenContext(repo_cache=scratch, remote_repos=repositories, timeout=60)
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    try:
        return Path(component.artifact(packaging="jar").resolve())
    except (requests.RequestException, RuntimeError, OSError) as error:
        raise JarsUntrusted(
            f"cannot fetch {jar.file_name} ({error.__class__.__name__}): "
            "the first start needs a network that reaches a Maven repository"
        ) from error
