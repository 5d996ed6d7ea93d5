"""What the wall says, as any browser is told first."""

import http.client
import json

BOARD = "/wall/operations-wall"
LOST = "MẤT KẾT NỐI KHO DỮ LIỆU"
RESTATED = "☐ điều chỉnh"
STOPPED = "▼ Ngừng cập nhật"


def page(port: int) -> str:
    """The board as it is drawn at this moment; empty when the wall does not answer."""
    return _got(port, BOARD)


def boards(port: int) -> list[str]:
    """The boards that it draws. Raises `ValueError` when the wall does not answer."""
    return list(json.loads(_got(port, "/healthz"))["boards"])


def _got(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def doubt(port: int) -> str:
    """What the wall tells everybody of its numbers: `lost` (the store), `stopped` (no new ones are made),
    `silent` (it tells nothing at all), or "" when it has no doubt."""
    text = page(port)
    if not text:
        return "silent"
    if _says(text, LOST):
        return "lost"
    return "stopped" if _says(text, STOPPED) else ""


def restates(port: int) -> bool:
    """Whether a tile or a line says that its past is known otherwise than it was shown."""
    return _says(page(port), RESTATED)


def _says(text: str, words: str) -> bool:
    return words in text or json.dumps(words)[1:-1] in text
