"""Signing in to the back office, as its console does."""

import http.client
import json


def sign_in(port: int, account: str, password: str) -> int:
    """The gateway's status; 0 when the connection broke."""
    body = json.dumps({"account": account, "password": password})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request("POST", "/office/session", body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
