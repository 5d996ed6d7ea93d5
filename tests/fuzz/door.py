"""`python -m tests.fuzz.door`: schemathesis asks a gateway all that its description allows, and more.

One run for each who may ask: nobody, two sources, an operator. The gateway is the real application behind the
real HTTP server; Kafka and store are the ones in memory that its unit tests use.
"""

import argparse
import asyncio
import importlib.util
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from ioc.clock import SystemClock
from producers.gateway.patience import Patient
from producers.gateway.serve import configured
from tests.unit.office.bench import WORD, Bench, refused

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "response_headers_conformance", "negative_data_rejection"),
    *("missing_required_header", "unsupported_method", "ignored_auth", "use_after_free"),
)
CONFIG = Path(__file__).with_name("schemathesis.toml")
CALLERS = ("nobody", "qlvb", "motcua", "operator")
KEYS = {"qlvb": "key-of-qlvb", "motcua": "key-of-motcua"}


class Standing:
    """A gateway that listens; every caller has what it needs to be known."""

    def __init__(self, folder: Path, protocol: type[Patient] = Patient) -> None:
        self._bench = Bench(folder)
        self._bench.clock = SystemClock()  # type: ignore[assignment]
        self._bench.has("truc_ca_1", "truong_ca_ioc")
        self._bench.refused.has(*(refused(n) for n in range(5)))
        app = self._bench.app()
        sources = {code: {"key": key} for code, key in KEYS.items()}
        (folder / "credentials.json").write_text(json.dumps({"sources": sources}), encoding="utf-8")
        self._server = uvicorn.Server(configured(app, "127.0.0.1", 0, protocol))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()), daemon=True)
        self._thread.start()
        until = time.monotonic() + 30
        while not self._server.started:
            if time.monotonic() > until:
                raise TimeoutError("the gateway did not start within 30 s")
            time.sleep(0.05)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def headers(self, caller: str) -> Mapping[str, str]:
        """What it sends with each request."""
        if caller == "operator":
            body = {"account": "truc_ca_1", "password": WORD}
            answer = httpx.post(f"{self.url}/office/session", json=body)
            return {"Authorization": f"Bearer {answer.json()['token']}"}
        return {"Authorization": f"Bearer {KEYS[caller]}"} if caller in KEYS else {}

    def published(self) -> int:
        """Events that publishers' requests became."""
        return len(self._bench.outlet.published())

    def end(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)


@contextmanager
def standing(protocol: type[Patient] = Patient) -> Iterator[Standing]:
    """A gateway for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        made = Standing(Path(folder), protocol)
        try:
            yield made
        finally:
            made.end()


def asked(url: str, given: Mapping[str, str], caller: str, seconds: int, seed: int) -> list[str]:
    """The command of one run."""
    headers = [part for name, value in given.items() for part in ("-H", f"{name}:{value}")]
    skipped = ["ignored_auth"] if caller == "nobody" else []
    return [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)),
        *("run", f"{url}/openapi.json", *headers),
        *("--checks", ",".join(each for each in CHECKS if each not in skipped)),
        *("--max-time", str(seconds), "--seed", str(seed), "--max-response-time", "5"),
        *("--exclude-path", "/office/password", "--request-timeout", "10", "--warnings", "off"),
        *(["--exclude-method", "DELETE"] if caller == "operator" else []),
    ]


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--seconds", type=int, default=60, help="for each caller")
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--caller", choices=CALLERS, action="append")
    wish = given.parse_args()
    if importlib.util.find_spec("schemathesis") is None:
        print("door: SKIPPED, schemathesis is not installed")
        return 0
    wrong = []
    with standing() as gateway:
        # Signed in before anybody tries passwords: those who try too often wait.
        known = {caller: gateway.headers(caller) for caller in wish.caller or CALLERS}
        for caller, headers in known.items():
            print(f"door: as {caller}", flush=True)
            command = asked(gateway.url, headers, caller, wish.seconds, wish.seed)
            done = subprocess.run(command, check=False)
            wrong += [caller] if done.returncode else []
    print(f"door: {'wrong for ' + ', '.join(wrong) if wrong else 'nothing wrong'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
