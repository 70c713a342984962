"""Downloads from a real HTTP server on loopback: taken only if the SHA-256 is the published one."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket

import pytest

from philotes_tui.toolchain import TOOLS, Cache, Progress, Tool, ensure
from philotes_tui.toolchain.cache import system_and_arch
from philotes_tui.toolchain.download import NoDownload, addresses, published_sum
from philotes_tui.toolchain.ensure import OFFLINE_NOTE
from philotes_tui.toolchain.tools import Release
from tests.toolchain.conftest import tiny, write_recipe

Known = Callable[[Tool], Tool]
SCRIPT = b"#!/bin/sh\necho tiny version v1.2.3\n"


class Site:
    """A release page: paths and what is served there, and what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        site = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                content = site.files.get(self.path)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content or b"")

            do_HEAD = do_GET  # noqa: N815 - the names are those of the standard library

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, path: str, content: bytes, sums: str | None = None) -> None:
        self.files[path] = content
        digest = hashlib.sha256(content).hexdigest()
        self.files[f"{path}.sha256"] = (sums or f"{digest}  {path[1:]}\n").encode()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    site.server.shutdown()
    thread.join()
    site.server.server_close()


def released(url: str, name: str = "tiny", member: str = "tiny-{os}/tiny") -> Tool:
    address = f"{url}/{name}-{{os}}-{{arch}}.tar.gz"
    return tiny(name, release=Release(address, f"{address}.sha256", member=member))


def archive(content: bytes = SCRIPT, name: str = "") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        system = system_and_arch()[0]
        for member, text in {f"tiny-{system}/tiny": content, f"tiny-{system}/beside": b"x"}.items():
            entry = tarfile.TarInfo(name or member)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
    return file.getvalue()


def where(name: str = "tiny") -> str:
    return "/{}-{}-{}.tar.gz".format(name, *system_and_arch())


def notes(seen: list[Progress]) -> tuple[str, ...]:
    return seen[-1].notes


def test_a_release_is_downloaded_with_what_is_beside_it(
    site: Site, cache: Cache, known: Known
) -> None:
    known(released(site.url))
    site.publish(where(), archive())
    made = ensure(["tiny"], cache=cache)["tiny"]
    assert made.origin == "download"
    assert (made.path.parent / "beside").is_file()
    asked = len(site.asked)
    assert ensure(["tiny"], cache=cache)["tiny"] == made
    assert len(site.asked) == asked


def test_a_bare_executable_is_downloaded(site: Site, cache: Cache, known: Known) -> None:
    url = f"{site.url}/tiny-bare"
    known(tiny(release=Release(url, f"{url}.sha256")))
    site.publish("/tiny-bare", SCRIPT, hashlib.sha256(SCRIPT).hexdigest())
    made = ensure(["tiny"], cache=cache)["tiny"]
    assert (made.origin, made.path.name) == ("download", "tiny")


def test_a_download_with_another_sum_is_refused_and_the_tool_is_built(
    site: Site, cache: Cache, known: Known
) -> None:
    known(released(site.url))
    site.publish(where(), archive(), f"{'0' * 64}  {where()[1:]}\n")
    seen: list[Progress] = []
    assert ensure(["tiny"], seen.append, cache=cache)["tiny"].origin == "build"
    assert "was refused" in notes(seen)[0]
    assert f"published is {'0' * 64}" in notes(seen)[0]
    assert list((cache.root / "downloaded").iterdir()) == []


def test_a_release_without_a_sum_is_not_even_fetched(
    site: Site, cache: Cache, known: Known
) -> None:
    known(released(site.url))
    site.publish(where(), archive(), "nothing here\n")
    seen: list[Progress] = []
    assert ensure(["tiny"], seen.append, cache=cache)["tiny"].origin == "build"
    assert where() not in site.asked
    assert "no SHA-256 is published" in notes(seen)[0]


def test_an_archive_that_reaches_out_of_its_folder_is_refused(
    site: Site, cache: Cache, known: Known, tmp_path: Path
) -> None:
    known(released(site.url))
    site.publish(where(), archive(name="../../../escaped"))
    assert ensure(["tiny"], cache=cache)["tiny"].origin == "build"
    assert not list(tmp_path.rglob("escaped"))


def test_a_python_that_cannot_unpack_safely_builds_instead(
    site: Site, cache: Cache, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python 3.11.0 to 3.11.3 have no filter against archives that write outside their folder.
    monkeypatch.delattr(tarfile, "data_filter")
    known(released(site.url))
    site.publish(where(), archive())
    seen: list[Progress] = []
    assert ensure(["tiny"], seen.append, cache=cache)["tiny"].origin == "build"
    assert "too old to unpack" in notes(seen)[0]


def test_a_download_that_does_not_run_is_replaced_by_a_build(
    site: Site, cache: Cache, known: Known
) -> None:
    known(released(site.url))
    site.publish(where(), archive(b"#!/bin/sh\nexit 1\n"))
    seen: list[Progress] = []
    assert ensure(["tiny"], seen.append, cache=cache)["tiny"].origin == "build"
    assert "does not run on this machine" in notes(seen)[0]


def test_a_release_that_is_not_there_is_built_and_says_why(
    site: Site, cache: Cache, known: Known
) -> None:
    known(released(site.url))
    seen: list[Progress] = []
    assert ensure(["tiny"], seen.append, cache=cache)["tiny"].origin == "build"
    assert "404" in notes(seen)[0]


def test_without_a_network_it_is_said_once_and_every_tool_is_built(
    cache: Cache, known: Known
) -> None:
    with closing(socket()) as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        known(released(url))
        known(released(url, "second"))
        write_recipe(cache.recipes, "second")
        seen: list[Progress] = []
        made = ensure(["tiny", "second"], seen.append, cache=cache)
    assert {tool.origin for tool in made.values()} == {"build"}
    assert notes(seen) == (OFFLINE_NOTE,)


@pytest.mark.parametrize(
    "text",
    [
        "{sum}  file.tar.gz\n",
        "{sum} *file.tar.gz\n",
        "{sum}\n",
        "{other}  other.tar.gz\n{sum}  ./file.tar.gz\n",
    ],
)
def test_a_sum_is_found_in_every_form_it_is_published_in(text: str) -> None:
    mine, other = "a" * 64, "b" * 64
    assert published_sum(text.format(sum=mine, other=other), "file.tar.gz") == mine


def test_the_sum_of_another_file_is_not_taken() -> None:
    with pytest.raises(NoDownload):
        published_sum(f"{'b' * 64}  file.tar.gz.sig\n", "file.tar.gz")


@pytest.mark.parametrize("system", ["linux", "darwin"])
@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_addresses_name_the_platform_in_the_publishers_words(
    system: str, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    release = TOOLS["pulumi"].release
    assert release
    pair = addresses(release)
    assert pair
    arch = "x64" if machine == "x86_64" else "arm64"
    assert pair[0].endswith(f"/v3.259.0/pulumi-v3.259.0-{system}-{arch}.tar.gz")
    server = TOOLS["kube-apiserver"].release
    assert server
    assert (addresses(server) is None) is (system == "darwin")
