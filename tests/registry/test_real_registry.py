"""The client against the distribution project's registry, filled by helm."""

import asyncio
import base64
import hashlib
import json
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from philotes_tui.demo.published import PUBLISHED
from philotes_tui.errors import (
    RegistryDenied,
    RegistryError,
    RegistryUnreachable,
    VersionNotFound,
)
from philotes_tui.registry import (
    ChartRegistry,
    FileCredentials,
    Limits,
    NoCredentials,
    Reference,
    RegistryClient,
    Repository,
)
from philotes_tui.releases import Catalog, ChartDetails, Release
from tests.conftest import RealRegistry
from tests.registry.conftest import PASSWORD, OwnRegistry, running_registry

pytestmark = pytest.mark.real


def listed(catalog: Catalog) -> list[str]:
    return [str(release.version) for release in catalog.releases]


def test_versions_pushed_by_helm_are_listed_newest_first(filled_registry: OwnRegistry) -> None:
    catalog = asyncio.run(ChartRegistry(filled_registry.charts).catalog())
    assert listed(catalog) == ["0.10.0", "0.3.0-rc.1", "0.3.0-beta.1+build.5", "0.2.0", "0.1.0"]
    assert catalog.others == ()


def test_a_tag_with_a_plus_is_listed_with_its_version(filled_registry: OwnRegistry) -> None:
    release = asyncio.run(ChartRegistry(filled_registry.charts).catalog()).find(
        "0.3.0-beta.1+build.5"
    )
    assert release is not None
    assert release.tag == "0.3.0-beta.1_build.5"


@pytest.mark.parametrize("page", [1, 2, 3, 4, 5, 6])
def test_a_page_of_any_size_leads_to_all_versions(filled_registry: OwnRegistry, page: int) -> None:
    registry = ChartRegistry(filled_registry.charts, limits=Limits(page=page))
    assert len(asyncio.run(registry.catalog()).releases) == 5


def test_the_digest_is_that_of_the_manifest_helm_pushed(filled_registry: OwnRegistry) -> None:
    version = "0.3.0-beta.1+build.5"
    digest = asyncio.run(ChartRegistry(filled_registry.charts).digest(version))
    url = f"http://{filled_registry.host}/v2/charts/philotes/manifests/0.3.0-beta.1_build.5"
    asked = urllib.request.Request(
        url, headers={"Accept": "application/vnd.oci.image.manifest.v1+json"}
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(asked, timeout=10) as answer:
        body = answer.read()
    assert digest == f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_the_digest_is_the_one_helm_itself_names(filled_registry: OwnRegistry) -> None:
    said = filled_registry.run_helm(
        *("pull", f"{filled_registry.charts}/philotes", "--version", "0.2.0"),
        *("--plain-http", "-d", str(filled_registry.folder)),
    )
    digest = asyncio.run(ChartRegistry(filled_registry.charts).digest("0.2.0"))
    assert f"Digest: {digest}" in said


def test_a_manifest_is_read_by_tag_and_by_digest(filled_registry: OwnRegistry) -> None:
    repository = Repository.parse(f"{filled_registry.charts}/philotes")

    async def both() -> None:
        async with RegistryClient(credentials=NoCredentials()) as client:
            by_tag = await client.manifest(repository.with_tag("0.2.0"))
            by_digest = await client.manifest(Reference(repository, digest=by_tag.digest))
        assert by_tag == by_digest
        config = json.loads(by_tag.body)["config"]
        assert config["mediaType"] == "application/vnd.cncf.helm.config.v1+json"

    asyncio.run(both())


def test_a_version_that_was_never_pushed_is_named(filled_registry: OwnRegistry) -> None:
    with pytest.raises(VersionNotFound, match=r"Version 0\.9\.0 is not in .*See which versions"):
        asyncio.run(ChartRegistry(filled_registry.charts).digest("0.9.0"))


def test_a_chart_that_was_never_pushed_is_named(filled_registry: OwnRegistry) -> None:
    with pytest.raises(VersionNotFound, match=r"nothing called .*/charts/lakekeeper.*NAME_UNKNOWN"):
        asyncio.run(ChartRegistry(filled_registry.charts, chart="lakekeeper").catalog())


def test_a_version_deleted_since_the_list_is_not_found(
    tmp_path: Path, registry_tools: dict[str, Path]
) -> None:
    with running_registry(tmp_path, registry_tools) as own:
        own.push("0.1.0", "0.2.0")
        registry = ChartRegistry(own.charts)
        assert listed(asyncio.run(registry.catalog())) == ["0.2.0", "0.1.0"]
        digest = asyncio.run(registry.digest("0.2.0"))
        url = f"http://{own.host}/v2/charts/philotes/manifests/{digest}"
        gone = urllib.request.Request(url, method="DELETE")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(gone, timeout=10) as answer:
            assert answer.status == 202
        with pytest.raises(VersionNotFound, match=r"0\.2\.0"):
            asyncio.run(registry.digest("0.2.0"))


def test_a_login_that_helm_stored_opens_a_private_registry(private_registry: OwnRegistry) -> None:
    stored = FileCredentials([private_registry.login_file])
    registry = ChartRegistry(private_registry.charts, credentials=stored)
    assert listed(asyncio.run(registry.catalog())) == ["0.1.0"]
    assert asyncio.run(registry.digest("0.1.0")).startswith("sha256:")


def test_a_private_registry_without_login_says_how_to_log_in(
    private_registry: OwnRegistry,
) -> None:
    registry = ChartRegistry(private_registry.charts, credentials=NoCredentials())
    with pytest.raises(RegistryDenied, match=f"philotes-tui login {private_registry.host}"):
        asyncio.run(registry.catalog())


def test_a_wrong_password_names_its_file_and_not_itself(
    private_registry: OwnRegistry, tmp_path: Path
) -> None:
    wrong = base64.b64encode(b"operator:wrong battery").decode()
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auths": {private_registry.host: {"auth": wrong}}}))
    registry = ChartRegistry(private_registry.charts, credentials=FileCredentials([path]))
    with pytest.raises(RegistryDenied, match="was refused: renew it") as denied:
        asyncio.run(registry.catalog())
    assert str(path) in str(denied.value)
    assert "battery" not in str(denied.value)
    assert wrong not in str(denied.value)
    assert PASSWORD not in str(denied.value)


def test_tls_spoken_to_a_plain_registry_says_to_turn_on_plain_http(
    filled_registry: OwnRegistry,
) -> None:
    registry = ChartRegistry(filled_registry.charts, plain_http=False)
    with pytest.raises(RegistryUnreachable, match="plain HTTP, turn that on"):
        asyncio.run(registry.catalog())


def test_helm_stays_the_judge_of_what_can_be_pulled(filled_registry: OwnRegistry) -> None:
    catalog = asyncio.run(ChartRegistry(filled_registry.charts).catalog())
    for release in catalog.releases:
        filled_registry.run_helm(
            *("show", "chart", f"{filled_registry.charts}/philotes"),
            *("--version", str(release.version), "--plain-http"),
        )


def test_every_version_of_the_demo_is_listed_and_has_a_digest(real_registry: RealRegistry) -> None:
    registry = ChartRegistry(real_registry.charts, credentials=NoCredentials())
    versions = listed(asyncio.run(registry.catalog()))
    assert sorted(versions) == sorted(published.version for published in PUBLISHED)
    digests = {asyncio.run(registry.digest(version)) for version in versions}
    assert len(digests) == len(versions)


def test_details_of_what_helm_pushed_are_what_helm_wrote(filled_registry: OwnRegistry) -> None:
    registry = ChartRegistry(filled_registry.charts, credentials=NoCredentials())

    async def read() -> list[tuple[Release, ChartDetails | RegistryError]]:
        releases = (await registry.catalog()).releases
        return [each async for each in registry.details_of(releases)]

    found = asyncio.run(read())
    assert registry.requests == 1 + 2 * len(found) + 1
    for release, details in found:
        assert isinstance(details, ChartDetails)
        assert details.version == release.version
        assert details.name == "philotes"
        assert details.digest == asyncio.run(registry.digest(release))
        package = filled_registry.folder / f"philotes-{release.version}.tgz"
        assert details.size == package.stat().st_size
        assert details.created is not None
        assert abs((datetime.now(UTC) - details.created).total_seconds()) < 3600
        assert not details.signed
        assert asyncio.run(registry.package(release)).archive == package.read_bytes()


def test_a_chart_is_read_by_version_and_by_digest(filled_registry: OwnRegistry) -> None:
    registry = ChartRegistry(filled_registry.charts, credentials=NoCredentials())
    by_version = asyncio.run(registry.chart("0.10.0"))
    by_digest = asyncio.run(registry.chart(asyncio.run(registry.digest("0.10.0"))))
    assert by_version == by_digest
    assert (by_version.name, by_version.version) == ("philotes", "0.10.0")
