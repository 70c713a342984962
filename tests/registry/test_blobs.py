"""Manifests of every kind, and the blobs they point at: what comes is what was named."""

import asyncio
import base64
import hashlib
import json
from typing import Any

import pytest

from philotes_tui.errors import NotARegistry, RegistryError, VersionNotFound
from philotes_tui.registry import (
    Basic,
    Descriptor,
    Limits,
    Manifest,
    NoCredentials,
    Reference,
    RegistryClient,
    Repository,
)
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.manifest import parse_manifest
from tests.registry.fake_charts import (
    HELM_CONFIG,
    HELM_LAYER,
    HELM_PROVENANCE,
    OCI_INDEX,
    OCI_MANIFEST,
    Charts,
    descriptor,
    digest_of,
    index,
)
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error

LIMITS = Limits(deadline=5, connect=2, retries=0)
BLOB = b"what a layer holds"
ATTACHED = "application/vnd.dev.cosign.simplesigning.v1+json"


class Login:
    """Credentials with one login."""

    async def lookup(self, host: str) -> Basic:
        return Basic("operator", "hidden-password", "config.json")


def repository(fake: FakeRegistry) -> Repository:
    return Repository.parse(f"{fake.folder}/philotes")


def blob(fake: FakeRegistry, wanted: Descriptor, limits: Limits = LIMITS) -> bytes:
    async def read() -> bytes:
        async with RegistryClient(credentials=NoCredentials(), limits=limits) as client:
            return await client.blob(repository(fake), wanted)

    return asyncio.run(read())


def chart(fake: FakeRegistry, tag: str) -> tuple[Manifest, Manifest]:
    async def read() -> tuple[Manifest, Manifest]:
        async with RegistryClient(credentials=NoCredentials(), limits=LIMITS) as client:
            return await client.chart_manifest(repository(fake).with_tag(tag))

    return asyncio.run(read())


def described(content: bytes = BLOB, algorithm: str = "sha256", **more: Any) -> Descriptor:
    return Descriptor("application/x", digest_of(content, algorithm), len(content), **more)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_blob_is_read_by_its_digest(algorithm: str) -> None:
    with FakeRegistry(lambda _: Reply(body=BLOB)) as fake:
        assert blob(fake, described(algorithm=algorithm)) == BLOB
        assert fake.asked() == [f"GET /v2/charts/philotes/blobs/{digest_of(BLOB, algorithm)}"]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(body=b"x" * len(BLOB)), "not those of its digest"),
        (Reply(body=BLOB[:-1]), "not those of its digest"),
        (Reply(body=BLOB + b"x"), "more than"),
        (Reply(body=b""), "not those of its digest"),
    ],
)
def test_a_blob_that_is_not_what_was_named_is_refused(reply: Reply, said: str) -> None:
    with FakeRegistry(lambda _: reply) as fake, pytest.raises(NotARegistry) as refused:
        blob(fake, described())
    assert said in str(refused.value)


def test_a_blob_of_another_size_than_was_named_is_refused() -> None:
    wanted = Descriptor("application/x", digest_of(BLOB), len(BLOB) + 1)
    with (
        FakeRegistry(lambda _: Reply(body=BLOB)) as fake,
        pytest.raises(NotARegistry, match="not those of its digest"),
    ):
        blob(fake, wanted)


def test_a_blob_larger_than_the_limit_is_not_even_asked_for() -> None:
    with FakeRegistry(lambda _: Reply(body=BLOB)) as fake:
        with pytest.raises(NotARegistry, match="at most"):
            blob(fake, described(), Limits(blob_bytes=10))
        assert fake.requests == []


def test_a_blob_that_came_along_in_its_descriptor_is_not_asked_for() -> None:
    content = {**descriptor("a/b", BLOB), "data": base64.b64encode(BLOB).decode()}
    manifest = json.dumps({"schemaVersion": 2, "config": content, "layers": []}).encode()
    answer = Answer(200, "http://h/", {}, manifest)
    config = parse_manifest(answer, Reference.parse("oci://h/a")).config
    assert config is not None
    with FakeRegistry(lambda _: Reply(500)) as fake:
        assert blob(fake, config) == BLOB
        assert fake.requests == []


@pytest.mark.parametrize("data", ["???", base64.b64encode(b"other").decode(), 7, ""])
def test_a_blob_that_came_along_wrong_is_asked_for(data: object) -> None:
    content = {**descriptor("a/b", BLOB), "data": data}
    manifest = json.dumps({"schemaVersion": 2, "config": content, "layers": []}).encode()
    answer = Answer(200, "http://h/", {}, manifest)
    config = parse_manifest(answer, Reference.parse("oci://h/a")).config
    assert config is not None
    with FakeRegistry(lambda _: Reply(body=BLOB)) as fake:
        assert blob(fake, config) == BLOB
        assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_blob_kept_elsewhere_is_fetched_without_the_login(status: int) -> None:
    with FakeRegistry(lambda _: Reply(body=BLOB)) as storage:

        def answer(request: Request) -> Reply:
            if "Authorization" not in request.headers:
                return Reply(401, {"WWW-Authenticate": 'Basic realm="x"'})
            return Reply(status, {"Location": f"http://{storage.host}/b?signature=s3#part"})

        async def read(fake: FakeRegistry) -> bytes:
            async with RegistryClient(credentials=Login(), limits=LIMITS) as client:
                return await client.blob(repository(fake), described())

        with FakeRegistry(answer) as fake:
            assert asyncio.run(read(fake)) == BLOB
            assert "Authorization" in fake.requests[-1].headers
        assert storage.asked() == ["GET /b?signature=s3"]
        assert "Authorization" not in storage.requests[0].headers


@pytest.mark.parametrize(
    ("length", "coding"), [(400, "identity"), (100_000, "identity"), (400, "gzip")]
)
def test_a_redirect_is_followed_whatever_is_written_in_it(length: int, coding: str) -> None:
    """Go writes a page with the whole signed address (golang/go:src/net/http/server.go)."""
    with FakeRegistry(lambda _: Reply(body=BLOB)) as storage:

        def answer(_: Request) -> Reply:
            where = f"http://{storage.host}/b?X-Amz-Signature={'a' * 300}"
            page = f'<a href="{where}">Temporary Redirect</a>.'.ljust(length)
            headers = {"Content-Type": "text/html", "Content-Encoding": coding}
            return Reply(307, {"Location": where, **headers}, page.encode())

        with FakeRegistry(answer) as fake:
            assert blob(fake, described()) == BLOB


def test_a_storage_that_wants_a_login_never_gets_one() -> None:
    challenge = {"WWW-Authenticate": 'Bearer realm="http://{host}/token"'}
    with FakeRegistry(lambda _: Reply(401, challenge)) as storage:

        def answer(request: Request) -> Reply:
            if "Authorization" not in request.headers:
                return Reply(401, {"WWW-Authenticate": 'Basic realm="x"'})
            return Reply(307, {"Location": f"http://{storage.host}/b"})

        async def read(fake: FakeRegistry) -> bytes:
            async with RegistryClient(credentials=Login(), limits=LIMITS) as client:
                return await client.blob(repository(fake), described())

        with FakeRegistry(answer) as fake, pytest.raises(RegistryError):
            asyncio.run(read(fake))
        assert storage.asked() == ["GET /b"]


def test_a_redirect_within_the_registry_keeps_the_login() -> None:
    def answer(request: Request) -> Reply:
        if "Authorization" not in request.headers:
            return Reply(401, {"WWW-Authenticate": 'Basic realm="x"'})
        if request.path == "/elsewhere":
            return Reply(body=BLOB)
        return Reply(307, {"Location": "/elsewhere"})

    async def read(fake: FakeRegistry) -> bytes:
        async with RegistryClient(credentials=Login(), limits=LIMITS) as client:
            return await client.blob(repository(fake), described())

    with FakeRegistry(answer) as fake:
        assert asyncio.run(read(fake)) == BLOB


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("ftp://h/x", "not an http or https address"),
        ("http://user:hidden@127.0.0.1/x", "carries a user name"),
        ("http://169.254.169.254/latest", "private network"),
        ("http://[", "cannot be read"),
        ("http://127.0.0.1:99999/", "cannot be read"),
        ("file:///etc/passwd", "not an http or https address"),
    ],
)
def test_a_redirect_to_an_unsafe_place_is_not_followed(location: str, said: str) -> None:
    reply = Reply(307, {"Location": location})
    with FakeRegistry(lambda _: reply) as fake, pytest.raises(NotARegistry) as refused:
        blob(fake, described())
    assert said in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_redirects_without_end_are_given_up() -> None:
    def answer(request: Request) -> Reply:
        return Reply(307, {"Location": f"/hop?{len(fake.requests)}"})

    with FakeRegistry(answer) as fake:
        with pytest.raises(NotARegistry, match="again and again"):
            blob(fake, described())
        assert len(fake.requests) == 6


def test_a_manifest_that_moved_for_good_is_followed_and_a_page_for_people_is_not() -> None:
    charts = Charts()
    charts.add("1.0.0")
    with FakeRegistry(charts) as real:

        def answer(request: Request) -> Reply:
            return Reply(answer_status, {"Location": f"http://{real.host}{request.target}"})

        with FakeRegistry(answer) as fake:
            answer_status = 307
            assert chart(fake, "1.0.0")[0].digest == digest_of(charts.tags["1.0.0"])
            answer_status = 303
            with pytest.raises(NotARegistry, match="a redirect to"):
                chart(fake, "1.0.0")


def test_a_list_that_went_on_elsewhere_is_read_there_without_the_login() -> None:
    def elsewhere(request: Request) -> Reply:
        if "last" in request.query:
            return as_json({"tags": ["0.2.0"]})
        return as_json({"tags": ["0.1.0"]}, Link='<?last=0.1.0>; rel="next"')

    with FakeRegistry(elsewhere) as other:

        def answer(request: Request) -> Reply:
            if "Authorization" not in request.headers:
                return Reply(401, {"WWW-Authenticate": 'Basic realm="x"'})
            return Reply(307, {"Location": f"http://{other.host}{request.target}"})

        async def read(fake: FakeRegistry) -> list[str]:
            async with RegistryClient(credentials=Login(), limits=LIMITS) as client:
                return await client.tags(repository(fake))

        with FakeRegistry(answer) as fake:
            assert asyncio.run(read(fake)) == ["0.1.0", "0.2.0"]
        assert len(other.requests) == 2
        assert not [r for r in other.requests if "Authorization" in r.headers]


def test_a_missing_blob_is_a_missing_part_and_no_missing_version() -> None:
    with (
        FakeRegistry(lambda _: error(404, "BLOB_UNKNOWN")) as fake,
        pytest.raises(RegistryError, match="A part of what is in oci:") as refused,
    ):
        blob(fake, described())
    assert not isinstance(refused.value, VersionNotFound)


def test_layers_are_found_by_what_they_are_and_not_where_they_stand() -> None:
    charts = Charts()
    charts.add("1.0.0", provenance=b"signed")
    with FakeRegistry(charts) as fake:
        manifest, named = chart(fake, "1.0.0")
    assert manifest is named or manifest == named
    assert [layer.media_type for layer in manifest.layers] == [HELM_PROVENANCE, HELM_LAYER]
    layer = manifest.layer(HELM_LAYER)
    assert layer is not None
    assert layer.digest == digest_of(b"\x1f\x8bnot read")
    assert manifest.layer("application/other") is None


@pytest.mark.parametrize("told", [True, False])
def test_the_one_chart_of_an_index_is_found(told: bool) -> None:
    charts = Charts()
    manifest = charts.add("1.0.0")
    image = {"schemaVersion": 2, "config": descriptor("application/image", b"{}"), "layers": []}
    other = charts.manifest(json.dumps(image).encode())
    more = {"artifactType": HELM_CONFIG} if told else {}
    listed = index(
        descriptor(OCI_MANIFEST, other),
        descriptor(OCI_MANIFEST, manifest, **more),
        descriptor("application/unknown", b"?"),
    )
    charts.manifest(listed, "2.0.0")
    with FakeRegistry(charts) as fake:
        found, named = chart(fake, "2.0.0")
        assert found.digest == digest_of(manifest)
        assert named.digest == digest_of(listed)
        assert len(fake.requests) == 3


@pytest.mark.parametrize("charts_in_it", [0, 2])
def test_an_index_with_no_chart_or_several_is_said_so(charts_in_it: int) -> None:
    charts = Charts()
    listed = [
        descriptor(OCI_MANIFEST, charts.add(f"1.0.{number}")) for number in range(charts_in_it)
    ]
    charts.manifest(index(*listed), "2.0.0")
    with (
        FakeRegistry(charts) as fake,
        pytest.raises(RegistryError, match=f"lists {charts_in_it} charts"),
    ):
        chart(fake, "2.0.0")


def test_an_image_is_not_a_chart_and_its_type_is_told() -> None:
    charts = Charts()
    image = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor("application/vnd.oci.image.config.v1+json", b"{}"),
        "layers": [],
    }
    charts.manifest(json.dumps(image).encode(), "1.0.0")
    with (
        FakeRegistry(charts) as fake,
        pytest.raises(RegistryError, match=r"not a Helm chart: .*image\.config"),
    ):
        chart(fake, "1.0.0")


ENTRY = descriptor("a/b", b"")
UNUSABLE = [
    pytest.param({"manifests": [], "layers": []}, "as an index", id="both"),
    pytest.param({"mediaType": OCI_INDEX, "config": ENTRY}, "as an index", id="index-with-config"),
    pytest.param({"mediaType": OCI_MANIFEST, "manifests": []}, "as an index", id="listing"),
    pytest.param({"layers": [{"digest": "sha256:1"}]}, "without a digest", id="short-digest"),
    pytest.param({"layers": [{**ENTRY, "size": -1}]}, "without a digest", id="negative"),
    pytest.param({"layers": [{**ENTRY, "size": "1"}]}, "without a digest", id="text-size"),
    pytest.param({"layers": [{**ENTRY, "size": True}]}, "without a digest", id="bool-size"),
    pytest.param({"layers": ["x"]}, "without a digest", id="text-layer"),
    pytest.param({"layers": {}}, "cannot be read", id="layers-object"),
    pytest.param({"layers": [ENTRY] * 3000}, "cannot be read", id="too-many"),
    pytest.param({"schemaVersion": 1}, "before 2016", id="schema-1"),
    pytest.param({"schemaVersion": 3}, "another shape", id="schema-3"),
]


@pytest.mark.parametrize(("content", "said"), UNUSABLE)
def test_a_manifest_that_cannot_be_one_is_refused(content: dict[str, Any], said: str) -> None:
    with FakeRegistry(lambda _: as_json({"schemaVersion": 2, **content})) as fake:
        with pytest.raises(NotARegistry) as refused:
            chart(fake, "1.0.0")
        assert said in str(refused.value)


@pytest.mark.parametrize("sent", ["application/octet-stream", "text/plain", "", OCI_MANIFEST])
def test_the_type_in_a_manifest_counts_for_more_than_the_header(sent: str) -> None:
    body = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}).encode()
    answer = Answer(200, "http://h/", {"content-type": sent}, body)
    manifest = parse_manifest(answer, Reference.parse("oci://h/a"))
    assert manifest.is_index
    assert manifest.digest == digest_of(body)


def test_a_digest_of_another_kind_that_the_registry_names_is_kept_and_checked() -> None:
    body = json.dumps({"schemaVersion": 2, "layers": []}).encode()
    named = f"sha512:{hashlib.sha512(body).hexdigest()}"
    reference = Reference.parse("oci://h/a")
    answer = Answer(200, "http://h/", {"docker-content-digest": named}, body)
    assert parse_manifest(answer, reference).digest == named
    wrong = Answer(200, "http://h/", {"docker-content-digest": named}, body + b" ")
    with pytest.raises(RegistryError, match="does not have its digest"):
        parse_manifest(wrong, reference)


def test_annotations_are_cleaned_and_bounded() -> None:
    notes: dict[str, Any] = {f"k{n}": "v" for n in range(500)}
    notes |= {"a": "x\x1b[2Jy", "b": 7, "c": "z" * 9000}
    content = {"schemaVersion": 2, "layers": [], "annotations": dict(reversed(notes.items()))}
    answer = Answer(200, "http://h/", {}, json.dumps(content).encode())
    manifest = parse_manifest(answer, Reference.parse("oci://h/a"))
    assert manifest.annotations["a"] == "xy"
    assert "b" not in manifest.annotations
    assert len(manifest.annotations["c"]) == 4000
    assert len(manifest.annotations) <= 200
