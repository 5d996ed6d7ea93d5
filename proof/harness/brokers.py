"""A cluster of Kafka brokers that somebody else runs, as a ministry has one; the centre is told where.

KRaft nodes that are broker and controller at once, on loopback. What is acknowledged stands on two of three.
"""

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from local.jars import class_path
from local.kafka import cluster_id, formatting, furnished, java
from proof.harness.ports import listens
from proof.harness.waiting import until

HEAP = "384m"
START_S = 240.0
PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={log}
auto.create.topics.enable=false
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=2
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=3000
broker.heartbeat.interval.ms=1000
# Three nodes on two cores: a node that waits for a processor is not a dead one.
controller.quorum.fetch.timeout.ms=6000
controller.quorum.election.timeout.ms=3000
num.network.threads=2
num.io.threads=2
background.threads=2
log.cleaner.enable=false
log.index.size.max.bytes=2097152
"""


class Brokers:
    """Nodes 1, 2, 3 in a folder of their own; `ports` are pairs of a broker's and its controller's."""

    def __init__(self, home: Path, ports: Sequence[tuple[int, int]]) -> None:
        self._home, self._ports = home, list(ports)
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def nodes(self) -> list[int]:
        return list(range(1, len(self._ports) + 1))

    @property
    def bootstrap(self) -> str:
        return ",".join(f"127.0.0.1:{port}" for port, _ in self._ports)

    @property
    def environment(self) -> dict[str, str]:
        """What the centre is told of them."""
        return {
            "IOC_KAFKA__BOOTSTRAP": self.bootstrap,
            "IOC_KAFKA__REPLICATION_FACTOR": str(len(self._ports)),
        }

    def start(self) -> None:
        """Format them all with one cluster id, start them all. Raises `OSError`."""
        cluster = cluster_id()
        formatting = [self._format(node, cluster) for node in self.nodes]
        if any(process.wait(START_S) != 0 for process in formatting):
            raise OSError(f"the storage of the brokers was not formatted: see {self._home}")
        for node in self.nodes:
            self._run(node)
        for node in self.nodes:
            self._await(node)

    def kill(self, node: int) -> int:
        """SIGKILL; the id that died."""
        process = self._running.pop(node)
        process.kill()
        process.wait(10)
        return process.pid

    def again(self, node: int) -> None:
        """Start a node that died, on the log that it left. Raises `OSError`."""
        self._run(node)
        self._await(node)

    def stop(self) -> None:
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self._running.clear()

    def _folder(self, node: int) -> Path:
        return self._home / f"kafka-{node}"

    def _format(self, node: int, cluster: str) -> "subprocess.Popen[bytes]":
        port, controller = self._ports[node - 1]
        voters = ",".join(f"{n}@127.0.0.1:{at}" for n, (_, at) in enumerate(self._ports, 1))
        home = self._folder(node)
        log = home / "log"
        properties = PROPERTIES.format(node=node, voters=voters, port=port, controller=controller, log=log)
        return self._spawn(node, formatting(home, class_path(), cluster, furnished(home, properties)))

    def _run(self, node: int) -> None:
        home = self._folder(node)
        command = java(home, class_path(), f"-Xmx{HEAP}", "-XX:TieredStopAtLevel=1")
        settings = str(home / "server.properties")
        self._running[node] = self._spawn(node, [*command, "kafka.Kafka", settings])

    def _await(self, node: int) -> None:
        port, process = self._ports[node - 1][0], self._running[node]
        until(lambda: listens(port) or process.poll() is not None, START_S, 0.2)
        if process.poll() is not None or not listens(port):
            raise OSError(f"broker {node} did not start: see {self._folder(node)}")

    def _spawn(self, node: int, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        with (self._folder(node) / "out.log").open("ab") as out:
            return subprocess.Popen(command, stdout=out, stderr=out)
