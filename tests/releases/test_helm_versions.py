"""Versions beside the real helm: in the same order, and the same texts are taken for one."""

import itertools
import subprocess

import pytest

from philotes_tui.errors import InvalidReference
from philotes_tui.releases import Version, catalog_from_tags
from philotes_tui.releases.version import LARGEST
from tests.registry.fake_registry import FakeRegistry, error
from tests.releases.conftest import HelmIndex

pytestmark = pytest.mark.real

NUMBERS = ("0.0.0", "0.0.2", "0.0.11", "0.2.0", "0.11.0", "2.0.0", "11.0.0", f"{LARGEST}.0.0")
IDENTIFIERS = ("0", "2", "11", "alpha", "beta", "Alpha", "rc", "a-b", "-", "0a", "a1", "a11", "a2")
PRERELEASES = (*IDENTIFIERS, *map(".".join, itertools.product(IDENTIFIERS, repeat=2)), "2.2.2")
PUBLISHED = [
    f"{numbers}{prerelease}{build}"
    for numbers in NUMBERS
    for prerelease in ("", *map("-{}".format, PRERELEASES))
    for build in ("", "+2")
]


def test_all_kinds_of_versions_stand_in_the_order_in_which_helm_lists_them(
    helm_index: HelmIndex,
) -> None:
    helm_index.hold(sorted(PUBLISHED, key=lambda text: text[::-1]))
    ours = [r.version for r in catalog_from_tags(v.replace("+", "_") for v in PUBLISHED).releases]
    its = [Version.parse(text) for text in helm_index.listed()]
    assert {version.text for version in its} == set(PUBLISHED)
    # Helm leaves open what comes first of those that differ in build metadata alone.
    assert [version.precedence for version in ours] == [version.precedence for version in its]


TEXTS = (
    *(
        "1.2.3",
        "v1.2.3",
        "V1.2.3",
        "1.2",
        "1",
        "v1",
        "01.2.3",
        "1.02",
        "1.2.3.4",
        "1.2.x",
        "x",
        "v",
    ),
    *("1.2.3-rc.1", "1.2.3-01", "1.2.3-0a", "1.2.3-", "1.2.3+b", "1.2.3+01", "1.2.3+", "1.2-rc.1"),
    *("1-0", "v1.2.3-a+b", "1.2.3-a..b", "1.2.3-a_b", "1.2.3_b", "1 .2", "=1"),
    *("18446744073709551615.0.0", "18446744073709551616.0.0", "1.2.3-18446744073709551616"),
    *("^1", "latest", "*", "1.", ".1", "1..2", "-1.2.3", "1,2", "٢.0.0", "1.2.3-ä"),
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_taken_for_a_version_where_helm_asks_for_the_tag_of_its_name(
    helm_index: HelmIndex, text: str
) -> None:
    assert named(text) == asked_of_helm(helm_index, text)


def named(text: str) -> str | None:
    """Return the tag that a text names here, or None where it is no version."""
    try:
        return Version.lenient(text).tag
    except InvalidReference:
        return None


def asked_of_helm(helm_index: HelmIndex, text: str) -> str | None:
    """Return the tag that helm asks for, or None where it looks through a list, or refuses."""
    with FakeRegistry(lambda _: error(404, "MANIFEST_UNKNOWN")) as fake:
        subprocess.run(
            [
                *(helm_index.helm, "show", "chart", f"{fake.folder}/philotes", "--plain-http"),
                f"--version={text}",
            ],
            env={"HOME": str(helm_index.folder)},
            capture_output=True,
            check=False,
            timeout=60,
        )
        paths = [request.path for request in fake.requests]
    tags = [path.rpartition("/")[2] for path in paths if "/manifests/" in path]
    return tags[0] if tags else None
