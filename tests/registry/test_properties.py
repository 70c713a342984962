"""What holds for every reference, challenge, link and answer, not only for the examples."""

import ipaddress
import json
import re
import string
from datetime import UTC, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from philotes_tui.errors import InvalidReference, RegistryError
from philotes_tui.registry import Host, Reference, Repository
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.challenge import parse_challenges
from philotes_tui.registry.chart_details import parse_time
from philotes_tui.registry.duration import LONGEST, SHORTEST, retry_after
from philotes_tui.registry.manifest import parse_manifest
from philotes_tui.registry.pagination import next_link, origin, resolve

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
_NAMES = st.lists(_LABEL, min_size=2, max_size=4).map(".".join).filter(lambda n: n[-1].isalpha())
_V4 = st.ip_addresses(v=4).map(str)
_V6 = st.ip_addresses(v=6).map(lambda a: ipaddress.IPv6Address(a).compressed)
_HOSTS = st.builds(Host, st.one_of(_NAMES, _V4, _V6), st.one_of(st.none(), st.integers(1, 65_535)))
_PART = st.from_regex(r"[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}", fullmatch=True)
_PATH = st.lists(_PART, min_size=1, max_size=5).map("/".join)
_TAG = st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", fullmatch=True)
_HEX = st.text("0123456789abcdef", min_size=128, max_size=128)
_DIGEST = st.one_of(_HEX.map(lambda h: f"sha256:{h[:64]}"), _HEX.map(lambda h: f"sha512:{h}"))


@given(_HOSTS, _PATH, st.one_of(st.none(), _TAG), st.one_of(st.none(), _DIGEST))
def test_every_reference_reads_back_as_it_was_written(
    host: Host, name: str, tag: str | None, digest: str | None
) -> None:
    reference = Reference(Repository(host, name, host.is_loopback), tag, digest)
    assert Reference.parse(str(reference)) == reference
    without_scheme = str(reference).removeprefix("oci://")
    if host.port or "." in host.name or ":" in host.name:
        assert Reference.parse(without_scheme) == reference
    assert reference.target == (digest or tag or "latest")
    assert origin(reference.repository.url) == origin(reference.repository.origin)


@given(st.text(max_size=80))
def test_any_text_is_a_reference_or_our_error(text: str) -> None:
    try:
        reference = Reference.parse(text)
    except InvalidReference as error:
        assert not _CONTROL.search(str(error))  # noqa: PT017
    else:
        assert Reference.parse(str(reference)) == reference


@given(_HOSTS, _PATH, st.text(max_size=20), st.integers(0, 200))
def test_a_reference_with_anything_put_into_it_is_one_or_our_error(
    host: Host, name: str, noise: str, place: int
) -> None:
    text = f"oci://{host}/{name}"
    place %= len(text)
    try:
        reference = Reference.parse(text[:place] + noise + text[place:])
    except InvalidReference as error:
        assert error.what  # noqa: PT017
    else:
        assert Reference.parse(str(reference)) == reference


_WORD = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=8)
_VALUE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
_CHALLENGES = st.lists(
    st.tuples(_WORD, st.dictionaries(_WORD.map(str.lower), _VALUE, max_size=4)), max_size=3
)


@given(_CHALLENGES, st.sampled_from([", ", ",", " , ", ",, "]))
def test_every_challenge_is_read_as_it_was_written(
    challenges: list[tuple[str, dict[str, str]]], comma: str
) -> None:
    written = []
    for scheme, parameters in challenges:
        escaped = {k: v.replace("\\", "\\\\").replace('"', '\\"') for k, v in parameters.items()}
        written.append(f"{scheme} " + comma.join(f'{k}="{v}"' for k, v in escaped.items()))
    read = parse_challenges(comma.join(written))
    assert [(c.scheme, dict(c.parameters)) for c in read] == [
        (scheme.lower(), parameters) for scheme, parameters in challenges
    ]


@given(st.text(max_size=200))
def test_no_challenge_breaks_the_reading_of_it(header: str) -> None:
    for challenge in parse_challenges(header):
        assert challenge.scheme == challenge.scheme.lower()


_URL_TEXT = st.text(string.ascii_letters + string.digits + "/?&=%._-~+:@#[]\\ \t\x7f", max_size=40)


@given(_URL_TEXT)
def test_no_link_ever_leads_to_another_registry(target: str) -> None:
    here = "https://registry.example:5000/v2/a/tags/list?n=5"
    url = resolve(here, target)
    assert url is None or (origin(url) == origin(here) and "@" not in url.split("/")[2])


@given(st.text(max_size=100))
def test_no_link_header_breaks_the_reading_of_it(header: str) -> None:
    target = next_link(header)
    assert target is None or ">" not in target


@given(st.text(max_size=60), st.binary(max_size=60))
def test_every_wait_is_within_bounds(header: str, body: bytes) -> None:
    seconds = retry_after(Answer(429, "http://h", {"retry-after": header}, body))
    assert seconds is None or SHORTEST <= seconds <= LONGEST


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(
    st.sampled_from(["mediaType", "config", "layers", "manifests", "annotations", "subject"]),
    _JSON,
))  # fmt: skip
def test_any_json_is_a_manifest_or_our_error(content: dict[str, object]) -> None:
    body = json.dumps({"schemaVersion": 2, **content}).encode()
    try:
        manifest = parse_manifest(Answer(200, "http://h/", {}, body), Reference.parse("oci://h/a"))
    except RegistryError as error:
        assert error.todo  # noqa: PT017
    else:
        assert manifest.body == body


_ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@example("0001-01-01T00:00:00+14:00")
@example("9999-12-31T23:59:59-14:00")
@given(st.text(max_size=40) | st.datetimes(timezones=_ZONES).map(lambda time: time.isoformat()))
def test_any_text_is_a_time_that_can_be_told_in_every_zone_or_none(text: str) -> None:
    time = parse_time(text)
    if time is not None:
        assert time.astimezone(UTC)
        assert time.astimezone(timezone(timedelta(hours=-24, minutes=1)))
