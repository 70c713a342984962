"""The registry is down, silent, something else, or no longer has what was asked for."""

import http.client
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.commands.shell import Shell

pytestmark = pytest.mark.real


@contextmanager
def answering(body: bytes, kind: str) -> Iterator[str]:
    """Serve the same answer to everything; yield the folder of charts that it is not."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the name http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"oci://127.0.0.1:{server.server_port}/charts"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def silent() -> Iterator[str]:
    """Accept connections and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"oci://127.0.0.1:{server.getsockname()[1]}/charts"


def refused() -> str:
    """Return an address that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"oci://127.0.0.1:{server.getsockname()[1]}/charts"


@pytest.mark.parametrize("command", [("versions",), ("preview", "0.2.0")])
def test_a_registry_that_is_down_is_named(shell: Shell, command: tuple[str, ...]) -> None:
    address = refused()
    shell.set(registry=address)
    ended = shell.run(*command, "--json")
    ended.told(4, "Nothing listens at", address.split("/")[2], "connection refused")
    assert ended.json["error"]["kind"] == "registry-unreachable"
    assert ended.json["error"]["exit_code"] == 4


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"<html>welcome</html>", "text/html"), (b'{"hello": "world"}', "application/json")],
)
def test_something_else_that_answers_is_told_from_a_registry(
    shell: Shell, body: bytes, kind: str
) -> None:
    with answering(body, kind) as address:
        shell.set(registry=address)
        for command in (("versions",), ("deploy", "0.2.0", "--yes")):
            shell.run(*command).told(4, "does not answer like an OCI registry", "it sent")


def test_a_registry_that_never_answers_shows_a_sign_of_life_and_ctrl_c_ends_the_wait(
    shell: Shell,
) -> None:
    with silent() as address:
        shell.set(registry=address)
        with shell.start("versions", "--json") as running:
            running.wait_for(f"Waiting for {address} to list its versions")
            running.send(signal.SIGINT)
            ended = running.end()
    assert ended.code == 130
    assert ended.json["error"]["kind"] == "interrupted"
    assert "Traceback" not in ended.err


def test_a_version_that_was_never_published_is_named(shell: Shell) -> None:
    ended = shell.run("deploy", "9.9.9", "--yes", "--json")
    ended.told(5, "Version 9.9.9 is not in", "Nearest to it: ", "`philotes-tui versions` lists")
    assert ended.json["error"]["kind"] == "version-not-found"


def test_a_version_that_is_none_is_explained(shell: Shell) -> None:
    shell.run("preview", "latest").told(
        3, "“latest” is not one version", "philotes-tui show latest"
    )


MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Tags:
    """Copies, moves and deletes versions of the chart in the real registry."""

    def __init__(self, shell: Shell) -> None:
        self._host = shell.demo.registry_host
        self._path = "/v2/" + shell.demo.registry.partition("//")[2].partition("/")[2]

    def ask(self, method: str, target: str, body: bytes | None = None) -> tuple[int, bytes, str]:
        connection = http.client.HTTPConnection(self._host)
        try:
            headers = {"Accept": MANIFEST, "Content-Type": MANIFEST}
            connection.request(method, f"{self._path}/philotes/manifests/{target}", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheader("Docker-Content-Digest") or ""
        finally:
            connection.close()

    def put(self, tag: str, like: str) -> None:
        """Let a tag name what another one names, with a digest of its own."""
        _, body, _ = self.ask("GET", like)
        status, _, _ = self.ask("PUT", tag, body + b"\n" * len(tag))
        assert status == 201

    def delete(self, tag: str) -> None:
        """Delete what a tag names."""
        digest = self.ask("HEAD", tag)[2]
        status, _, _ = self.ask("DELETE", digest)
        assert status == 202


@pytest.fixture
def tags(shell: Shell) -> Tags:
    return Tags(shell)


def test_a_version_that_vanished_since_the_list_is_told_from_one_that_is_there(
    shell: Shell, tags: Tags
) -> None:
    tags.put("0.8.15", like="0.1.0")
    assert "0.8.15" in shell.run("versions").out
    tags.delete("0.8.15")
    shell.run("deploy", "0.8.15", "--yes").told(5, "Version 0.8.15 is not in", "Nearest to it: ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tags: tags.delete("0.8.2"), ("Version 0.8.2 is not in", "Nearest to it: ")),
        (
            lambda tags: tags.put("0.8.2", like="0.1.2"),
            ("Version 0.8.2 was published again since the preview", "previewed sha256:"),
        ),
    ],
    ids=["vanished", "moved"],
)
def test_what_changed_between_preview_and_approval_is_not_deployed(
    shell: Shell, tags: Tags, change: Callable[[Tags], None], words: tuple[str, ...]
) -> None:
    tags.put("0.8.2", like="0.1.0")
    try:
        with shell.terminal("deploy", "0.8.2", "--no-record-cluster") as terminal:
            terminal.wait_for("Go on? [y/N]:")
            change(tags)
            terminal.press("y", "enter")
            assert terminal.wait_for_exit() == 5
            for word in words:
                terminal.wait_for(word, seconds=0.1)
    finally:
        if tags.ask("HEAD", "0.8.2")[0] == 200:
            tags.delete("0.8.2")
    assert shell.demo.cluster.api.get(f"/api/v1/namespaces/{shell.namespace}").status == 404
