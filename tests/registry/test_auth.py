"""Tokens and logins: who is asked for them, what is sent, and where it never goes."""

import asyncio
import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from philotes_tui.cli.wiring import Wiring
from philotes_tui.engine import Target
from philotes_tui.errors import NotARegistry, RegistryDenied, RegistryError
from philotes_tui.registry import (
    AuthorizationCache,
    Basic,
    ChartRegistry,
    Limits,
    Login,
    RegistryClient,
    Repository,
)
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.challenge import Challenge
from philotes_tui.registry.credentials import RegistryToken
from philotes_tui.registry.tokens import parse_token, scopes, token_url
from philotes_tui.releases import Release, Version
from philotes_tui.settings import Settings
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error, html

LOGIN = Basic("operator", "hidden-password", "config.json")
LIMITS = Limits(deadline=5, connect=2, retries=0)


@dataclass
class Stored:
    """Credentials that know one login and remember who asked."""

    login: Login | None = None
    asked: list[str] = field(default_factory=list)

    async def lookup(self, host: str) -> Login | None:
        self.asked.append(host)
        return self.login


def token_service(
    grant: Callable[[Request], Reply], challenge: str = ""
) -> Callable[[Request], Reply]:
    """Answer as a registry whose lists want a token from its own `/token`."""

    def answer(request: Request) -> Reply:
        host = request.headers["Host"]
        if request.path == "/token":
            return grant(request)
        if request.headers.get("Authorization") == "Bearer granted":
            return as_json({"tags": ["0.1.0"]}, Docker_Content_Digest=f"sha256:{'a' * 64}")
        wanted = challenge or (
            'Bearer realm="http://{host}/token",service="registry",'
            'scope="repository:charts/philotes:pull"'
        )
        return error(401, "UNAUTHORIZED", WWW_Authenticate=wanted.replace("{host}", host))

    return answer


def granted(_: Request) -> Reply:
    return as_json({"token": "granted", "expires_in": 300})


def registry(fake: FakeRegistry, stored: Stored | None = None) -> ChartRegistry:
    return ChartRegistry(fake.folder, credentials=stored or Stored(), limits=LIMITS)


def versions(chart: ChartRegistry) -> list[str]:
    return [str(release.version) for release in asyncio.run(chart.catalog()).releases]


def test_a_public_package_is_read_with_an_anonymous_token() -> None:
    with FakeRegistry(token_service(granted)) as fake:
        assert versions(registry(fake)) == ["0.1.0"]
        asked = fake.requests[1]
        assert asked.path == "/token"
        assert asked.query == {
            "service": ["registry"],
            "scope": ["repository:charts/philotes:pull"],
        }
        assert "Authorization" not in asked.headers


def test_nothing_is_sent_before_the_registry_asks() -> None:
    stored = Stored(LOGIN)
    with FakeRegistry(lambda _: as_json({"tags": ["0.1.0"]})) as fake:
        assert versions(registry(fake, stored)) == ["0.1.0"]
        assert stored.asked == []
        assert "Authorization" not in fake.requests[0].headers


def test_a_login_goes_to_the_token_service_and_never_to_the_registry() -> None:
    stored = Stored(LOGIN)
    with FakeRegistry(token_service(granted)) as fake:
        assert versions(registry(fake, stored)) == ["0.1.0"]
        pair = base64.b64encode(b"operator:hidden-password").decode()
        assert stored.asked == [fake.host]
        assert [r.headers.get("Authorization") for r in fake.requests] == [
            None,
            f"Basic {pair}",
            "Bearer granted",
        ]


@pytest.mark.parametrize(
    "challenge",
    [
        'Basic realm="x", Bearer realm="http://{host}/token",service=registry',
        'Bearer realm="http://{host}/token",service=registry,Basic realm="x"',
        "bearer REALM=http://{host}/token , service=registry",
        r'Bearer realm="http:\/\/{host}/token",service="registry"',
    ],
)
def test_a_token_is_preferred_however_the_challenge_is_written(challenge: str) -> None:
    with FakeRegistry(token_service(granted, challenge)) as fake:
        assert versions(registry(fake)) == ["0.1.0"]
        assert fake.requests[1].query["service"] == ["registry"]


def test_a_token_is_kept_for_the_next_question_until_it_expires() -> None:
    now = [1000.0]
    with FakeRegistry(token_service(granted)) as fake:
        chart = registry(fake)
        chart._cache = AuthorizationCache(now=lambda: now[0])
        versions(chart)
        asyncio.run(chart.digest("0.1.0"))
        assert [r.path for r in fake.requests].count("/token") == 1
        assert len(fake.requests) == 4
        now[0] += 294
        versions(chart)
        assert [r.path for r in fake.requests].count("/token") == 1
        now[0] += 2  # five seconds before its end it is too old to be sent
        versions(chart)
        assert [r.path for r in fake.requests].count("/token") == 2


def test_a_fresh_token_that_is_refused_is_not_fetched_again_and_again() -> None:
    with (
        FakeRegistry(token_service(lambda _: as_json({"token": "refused"}))) as fake,
        pytest.raises(RegistryDenied, match="philotes-tui login"),
    ):
        versions(registry(fake))
    assert [r.path for r in fake.requests].count("/token") == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_kept_token_that_the_registry_no_longer_takes_is_replaced(status: int) -> None:
    tokens = iter(["first", "second"])
    valid = ["Bearer first"]

    def answer(request: Request) -> Reply:
        if request.path == "/token":
            return as_json({"token": next(tokens), "expires_in": 300})
        sent = request.headers.get("Authorization")
        if sent == valid[-1]:
            return as_json({"tags": ["0.1.0"]})
        if sent:
            return error(status, "DENIED")
        realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
        return error(401, "UNAUTHORIZED", WWW_Authenticate=realm)

    with FakeRegistry(answer) as fake:
        chart = registry(fake)
        assert versions(chart) == ["0.1.0"]
        valid.append("Bearer second")
        assert versions(chart) == ["0.1.0"]
        assert versions(chart) == ["0.1.0"]
        assert [r.path for r in fake.requests].count("/token") == 2


def test_a_token_that_is_refused_is_forgotten() -> None:
    opened: list[bool] = []

    def answer(request: Request) -> Reply:
        if opened and "Authorization" not in request.headers:
            return as_json({"tags": ["0.1.0"]})
        return error(403, "DENIED") if opened else token_service(granted)(request)

    with FakeRegistry(answer) as fake:
        chart = registry(fake)
        versions(chart)
        opened.append(True)
        versions(chart)
        before = len(fake.requests)
        versions(chart)
        assert len(fake.requests) == before + 1


def test_a_stale_login_does_not_hide_a_public_package() -> None:
    def grant(request: Request) -> Reply:
        return error(403, "DENIED") if "Authorization" in request.headers else granted(request)

    with FakeRegistry(token_service(grant)) as fake:
        chart = registry(fake, Stored(LOGIN))
        assert versions(chart) == ["0.1.0"]
        (notice,) = chart.notices
    assert "config.json was refused" in notice
    assert f"philotes-tui login {fake.host}" in notice
    assert "hidden" not in notice


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_may_not_read_packages_does_not_hide_a_public_one(status: int) -> None:
    """GHCR grants a token for such a login and refuses it afterwards by 403, others by 401."""

    def answer(request: Request) -> Reply:
        if request.path == "/token":
            known = "Authorization" in request.headers
            return as_json({"token": "powerless" if known else "anonymous"})
        sent = request.headers.get("Authorization")
        realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
        if sent == "Bearer anonymous":
            return as_json({"tags": ["0.1.0"]})
        if sent:
            wanting = f'{realm},error="insufficient_scope"'
            return error(status, "DENIED", "read_package", WWW_Authenticate=wanting)
        return error(401, "UNAUTHORIZED", WWW_Authenticate=realm)

    with FakeRegistry(answer) as fake:
        chart = registry(fake, Stored(LOGIN))
        assert versions(chart) == ["0.1.0"]
        assert "config.json was refused" in chart.notices[0]
        before = len(fake.requests)
        assert versions(chart) == ["0.1.0"]
        assert len(fake.requests) == before + 1


def test_a_stored_token_that_is_stale_does_not_hide_a_public_package() -> None:
    stale = RegistryToken("stale", "config.json")
    with FakeRegistry(token_service(granted)) as fake:
        chart = registry(fake, Stored(stale))
        assert versions(chart) == ["0.1.0"]
        assert "config.json was refused" in chart.notices[0]
        asked = [request for request in fake.requests if request.path == "/token"]
        assert not any("Authorization" in request.headers for request in asked)


@pytest.mark.parametrize("status", [401, 403])
def test_a_private_package_that_a_login_may_not_read_is_denied_as_the_registry_says(
    status: int,
) -> None:
    def answer(request: Request) -> Reply:
        if request.path == "/token":
            return as_json({"token": "powerless"})
        if "Authorization" in request.headers:
            return error(status, "DENIED", "permission_denied: read_package")
        realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
        return error(401, "UNAUTHORIZED", WWW_Authenticate=realm)

    with (
        FakeRegistry(answer) as fake,
        pytest.raises(RegistryDenied, match="permission_denied: read_package"),
    ):
        versions(registry(fake, Stored(LOGIN)))


@pytest.mark.parametrize(("login", "asked"), [(None, 1), (LOGIN, 2)])
def test_many_questions_at_once_are_refused_a_token_once(login: Basic | None, asked: int) -> None:
    releases = [Release(Version(f"0.{n}.0"), f"0.{n}.0") for n in range(12)]

    async def read(chart: ChartRegistry) -> None:
        async for _ in chart.details_of(releases):
            pass

    with FakeRegistry(token_service(lambda _: error(403, "DENIED"))) as fake:
        with pytest.raises(RegistryDenied):
            asyncio.run(read(registry(fake, Stored(login))))
        assert [r.path for r in fake.requests].count("/token") == asked


def test_each_question_that_is_refused_gets_an_error_of_its_own() -> None:
    async def read(fake: FakeRegistry) -> list[object]:
        reference = Repository.parse(f"{fake.folder}/philotes").with_tag("0.1.0")
        async with RegistryClient(credentials=Stored(), limits=LIMITS) as client:
            asked = (client.head_digest(reference) for _ in range(4))
            return list(await asyncio.gather(*asked, return_exceptions=True))

    with FakeRegistry(token_service(lambda _: error(403, "DENIED", "no"))) as fake:
        refused = asyncio.run(read(fake))
    assert {str(each) for each in refused} == {str(refused[0])}
    assert all(isinstance(each, RegistryDenied) for each in refused)
    assert len({id(each) for each in refused}) == 4


def test_a_refused_login_on_a_private_package_names_its_file() -> None:
    with (
        FakeRegistry(token_service(lambda _: error(403, "DENIED", "access denied"))) as fake,
        pytest.raises(RegistryDenied, match=r"missing or private.*access denied") as denied,
    ):
        versions(registry(fake, Stored(LOGIN)))
    assert "config.json" in denied.value.todo
    assert "hidden" not in str(denied.value.as_dict())


@pytest.mark.parametrize("status", [401, 403])
def test_no_token_without_a_login_says_missing_or_private(status: int) -> None:
    with (
        FakeRegistry(token_service(lambda _: error(status, "DENIED"))) as fake,
        pytest.raises(RegistryDenied, match=r"missing or private.*philotes-tui login"),
    ):
        versions(registry(fake))


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (html("<title>Sign in</title>"), "a web page titled “Sign in”"),
        (as_json({}), "no usable token"),
        (as_json({"token": 7}), "no usable token"),
        (as_json({"token": "a\r\nX-Evil: 1"}), "no usable token"),
        (as_json({"token": "ä"}), "no usable token"),
        (as_json({"token": "a" * 40_000}), "no usable token"),
        (as_json(["granted"]), "another shape"),
        (Reply(404, {}, b"not here"), "text that is not JSON (of the type unknown)"),
        (Reply(303, {"Location": "https://example.org/?code=hidden"}), "https://example.org/?…"),
        (error(500, "UNKNOWN"), "failed"),
        (error(429, "TOOMANYREQUESTS"), "no more requests"),
        (Reply(reset=True), "broke off"),
    ],
)
def test_a_token_service_that_fails_ends_in_our_error(reply: Reply, told: str) -> None:
    with (
        FakeRegistry(token_service(lambda _: reply)) as fake,
        pytest.raises(RegistryError) as raised,
    ):
        versions(registry(fake, Stored(LOGIN)))
    assert told in str(raised.value)
    assert "hidden" not in str(raised.value)
    assert raised.value.todo


def test_an_unsafe_realm_is_never_asked_and_gets_no_login() -> None:
    stored = Stored(LOGIN)
    with FakeRegistry(granted) as elsewhere:
        unsafe = f'Bearer realm="http://user@{elsewhere.host}/token?key=hidden"'
        with FakeRegistry(token_service(granted, unsafe)) as fake:
            with pytest.raises(NotARegistry, match="unsafe place") as raised:
                versions(registry(fake, stored))
            assert len(fake.requests) == 1
        assert elsewhere.requests == []
    assert "hidden" not in str(raised.value)


REALMS = [
    ("https://ghcr.io/token", "oci://ghcr.io/a", True),
    ("https://auth.example.org/token", "oci://ghcr.io/a", True),
    ("https://10.1.2.3/token", "oci://10.1.2.3/a", True),
    ("https://10.1.2.4/token", "oci://10.1.2.3/a", True),
    ("http://127.0.0.1:5001/token", "oci://127.0.0.1:5000/a", True),
    ("http://localhost:5001/token", "oci://127.0.0.1:5000/a", True),
    ("https://ghcr.io/token", "oci://127.0.0.1:5000/a", True),
    ("http://ghcr.io/token", "oci://ghcr.io/a", False),
    ("http://auth.example.org/token", "oci://ghcr.io/a", False),
    ("ftp://ghcr.io/token", "oci://ghcr.io/a", False),
    ("file:///etc/passwd", "oci://ghcr.io/a", False),
    ("/token", "oci://ghcr.io/a", False),
    ("//ghcr.io/token", "oci://ghcr.io/a", False),
    ("https://", "oci://ghcr.io/a", False),
    ("https://[", "oci://ghcr.io/a", False),
    ("https://ghcr.io:99999/token", "oci://ghcr.io/a", False),
    ("https://user:pw@ghcr.io/token", "oci://ghcr.io/a", False),
    ("https://127.0.0.1/token", "oci://ghcr.io/a", False),
    ("https://localhost/token", "oci://ghcr.io/a", False),
    ("https://[::1]/token", "oci://ghcr.io/a", False),
    ("https://[::ffff:127.0.0.1]/token", "oci://ghcr.io/a", False),
    ("https://10.0.0.1/token", "oci://ghcr.io/a", False),
    ("https://192.168.1.1/token", "oci://8.8.8.8/a", False),
    ("https://169.254.169.254/latest", "oci://ghcr.io/a", False),
    ("https://[fe80::1]/token", "oci://ghcr.io/a", False),
    ("https://127.0.0.1/token", "oci://10.1.2.3/a", False),
    ("https://2130706433/token", "oci://ghcr.io/a", False),
    ("https://127.1/token", "oci://ghcr.io/a", False),
    ("https://127.0.1/token", "oci://10.1.2.3/a", False),
    ("https://0x7f000001/token", "oci://ghcr.io/a", False),
    ("https://0X7F.1/token", "oci://10.1.2.3/a", False),
    ("https://0177.0.0.1/token", "oci://10.1.2.3/a", False),
    ("https://2852039166/latest", "oci://10.1.2.3/a", False),
    ("https://0/token", "oci://10.1.2.3/a", False),
    ("https://[::]/token", "oci://10.1.2.3/a", False),
    ("https://localhost./token", "oci://ghcr.io/a", False),
    ("https://a.localhost./token", "oci://ghcr.io/a", False),
    ("https://127.0.0.1./token", "oci://ghcr.io/a", False),
    ("https://[::127.0.0.1]/token", "oci://ghcr.io/a", False),
    ("https://[64:ff9b::7f00:1]/token", "oci://10.1.2.3/a", False),
    ("https://[64:ff9b::a9fe:a9fe]/latest", "oci://ghcr.io/a", False),
    ("https://[64:ff9b:1::10.0.0.1]/token", "oci://ghcr.io/a", False),
    ("https://[2002:7f00:1::]/token", "oci://ghcr.io/a", False),
    ("https://\uff11\uff12\uff17.0.0.1/token", "oci://ghcr.io/a", False),
    ("https://127\u30020\u30020\u30021/token", "oci://ghcr.io/a", False),
    ("https://134744072/token", "oci://ghcr.io/a", True),
    ("https://[64:ff9b::808:808]/token", "oci://ghcr.io/a", True),
    ("https://0x7f000001.example.org/token", "oci://ghcr.io/a", True),
    ("https://169.254.169.254/latest", "oci://10.1.2.3/a", False),
]


@pytest.mark.parametrize(("realm", "repository", "safe"), REALMS)
def test_a_realm_is_asked_only_where_that_is_safe(realm: str, repository: str, safe: bool) -> None:
    challenge = Challenge("bearer", {"realm": realm, "service": "s"})
    where = Repository.parse(repository)
    if safe:
        assert token_url(challenge, where).startswith(f"{realm}?service=s&scope=repository")
    else:
        with pytest.raises(NotARegistry, match="unsafe place"):
            token_url(challenge, where)


def test_a_query_of_the_realm_is_kept() -> None:
    challenge = Challenge("bearer", {"realm": "https://h.io/t?account=a%20b&x="})
    url = token_url(challenge, Repository.parse("oci://h.io/a"))
    assert url == "https://h.io/t?account=a+b&x=&scope=repository%3Aa%3Apull"


@pytest.mark.parametrize(
    ("offered", "asked"),
    [
        ("", ("repository:o/n:pull",)),
        ("repository:user/image:pull", ("repository:o/n:pull",)),
        ("repository:o/n:pull", ("repository:o/n:pull",)),
        ("repository:o/n:metadata_read", ("repository:o/n:metadata_read",)),
        (
            "repository:o/n:pull repository:other:push repository(plugin):o/n:pull",
            ("repository:o/n:pull", "repository(plugin):o/n:pull"),
        ),
        ("repository:h:5000/o/n:pull", ("repository:o/n:pull",)),
        ("registry:catalog:*", ("repository:o/n:pull",)),
    ],
)
def test_only_scopes_of_the_repository_itself_are_asked_for(
    offered: str, asked: tuple[str, ...]
) -> None:
    assert scopes(offered, Repository.parse("oci://ghcr.io/o/n")) == asked


@pytest.mark.parametrize(
    ("content", "life"),
    [
        ({"token": "t"}, 60),
        ({"access_token": "t", "expires_in": 300}, 300),
        ({"token": "t", "expires_in": -5}, 60),
        ({"token": "t", "expires_in": "300"}, 60),
        ({"token": "t", "issued_at": "yesterday"}, 60),
        ({"token": "t", "issued_at": "2015-01-01T00:00:00"}, 60),
    ],
)
def test_a_token_lives_as_long_as_its_service_says(content: object, life: float) -> None:
    answer = Answer(200, "https://h/t", {}, json.dumps(content).encode())
    assert parse_token(answer, Repository.parse("oci://h/a")) == ("Bearer t", life)


def test_the_life_of_a_token_starts_when_it_was_issued() -> None:
    issued = (datetime.now(UTC) - timedelta(seconds=100)).isoformat().replace("+00:00", "Z")
    content = {"token": "t", "expires_in": 300, "issued_at": issued}
    answer = Answer(200, "https://h/t", {}, json.dumps(content).encode())
    _, life = parse_token(answer, Repository.parse("oci://h/a"))
    assert 190 < life <= 200


@pytest.mark.parametrize("ahead", [-3600, 3600])
def test_a_clock_that_is_wrong_does_not_change_the_life_of_a_token(ahead: float) -> None:
    told = datetime.now(UTC) - timedelta(seconds=ahead)
    issued = (told - timedelta(seconds=100)).isoformat()
    content = {"token": "t", "expires_in": 300, "issued_at": issued}
    headers = {"date": format_datetime(told, usegmt=True)}
    answer = Answer(200, "https://h/t", headers, json.dumps(content).encode())
    _, life = parse_token(answer, Repository.parse("oci://h/a"))
    assert 199 <= life <= 201


HUGE = "9" * 15
ODD_DATES = [
    "",
    "yesterday",
    "Mon, 99 Foo 2020 00:00:00 GMT",
    f"Mon, 20 Nov {HUGE} 00:00:00 GMT",
    f"Mon, 20 Nov 2020 00:00:00 +{HUGE}",
]


@pytest.mark.parametrize("date", ODD_DATES)
def test_a_date_that_cannot_be_read_leaves_it_to_our_clock(date: str) -> None:
    issued = (datetime.now(UTC) - timedelta(seconds=100)).isoformat()
    content = {"token": "t", "expires_in": 300, "issued_at": issued}
    answer = Answer(200, "https://h/t", {"date": date}, json.dumps(content).encode())
    _, life = parse_token(answer, Repository.parse("oci://h/a"))
    assert 190 < life <= 200


def test_the_program_asks_for_one_token_for_all_its_questions_to_a_registry() -> None:
    """Each question runs in an event loop of its own, most in a thread of their own."""
    wiring = Wiring(Settings())
    with FakeRegistry(token_service(granted)) as fake:
        target = Target("dev", "dev", "philotes", "", "", fake.folder, plain_http=True)
        assert versions(wiring.charts(target)) == ["0.1.0"]
        with ThreadPoolExecutor(1) as pool:
            digest = pool.submit(
                lambda: asyncio.run(wiring.charts(target).digest("0.1.0"))
            ).result()
        assert digest == f"sha256:{'a' * 64}"
        assert [request.path for request in fake.requests].count("/token") == 1
    assert wiring.charts(target) is not wiring.charts(replace(target, plain_http=False))
