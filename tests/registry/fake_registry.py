"""A server on loopback that answers as told: for the faults a real registry will not produce."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """What the server was asked."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)


@dataclass(frozen=True)
class Reply:
    """What it answers; the faults come after the headers.

    Attributes:
        promised: The Content-Length to claim; None is the true one.
        drip: Send the body one byte every so many seconds, again and again.
        silent: Never answer at all.
        reset: Close the connection with a reset before a single byte.
        cut: Close the connection with a reset after the body, which `promised` makes too short.
        raw: What is sent instead of an answer, byte for byte.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    promised: int | None = None
    drip: float | None = None
    silent: bool = False
    reset: bool = False
    cut: bool = False
    raw: bytes | None = None


def as_json(content: Any, status: int = 200, /, **headers: str) -> Reply:
    """Return a JSON answer; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content).encode()
    return Reply(status, {"Content-Type": "application/json", **named}, body)


def error(status: int, code: str, message: str = "", /, **headers: str) -> Reply:
    """Return an error in the form of the distribution specification."""
    return as_json({"errors": [{"code": code, "message": message}]}, status, **headers)


def html(text: str, status: int = 200) -> Reply:
    return Reply(status, {"Content-Type": "text/html; charset=utf-8"}, text.encode())


class FakeRegistry:
    """Serves `answer` until the block ends; keeps every request in `requests`."""

    def __init__(
        self, answer: Callable[[Request], Reply], tls: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[Request] = []
        self.failed: list[BaseException] = []
        self.asked_once = threading.Event()
        self._answer = answer
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def folder(self) -> str:
        """The address of the chart folder in it."""
        return f"oci://{self.host}/charts"

    def asked(self) -> list[str]:
        return [f"{request.method} {request.target}" for request in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        assert not self.failed

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.close_connection = True
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.command, self.path, dict(self.headers.items()), sent)
                fake.requests.append(request)
                fake.asked_once.set()
                try:
                    fake.send(self, fake._answer(request))
                except (ConnectionError, TimeoutError):
                    pass  # the client went away, as it may
                except BaseException as error:  # noqa: BLE001 - reported at the end of the block
                    fake.failed.append(error)

            do_HEAD = do_CONNECT = do_POST = do_GET  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler

    def send(self, to: BaseHTTPRequestHandler, reply: Reply) -> None:
        if reply.reset:
            _reset(to)
            return
        if reply.silent:
            self._closing.wait()
            return
        if reply.raw is not None:
            to.wfile.write(reply.raw)
            return
        to.send_response(reply.status)
        for name, value in reply.headers.items():
            to.send_header(name, value)
        if reply.drip is not None:
            to.end_headers()
            while not self._closing.wait(reply.drip):
                to.wfile.write(b" ")
                to.wfile.flush()
            return
        length = len(reply.body) if reply.promised is None else reply.promised
        if "Content-Length" not in reply.headers:
            to.send_header("Content-Length", str(length))
        to.send_header("Connection", "close")
        to.end_headers()
        if to.command != "HEAD":
            to.wfile.write(reply.body)
        if reply.cut:
            to.wfile.flush()
            _reset(to)


def _reset(to: BaseHTTPRequestHandler) -> None:
    """Close with unread or unsent data thrown away: the peer sees a reset."""
    to.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    to.connection.close()
