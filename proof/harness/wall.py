"""What the wall says, as any browser is told first."""

import http.client

BOARD = "/wall/operations-wall"
LOST = "MẤT KẾT NỐI KHO DỮ LIỆU"


def page(port: int) -> str:
    """The board as it is drawn at this moment; empty when the wall does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", BOARD)
        return connection.getresponse().read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def says_lost(port: int) -> bool:
    """It tells everybody that it lost the store (or tells nothing at all)."""
    text = page(port)
    return not text or LOST in text or LOST.encode("unicode_escape").decode() in text
