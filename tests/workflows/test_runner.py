"""The runner of these tests: it does what GitHub's does, or refuses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.expressions import Contexts, Unsupported, condition, filled, value_of
from tests.workflows.runner import JobRun, Runner

CONTEXTS = Contexts(
    {
        "github": {"ref_name": "v1.0.0"},
        "steps": {"login": {"outcome": "skipped", "outputs": {"list": '["a"]'}}},
    }
)


def run(folder: Path, steps: list[Mapping[str, Any]], **job: Any) -> JobRun:
    whole = {
        "defaults": {"run": {"shell": "bash --noprofile --norc -euo pipefail {0}"}},
        "env": {"WHOLE": "whole", "BOTH": "whole"},
        "jobs": {"only": {"env": {"BOTH": "job"}, "steps": steps, **job}},
    }
    environ = {"PATH": "/usr/bin:/bin"}
    runner = Runner(folder, {"ref_name": "v1.0.0"}, {"GITHUB_TOKEN": "s3"}, {}, environ)
    return runner.run(whole, "only")


@pytest.mark.parametrize(
    "text",
    [
        "${{ github.actor_id }}",
        "${{ inputs.version }}",
        "${{ steps.login.outputs.missing }}",
        "${{ format('{0}', github.ref_name) }}",
        "${{ hashFiles('tools/**') }}",
        "${{ github['ref_name'] }}",
        "${{ github.ref_name",
        "${{ !github.ref_name }}",
        "${{ github }}",
        "${{ github.ref_name github.ref_name }}",
        "${{ }}",
    ],
)
def test_an_expression_that_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(Unsupported):
        filled(text, CONTEXTS)


def test_expressions_are_replaced_within_a_text() -> None:
    assert filled("a ${{ github.ref_name }} ${{ 'it''s' }}", CONTEXTS) == "a v1.0.0 it's"
    assert value_of("${{ fromJSON(steps.login.outputs.list) }}", CONTEXTS) == ["a"]


@pytest.mark.parametrize(
    ("text", "after_success", "after_failure"),
    [
        ("success()", True, False),
        ("always()", True, True),
        ("failure()", False, True),
        ("github.ref_name == 'V1.0.0'", True, False),
        ("always() && steps.login.outcome != 'skipped'", False, False),
        ("${{ failure() || github.ref_name == 'v1.0.0' }}", True, True),
    ],
)
def test_a_condition_holds_as_on_github(
    text: str, *, after_success: bool, after_failure: bool
) -> None:
    assert condition(text, CONTEXTS) is after_success
    assert condition(text, Contexts(CONTEXTS.values, failed=True)) is after_failure


def test_steps_see_the_environment_the_innermost_first(tmp_path: Path) -> None:
    shown = 'echo "$WHOLE $BOTH $OWN $GITHUB_REF_NAME"'
    ran = run(tmp_path, [{"run": shown, "env": {"OWN": "${{ secrets.GITHUB_TOKEN }}"}}])
    assert ran.printed == "whole job s3 v1.0.0\n"


def test_a_step_hands_variables_and_outputs_to_those_after_it(tmp_path: Path) -> None:
    ran = run(
        tmp_path,
        [
            {"id": "one", "run": 'echo "A=1" >>"$GITHUB_ENV"; echo "b=2" >>"$GITHUB_OUTPUT"'},
            {
                "run": 'echo "$A $B" >>"$GITHUB_STEP_SUMMARY"',
                "env": {"B": "${{steps.one.outputs.b}}"},
            },
        ],
        outputs={"c": "${{ steps.one.outputs.b }}"},
    )
    assert ran.summary == "1 2\n"
    assert ran.outputs == {"c": "2"}


def test_a_failure_skips_the_steps_after_it_but_those_that_always_run(tmp_path: Path) -> None:
    ran = run(
        tmp_path,
        [
            {"name": "unset", "run": 'echo "$NOT_SET"'},
            {"name": "next", "run": "echo next"},
            {"name": "last", "if": "always()", "run": "echo last"},
        ],
        outputs={"c": "${{ steps.one.outputs.b }}"},
    )
    assert [step.outcome for step in ran.steps] == ["failure", "skipped", "success"]
    assert ran.failed == "unset"
    assert ran.outputs == {}


@pytest.mark.parametrize(
    "step",
    [
        {"uses": "somebody/something@v1"},
        {"run": "true", "working-directory": "charts"},
        {"run": "true", "continue-on-error": True},
        {"run": "echo 'a<<END' >>\"$GITHUB_OUTPUT\""},
    ],
)
def test_a_step_that_is_not_understood_ends_the_test(tmp_path: Path, step: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        run(tmp_path, [step])
