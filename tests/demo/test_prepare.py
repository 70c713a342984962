"""What a demo's program is given, and what of the user's it is not."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from philotes_tui.cli import demo as command
from philotes_tui.demo import Demo


def test_the_demo_s_stacks_never_take_the_user_s_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"PULUMI_CONFIG_PASSPHRASE": "x", "PULUMI_CONFIG_PASSPHRASE_FILE": "/nowhere", "A": "b"}
    monkeypatch.setattr(os, "environ", own)
    monkeypatch.setattr(command, "log_to_file", lambda _: None)
    demo = SimpleNamespace(
        state=tmp_path,
        registry="oci://127.0.0.1:5000/charts",
        backend_url=tmp_path.as_uri(),
        pulumi_home=tmp_path,
        kubeconfig=tmp_path / "kubeconfig",
        stacks=("dev",),
        context="demo",
        pulumi_environment=lambda: {"KUBECONFIG": "of the demo"},
    )
    command.prepare(cast("Demo", demo))
    assert own == {"A": "b", "KUBECONFIG": "of the demo"}
