"""B11: HTTP itself against the real server: refused or closed, and others are served meanwhile."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from producers.gateway import body
from producers.gateway.patience import Patient
from tests.corpus.cases import DOCUMENT
from tests.fuzz.door import KEYS, Standing, standing

EVENT = DOCUMENT.encode()
KEY = KEYS["qlvb"].encode()
PLAIN = (
    b"Host: gateway\r\nContent-Type: application/cloudevents+json\r\nAuthorization: Bearer " + KEY + b"\r\n"
)
CLOSED = 0
"""Closed without a word."""


def request(
    line: bytes = b"POST /v1/events HTTP/1.1",
    head: bytes = PLAIN,
    more: bytes = b"Content-Length: %d\r\n" % len(EVENT),
    content: bytes = EVENT,
) -> bytes:
    return line + b"\r\n" + head + more + b"\r\n" + content


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    made = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return request(more=b"Transfer-Encoding: chunked\r\n", content=made + end)


class Hasty(Patient):
    head_s = 0.3


@pytest.fixture(scope="module")
def gateway() -> Iterator[Standing]:
    with standing(Hasty) as made:
        yield made


def said(gateway: Standing, *pieces: bytes, last: bool = True) -> list[int]:
    """The statuses of all answers until the server closes; `last`: after this nothing more will come."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as connection:
        for piece in pieces:
            connection.sendall(piece)
        if last:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            pass
    lines = [line for line in received.split(b"\r\n") if b"HTTP/1.1 " in line]
    return [int(line.rpartition(b"HTTP/1.1 ")[2][:3]) for line in lines] or [CLOSED]


def is_served(gateway: Standing) -> bool:
    headers = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {KEYS['qlvb']}"}
    return httpx.post(f"{gateway.url}/v1/events", content=EVENT, headers=headers).status_code == 202


LENGTH = b"Content-Length: %d\r\n" % len(EVENT)
REFUSED = {400, 401, 404, 405, 411, 413, 415, 431, 501, CLOSED}
BROKEN = {
    "two lengths": request(more=LENGTH + b"Content-Length: 5\r\n"),
    "two lengths in one": request(more=b"Content-Length: %d, 5\r\n" % len(EVENT)),
    "a length with a sign": request(more=b"Content-Length: +%d\r\n" % len(EVENT)),
    "a negative length": request(more=b"Content-Length: -1\r\n"),
    "a hexadecimal length": request(more=b"Content-Length: 0x%x\r\n" % len(EVENT)),
    "a length with an underscore": request(more=b"Content-Length: 1_0\r\n"),
    "a length that is none": request(more=b"Content-Length: \r\n"),
    "a length of forty digits": request(more=b"Content-Length: " + b"9" * 40 + b"\r\n"),
    "length and chunks": request(more=LENGTH + b"Transfer-Encoding: chunked\r\n"),
    "chunks and length": request(more=b"Transfer-Encoding: chunked\r\n" + LENGTH),
    "two codings": request(more=b"Transfer-Encoding: gzip, chunked\r\n"),
    "a coding after chunks": request(more=b"Transfer-Encoding: chunked, identity\r\n"),
    "an unknown coding": request(more=b"Transfer-Encoding: xchunked\r\n"),
    "chunks said twice": request(more=b"Transfer-Encoding: chunked\r\n" * 2),
    "a chunk that is too long": chunked(end=b"ffffffffffffffffffff\r\n"),
    "a chunk of letters": chunked(end=b"xyz\r\n"),
    "a chunk without its end": chunked(end=b"5\r\nhelloX\r\n0\r\n\r\n"),
    "a head of 64 KiB": request(more=LENGTH + b"X-Pad: " + b"a" * 65_536 + b"\r\n"),
    "a thousand headers": request(more=LENGTH + b"X-Pad: aaaaaaaaaaaaaaaaaaaa\r\n" * 1_000),
    "an address of 64 KiB": request(b"POST /" + b"a" * 65_536 + b" HTTP/1.1"),
    "two credentials": request(more=LENGTH + b"Authorization: Bearer " + KEY + b"\r\n"),
    "no host": request(head=PLAIN.replace(b"Host: gateway\r\n", b"")),
    "two hosts": request(more=LENGTH + b"Host: other\r\n"),
    "a space before the colon": request(more=LENGTH.replace(b":", b" :")),
    "a name with a space": request(more=LENGTH + b"X Pad: a\r\n"),
    "a header without a colon": request(more=LENGTH + b"nothing\r\n"),
    "a NUL in a value": request(more=LENGTH + b"X-Pad: a\0b\r\n"),
    "a bare CR in a value": request(more=LENGTH + b"X-Pad: a\rb\r\n"),
    "HTTP/0.9": b"POST /v1/events\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
    "a line of nothing": b"\0" * 64 + b"\r\n\r\n",
    "letters in disguise": request(b"POST /v1/%65vents HTTP/1.1"),
    "a slash in disguise": request(b"POST /v1%2Fevents HTTP/1.1"),
    "a dot in disguise": request(b"POST /v1/%2e/events HTTP/1.1"),
    "dots": request(b"POST /office/../v1/events HTTP/1.1"),
    "a whole address": request(b"POST http://gateway/v1/events HTTP/1.1"),
    "small letters": request(b"post /v1/events HTTP/1.1"),
    "another method": request(b"TRACE /v1/events HTTP/1.1"),
    "a tunnel": b"CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_may_be_read_in_two_ways_is_refused_or_closed(gateway: Standing, name: str) -> None:
    before = gateway.published()
    statuses = said(gateway, BROKEN[name])
    assert set(statuses) <= REFUSED, statuses
    assert gateway.published() == before, "nothing of it became an event"
    assert is_served(gateway)


def test_what_is_plain_is_taken_also_in_pieces_and_one_behind_the_other(gateway: Standing) -> None:
    close = LENGTH + b"Connection: close\r\n"
    assert said(gateway, request(more=close)) == [202]
    folded = PLAIN.replace(b"Bearer ", b"Bearer\r\n ")  # one header on two lines, which is one value
    assert said(gateway, request(head=folded, more=close)) == [202]
    assert said(gateway, chunked(EVENT[:40], EVENT[40:])) == [202]
    assert said(gateway, request(), request(), request(more=close)) == [202, 202, 202]
    assert said(gateway, *(bytes([each]) for each in request(more=close))) == [202]


def test_rubbish_behind_a_good_request_is_refused_and_the_good_one_counts(gateway: Standing) -> None:
    before = gateway.published()
    assert said(gateway, request() + b"GET / HTTP/9.9\r\n\x00\r\n\r\n") == [202, 400]
    assert said(gateway, request(content=EVENT + b'{"more":1}\r\n\r\n')) == [202, 400]
    assert gateway.published() == before + 2


def test_a_second_request_cannot_hide_in_the_first(gateway: Standing) -> None:
    before = gateway.published()
    hidden = request(more=b"Transfer-Encoding: chunked\r\n" + LENGTH, content=b"0\r\n\r\n" + request())
    assert said(gateway, hidden)[0] in REFUSED
    assert gateway.published() == before


@pytest.mark.parametrize(
    "pieces",
    [(), (b"P",), (b"POST /v1/events HTTP/1.1\r\nHost: gateway\r\nX-Pad: a",), (request(), b"POST /v1")],
    ids=["nothing", "one letter", "half a head", "half of a second"],
)
def test_who_does_not_go_on_is_closed_while_others_are_served(
    gateway: Standing, pieces: tuple[bytes, ...]
) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as waiting:
        for piece in pieces:
            waiting.sendall(piece)
        assert is_served(gateway)
        while waiting.recv(65536):  # ends when the server closes; never, if it does not
            pass


def test_who_trickles_a_head_is_closed(gateway: Standing) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as trickling:
        trickling.settimeout(0.05)
        closed = False
        for _ in range(600):  # a byte each; each wait is short, all of them together far beyond the limit
            try:
                trickling.sendall(b"a")
                closed = trickling.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                closed = True
            if closed:
                break
        assert closed
    assert is_served(gateway)


def test_a_body_that_trickles_is_told_so_and_others_are_served(
    gateway: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "READ_TIMEOUT_S", 0.3)
    before = gateway.published()
    assert said(gateway, request(content=EVENT[:1]), last=False) == [408]
    assert said(gateway, chunked(EVENT[:5], end=b""), last=False) == [408]
    assert gateway.published() == before
    assert is_served(gateway)
