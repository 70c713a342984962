"""A server of access tokens for a registry.

It speaks the protocol of distribution's docs/content/spec/auth/token.md, and refuses as
GHCR does: 403 with the code DENIED.
"""

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.certificates import Signer

ISSUER = "token server of these tests"
SERVICE = "registry of these tests"


@dataclass(frozen=True)
class Account:
    """Who may do what.

    Attributes:
        secret: The password or token; empty for those who give none.
        name: The user name that goes with it; empty lets any name in, as GHCR does.
        pull: Patterns of repositories it may pull from.
        push: Patterns of repositories it may push to and pull from.
    """

    secret: str = ""
    name: str = ""
    pull: tuple[str, ...] = ()
    push: tuple[str, ...] = ()

    def actions(self, repository: str) -> frozenset[str]:
        """Return what it may do in a repository."""
        if any(fnmatchcase(repository, pattern) for pattern in self.push):
            return frozenset({"pull", "push"})
        if any(fnmatchcase(repository, pattern) for pattern in self.pull):
            return frozenset({"pull"})
        return frozenset()


@dataclass(frozen=True)
class Asked:
    """One request for a token.

    Attributes:
        account: The user name given; empty for none.
        scopes: What was asked for, `repository:NAME:ACTIONS`.
        status: How it was answered.
    """

    account: str
    scopes: tuple[str, ...]
    status: int


@dataclass
class TokenServer:
    """Gives out tokens until it is stopped.

    Attributes:
        accounts: Who is let in; may be changed while it runs.
        lifetime_s: Seconds until a token ends; the registry grants 60 more.
        asked: Every request so far.
    """

    signer: Signer
    accounts: Sequence[Account]
    lifetime_s: int = 300
    asked: list[Asked] = field(default_factory=list)

    def answer(self, query: str, authorization: str) -> tuple[int, dict[str, object]]:
        """Return status and body for one request."""
        scopes = tuple(
            part for value in parse_qs(query).get("scope", []) for part in value.split(" ")
        )
        name, secret = _basic(authorization)
        account = self._account(name, secret)
        access = _granted(account, scopes)
        refused = account is None or (scopes and not access)
        status = HTTPStatus.FORBIDDEN if refused else HTTPStatus.OK
        self.asked.append(Asked(name, scopes, status))
        if refused:
            denied = {
                "code": "DENIED",
                "message": "requested access to the resource is denied",
            }
            return status, {"errors": [denied]}
        return status, self._token(name, access)

    def _account(self, name: str, secret: str) -> Account | None:
        for account in self.accounts:
            if account.secret == secret and account.name in {"", name}:
                return account
        return None

    def _token(self, name: str, access: list[dict[str, object]]) -> dict[str, object]:
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": SERVICE,
            "sub": name,
            "iat": now,
            "nbf": now - 1,
            "exp": now + self.lifetime_s,
            "access": access,
        }
        return {"token": self.signer.token(claims), "expires_in": self.lifetime_s}


@contextmanager
def running_token_server(tokens: TokenServer, context: ssl.SSLContext | None) -> Iterator[str]:
    """Serve tokens on a free port until the block ends; yield the URL they are asked for at."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path != "/token":
                return self.send_error(HTTPStatus.NOT_FOUND)
            status, body = tokens.answer(url.query, self.headers.get("Authorization", ""))
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            return None

        def do_POST(self) -> None:
            # Clients then fall back to GET (docs/content/spec/auth/oauth.md).
            self.send_error(HTTPStatus.NOT_FOUND)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            scheme = "https" if context else "http"
            yield f"{scheme}://127.0.0.1:{server.server_address[1]}/token"
        finally:
            server.shutdown()
            thread.join()


def _granted(account: Account | None, scopes: Sequence[str]) -> list[dict[str, object]]:
    if account is None:
        return []
    granted: list[dict[str, object]] = []
    for scope in scopes:
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        allowed = account.actions(name) & set(actions.split(","))
        if kind == "repository" and allowed:
            granted.append({"type": kind, "name": name, "actions": sorted(allowed)})
    return granted


def _basic(authorization: str) -> tuple[str, str]:
    """Return name and password of a Basic `Authorization` (RFC 7617, section 2)."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    name, _, password = base64.b64decode(encoded).decode().partition(":")
    return name, password
