"""Tag lists as registries send them, in the forms that the distribution registry never does."""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from philotes_tui.errors import NotARegistry, RegistryError
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials, RegistryClient, Repository
from tests.registry.clock import Clock
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error

LIST = "/v2/charts/philotes/tags/list"
QUICK = Limits(deadline=5, connect=2, retries=0, page=3, pages=20)


def tags_of(fake: FakeRegistry, limits: Limits = QUICK) -> list[str]:
    async def read() -> list[str]:
        async with RegistryClient(credentials=NoCredentials(), limits=limits) as client:
            return await client.tags(Repository.parse(f"{fake.folder}/philotes"))

    return asyncio.run(read())


def page(tags: Sequence[str] | None, following: str = "") -> Reply:
    content = {"name": "charts/philotes", "tags": tags}
    return as_json(content, Link=f'<{following}>; rel="next"') if following else as_json(content)


def ghcr(tags: Sequence[str], size: int) -> Callable[[Request], Reply]:
    """Answer as GHCR: oldest first, a relative link that holds `n=0`."""

    def answer(request: Request) -> Reply:
        last = request.query.get("last", [""])[0]
        start = tags.index(last) + 1 if last else 0
        part = tags[start : start + size]
        more = start + size < len(tags)
        return page(part, f"{LIST}?last={part[-1]}&n=0" if more else "")

    return answer


def test_pages_of_ghcr_are_followed_by_their_links_as_they_stand() -> None:
    tags = ["0.1.0", "0.10.0", "0.2.0", "0.3.0-rc.1", "latest", "0.1.1", "0.2.1", "sha256-0"]
    with FakeRegistry(ghcr(tags, 3)) as fake:
        assert tags_of(fake) == tags
        assert fake.asked() == [
            f"GET {LIST}?n=3",
            f"GET {LIST}?last=0.2.0&n=0",
            f"GET {LIST}?last=0.1.1&n=0",
        ]


def test_a_link_with_the_whole_address_is_followed() -> None:
    def answer(request: Request) -> Reply:
        if "last" in request.query:
            return page(["0.2.0"])
        return page(["0.1.0"], f"http://{request.headers['Host']}{LIST}?last=0.1.0&n=1")

    with FakeRegistry(answer) as fake:
        assert tags_of(fake) == ["0.1.0", "0.2.0"]


@pytest.mark.parametrize("body", [{"tags": None}, {"name": "x", "tags": None}, {"name": "x"}])
def test_a_repository_without_tags_is_empty(body: object) -> None:
    with FakeRegistry(lambda _: as_json(body)) as fake:
        assert tags_of(fake) == []


def test_a_full_page_without_a_link_is_asked_on_with_last() -> None:
    tags = ["0.1.0", "0.2.0", "0.3.0", "0.4.0"]

    def answer(request: Request) -> Reply:
        last = request.query.get("last", [""])[0]
        start = tags.index(last) + 1 if last else 0
        return page(tags[start : start + 3])

    with FakeRegistry(answer) as fake:
        assert tags_of(fake) == tags
        assert fake.asked()[1] == f"GET {LIST}?n=3&last=0.3.0"
        assert len(fake.requests) == 2


def test_a_registry_that_ignores_last_is_asked_once_more_only() -> None:
    with FakeRegistry(lambda _: page(["0.1.0", "0.2.0", "0.3.0"])) as fake:
        assert tags_of(fake) == ["0.1.0", "0.2.0", "0.3.0"]
        assert len(fake.requests) == 2


@pytest.mark.parametrize("status", [400, 404])
def test_a_registry_that_refuses_last_has_sent_all(status: int) -> None:
    def answer(request: Request) -> Reply:
        if "last" in request.query:
            return error(status, "UNSUPPORTED")
        return page(["0.1.0", "0.2.0", "0.3.0"])

    with FakeRegistry(answer) as fake:
        assert tags_of(fake) == ["0.1.0", "0.2.0", "0.3.0"]


@pytest.mark.parametrize("status", [400, 405, 406, 413, 414, 416, 422])
@pytest.mark.parametrize(("most", "asked"), [(1000, [10_000, 1000]), (100, [10_000, 1000, 100])])
def test_fewer_tags_are_asked_for_where_so_many_are_refused(
    status: int, most: int, asked: list[int]
) -> None:
    def answer(request: Request) -> Reply:
        if int(request.query["n"][0]) > most:
            return error(status, "PAGINATION_NUMBER_INVALID")
        return page(["0.1.0"])

    with FakeRegistry(answer) as fake:
        assert tags_of(fake, Limits(deadline=5)) == ["0.1.0"]
        assert [int(request.query["n"][0]) for request in fake.requests] == asked


def test_a_registry_that_takes_no_number_at_all_is_asked_without() -> None:
    def answer(request: Request) -> Reply:
        return Reply(400) if "n" in request.query else page(["0.1.0"])

    with FakeRegistry(answer) as fake:
        assert tags_of(fake, Limits(deadline=5)) == ["0.1.0"]
        assert fake.asked()[-1] == f"GET {LIST}"


@pytest.mark.parametrize("cut", [50, 100, 1000])
def test_a_page_cut_short_at_a_round_number_without_a_link_is_asked_on(cut: int) -> None:
    tags = [f"0.{number}.0" for number in range(cut + 7)]

    def answer(request: Request) -> Reply:
        last = request.query.get("last", [""])[0]
        start = tags.index(last) + 1 if last else 0
        return page(tags[start : start + cut])

    with FakeRegistry(answer) as fake:
        assert tags_of(fake, Limits(deadline=5)) == tags
        assert len(fake.requests) == 2


def test_ten_thousand_tags_are_one_request_where_the_registry_honours_it() -> None:
    tags = [f"0.{number}.0" for number in range(9_999)]
    with FakeRegistry(lambda _: page(tags)) as fake:
        assert tags_of(fake, Limits(deadline=5)) == tags
        assert fake.asked() == [f"GET {LIST}?n=10000"]


def test_a_failing_second_page_is_never_taken_for_the_end() -> None:
    def answer(request: Request) -> Reply:
        if "last" in request.query:
            return error(404, "NAME_UNKNOWN")
        return page(["0.1.0"], f"{LIST}?last=0.1.0")

    with FakeRegistry(answer) as fake, pytest.raises(RegistryError):
        tags_of(fake)


def test_a_link_that_leads_back_ends_in_a_sentence() -> None:
    with (
        FakeRegistry(lambda _: page(["0.1.0"], f"{LIST}?n=3")) as fake,
        pytest.raises(NotARegistry, match=r"to its end.*leads back"),
    ):
        tags_of(fake)


def test_a_list_without_end_stops_at_the_most_pages() -> None:
    def answer(request: Request) -> Reply:
        number = int(request.query.get("last", ["0"])[0]) + 1
        return page([f"0.{number}.0"], f"{LIST}?last={number}")

    with FakeRegistry(answer) as fake:
        with pytest.raises(NotARegistry, match="more than 20 pages"):
            tags_of(fake)
        assert len(fake.requests) == 20


def test_a_list_that_grows_too_large_stops_before_its_end() -> None:
    def answer(request: Request) -> Reply:
        number = int(request.query.get("last", ["0"])[0]) + 1
        return page([f"{number}-{'x' * 1000}"], f"{LIST}?last={number}")

    with FakeRegistry(answer) as fake:
        with pytest.raises(NotARegistry, match=r"to its end: it has more than 0\.01 MiB"):
            tags_of(fake, replace(QUICK, lists_bytes=10_486))
        assert len(fake.requests) == 11


def test_many_pages_may_take_longer_than_the_deadline_if_none_of_them_does() -> None:
    """As on GHCR, which lists a hundred at a time."""
    clock = Clock()

    async def read(fake: FakeRegistry) -> list[str]:
        async with RegistryClient(credentials=NoCredentials(), limits=QUICK) as client:
            return await client.tags(Repository.parse(f"{fake.folder}/philotes"))

    tags = [f"0.{number}.0" for number in range(29)]

    def answer(request: Request) -> Reply:
        clock.forward(QUICK.deadline / 4)
        return ghcr(tags, 3)(request)

    with FakeRegistry(answer) as fake:
        assert clock.run(read(fake)) == tags
        assert len(fake.requests) == 10


@pytest.mark.parametrize(
    "link",
    [
        "http://elsewhere.example/v2/x/tags/list?last=a",
        "//elsewhere.example/v2/x/tags/list",
        "http://127.0.0.1:1/v2/x/tags/list",
        "https://{host}/v2/x/tags/list",
        "http://user:secret@{host}/v2/x/tags/list",
        "ftp://{host}/x",
        "http://[",
        "/v2/\x7f",
    ],
)
def test_a_link_that_leaves_the_registry_is_refused(link: str) -> None:
    def answer(request: Request) -> Reply:
        return page(["0.1.0"], link.replace("{host}", request.headers["Host"]))

    with FakeRegistry(answer) as fake:
        with pytest.raises(NotARegistry, match="goes on at another place") as refused:
            tags_of(fake)
        assert len(fake.requests) == 1
    assert "secret" not in str(refused.value)


def test_tags_in_two_pages_count_once() -> None:
    def answer(request: Request) -> Reply:
        if "last" in request.query:
            return page(["0.2.0", "0.3.0"])
        return page(["0.1.0", "0.2.0"], f"{LIST}?last=0.1.0")

    with FakeRegistry(answer) as fake:
        assert tags_of(fake) == ["0.1.0", "0.2.0", "0.3.0"]


def test_hostile_tags_are_set_apart_and_shown_without_their_tricks() -> None:
    hostile = ["0.2.0\x1b[2J", "0.2.0\u202e", "[red]0.2.0", "../../etc", "0.2.0\n", "0.2.0+a", ""]
    signature = f"sha256-{'a' * 64}.sig"
    with FakeRegistry(lambda _: page([*hostile, "0.2.0", "latest", signature])) as fake:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=QUICK)
        catalog = asyncio.run(registry.catalog())
    assert [release.tag for release in catalog.releases] == ["0.2.0"]
    assert len(catalog.others) == len(hostile) + 2
    assert not [o for o in catalog.others if not o.tag.isprintable()]
    assert {o.reason for o in catalog.others if o.tag in {signature, "latest", "../../etc"}} == {
        "signature or attestation of a digest",
        "not a SemVer version",
        "not a tag that OCI allows",
    }


def test_what_a_registry_warns_of_is_told_once() -> None:
    warning = '299 - "\x1b[31mmoves to example.org"'
    with FakeRegistry(lambda _: as_json({"tags": ["0.1.0"]}, Warning=warning)) as fake:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=QUICK)
        asyncio.run(registry.catalog())
        assert registry.notices == (f"{fake.host} warns: moves to example.org",)


@pytest.mark.parametrize(
    ("header", "texts"),
    [
        ('299 - "one", 299 - "two"', ["one", "two"]),
        ('299 - "a \\"quoted\\" word, 299 - x"', ['a "quoted" word, 299 - x']),
        ('299 registry.example "moves"', ["moves"]),
        ('199 - "other code"', []),
        ('299 - ""', []),
        ('299 - "never ends', []),
        ("299", []),
        ('299 - "same", 299 - "same"', ["same"]),
    ],
)
def test_only_warnings_of_the_specification_are_told(header: str, texts: list[str]) -> None:
    with FakeRegistry(lambda _: as_json({"tags": ["0.1.0"]}, Warning=header)) as fake:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=QUICK)
        asyncio.run(registry.catalog())
        asyncio.run(registry.catalog())
        assert registry.notices == tuple(f"{fake.host} warns: {text}" for text in texts)


@pytest.mark.skipif(not socket.has_ipv6, reason="this system has no IPv6")
def test_a_registry_at_an_ipv6_address_is_told_its_name_in_brackets() -> None:
    class Six(ThreadingHTTPServer):
        address_family = socket.AF_INET6

    hosts: list[str | None] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hosts.append(self.headers["Host"])
            body = b'{"tags": ["0.1.0"]}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    try:
        server = Six(("::1", 0), Answering)
    except OSError:
        pytest.skip("this system has no IPv6 loopback")
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            where = f"[::1]:{server.server_address[1]}"
            registry = ChartRegistry(f"oci://{where}/charts", credentials=NoCredentials())
            assert len(asyncio.run(registry.catalog()).releases) == 1
        finally:
            server.shutdown()
            thread.join()
    assert hosts == [where]
