"""Which release the labels of a chart's objects tell, beside the version that was asked for."""

import pytest

from philotes_stack.stamped import contradiction, really_deployed, released_as, stamp_of

NAMES = ("philotes-api", "philotes-worker", "lakekeeper")
LONG = f"0.3.0-{'a' * 80}"


def labels(name: str, version: str, app: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/version": app.replace("+", "_")[:63],
        "helm.sh/chart": f"{name}-{version}".replace("+", "_")[:63],
    }


def stamped(version: str) -> str | None:
    stamps = {stamp_of(labels(name, version, version)) for name in NAMES}
    return released_as({stamp for stamp in stamps if stamp})


@pytest.mark.parametrize("version", ["0.2.2", "0.3.0-beta.1+build.7", LONG])
def test_a_release_is_told_by_the_labels_of_its_objects_and_is_what_was_asked_for(
    version: str,
) -> None:
    told = stamped(version)
    assert told == version.replace("+", "_")[:63]
    assert contradiction(version, told) is None
    assert really_deployed(version, told) == version


@pytest.mark.parametrize("asked", ["v1.2.3", "1.2.3", "1.2", "v1", "01.2.3"])
def test_a_tag_of_another_name_may_stand_for_the_version_it_spells(asked: str) -> None:
    assert contradiction(asked, "1.2.3") is None
    assert really_deployed(asked, "1.2.3") == asked


@pytest.mark.parametrize(
    ("asked", "told", "deployed"),
    [
        ("0.3.0", "0.2.2", "0.2.2"),
        ("0.3.0", "0.3.0-rc.1_build.7", "0.3.0-rc.1+build.7"),
        ("0.3.0+build.8", "0.3.0_build.7", "0.3.0+build.7"),
        # Who may push can put such a tag on any chart, and then it is what people call it by.
        ("v1.2.3", "0.2.1", "v1.2.3"),
        ("1.2", "1.2.3-rc.1", "1.2"),
    ],
)
def test_content_of_another_version_is_named_with_both_and_what_to_do(
    asked: str, told: str, deployed: str
) -> None:
    said = contradiction(asked, told)
    assert said is not None
    assert said.startswith(f"philotes:chartVersion is {asked}, but the workloads of the chart")
    assert f"are of version {told.replace('_', '+')} by their labels, and that chart is" in said
    assert f"set that of {asked} or remove philotes:chartDigest" in said
    assert f"if it is of {asked}, that version was published with the charts of another" in said
    assert really_deployed(asked, told) == deployed


@pytest.mark.parametrize(
    "found",
    [
        [],
        [labels("philotes-api", "0.1.0", "0.1.0"), labels("lakekeeper", "0.1.0", "0.9.3")],
        [labels("philotes-api", "0.1.0", "2.0.0"), labels("lakekeeper", "0.1.0", "2.0.0")],
        [{"helm.sh/chart": "api-0.1.0"}],
        [{**labels("api", "0.1.0", "0.1.0"), "app.kubernetes.io/name": "of-another-chart"}],
    ],
)
def test_charts_that_are_versioned_each_by_itself_contradict_nothing(
    found: list[dict[str, str]],
) -> None:
    told = released_as({stamp for each in found if (stamp := stamp_of(each))})
    assert told is None
    assert contradiction("0.2.0", told) is None
    assert really_deployed("0.2.0", told) == "0.2.0"
