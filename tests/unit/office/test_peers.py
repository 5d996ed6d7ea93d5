"""Whose word counts about where a request comes from."""

import pytest

from ioc.peers import Proxies
from ioc.settings import Settings

OURS = Proxies(["127.0.0.0/8", "10.0.3.0/24"])


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("10.9.9.9", [], "10.9.9.9"),
        ("10.9.9.9", ["10.1.1.1"], "10.9.9.9"),
        ("127.0.0.1", ["10.1.1.1"], "10.1.1.1"),
        ("127.0.0.1", ["10.1.1.1, 10.2.2.2"], "10.2.2.2"),
        ("127.0.0.1", ["10.1.1.1, 10.2.2.2", "10.0.3.7"], "10.2.2.2"),
        ("10.0.3.7", ["10.0.3.8"], "10.0.3.7"),
        ("10.0.3.7", [" "], "10.0.3.7"),
        ("10.0.3.7", ["not an address"], "not an address"),
        ("", ["10.1.1.1"], ""),
    ],
)
def test_only_our_own_proxies_are_believed_and_only_to_the_first_stranger(
    peer: str, told: list[str], client: str
) -> None:
    assert OURS.client(peer, told) == client


def test_the_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "127.0.0.1" in Proxies(Settings().trusted_proxies)
    monkeypatch.setenv("IOC_TRUSTED_PROXIES", '["10.0.3.7"]')
    proxies = Proxies(Settings().trusted_proxies)
    assert "10.0.3.7" in proxies
    assert "127.0.0.1" not in proxies
