"""The tags of a repository, sorted for people."""

import pytest

from philotes_tui.releases import OtherTag, Release, Version, catalog_from_tags

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


@pytest.mark.parametrize("tag", ["latest", "main", "sha256-0", "0.1.0_a_b", "1.2.3-01", "V1.2.3"])
def test_a_tag_that_is_no_version_is_set_apart(tag: str) -> None:
    catalog = catalog_from_tags([tag])
    assert catalog.others == (OtherTag(tag, "not a SemVer version"),)
    assert not catalog.others[0].usable
    assert catalog.find(tag) is None


@pytest.mark.parametrize(
    ("tag", "flaw", "short"),
    [
        ("v1.2.3", "a leading “v”", ["leading v"]),
        ("1.2", "fewer than three numbers", ["short"]),
        ("1.2-rc.1_b", "fewer than three numbers", ["short"]),
        ("1.02.3", "a number that starts with 0", ["leading 0"]),
        (
            "v01",
            "a leading “v” and fewer than three numbers and a number that starts with 0",
            ["leading v", "short", "leading 0"],
        ),
    ],
)
def test_a_tag_that_helm_takes_for_a_version_stands_apart_and_is_usable(
    tag: str, flaw: str, short: list[str]
) -> None:
    catalog = catalog_from_tags([tag])
    version = Version.lenient(tag.replace("_", "+"))
    assert catalog.releases == ()
    assert catalog.others == (
        OtherTag(tag, f"SemVer but for {flaw}; usable by this name", version, tuple(short)),
    )
    assert catalog.usable == catalog.others
    assert catalog.find(version.text) == Release(version, tag)
    assert version.tag == tag
    assert not version.is_strict


def test_usable_tags_are_told_newest_first_and_no_others() -> None:
    catalog = catalog_from_tags(["1.2", "v1.10.0", "latest", "v1.9.0", "0.1.0", "v1.10.0-rc.1"])
    assert [other.tag for other in catalog.usable] == ["v1.10.0", "v1.10.0-rc.1", "v1.9.0", "1.2"]


def test_a_number_that_helm_cannot_read_is_no_release() -> None:
    catalog = catalog_from_tags(["18446744073709551615.0.0", "18446744073709551616.0.0"])
    assert [release.tag for release in catalog.releases] == ["18446744073709551615.0.0"]
    assert catalog.others == (
        OtherTag("18446744073709551616.0.0", "a number is larger than Helm reads"),
    )


def test_versions_of_equal_precedence_stand_together_in_one_order() -> None:
    tags = ["1.0.0_b.9", "1.0.0", "1.0.0_b.10", "1.0.0_a", "0.9.0"]
    listed = [release.tag for release in catalog_from_tags(tags).releases]
    assert listed == ["1.0.0_b.10", "1.0.0_b.9", "1.0.0_a", "1.0.0", "0.9.0"]
    assert [r.tag for r in catalog_from_tags(reversed(tags)).releases] == listed


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
