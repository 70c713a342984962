"""The tags of a repository, sorted for people."""

import pytest

from philotes_tui.releases import OtherTag, catalog_from_tags

HEX = "0123456789abcdef" * 4


def test_releases_stand_newest_first_whatever_the_order_of_the_tags() -> None:
    tags = ["0.1.0", "0.10.0", "0.2.0", "0.3.0-rc.1", "0.3.0-beta.1_build.5", "0.3.0-beta.1"]
    catalog = catalog_from_tags(tags)
    assert [str(release.version) for release in catalog.releases] == [
        *("0.10.0", "0.3.0-rc.1", "0.3.0-beta.1+build.5", "0.3.0-beta.1", "0.2.0", "0.1.0"),
    ]
    assert catalog == catalog_from_tags(reversed(tags))


def test_a_tag_listed_twice_is_one_release() -> None:
    catalog = catalog_from_tags(["0.1.0", "0.1.0", "latest", "latest"])
    assert len(catalog.releases) == 1
    assert len(catalog.others) == 1


@pytest.mark.parametrize(
    "tag",
    [
        f"sha256-{HEX}",
        f"sha256-{HEX}.sig",
        f"sha256-{HEX}.att",
        f"sha256-{HEX}.sbom",
        f"sha512-{HEX}.sig",
    ],
)
def test_what_is_attached_to_a_digest_is_set_apart(tag: str) -> None:
    assert catalog_from_tags([tag]).others == (
        OtherTag(tag, "signature or attestation of a digest"),
    )


@pytest.mark.parametrize("tag", ["latest", "v1.2.3", "1.2", "main", "sha256-0", "0.1.0_a_b"])
def test_a_tag_that_is_no_version_is_set_apart(tag: str) -> None:
    assert catalog_from_tags([tag]).others == (OtherTag(tag, "not a SemVer version"),)


@pytest.mark.parametrize(
    "tag",
    ["0.1.0+a", "0.1.0\n", "0.1.0\x1b[0m", "0.1.0\u200b", ".1", "", "a/b", "x" * 129, "١.0.0"],
)
def test_what_no_registry_can_hold_as_a_tag_is_never_a_release(tag: str) -> None:
    catalog = catalog_from_tags([tag])
    assert catalog.releases == ()
    assert catalog.others[0].reason == "not a tag that OCI allows"
    assert len(catalog.others[0].tag) <= 128
    assert catalog.others[0].tag.isprintable()


def test_a_release_is_found_by_its_version_and_not_by_its_tag() -> None:
    catalog = catalog_from_tags(["0.3.0-beta.1_build.5", "0.1.0"])
    found = catalog.find("0.3.0-beta.1+build.5")
    assert found is not None
    assert found.tag == "0.3.0-beta.1_build.5"
    assert catalog.find("0.3.0-beta.1_build.5") is None
    assert catalog.find("0.2.0") is None
