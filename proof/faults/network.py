"""Connections that are late, slow, cut, reset, one-way, or lose their answer."""

import time
from collections.abc import Callable

from proof.harness.kind import Kind
from proof.harness.proxy import FaultProxy, Toxics
from proof.harness.stack import StackFailed
from proof.honesty import told_by_the_wall
from proof.scene import Act, Fault, Scene


def between_publishers_and_gateway(toxics: Toxics, sign: str, events: int = 900) -> Act:
    """`sign`: what the proxy must have counted for the fault to have bitten."""

    def act(scene: Scene) -> None:
        scene.proxy.toxics = toxics
        scene.load.wait_accepted(events, 40)
        scene.proxy.heal()
        _bitten(scene, scene.proxy, sign)

    return act


def store_of(scene: Scene) -> FaultProxy:
    if scene.stack.store_proxy is None:
        raise StackFailed("this fault needs a stack whose store stands behind a proxy")
    return scene.stack.store_proxy


def between_centre_and_store(make: Callable[[], Toxics], sign: str, seconds: float, cut: bool = False) -> Act:
    """The same on the way between every process of the centre and its store."""

    def act(scene: Scene) -> None:
        proxy = store_of(scene)
        proxy.bitten.clear()
        proxy.toxics = make()
        if cut:
            proxy.cut_all()
        time.sleep(seconds)
        scene.outage_s = seconds
        proxy.heal()
        _bitten(scene, proxy, sign)

    return act


def broker_of(scene: Scene) -> FaultProxy:
    if scene.stack.broker_proxy is None:
        raise StackFailed("this fault needs a stack whose workers reach Kafka through a proxy")
    return scene.stack.broker_proxy


def between_workers_and_kafka(make: Callable[[], Toxics], sign: str, seconds: float) -> Act:
    """Only the centre's workers are cut off: publishers go on, and the wall says that nothing is landed."""

    def act(scene: Scene) -> None:
        proxy = broker_of(scene)
        proxy.bitten.clear()
        proxy.toxics = make()
        if proxy.toxics.refuse:
            proxy.cut_all()
        end = time.monotonic() + seconds
        scene.outage_s = seconds
        if not scene.load.wait_accepted(200, 20):
            scene.wrong("I1", "publishers got no receipts while only the workers were cut off")
        time.sleep(max(0.0, end - time.monotonic()))
        proxy.heal()
        _bitten(scene, proxy, sign)

    return told_by_the_wall(act)


def _bitten(scene: Scene, proxy: FaultProxy, sign: str) -> None:
    scene.numbers["proxy"] = dict(proxy.bitten)
    if proxy.bitten[sign]:
        scene.bit(f"the proxy counted {proxy.bitten[sign]} times: {sign}")


def _at_the_store(name: str, title: str, act: Act) -> Fault:
    return Fault(name, title, act, rate=100, kind=Kind(store_proxied=True))


def _at_the_broker(name: str, title: str, toxics: Callable[[], Toxics], sign: str) -> Fault:
    act = between_workers_and_kafka(toxics, sign, 45.0)
    return Fault(name, title, act, rate=100, kind=Kind(broker_proxied=True))


FAULTS = (
    Fault(
        "F03",
        "one answer of twenty is lost, the request was taken",
        between_publishers_and_gateway(Toxics(swallow=0.05), "swallowed"),
        tier=1,
    ),
    Fault(
        "N1",
        "publishers' connections are reset, late and cut short",
        between_publishers_and_gateway(
            Toxics(reset=0.05, latency_s=0.02, jitter_s=0.02, cut_after=300_000), "reset"
        ),
    ),
    _at_the_store(
        "F16", "the store answers 0.3 s late and through a narrow line",
        between_centre_and_store(lambda: Toxics(latency_s=0.3, bytes_per_s=2_000_000), "delayed", 30.0),
    ),
    _at_the_store(
        "N3", "the store hears the centre, the centre does not hear the store",
        between_centre_and_store(lambda: Toxics(one_way=True), "blackhole", 30.0),
    ),
    _at_the_store(
        "N2", "the store's answers are lost, its connections reset",
        between_centre_and_store(lambda: Toxics(swallow=0.1, reset=0.1), "swallowed", 20.0, cut=True),
    ),
    _at_the_broker(
        "F38", "nothing passes between the workers and Kafka, in neither direction",
        lambda: Toxics(blackhole=True), "blackhole",
    ),
    _at_the_broker(
        "F38b", "Kafka hears the workers, the workers do not hear Kafka",
        lambda: Toxics(one_way=True), "blackhole",
    ),
    _at_the_broker("F38c", "Kafka refuses the workers' connections", lambda: Toxics(refuse=True), "refused"),
)  # fmt: skip
