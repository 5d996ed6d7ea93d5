"""Credentials that change, and bodies from those who have none."""

import json

from proof.harness.stack import until
from proof.oracle.sending import Door
from proof.scene import Fault, Scene

KEY = "proof-" + "k" * 40
BODIES = (b'{"specversion": NaN', b"\xff\xfe", b"[" * 5_000, b"{}", b"")
KINDS = ("application/cloudevents+json", "application/cloudevents-batch+json", "text/plain")


def rotated(scene: Scene) -> None:
    """F40: a source's key is replaced; the old one opens nothing from then on, whatever its body is."""
    path = scene.stack.data / "credentials.json"
    content = json.loads(path.read_text())
    old = content["sources"]["dvcqg"]["key"]
    content["sources"]["dvcqg"]["key"] = KEY
    scratch = path.with_name(".credentials.proof")
    scratch.touch(mode=0o600)
    scratch.write_text(json.dumps(content))
    scratch.replace(path)
    new, former = (Door(scene.stack.gateway_port, key) for key in (KEY, old))
    if not until(lambda: new.send(b"{}", KINDS[0])[0] != 401, 10, 0.2):
        scene.wrong("I2", "the new key is not known 10 s after it was written")
    scene.bit("the key of a source was replaced while events flowed")
    for body in BODIES:
        for kind in KINDS:
            status, answer = former.send(body, kind)
            if status != 401:
                scene.wrong("I2", f"a retired key, {body[:12]!r} as {kind}: {status} {answer}")
    for door in (new, former):
        door.close()


FAULTS = (Fault("F40", "a key is replaced under load", rotated),)
