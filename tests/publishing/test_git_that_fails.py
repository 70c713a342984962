"""A checkout that git does not answer for is no clean checkout."""

import os
import shutil
from pathlib import Path

import pytest

from philotes_tui.publishing import ChartUnfit, checkout
from philotes_tui.publishing.checkout import refuse_uncommitted

OWNER = "fatal: detected dubious ownership in repository at '/src'"
REFUSED = "Git does not tell whether the charts are as they are committed"


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    """Charts in a checkout."""
    (tmp_path / "src" / ".git").mkdir(parents=True)
    (tmp_path / "src" / "charts").mkdir()
    return tmp_path / "src" / "charts"


def git_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").write_text(f"#!/bin/sh\n{script}\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.defpath}")


def test_a_git_that_refuses_the_checkout_is_told_with_what_it_said(
    charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_is(tmp_path, monkeypatch, f'echo "{OWNER}" >&2\nexit 128')
    with pytest.raises(ChartUnfit, match=REFUSED) as refused:
        refuse_uncommitted(charts)
    assert refused.value.said == OWNER
    assert refused.value.on == str(charts)
    assert "--dirty" in refused.value.todo


def test_a_git_that_does_not_end_is_ended_and_told(
    charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_is(tmp_path, monkeypatch, "exec /bin/sleep 60")
    monkeypatch.setattr(checkout, "_WITHIN_S", 0.1)
    with pytest.raises(ChartUnfit, match=REFUSED) as refused:
        refuse_uncommitted(charts)
    assert "did not end within" in refused.value.said


@pytest.mark.parametrize("where", ["src", "src/charts"])
def test_a_checkout_that_is_broken_is_none_that_is_clean(
    charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not there")
    monkeypatch.chdir(tmp_path / where)
    with pytest.raises(ChartUnfit, match=REFUSED) as refused:
        refuse_uncommitted(Path("charts" if where == "src" else "."))
    assert "not a git repository" in refused.value.said


def test_outside_a_checkout_a_git_that_fails_is_no_reason_to_refuse(
    charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_is(tmp_path, monkeypatch, "echo 'fatal: not a git repository' >&2\nexit 128")
    (charts.parent / ".git").rmdir()
    refuse_uncommitted(charts)
