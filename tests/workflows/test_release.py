"""The release job's own steps, run in order against a registry with token login."""

import base64
import json
from pathlib import Path

import pytest

from tests.token_server import Account
from tests.workflows.conftest import CHARTS, TOKEN, Release, contents

pytestmark = pytest.mark.real


def below(owner: str, tag: str) -> dict[str, list[str]]:
    """Return what the registry holds after one release."""
    return {f"{owner}/philotes/charts/{chart}": [tag] for chart in CHARTS}


@pytest.mark.parametrize(
    ("tag", "published"),
    [
        ("v1.2.3", "1.2.3"),
        ("v0.4.0-rc.1", "0.4.0-rc.1"),
        ("v0.4.0-beta.2+build.7", "0.4.0-beta.2_build.7"),
    ],
)
def test_a_tag_publishes_every_chart_as_the_version_it_names(
    release: Release, tag: str, published: str
) -> None:
    ran = release(tag)
    assert not ran.failed, ran.printed
    assert release.registry.stored() == below("acme", published)


def test_the_signing_job_gets_each_chart_with_its_digest(release: Release) -> None:
    ran = release("v1.2.3")
    assert ran.outputs["registry"] == f"{release.registry.host}/acme/philotes/charts"
    charts = {chart["name"]: chart["digest"] for chart in json.loads(ran.outputs["charts"])}
    assert set(charts) == set(CHARTS)
    for name, digest in charts.items():
        link = release.registry.storage / "docker/registry/v2/repositories/acme/philotes/charts"
        link = link / name / "_manifests/tags/1.2.3/current/link"
        assert link.read_text() == digest


def test_the_page_of_the_run_shows_a_table_of_what_was_published(release: Release) -> None:
    ran = release("v1.2.3")
    rows = [line for line in ran.summary.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(CHARTS)
    for chart in json.loads(ran.outputs["charts"]):
        row = next(row for row in rows if row.startswith(f"| {chart['name']} |"))
        assert f"oci://{ran.outputs['registry']}/{chart['name']}:1.2.3" in row
        assert chart["digest"] in row
        assert "pushed" in row


@pytest.mark.parametrize("tag", ["v1.2", "v1.2.3.4", "v01.2.3", "version-1", "v1.2.3-", "v"])
def test_a_tag_that_is_no_version_ends_before_the_login(release: Release, tag: str) -> None:
    ran = release(tag)
    assert ran.failed == "Check the tag and package the charts"
    assert f"The tag “{tag}” names no version, so nothing was published" in ran.printed
    assert "Traceback" not in ran.printed
    assert [step.name for step in ran.steps if step.outcome == "success"] == [
        "Check out the tag",
        "Install Python",
        "Install Helm",
    ]
    assert release.registry.stored() == {}
    assert release.registry.tokens.asked == []


def test_a_tag_cannot_bring_commands_along(release: Release, tmp_path: Path) -> None:
    ran = release(f"v1.0.0$(touch$IFS{tmp_path}/ran)")
    assert ran.failed == "Check the tag and package the charts"
    assert not (tmp_path / "ran").exists()
    assert release.registry.stored() == {}


def test_a_tag_whose_charts_cannot_be_rendered_ends_before_the_login(release: Release) -> None:
    def break_a_template(checkout: Path) -> None:
        (checkout / "charts/philotes-worker/templates/broken.yaml").write_text("{{ if }}\n")

    ran = release("v1.2.3", change=break_a_template)
    assert ran.failed == "Check the tag and package the charts"
    assert "Helm cannot render a chart as it is packaged, so nothing was published" in ran.printed
    assert "philotes-worker/templates/broken.yaml" in ran.printed
    assert release.registry.tokens.asked == []
    assert release.registry.stored() == {}


def test_a_branch_with_the_name_of_a_version_is_refused(release: Release) -> None:
    ran = release("v1.2.3", ref_type="branch")
    assert ran.failed == "Check the tag and package the charts"
    assert "“v1.2.3” is a branch: run this workflow on a tag such as v1.2.3." in ran.printed
    assert release.registry.tokens.asked == []


def test_an_owner_with_capitals_publishes_in_small_letters(release: Release) -> None:
    ran = release("v1.2.3", owner="AcMe")
    assert not ran.failed, ran.printed
    assert release.registry.stored() == below("acme", "1.2.3")
    assert ran.outputs["registry"].endswith("/acme/philotes/charts")


def test_the_same_tag_again_changes_nothing(release: Release) -> None:
    first = release("v1.2.3")
    before = contents(release.registry.storage)
    second = release("v1.2.3")
    assert not second.failed, second.printed
    assert second.outputs == first.outputs
    assert second.summary.count("already there") == len(CHARTS)
    assert contents(release.registry.storage) == before


def test_a_release_that_ended_half_way_is_completed_by_running_it_again(release: Release) -> None:
    tokens = release.registry.tokens
    whole = tokens.accounts
    first = ("acme/philotes/charts/lakekeeper",)
    tokens.accounts = [Account(secret=TOKEN, pull=("acme/*",), push=first)]
    assert release("v1.2.3").failed == "Publish the charts and pull them back"
    assert release.registry.stored() == {first[0]: ["1.2.3"]}
    tokens.accounts = whole
    ran = release("v1.2.3")
    assert not ran.failed, ran.printed
    assert ran.summary.count("already there") == 1
    assert ran.summary.count("pushed") == len(CHARTS) - 1
    assert release.registry.stored() == below("acme", "1.2.3")


def test_a_tag_that_was_moved_is_refused_and_replaces_nothing(release: Release) -> None:
    release("v1.2.3")
    before = contents(release.registry.storage)

    def differ(checkout: Path) -> None:
        with (checkout / "charts/philotes-api/values.yaml").open("a") as values:
            values.write("# moved\n")

    ran = release("v1.2.3", change=differ)
    assert ran.failed == "Publish the charts and pull them back"
    assert "is published with other content, so nothing was pushed" in ran.printed
    assert contents(release.registry.storage) == before


def test_a_wrong_token_ends_at_the_login(release: Release) -> None:
    ran = release("v1.2.3", token="ghs_Wrong")
    assert ran.failed == "Log in to the registry"
    assert "denied" in ran.printed
    assert "ghs_Wrong" not in ran.printed
    assert ran.outputs == {}
    assert release.registry.stored() == {}


def test_a_token_that_may_not_push_there_publishes_nothing(release: Release) -> None:
    ran = release("v1.2.3", owner="elsewhere")
    assert ran.failed == "Publish the charts and pull them back"
    assert "requested access to the resource is denied" in ran.printed
    assert ran.steps[-1].outcome == "success", "the log-out runs after a failure"
    assert release.registry.stored() == {}


def test_the_token_is_in_no_argument_output_summary_or_file_left_behind(release: Release) -> None:
    ran = release("v1.2.3")
    assert not ran.failed, ran.printed
    assert "helm registry login" in release.arguments
    assert TOKEN not in release.arguments
    assert TOKEN not in ran.printed
    assert TOKEN not in ran.summary + json.dumps(dict(ran.outputs))
    left = contents(release.machine)
    assert "temp/helm-registry.json" in left, "Helm's login is in a file of the job alone"
    stored = base64.b64encode(f"Octo-Cat:{TOKEN}".encode())
    for name, content in left.items():
        assert TOKEN.encode() not in content, name
        assert stored not in content, name


def test_the_release_leaves_the_checkout_as_it_was(release: Release) -> None:
    made: dict[str, bytes] = {}
    ran = release("v1.2.3", change=lambda checkout: made.update(contents(checkout)))
    assert not ran.failed, ran.printed
    assert contents(release.machine / "workspace") == made
