"""The steps on the way to a chart, and a registry in which all is well but one of them."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx  # noqa: F401 - else the first fault would have it imported within its time

from philotes_tui.errors import (
    RegistryDenied,
    RegistryError,
    RegistryRateLimited,
    RegistryUnreachable,
)
from philotes_tui.registry import (
    Basic,
    ChartRegistry,
    Credentials,
    IdentityToken,
    Limits,
    NoCredentials,
    Repository,
)
from philotes_tui.registry.login import check_login
from philotes_tui.registry.signature_content import SignedContent
from philotes_tui.releases.details import ALL_READ
from tests.registry.fake_charts import (
    BUNDLE,
    OCI_MANIFEST,
    Charts,
    descriptor,
    digest_of,
)
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error
from tests.registry.faults import FAULTS, OTHER_MANIFEST, names
from tests.registry.test_archive import CHART, tgz

LIMITS = Limits(
    deadline=0.5, connect=0.4, retries=1, backoff=0.001, list_bytes=4096, manifest_bytes=4096
)
VERSION = "1.2.3"
PASSWORD = "hidden-password"
ARCHIVE = tgz({"Chart.yaml": CHART})
PROVENANCE = b"-----BEGIN PGP SIGNED MESSAGE-----\n"
AGAIN = "/again"
"""Where the fault that redirects in a circle leads."""
SIGNED = b'{"mediaType": "a bundle"}'
BUNDLE_MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": BUNDLE,
        "config": descriptor("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [descriptor(BUNDLE, SIGNED)],
    }
).encode()

Ask = Callable[[FakeRegistry], object]


@dataclass(frozen=True)
class Step:
    """A step on the way, and the question that leads over it.

    Attributes:
        name: What it is called.
        matches: Whether a request belongs to it.
        ask: What is asked.
        before: What the registry answers on the way there, where that is not what it holds.
        attached: Whether something belongs to the chart that the registry lists.
        harmless: Faults that are no error there, by their names.
        fits: Whether that is what is to be told where one of these comes.
    """

    name: str
    matches: Callable[[Request], bool]
    ask: Ask
    before: Callable[[Request], Reply | None] = lambda _: None
    attached: bool = False
    harmless: frozenset[str] = frozenset()
    fits: Callable[[object], bool] = lambda told: told == ()


def registry(fake: FakeRegistry, credentials: Credentials | None = None) -> ChartRegistry:
    return ChartRegistry(fake.folder, credentials=credentials or NoCredentials(), limits=LIMITS)


def catalog(fake: FakeRegistry) -> object:
    return asyncio.run(registry(fake).catalog())


def details(fake: FakeRegistry) -> object:
    return asyncio.run(registry(fake).details(VERSION))


def digest(fake: FakeRegistry) -> object:
    return asyncio.run(registry(fake).digest(VERSION))


def chart(fake: FakeRegistry) -> object:
    return asyncio.run(registry(fake).chart(VERSION))


def provenance(fake: FakeRegistry) -> object:
    return asyncio.run(registry(fake).package(VERSION, provenance=True))


def signatures(fake: FakeRegistry) -> object:
    return asyncio.run(registry(fake).signatures(VERSION))


def signed_content(fake: FakeRegistry) -> object:
    return asyncio.run(registry(fake).signed_content(digest_of(b"a chart")))


def with_identity_token(fake: FakeRegistry) -> object:
    class Stored:
        async def lookup(self, host: str) -> IdentityToken:
            return IdentityToken(PASSWORD, "config.json")

    return asyncio.run(registry(fake, Stored()).tags())


def login(fake: FakeRegistry) -> object:
    repository = Repository.parse(f"{fake.folder}/philotes")
    return asyncio.run(check_login(repository, Basic("me", PASSWORD, "given"), limits=LIMITS))


def challenge(request: Request) -> Reply | None:
    if request.path == "/token":
        return as_json({"token": "anonymous"})
    if "Authorization" in request.headers:
        return None
    realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
    return error(401, "UNAUTHORIZED", WWW_Authenticate=realm)


def first_of_two_pages(_: Request) -> Reply | None:
    return as_json({"tags": ["0.1.0"]}, Link='<?last=0.1.0>; rel="next"')


def elsewhere(request: Request) -> Reply | None:
    if "/blobs/" not in request.path:
        return None
    return Reply(307, {"Location": f"/storage/{request.path.rpartition('/')[2]}"})


EVERY = frozenset(str(fault.id) for fault in FAULTS)
SENT_WELL = frozenset(
    str(fault.id)
    for fault in FAULTS
    if isinstance(sent := fault.values[0], Reply) and sent == Reply(200, sent.headers, sent.body)
)
"""Faults that are whole answers with status 200: only what is in them is wrong."""
NO_PAGE = frozenset({"html", "gzip"})
UNANSWERED = names(RegistryUnreachable, RegistryDenied, RegistryRateLimited)
ABSENT = frozenset({"404", "text-404"})
REFUSING = names(RegistryDenied) | {"401-realm-inside", "http-to-https", "http-to-nginx"}
"""401 and 403, and the 400 by which OAuth refuses an identity token (RFC 6749, section 5.2)."""
NO_API = (
    EVERY
    - names(RegistryUnreachable, RegistryRateLimited, RegistryError)
    - {
        *("gzip", "too-large", "ssh", "tls-alert", "401-realm-inside"),
    }
)


def of_path(ending: str) -> Callable[[Request], bool]:
    return lambda request: request.path.endswith(ending)


def is_fallback_tag(request: Request) -> bool:
    return "/manifests/sha256-" in request.path and not request.path.endswith(".sig")


def is_one_signature_at_most(told: object) -> bool:
    return isinstance(told, tuple) and len(told) <= 1


def says_what_is_unread(told: object) -> bool:
    return isinstance(told, SignedContent) and not told.layers and told.unread != ALL_READ


def has_nothing_or_says_what_is_unread(told: object) -> bool:
    return told == SignedContent() or says_what_is_unread(told)


STEPS = [
    Step("first page", of_path("/tags/list"), catalog),
    Step("second page", lambda r: "last=" in r.target, catalog, first_of_two_pages),
    Step("token", of_path("/token"), catalog, challenge),
    Step(
        "identity token",
        lambda r: r.method == "POST",
        with_identity_token,
        challenge,
        harmless=REFUSING,  # the package is public
        fits=lambda told: told == (VERSION,),
    ),
    Step(
        "login",
        of_path("/v2/"),
        login,
        harmless=(SENT_WELL - NO_PAGE) | {"more-than-promised"},  # no body is wrong there
        fits=lambda told: told is False,
    ),
    Step(
        "digest",
        of_path(f"/manifests/{VERSION}"),
        digest,
        harmless=frozenset({"wrong-digest"}),  # it is checked when the manifest is read
        fits=lambda told: told == OTHER_MANIFEST.headers["Docker-Content-Digest"],
    ),
    Step("manifest", of_path(f"/manifests/{VERSION}"), details),
    Step("config", lambda r: "/blobs/" in r.path, details),
    Step("archive", of_path(digest_of(ARCHIVE)), chart),
    Step("storage", lambda r: r.path.startswith("/storage/"), chart, elsewhere),
    Step("provenance", of_path(digest_of(PROVENANCE)), provenance),
    Step("referrers", lambda r: "/referrers/" in r.path, signatures, harmless=NO_API),
    Step("fallback tag", is_fallback_tag, signatures, harmless=ABSENT),
    Step(
        "cosign's tag",
        of_path(".sig"),
        signatures,
        harmless=ABSENT | {"wrong-digest"},
        fits=is_one_signature_at_most,
    ),
    Step(
        "cosign's manifest",
        of_path(".sig"),
        signed_content,
        harmless=EVERY - UNANSWERED,
        fits=has_nothing_or_says_what_is_unread,
    ),
    Step(
        "what is attached",
        of_path(digest_of(BUNDLE_MANIFEST)),
        signatures,
        attached=True,
        harmless=ABSENT,
    ),
    Step(
        "bundle's manifest",
        of_path(digest_of(BUNDLE_MANIFEST)),
        signed_content,
        attached=True,
        harmless=EVERY - UNANSWERED,
        fits=says_what_is_unread,
    ),
    Step(
        "bundle",
        of_path(digest_of(SIGNED)),
        signed_content,
        attached=True,
        harmless=EVERY - UNANSWERED,
        fits=says_what_is_unread,
    ),
]


@contextmanager
def broken(step: Step, fault: Reply) -> Iterator[FakeRegistry]:
    """Run a registry in which all is well but one step."""
    charts = Charts()
    signed = PROVENANCE if step.ask is provenance else None
    manifest = charts.add(VERSION, archive=ARCHIVE, provenance=signed)
    if step.attached:
        charts.manifest(BUNDLE_MANIFEST)
        charts.blob(SIGNED)
        listed = [descriptor(OCI_MANIFEST, BUNDLE_MANIFEST)]
        charts.referrers = {digest_of(manifest): listed, digest_of(b"a chart"): listed}

    def answer(request: Request) -> Reply:
        if step.matches(request) or request.path == AGAIN:
            return fault
        return step.before(request) or charts(request)

    with FakeRegistry(answer) as fake:
        yield fake
