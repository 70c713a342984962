"""Charts in a git checkout are published as they are committed."""

import subprocess
from pathlib import Path

import pytest

from tests.publishing.conftest import Publisher

pytestmark = pytest.mark.real

NOWHERE = "oci://127.0.0.1:1/charts"
REFUSED = "The charts are not as they are committed, so nothing was published"


@pytest.fixture
def committed(publisher: Publisher) -> Publisher:
    """A publisher whose charts are a commit."""
    git(publisher, "init", "--quiet")
    git(publisher, "add", "charts")
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    git(publisher, *identity, "commit", "--quiet", "--message", "Charts")
    return publisher


def git(publisher: Publisher, *arguments: str) -> None:
    subprocess.run(
        ["git", *arguments],
        cwd=publisher.folder,
        env=publisher.environment,
        capture_output=True,
        check=True,
        timeout=60,
    )


def put(publisher: Publisher, *files: str) -> None:
    for name in files:
        file = publisher.charts / name
        file.parent.mkdir(exist_ok=True)
        with file.open("a") as opened:
            opened.write("# in no commit\n")


def test_charts_as_they_are_committed_are_published(committed: Publisher) -> None:
    put(committed, "../elsewhere.yaml")
    ran = committed("0.4.0")
    assert (ran.code, ran.errors) == (0, "")


@pytest.mark.parametrize(
    "file",
    [
        "philotes/values-prod.yaml",
        "philotes-api/.env",
        "stray/Chart.yaml",
        "lakekeeper/values.yaml",
    ],
)
def test_a_file_that_is_in_no_commit_is_named_and_nothing_is_packaged(
    committed: Publisher, file: str
) -> None:
    put(committed, file)
    ran = committed("0.4.0", registry=NOWHERE)
    assert (ran.code, ran.output) == (3, "")
    assert REFUSED in ran.errors
    assert f"said: charts/{file}\n" in ran.errors
    assert "with --dirty" in ran.errors
    assert committed("0.4.0", "--dry-run", registry=NOWHERE).code == 3


def test_of_many_files_three_are_named_and_the_rest_is_counted(committed: Publisher) -> None:
    put(committed, *(f"philotes/{letter}.yaml" for letter in "abcde"))
    ran = committed("0.4.0", registry=NOWHERE)
    said = ran.errors.partition("said: ")[2].partition("  do:")[0].split()
    named = [f"charts/philotes/{letter}.yaml" for letter in "abc"]
    assert said == [*named, "and", "2", "more"]


def test_dirty_charts_are_published_when_that_is_asked_for(committed: Publisher) -> None:
    put(committed, "lakekeeper/values.yaml")
    ran = committed("0.4.0", "--dry-run", "--dirty", registry=NOWHERE)
    assert (ran.code, ran.errors) == (0, "")


@pytest.mark.parametrize(
    "file",
    [
        "philotes-api/build/creds.txt",
        "philotes/dist/notes.txt",
        "philotes-api/philotes-api-0.1.0.tgz",
        "lakekeeper/.idea",  # the pattern is of a folder alone
    ],
)
def test_what_git_ignores_and_a_package_would_hold_is_named(
    committed: Publisher, file: str
) -> None:
    ignore(committed)
    put(committed, file)
    ran = committed("0.4.0", registry=NOWHERE)
    assert (ran.code, ran.output) == (3, "")
    assert f"said: charts/{file}\n" in ran.errors


def test_what_git_ignores_and_no_package_holds_is_no_reason_to_refuse(committed: Publisher) -> None:
    ignore(committed)
    put(committed, "philotes/charts/lakekeeper-0.1.0.tgz", "philotes/Chart.lock")
    put(committed, "philotes-0.1.0.tgz", "build/log.txt", "philotes-api/.idea/workspace.xml")
    put(committed, "philotes-api/.env", "lakekeeper/values.yaml.bak")
    assert committed("0.4.0", "--dry-run", registry=NOWHERE).code == 0


def ignore(committed: Publisher) -> None:
    """Let git ignore what people commonly do."""
    rules = committed.folder / ".git" / "info" / "exclude"
    rules.write_text("build/\ndist/\n.idea\n.env\n*.bak\n*.tgz\n")


@pytest.mark.parametrize("without", ["git", "checkout"])
def test_without_git_or_a_checkout_charts_are_published_as_they_are(
    committed: Publisher, tmp_path: Path, without: str
) -> None:
    put(committed, "lakekeeper/values.yaml")
    if without == "checkout":
        (committed.folder / ".git").rename(tmp_path / "no-git")
        ran = committed("0.4.0", "--dry-run", registry=NOWHERE)
    else:
        ran = committed("0.4.0", "--dry-run", registry=NOWHERE, variables={"PATH": str(tmp_path)})
    assert (ran.code, ran.errors) == (0, "")
