"""A deploy is refused, waits, fails or is cancelled, and can be taken up again."""

import json
import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from tests.commands.shell import Shell
from tests.engine.chain import NEVER_READY, REFUSED

pytestmark = pytest.mark.real

WAITING = "Pods available)"


def test_a_locked_stack_tells_who_holds_it_since_when_and_that_it_still_runs(
    shell: Shell,
) -> None:
    shell.configure(values=NEVER_READY)
    with shell.start("deploy", "0.1.0", "--yes") as first:
        first.wait_for(WAITING)
        second = shell.run("deploy", "0.2.0", "--yes", "--json")
        second.told(9, "Another process works on the stack", "still running", "since ", "Wait")
        assert second.json["error"]["kind"] == "stack-locked"
        stacks = shell.run("stacks", "--json").json["stacks"]
        assert [s["name"] for s in stacks if s["updating"]] == ["dev"]
        first.send(signal.SIGINT)
        assert first.end().code == 8
    assert shell.locks() == []


def test_a_lock_of_a_dead_process_names_the_command_that_removes_it(shell: Shell) -> None:
    assert shell.run("preview", "0.1.0").code == 0
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    folder = shell.folder / "backend/.pulumi/locks/organization/philotes/dev"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stale.json").write_text(json.dumps({
        "pid": gone.pid,
        "username": "somebody",
        "hostname": socket.gethostname(),
        "timestamp": "2026-01-02T03:04:05Z",
    }))  # fmt: skip
    told = shell.run("deploy", "0.1.0", "--yes").told(
        9, "somebody@", "no longer running", "since 2026-01-02", "pulumi cancel --stack dev --yes"
    )
    advice = told.partition("  do:   ")[2].split("`")[1]
    subprocess.run(advice, shell=True, check=True, capture_output=True, env=shell.environment)  # noqa: S602
    assert shell.run("preview", "0.1.0").code == 0
    assert shell.locks() == []


def test_a_wrong_passphrase_is_named_and_the_right_one_still_works(shell: Shell) -> None:
    assert shell.run("preview", "0.1.0").code == 0
    wrong = shell.run("deploy", "0.1.0", "--yes", "--json", PULUMI_CONFIG_PASSPHRASE="wrong")
    wrong.told(10, "secrets cannot be read with this passphrase", "PULUMI_CONFIG_PASSPHRASE_FILE")
    assert wrong.json["error"]["kind"] == "wrong-passphrase"
    assert shell.run("preview", "0.1.0").code == 0


def test_a_deploy_that_fails_half_way_tells_what_was_done_and_can_be_taken_up_again(
    shell: Shell,
) -> None:
    shell.configure(values=REFUSED)
    failed = shell.run("deploy", "0.1.0", "--yes", "--json")
    told = failed.told(1, "The deploy of 0.1.0 failed", "nodeSelector", "try again")
    assert f"failed:    Deployment {shell.namespace}/philotes-api" in told
    assert re.search(r"done:      \d\d created", told)
    document = failed.json
    states = [r["state"] for r in document["resources"]]
    assert [r["type"] for r in document["resources"] if r["state"] == "failed"] == [
        "kubernetes:apps/v1:Deployment"
    ]
    assert states.count("done") > 5
    assert document["result"] == "failed"
    assert document["error"]["kind"] == "operation-failed"
    shell.configure()
    again = shell.run("deploy", "0.1.0", "--yes")
    assert again.code == 0, again.err
    assert "Deployed 0.1.0 to dev" in again.out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_wait_that_never_ends_is_cancelled_by_a_signal_and_leaves_no_lock(
    shell: Shell, number: signal.Signals
) -> None:
    shell.configure(values=NEVER_READY)
    with shell.start("deploy", "0.1.0", "--yes", "--json") as running:
        running.wait_for(WAITING)
        running.send(number)
        running.wait_for("Cancelling")
        ended = running.end()
    ended.told(8, "The deploy was cancelled", "run a preview to see what is left", " created")
    assert ended.json["result"] == "cancelled"
    assert ended.json["error"]["exit_code"] == 8
    assert shell.locks() == []
    if number is signal.SIGINT:
        shell.configure()
        assert shell.run("deploy", "0.1.0", "--yes").code == 0


def test_a_second_ctrl_c_stops_at_once_and_leaves_the_stack_free(shell: Shell) -> None:
    shell.configure(values=NEVER_READY)
    with shell.start("deploy", "0.1.0", "--yes") as running:
        running.wait_for(WAITING)
        running.send(signal.SIGINT)
        running.wait_for("Cancelling")
        running.send(signal.SIGINT)
        ended = running.end(30)
    ended.told(8, "The deploy was cancelled")
    assert shell.locks() == []
    shell.configure()
    # Not a deploy: what was being created is taken up by the provider's own waits.
    assert shell.run("preview", "0.1.0").code == 0


def test_a_deploy_goes_on_when_nobody_reads_along_any_more(shell: Shell) -> None:
    inside, outside = os.pipe()
    command = shell.command("deploy", "0.1.0", "--yes")
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=outside, stderr=outside, env=shell.environment
    ) as process:
        os.close(outside)
        os.read(inside, 1)
        os.close(inside)
        assert process.wait(120) == 0
    assert "0.1.0" in shell.run("stacks").out
