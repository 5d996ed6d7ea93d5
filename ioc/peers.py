"""From where a request comes, when proxies stand between: what is said about that is believed of few."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

LOOPBACK = ("127.0.0.0/8", "::1/128")
_LONGEST = 64


class Proxies:
    """The peers whose `X-Forwarded-For` is believed: our own console, and the proxies with TLS before it."""

    def __init__(self, trusted: Iterable[IPv4Network | IPv6Network | str] = LOOPBACK) -> None:
        self._trusted = tuple(ip_network(each) for each in trusted)

    def __contains__(self, address: str) -> bool:
        try:
            here = ip_address(address)
        except ValueError:
            return False
        return any(here in network for network in self._trusted)

    def client(self, peer: str, told: Sequence[str]) -> str:
        """The address that asked: the peer's, unless that is a proxy of ours, which is believed.

        `told`: the values of `X-Forwarded-For` in their order. What stands left of the first address that is
        none of ours was said by others.
        """
        if peer not in self:
            return peer
        words = [word.strip()[:_LONGEST] for value in told for word in value.split(",")]
        strangers = (word for word in reversed(words) if word and word not in self)
        return next(strangers, peer)
