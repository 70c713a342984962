"""References parse to a type before any I/O, or say which part is wrong and how to mend it."""

import string

import pytest

from philotes_tui.errors import InvalidReference
from philotes_tui.registry import ChartRegistry, Host, Reference, Repository
from philotes_tui.registry.reference import LONGEST

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
ENDPOINTS = [
    pytest.param("oci://ghcr.io/owner/charts", "https://ghcr.io/v2/owner/charts", id="plain"),
    pytest.param("ghcr.io/owner/charts", "https://ghcr.io/v2/owner/charts", id="no-scheme"),
    pytest.param("oci://ghcr.io/a/", "https://ghcr.io/v2/a", id="trailing-slash"),
    pytest.param("  oci://ghcr.io/a\n", "https://ghcr.io/v2/a", id="spaces-around"),
    pytest.param("oci://GHCR.io/a", "https://ghcr.io/v2/a", id="host-in-capitals"),
    pytest.param("oci://h:5000/a", "https://h:5000/v2/a", id="port"),
    pytest.param("registry:5000/a", "https://registry:5000/v2/a", id="port-makes-a-host"),
    pytest.param("oci://registry/a", "https://registry/v2/a", id="scheme-makes-a-host"),
    pytest.param("localhost/a", "http://localhost/v2/a", id="localhost"),
    pytest.param("oci://127.0.0.1:5000/a", "http://127.0.0.1:5000/v2/a", id="loopback"),
    pytest.param("oci://127.9.8.7/a", "http://127.9.8.7/v2/a", id="loopback-block"),
    pytest.param("oci://[::1]:5000/a", "http://[::1]:5000/v2/a", id="ipv6-loopback"),
    pytest.param("oci://[::ffff:127.0.0.1]/a", "http://[::ffff:7f00:1]/v2/a", id="mapped-loopback"),
    pytest.param("oci://[2001:DB8:0::1]/a", "https://[2001:db8::1]/v2/a", id="ipv6"),
    pytest.param("oci://docker.io/a/b", "https://registry-1.docker.io/v2/a/b", id="docker-hub"),
    pytest.param(
        "oci://registry-1.docker.io/a", "https://registry-1.docker.io/v2/a", id="docker-hub-api"
    ),
    pytest.param(
        "oci://127.0.0.1.example.org/a", "https://127.0.0.1.example.org/v2/a", id="looks-local"
    ),
    pytest.param(
        "oci://localhost.example.org/a", "https://localhost.example.org/v2/a", id="named-local"
    ),
    pytest.param(
        "oci://10.0.0.1/a/b.c_d__e-f---g", "https://10.0.0.1/v2/a/b.c_d__e-f---g", id="name"
    ),
]


@pytest.mark.parametrize(("text", "url"), ENDPOINTS)
def test_a_repository_knows_the_root_of_its_api(text: str, url: str) -> None:
    assert Repository.parse(text).url == url


@pytest.mark.parametrize(("text", "url"), ENDPOINTS)
def test_what_a_reference_prints_reads_back_the_same(text: str, url: str) -> None:
    for suffix in ("", ":0.2.0", f"@{DIGEST}", f":0.2.0_build.7@{DIGEST}"):
        reference = Reference.parse(text.strip().rstrip("/") + suffix)
        assert Reference.parse(str(reference)) == reference
        assert str(reference).endswith(suffix)


def test_plain_http_can_be_turned_on_and_off() -> None:
    assert Repository.parse("oci://h/a", plain_http=True).url == "http://h/v2/a"
    assert Repository.parse("localhost/a", plain_http=False).url == "https://localhost/v2/a"


def test_the_parts_of_a_reference_are_told_apart() -> None:
    reference = Reference.parse(f"oci://[::1]:5000/a/b:0.2.0@{DIGEST}")
    assert reference.repository.host == Host("::1", 5000)
    assert reference.repository.name == "a/b"
    assert (reference.tag, reference.digest) == ("0.2.0", DIGEST)
    assert reference.target == DIGEST
    assert Reference.parse("oci://h/a:x").target == "x"
    assert Reference.parse("oci://h/a").target == "latest"


WRONG = [
    pytest.param("", "is empty", "oci://ghcr.io/owner", id="empty"),
    pytest.param("oci://", "name of the repository is missing", "oci://host/name", id="nothing"),
    pytest.param(
        "oci://ghcr.io", "name of the repository is missing", "oci://host/name", id="host-only"
    ),
    pytest.param(
        "oci://ghcr.io/", "name of the repository is missing", "oci://host/name", id="slash-only"
    ),
    pytest.param("oci:///a", "host is missing", "oci://host/name", id="no-host"),
    pytest.param("oci://ghcr.io/Owner/x", "“Owner” has capitals", "Write “owner”", id="capitals"),
    pytest.param("oci://ghcr.io/a//b", "two slashes", "Leave one out", id="double-slash"),
    pytest.param("oci://ghcr.io/a/../b", "“..” is not a name", "", id="dots"),
    pytest.param("oci://ghcr.io/-a", "“-a” is not a name", "", id="leading-hyphen"),
    pytest.param("oci://ghcr.io/a b", "character 16 is one", "Leave it out", id="space"),
    pytest.param("oci://ghcr.io/a\nb", "character 16 is one", "Leave it out", id="line-break"),
    pytest.param("oci://ghcr.io/a?b=c", "no “?”", "", id="query"),
    pytest.param("oci://ghcr.io/ä", "“ä” is not a name", "", id="umlaut"),
    pytest.param(
        "http://ghcr.io/a", "“http://”", "Write oci://ghcr.io/a and turn on plain HTTP", id="http"
    ),
    pytest.param("https://ghcr.io/a", "“https://”", "Write oci://ghcr.io/a.", id="https"),
    pytest.param("OCI://ghcr.io/a", "“OCI://”", "Write oci://ghcr.io/a.", id="scheme-capitals"),
    pytest.param("docker://ghcr.io/a", "“docker://”", "Write oci://ghcr.io/a.", id="docker"),
    pytest.param(
        "charts/philotes", "“charts” could be a host", "oci://ghcr.io/charts/", id="no-registry"
    ),
    pytest.param("oci://h:/a", "“” is not a port", "1 to 65535", id="no-port"),
    pytest.param("oci://h:0/a", "“0” is not a port", "1 to 65535", id="port-zero"),
    pytest.param("oci://h:65536/a", "“65536” is not a port", "1 to 65535", id="port-too-high"),
    pytest.param("oci://h:5000x/a", "“5000x” is not a port", "1 to 65535", id="port-text"),
    pytest.param("oci://h:٥/a", "“٥” is not a port", "1 to 65535", id="port-other-digits"),
    pytest.param("oci://::1/a", "without brackets", "[::1]", id="ipv6-bare"),
    pytest.param(
        "oci://[::1/a", "not an IPv6 address in brackets", "[::1]:5000", id="bracket-open"
    ),
    pytest.param(
        "oci://[::g]/a", "not an IPv6 address in brackets", "[::1]:5000", id="bracket-wrong"
    ),
    pytest.param(
        "oci://[::1]5000/a", "not an IPv6 address in brackets", "[::1]:5000", id="bracket-port"
    ),
    pytest.param("oci://[fe80::1%eth0]/a", "not an IPv6 address in brackets", "", id="zone"),
    pytest.param("oci://256.1.1.1/a", "“256.1.1.1” is not a host", "", id="ipv4-wrong"),
    pytest.param("oci://-h/a", "“-h” is not a host", "", id="host-hyphen"),
    pytest.param("oci://h..x/a", "“h..x” is not a host", "", id="host-dots"),
    pytest.param(f"oci://{'a' * 64}.io/a", "is not a host", "", id="label-too-long"),
    pytest.param("oci://h/a:", "“” is not a tag", "last colon", id="tag-empty"),
    pytest.param("oci://h/a:-x", "“-x” is not a tag", "last colon", id="tag-hyphen"),
    pytest.param("oci://h/a:1.0.0+b", "tags have no +", "Write “1.0.0_b”", id="tag-plus"),
    pytest.param(f"oci://h/a:{'x' * 129}", "is not a tag", "", id="tag-too-long"),
    pytest.param(
        "oci://h/a@sha256:abc", "“sha256:abc” is not a digest", "64 hexadecimal", id="digest-short"
    ),
    pytest.param(
        f"oci://h/a@{DIGEST.upper()}", "is not a digest", "lower case", id="digest-capitals"
    ),
    pytest.param(f"oci://h/{'a' * 255}", "longer than 255", "", id="name-too-long"),
    pytest.param(f"oci://h/{'a' * 5000}", "longer than 1000", "", id="far-too-long"),
]


@pytest.mark.parametrize(("text", "wrong", "todo"), WRONG)
def test_a_wrong_reference_says_which_part_and_how_to_mend_it(
    text: str, wrong: str, todo: str
) -> None:
    with pytest.raises(InvalidReference) as raised:
        Reference.parse(text)
    assert wrong in raised.value.what
    assert todo in raised.value.todo


@pytest.mark.parametrize(
    "text",
    [
        "oci://operator:secret@ghcr.io/a",
        "https://operator:secret@ghcr.io/a",
        "operator:secret@ghcr.io/a:x",
        "oci://operator:secret word@ghcr.io/a",
        "oci://secret@ghcr.io/a",
    ],
)
def test_a_password_in_a_reference_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidReference) as raised:
        Reference.parse(text)
    assert "secret" not in str(raised.value)
    assert "secret" not in str(raised.value.as_dict())


@pytest.mark.parametrize("suffix", [":0.2.0", f"@{DIGEST}"])
def test_a_repository_takes_neither_tag_nor_digest(suffix: str) -> None:
    with pytest.raises(InvalidReference, match=r"does not belong here.*Write oci://h/a\."):
        Repository.parse(f"oci://h/a{suffix}")


def test_every_advice_to_write_something_is_a_reference_that_parses() -> None:
    for text in ("http://h.io/a", "https://h.io/a/b", "docker://h.io:1/a"):
        with pytest.raises(InvalidReference) as raised:
            Reference.parse(text)
        advised = raised.value.todo.removeprefix("Write ").split(" and ")[0].rstrip(".")
        assert str(Reference.parse(advised)) == advised


def test_no_text_ends_in_anything_but_a_reference_or_our_error() -> None:
    pieces = ["oci://", "h", ".io", ":", "/", "@", "[", "]", "A", "\x1b", "%", "é", "1", DIGEST]
    for first in pieces:
        for second in pieces:
            for third in pieces:
                for fourth in pieces:
                    text = first + second + third + fourth
                    try:
                        reference = Reference.parse(text)
                    except InvalidReference as error:
                        assert str(error).isprintable()  # noqa: PT017
                    else:
                        assert set(reference.repository.name) <= set(
                            string.ascii_lowercase + string.digits + "._-/"
                        )


def test_a_chart_registry_takes_the_folder_of_the_charts() -> None:
    registry = ChartRegistry("oci://127.0.0.1:5000/a/charts/")
    assert registry.url == "oci://127.0.0.1:5000/a/charts"
    assert registry.repository.name == "a/charts/philotes"
    assert registry.plain_http
    assert ChartRegistry("oci://127.0.0.1:5000").repository.name == "philotes"
    assert not ChartRegistry("oci://ghcr.io/a").plain_http


@pytest.mark.parametrize(
    "url", ["", "oci://", "oci://h/a:0.1.0", f"oci://h/a@{DIGEST}", "http://h/a"]
)
def test_a_chart_registry_refuses_what_is_not_a_folder(url: str) -> None:
    with pytest.raises(InvalidReference):
        ChartRegistry(url)


@pytest.mark.parametrize("start", ["oci://user:hidden@host/", "user:hidden", "oci://h/hidden"])
def test_what_is_too_long_is_not_repeated(start: str) -> None:
    with pytest.raises(InvalidReference) as refused:
        Reference.parse(start.ljust(LONGEST + 1, "x"))
    assert "hidden" not in str(refused.value)
    assert refused.value.todo


def test_what_stands_before_a_question_mark_is_told_in_one_line() -> None:
    with pytest.raises(InvalidReference, match=r"has no .* and nothing after it") as refused:
        Reference.parse("0\r0?x")
    assert str(refused.value).isprintable()
