"""`make lock-kafka`: resolve `KAFKA_VERSION` with its dependencies and write `kafka-jars.lock` anew.

For a developer who changes the version; review the difference before committing it.
"""

import sys
import tempfile
from pathlib import Path

from local.jars import KAFKA_VERSION, LOCK_NAME, Jar, digest, from_repository

KAFKA = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
LOG_BINDING = "log4j-slf4j-impl"
"""Kafka's own distribution adds it; its dependencies do not name it, and without it nothing is logged."""
HEADER = (
    f"# Apache Kafka {KAFKA_VERSION} with its runtime dependencies, and {LOG_BINDING} so that it logs.\n"
    "# sha256  group:artifact:version\n"
)


def coordinates() -> list[tuple[str, str, str]]:
    """(group, artifact, version) of everything the broker needs at run time, sorted."""
    import jgo

    found = {(one.groupId, one.artifactId, one.version) for one in jgo.resolve(KAFKA)}
    versions = {artifact: version for _, artifact, version in found}
    found.add(("org.apache.logging.log4j", LOG_BINDING, versions["log4j-core"]))
    return sorted(found)


def main() -> None:
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        for group, artifact, version in coordinates():
            path = from_repository(Jar(group, artifact, version, ""), Path(scratch))
            lines.append(f"{digest(path)}  {group}:{artifact}:{version}\n")
            sys.stdout.write(lines[-1])
    (Path(__file__).parent / LOCK_NAME).write_text(HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
