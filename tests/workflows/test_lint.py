"""Both workflows: what the linter says, and what they may do."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.toolchain.development import DEVELOPMENT_TOOLS
from philotes_tui.toolchain.tools import TOOLS
from tests.workflows.expressions import Contexts, filled, value_of
from tests.workflows.runner import WORKFLOWS, workflow

NAMES = ("ci.yml", "helm-release.yml")


def linted(actionlint: Path, file: Path) -> str:
    # Other linters it would call are not on every machine.
    done = subprocess.run(
        [actionlint, "-no-color", "-shellcheck=", "-pyflakes=", file],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def steps(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for job, content in workflow(name)["jobs"].items():
        for step in content["steps"]:
            yield job, step


def actions(name: str) -> dict[str, dict[str, Any]]:
    return {step["uses"]: step.get("with", {}) for _, step in steps(name) if "uses" in step}


@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_the_linter_has_nothing_to_say(actionlint: Path, name: str) -> None:
    assert linted(actionlint, WORKFLOWS / name) == ""


@pytest.mark.real
@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("needs: publish", "needs: publishing", "does not exist"),
        ("packages: write", "packages: wirte", '"wirte" is invalid'),
        ("steps.login.outcome", "steps.logon.outcome", "not defined"),
        ("python-version:", "python-versions:", '"python-versions" is not defined'),
    ],
)
def test_the_linter_sees_a_mistake(
    actionlint: Path, tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    text = (WORKFLOWS / "helm-release.yml").read_text(encoding="utf-8")
    (tmp_path / "wrong.yml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert said in linted(actionlint, tmp_path / "wrong.yml")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_foreign_is_written_into_a_script(name: str) -> None:
    scripts = [step["run"] for _, step in steps(name) if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


@pytest.mark.parametrize("name", NAMES)
def test_scripts_stop_at_the_first_failure_and_at_a_name_that_is_not_set(name: str) -> None:
    whole = workflow(name)
    assert whole["defaults"]["run"]["shell"] == "bash --noprofile --norc -euo pipefail {0}"
    assert not [step for _, step in steps(name) if "shell" in step]


@pytest.mark.parametrize("name", NAMES)
def test_every_job_ends_in_time(name: str) -> None:
    assert all(0 < job["timeout-minutes"] <= 90 for job in workflow(name)["jobs"].values())


@pytest.mark.parametrize("name", NAMES)
def test_an_action_of_somebody_else_is_pinned_by_its_commit(name: str) -> None:
    for action in actions(name):
        owner, version = action.partition("/")[0], action.rpartition("@")[2]
        by_commit = re.fullmatch(r"[0-9a-f]{40}", version)
        # Those of GitHub and its owner follow their major version.
        assert by_commit or owner in {"actions", "azure"}, action


def test_every_action_of_the_job_that_signs_is_pinned_by_its_commit() -> None:
    signing = [step for job, step in steps("helm-release.yml") if job == "sign"]
    used = [step["uses"] for step in signing if "uses" in step]
    assert len(used) == 2
    assert all(re.search(r"@[0-9a-f]{40}$", action) for action in used)


@pytest.mark.parametrize("name", NAMES)
def test_a_checkout_keeps_no_credentials(name: str) -> None:
    for action, inputs in actions(name).items():
        if action.startswith("actions/checkout@"):
            assert inputs["persist-credentials"] is False


def test_the_release_starts_with_reading_and_each_job_adds_what_it_needs() -> None:
    whole = workflow("helm-release.yml")
    assert whole["permissions"] == {"contents": "read"}
    assert whole["jobs"]["publish"]["permissions"] == {"contents": "read", "packages": "write"}
    assert whole["jobs"]["sign"]["permissions"] == {
        "contents": "read",
        "packages": "write",
        "id-token": "write",
        "attestations": "write",
    }


def test_a_tag_is_published_only_after_it_was_checked_as_a_branch_is() -> None:
    jobs = workflow("helm-release.yml")["jobs"]
    assert (jobs["publish"]["needs"], jobs["sign"]["needs"]) == ("check", "publish")
    assert "if" not in jobs["publish"], "a condition would let it run after a failure"
    commands = [
        [step["run"] for step in workflow(name)["jobs"]["check"]["steps"] if "run" in step]
        for name in NAMES
    ]
    assert commands == [["make check"], ["make check"]]
    assert jobs["check"].keys().isdisjoint({"permissions", "if", "continue-on-error"})


def test_the_job_that_signs_runs_nothing_of_the_repository() -> None:
    signing = [step for job, step in steps("helm-release.yml") if job == "sign"]
    assert not [step for step in signing if step.get("uses", "").startswith("actions/checkout")]
    assert not [step for step in signing if "python" in step.get("run", "")]


def test_one_release_runs_at_a_time_and_is_never_cancelled() -> None:
    concurrency = workflow("helm-release.yml")["concurrency"]
    assert concurrency == {"group": "helm-release", "cancel-in-progress": False}


def test_the_token_is_given_to_the_logins_alone() -> None:
    given = [step["name"] for _, step in steps("helm-release.yml") if "secrets." in str(step)]
    assert given == ["Log in to the registry", "Log in to the registry"]


def test_the_release_runs_the_versions_that_the_tests_run() -> None:
    used = actions("helm-release.yml")
    assert used["azure/setup-helm@v4"]["version"] == TOOLS["helm"].version
    cosign = next(inputs for action, inputs in used.items() if "cosign-installer" in action)
    assert cosign["cosign-release"] == DEVELOPMENT_TOOLS["cosign"].version


def test_the_checks_can_only_read() -> None:
    whole = workflow("ci.yml")
    assert whole["permissions"] == {"contents": "read"}
    assert not [job for job in whole["jobs"].values() if "permissions" in job]


def test_cached_tools_are_those_of_the_recipes_and_tables_of_this_commit() -> None:
    keys = {
        step["with"]["key"]
        for _, step in steps("ci.yml")
        if step.get("uses", "").startswith("actions/cache")
    }
    assert len(keys) == 1
    assert "hashFiles('tools/**', 'philotes_tui/toolchain/*.py')" in keys.pop()


def test_a_cache_holds_nothing_of_the_recipes_before() -> None:
    kept = [step for _, step in steps("ci.yml") if "actions/cache" in step.get("uses", "")]
    assert kept
    assert not [step["with"] for step in kept if "restore-keys" in step["with"]]


def test_every_branch_and_pull_request_is_checked_and_tags_of_versions_are_released() -> None:
    assert workflow("ci.yml")["on"] == {"push": {"branches": ["**"]}, "pull_request": None}
    release = workflow("helm-release.yml")["on"]
    assert release == {"push": {"tags": ["v*"]}, "workflow_dispatch": None}


def concurrency(ref: str, sha: str) -> tuple[str, object]:
    """Return the group of a run of the checks, and whether it cancels another of that group."""
    whole = workflow("ci.yml")["concurrency"]
    assert whole.keys() == {"group", "cancel-in-progress"}
    github = Contexts({"github": {"ref": ref, "sha": sha}})
    return filled(whole["group"], github), value_of(whole["cancel-in-progress"], github)


@pytest.mark.parametrize("ref", ["refs/heads/topic", "refs/pull/7/merge"])
def test_a_newer_commit_of_a_branch_takes_the_place_of_the_older(ref: str) -> None:
    assert concurrency(ref, "aa") == concurrency(ref, "bb") == (f"ci-{ref}", True)


def test_every_commit_on_main_is_checked_to_its_end() -> None:
    (first, cancels), (second, _) = (concurrency("refs/heads/main", sha) for sha in ("aa", "bb"))
    assert first != second, "of a group GitHub keeps one run that waits"
    assert cancels is False


def test_the_checks_run_what_the_makefile_knows() -> None:
    commands = [step["run"] for _, step in steps("ci.yml") if "run" in step]
    assert {"make check", "make test"} <= set(commands)
    for command in commands:
        done = subprocess.run(
            [*shlex.split(command), "--dry-run"],
            cwd=WORKFLOWS.parents[1],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
