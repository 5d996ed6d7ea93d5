"""`GET /ping` over HTTP, for health checks that speak nothing else."""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ping(BaseHTTPRequestHandler):
    """Answers `/ping` as ClickHouse does; everything else is not found."""

    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        found = self.path.split("?", 1)[0] == "/ping"
        body = b"Ok.\n" if found else b"Only /ping is served here.\n"
        self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", "text/plain; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Health checks leave no log."""


def listen(host: str, port: int) -> ThreadingHTTPServer:
    """A server for `serve_forever`; it already listens."""
    server = ThreadingHTTPServer((host, port), Ping)
    server.daemon_threads = True
    return server
