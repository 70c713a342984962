"""The digest a tag names, also from registries that leave it out or get it wrong."""

import asyncio
import hashlib

import pytest

from philotes_tui.errors import (
    InvalidReference,
    NotARegistry,
    RegistryDenied,
    RegistryError,
    VersionNotFound,
)
from philotes_tui.registry import (
    ChartRegistry,
    Limits,
    NoCredentials,
    Reference,
    RegistryClient,
    Repository,
)
from philotes_tui.releases import Version
from tests.registry.fake_registry import FakeRegistry, Reply, Request, error, html

BODY = b'{"schemaVersion": 2, "config": {}, "layers": []}'
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
OTHER = f"sha256:{'0' * 64}"
LIMITS = Limits(deadline=5, connect=2, retries=0, manifest_bytes=1000)


def digest(fake: FakeRegistry, version: Version | str = "0.2.0+build.7") -> str:
    registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS)
    return asyncio.run(registry.digest(version))


def manifest(*, named: str | None) -> Reply:
    headers = {"Content-Type": "application/vnd.oci.image.manifest.v1+json; charset=utf-8"}
    return Reply(200, headers | ({"Docker-Content-Digest": named} if named else {}), BODY)


def test_the_digest_is_asked_for_by_head_with_every_type_of_manifest() -> None:
    with FakeRegistry(lambda _: manifest(named=OTHER)) as fake:
        assert digest(fake) == OTHER
        assert fake.asked() == ["HEAD /v2/charts/philotes/manifests/0.2.0_build.7"]
        accepted = fake.requests[0].headers["Accept"].split(", ")
    assert accepted == [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ]


@pytest.mark.parametrize("named", [None, "", "sha256:abc", "md5:x", "\x1b[2J"])
def test_a_registry_that_names_no_digest_is_read_and_hashed(named: str | None) -> None:
    with FakeRegistry(lambda _: manifest(named=named)) as fake:
        assert digest(fake) == DIGEST
        assert [r.method for r in fake.requests] == ["HEAD", "GET"]


@pytest.mark.parametrize("status", [400, 405, 406, 501])
def test_a_registry_that_refuses_head_is_read_and_hashed(status: int) -> None:
    def answer(request: Request) -> Reply:
        return Reply(status) if request.method == "HEAD" else manifest(named=DIGEST)

    with FakeRegistry(answer) as fake:
        assert digest(fake) == DIGEST


def test_bytes_that_are_not_those_of_the_digest_are_refused() -> None:
    def answer(request: Request) -> Reply:
        return manifest(named=None if request.method == "HEAD" else OTHER)

    with FakeRegistry(answer) as fake, pytest.raises(RegistryError, match="not have its digest"):
        digest(fake)


def test_a_manifest_asked_for_by_digest_must_have_it() -> None:
    async def read(reference: Reference) -> str:
        async with RegistryClient(credentials=NoCredentials(), limits=LIMITS) as client:
            return (await client.manifest(reference)).media_type

    with FakeRegistry(lambda _: manifest(named=None)) as fake:
        repository = Repository.parse(f"{fake.folder}/philotes")
        media_type = asyncio.run(read(Reference(repository, digest=DIGEST)))
        assert media_type == "application/vnd.oci.image.manifest.v1+json"
        with pytest.raises(RegistryError, match="not have its digest"):
            asyncio.run(read(Reference(repository, digest=OTHER)))
        with pytest.raises(RegistryError, match="not have its digest"):
            asyncio.run(read(Reference(repository, digest=f"sha512:{'0' * 128}")))


@pytest.mark.parametrize("reply", [Reply(404), error(404, "MANIFEST_UNKNOWN", "manifest unknown")])
def test_a_version_that_vanished_is_named_with_what_to_do(reply: Reply) -> None:
    with FakeRegistry(lambda _: reply) as fake, pytest.raises(VersionNotFound) as raised:
        digest(fake)
    assert "Version 0.2.0+build.7 is not in oci://127.0.0.1" in raised.value.what
    assert raised.value.todo == "See which versions there are and choose another."


def test_a_web_page_instead_of_a_missing_version_is_told() -> None:
    with FakeRegistry(lambda _: html("<title>x", 404)) as fake, pytest.raises(NotARegistry):
        digest(fake)


def test_a_manifest_larger_than_agreed_is_not_read() -> None:
    big = Reply(200, {}, b'{"schemaVersion": 2, "x": "' + b"x" * 2000 + b'"}')
    with FakeRegistry(lambda _: big) as fake, pytest.raises(NotARegistry, match="more than"):
        digest(fake)


def test_a_refusal_by_head_is_one() -> None:
    with FakeRegistry(lambda _: Reply(403)) as fake, pytest.raises(RegistryDenied):
        digest(fake)


@pytest.mark.parametrize("version", ["", "latest", "1.2.3.4", "1.2.3\n", "../../x", "1.2.3@x"])
def test_what_is_not_a_version_is_never_asked_for(version: str) -> None:
    with FakeRegistry(lambda _: manifest(named=DIGEST)) as fake:
        with pytest.raises(InvalidReference):
            digest(fake, version)
        assert fake.requests == []
