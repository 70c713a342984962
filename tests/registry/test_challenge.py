"""WWW-Authenticate in the forms that registries send it."""

import time

import pytest

from philotes_tui.registry.challenge import Challenge, parse_challenges

GHCR = {"realm": "https://ghcr.io/token", "service": "ghcr.io", "scope": "repository:o/n:pull"}


@pytest.mark.parametrize(
    ("header", "challenges"),
    [
        pytest.param(
            'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:o/n:pull"',
            [("bearer", GHCR)],
            id="ghcr",
        ),
        pytest.param(
            'Bearer realm="https://h/t",service="s",Basic realm="h"',
            [("bearer", {"realm": "https://h/t", "service": "s"}), ("basic", {"realm": "h"})],
            id="combined",
        ),
        pytest.param(
            'Basic realm="a, b", Bearer realm="https://h/t"',
            [("basic", {"realm": "a, b"}), ("bearer", {"realm": "https://h/t"})],
            id="comma-in-a-value",
        ),
        pytest.param(
            r'Basic realm="a \"b\" \\c"', [("basic", {"realm": 'a "b" \\c'})], id="escaped"
        ),
        pytest.param("Basic realm=bare", [("basic", {"realm": "bare"})], id="bare"),
        pytest.param(
            "Bearer realm=https://h/t,a=b",
            [("bearer", {"realm": "https://h/t", "a": "b"})],
            id="bare-url",
        ),
        pytest.param(
            'BEARER Realm = "x" ,, SERVICE=\ty',
            [("bearer", {"realm": "x", "service": "y"})],
            id="spaces",
        ),
        pytest.param(
            "Negotiate, Basic realm=x",
            [("negotiate", {}), ("basic", {"realm": "x"})],
            id="no-values",
        ),
        pytest.param('Basic realm=""', [("basic", {"realm": ""})], id="empty-value"),
        pytest.param("Basic realm=a,realm=b", [("basic", {"realm": "a"})], id="first-value-counts"),
        pytest.param(
            'Bearer scope="a:h:5000/b:pull c:d:e"',
            [("bearer", {"scope": "a:h:5000/b:pull c:d:e"})],
            id="scopes",
        ),
        pytest.param("", [], id="empty"),
        pytest.param('realm="x"', [], id="no-scheme"),
        pytest.param('\x00\xff;;;"', [], id="noise"),
    ],
)
def test_a_challenge_is_read_as_its_registry_means_it(
    header: str, challenges: list[tuple[str, dict[str, str]]]
) -> None:
    assert parse_challenges(header) == tuple(Challenge(s, p) for s, p in challenges)


@pytest.mark.parametrize("piece", ['a="', "a=", ",", "\\", '"', "Bearer ", 'Bearer a="\\"', "a"])
def test_a_hostile_challenge_costs_no_more_than_its_length(piece: str) -> None:
    started = time.perf_counter()
    parse_challenges(piece * 100_000)
    assert time.perf_counter() - started < 1
