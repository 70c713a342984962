"""A server in front of a registry that passes requests on, but for those it is told to."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_NOT_PASSED = {"connection", "transfer-encoding", "date", "server"}


@dataclass
class Front:
    """Stands before a registry.

    Attributes:
        registry: `127.0.0.1:PORT` of the registry.
        refuse: Returns the status with which a request, `METHOD PATH`, is refused; 0 lets it by.
        seen: The requests that came.
        host: Its own `127.0.0.1:PORT`.
    """

    registry: str
    refuse: Callable[[str], int]
    seen: list[str] = field(default_factory=list)
    host: str = ""

    def pushed(self) -> list[str]:
        """Return the charts whose manifests were put, in order; Helm puts one twice."""
        puts = [one for one in self.seen if one.startswith("PUT ") and "/manifests/" in one]
        names = [one.partition("/manifests/")[0].rpartition("/")[2] for one in puts]
        return list(dict.fromkeys(names))


@contextmanager
def running_front(registry: str, refuse: Callable[[str], int] = lambda _: 0) -> Iterator[Front]:
    """Run one on a free port until the block ends."""
    front = Front(registry, refuse)

    class Request(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = f"{self.command} {self.path}"
            front.seen.append(request)
            if status := front.refuse(request):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            onward = http.client.HTTPConnection(front.registry, timeout=30)
            try:
                onward.request(self.command, self.path, said, dict(self.headers))
                answer = onward.getresponse()
                content = answer.read()
            finally:
                onward.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _NOT_PASSED:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
    front.host = f"127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield front
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
