"""Two stacks that are led to one namespace: the second one is refused, and told why."""

import pytest

from tests.commands.shell import Shell

pytestmark = pytest.mark.real


def test_what_another_stack_owns_is_not_taken_over(shell: Shell) -> None:
    assert shell.run("deploy", "0.2.0", "--yes").code == 0
    shell.configure("staging", namespace=shell.namespace)
    ended = shell.run("deploy", "0.2.0", "--yes", "--stack", "staging")
    ended.told(
        1,
        "Another stack owns what is there already",
        ".metadata.annotations.philotes/stack",
        "philotes:namespace of Pulumi.staging.yaml",
    )
    assert shell.run("preview", "0.2.0", "--json").json["counts"].keys() <= {"same", "read"}
