"""In whose name the command line acts, and what it says when that is nobody."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from dashboards.console.office import Office
from ioc.accounts import LINE
from ioc.cli import tickets
from ioc.cli.tickets import Ticket, ticket
from ioc.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A stack without credentials, and nobody signed in."""
    monkeypatch.setenv("IOC_SESSIONS", str(tmp_path / "state" / "sessions.json"))
    monkeypatch.delenv(tickets.PASSWORD, raising=False)
    return Settings(data=tmp_path)


def own(settings: Settings) -> None:
    settings.credentials_file.write_text(json.dumps({"accounts": {LINE: {"password": "of the stack"}}}))


def signed_in(settings: Settings, hours: float = 1) -> None:
    until = datetime.now(UTC) + timedelta(hours=hours)
    tickets.keep(settings, {"account": "truc_ca_1", "token": "t" * 43, "expires": until.isoformat()})


def refused(
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    account: str | None = None,
    *,
    from_stdin: bool = False,
) -> str:
    with pytest.raises(SystemExit) as left:
        ticket(settings, account, from_stdin=from_stdin)
    assert left.value.code == 2
    return capsys.readouterr().err


def test_who_owns_the_machine_acts_as_its_command_line(settings: Settings) -> None:
    own(settings)
    assert ticket(settings, None) == Ticket(LINE, password="of the stack")


def test_who_signed_in_acts_as_that_account_until_the_session_ends(settings: Settings) -> None:
    own(settings)
    signed_in(settings)
    assert ticket(settings, None) == ticket(settings, "truc_ca_1") == Ticket("truc_ca_1", token="t" * 43)
    signed_in(settings, hours=-1)
    assert ticket(settings, None).account == LINE
    signed_in(settings)
    tickets.keep(settings, None)
    assert ticket(settings, None).account == LINE


def test_a_session_is_of_one_gateway_and_of_its_owner_only(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signed_in(settings)
    file = tmp_path / "state" / "sessions.json"
    assert file.stat().st_mode & 0o777 == 0o600
    elsewhere = settings.model_copy(update={"gateway": settings.gateway.model_copy(update={"port": 1})})
    assert tickets.kept(elsewhere) is None
    file.chmod(0o644)
    with pytest.raises(SystemExit):
        tickets.kept(settings)
    assert "expected mode 600" in capsys.readouterr().err


def test_a_gateway_behind_tls_is_asked_over_https_and_its_session_goes_nowhere_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HOST": "ioc.example", "PORT": "443", "SECURE": "true"}.items():
        monkeypatch.setenv(f"IOC_GATEWAY__{name}", value)
    far = Settings(data=settings.data)
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={})

    async def ask() -> None:
        office = Office(far.gateway, httpx.MockTransport(answer))
        await office.sign_in("truc_ca_1", "secret", "")
        await office.close()

    asyncio.run(ask())
    assert asked == ["https://ioc.example/office/session"]
    signed_in(far)
    assert tickets.kept(far) is not None
    plain = far.model_copy(update={"gateway": far.gateway.model_copy(update={"secure": False})})
    assert tickets.kept(plain) is None


def test_a_named_account_needs_its_password(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    signed_in(settings)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert "--password-stdin" in refused(settings, capsys, "truc_ca_2")
    monkeypatch.setenv(tickets.PASSWORD, "by the environment")
    assert ticket(settings, "truc_ca_2") == Ticket("truc_ca_2", password="by the environment")


def test_nobody_to_act_as_is_said(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody to act as" in refused(settings, capsys)
    assert "expected --account" in refused(settings, capsys, from_stdin=True)
