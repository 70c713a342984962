"""HTTP to the demo's own servers: always direct, whatever proxy the environment names."""

import http.client
import json
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from philotes_tui.demo.ports import LOOPBACK


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 200."""
        return self.status == HTTPStatus.OK

    def json(self) -> Any:
        """Return the body as JSON, or None if it is something else."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class LoopbackServer:
    """One server on the loopback interface.

    Attributes:
        port: Its TCP port.
        authority: A PEM file to check its certificate with; None means plain HTTP.
        token: A bearer token sent with each request.
    """

    port: int
    authority: Path | None = None
    token: str = ""

    def request(self, method: str, path: str, body: object = None, timeout: float = 5) -> Answer:
        """Send one request, its body as JSON.

        Raises:
            OSError: no answer, or none in HTTP, within `timeout` seconds.
        """
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = self._connection(timeout)
        try:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        except http.client.HTTPException as error:
            raise ConnectionError(f"{LOOPBACK}:{self.port} does not speak HTTP") from error
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        """Send a GET request; see `request`."""
        return self.request("GET", path)

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        if self.authority is None:
            return http.client.HTTPConnection(LOOPBACK, self.port, timeout=timeout)
        context = ssl.create_default_context(cafile=str(self.authority))
        return http.client.HTTPSConnection(LOOPBACK, self.port, timeout=timeout, context=context)
