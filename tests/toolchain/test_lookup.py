"""PATH first, then what the cache holds; and what is remembered of it."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from philotes_tui.errors import ToolMissing
from philotes_tui.toolchain import PROVIDER, PROVIDER_PLUGIN, Cache, Tool, found, inspect, probe
from tests.toolchain.conftest import tiny, write_script

Known = Callable[[Tool], Tool]


def put_in_cache(cache: Cache, tool: Tool) -> Path:
    return write_script(cache.built(tool), "echo built")


def test_a_fitting_tool_on_path_comes_before_the_cache(
    cache: Cache, bin_folder: Path, known: Known
) -> None:
    put_in_cache(cache, known(tiny()))
    script = write_script(bin_folder / "tiny", "echo tiny version v1.5.0")
    (status,) = inspect(["tiny"], cache)
    assert (status.origin, status.path, status.version) == ("path", script, "1.5.0")
    assert found(status).version == "1.5.0"


def test_an_unfit_tool_on_path_is_passed_over_for_a_later_folder(
    cache: Cache, bin_folder: Path, tmp_path: Path, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(tiny())
    write_script(bin_folder / "tiny", "echo tiny version v0.9.0")
    later = write_script(tmp_path / "later" / "tiny", "echo tiny version v1.2.0")
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{later.parent}")
    (status,) = inspect(["tiny"], cache)
    assert status.path == later


def test_an_unfit_tool_on_path_is_passed_over_for_the_cache(
    cache: Cache, bin_folder: Path, known: Known
) -> None:
    built = put_in_cache(cache, known(tiny()))
    write_script(bin_folder / "tiny", "echo tiny version v0.9.0")
    (status,) = inspect(["tiny"], cache)
    assert (status.origin, status.path, status.fits) == ("build", built, True)


def test_an_unfit_tool_says_what_it_is_and_what_would_fit(
    cache: Cache, bin_folder: Path, known: Known
) -> None:
    known(tiny())
    write_script(bin_folder / "tiny", "echo tiny version v0.9.0")
    (status,) = inspect(["tiny"], cache)
    assert not status.fits
    assert status.why == "0.9.0 is older than 1.2.0"
    assert "1.2.0 or later, below 2.0.0" in status.todo
    with pytest.raises(ValueError, match="tiny"):
        found(status)


@pytest.mark.parametrize("body", ["echo something else", "exit 3", "printf '\\033[2J'"])
def test_a_program_that_is_not_the_tool_does_not_fit(
    cache: Cache, bin_folder: Path, known: Known, body: str
) -> None:
    known(tiny())
    write_script(bin_folder / "tiny", body)
    (status,) = inspect(["tiny"], cache)
    assert not status.fits
    assert "does not tell a version of tiny" in status.why


def test_a_tool_that_hangs_is_given_up(
    cache: Cache, bin_folder: Path, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "_TIME_LIMIT", 0.1)
    known(tiny())
    write_script(bin_folder / "tiny", "exec sleep 60")
    (status,) = inspect(["tiny"], cache)
    assert not status.fits


def test_the_second_look_at_a_program_starts_nothing(
    cache: Cache, bin_folder: Path, tmp_path: Path, known: Known
) -> None:
    known(tiny())
    program = build_counting_program(bin_folder / "tiny", tmp_path, "v1.4.0")
    starts = tmp_path / "starts"
    assert inspect(["tiny"], cache)[0].version == "1.4.0"
    assert inspect(["tiny"], cache)[0].version == "1.4.0"
    assert starts.read_text() == "x"
    program.unlink()
    build_counting_program(program, tmp_path, "v1.6.0")
    assert inspect(["tiny"], cache)[0].version == "1.6.0"
    assert starts.read_text() == "xx"


def test_a_shim_is_asked_every_time(cache: Cache, bin_folder: Path, known: Known) -> None:
    known(tiny())
    target = bin_folder.parent / "target"
    write_script(bin_folder / "tiny", f"cat {target}")
    target.write_text("tiny version v1.4.0")
    assert inspect(["tiny"], cache)[0].version == "1.4.0"
    target.write_text("tiny version v1.6.0")
    assert inspect(["tiny"], cache)[0].version == "1.6.0"


def test_a_control_plane_on_path_is_used_whole_or_not_at_all(
    cache: Cache, bin_folder: Path
) -> None:
    write_script(bin_folder / "kube-apiserver", "echo Kubernetes v1.34.0")
    write_script(bin_folder / "kube-controller-manager", "echo Kubernetes v1.34.2")
    (status,) = inspect(["kube-apiserver"], Cache(cache.root, Cache.default().recipes))
    assert not status.fits
    assert "not complete" in status.why
    write_script(bin_folder / "kube-scheduler", "echo Kubernetes v1.33.0")
    (status,) = inspect(["kube-apiserver"], Cache(cache.root, Cache.default().recipes))
    assert status.fits


def test_the_provider_is_known_by_its_plugin_folder(tmp_path: Path, cache: Cache) -> None:
    own = Cache(cache.root, Cache.default().recipes)
    folder = tmp_path / "pulumi-home" / "plugins" / PROVIDER_PLUGIN
    plugin = write_script(folder / PROVIDER, "exit 1")
    (folder / "schema.json").write_text("{}")
    (status,) = inspect([PROVIDER], own)
    assert (status.path, status.fits) == (plugin, True)
    assert found(status).companions == (folder / "schema.json",)
    folder.with_name(f"{folder.name}.partial").touch()
    assert not inspect([PROVIDER], own)[0].fits


def test_a_provider_without_a_version_is_not_trusted(bin_folder: Path, cache: Cache) -> None:
    write_script(bin_folder / PROVIDER, "exit 1")
    (status,) = inspect([PROVIDER], Cache(cache.root, Cache.default().recipes))
    assert not status.fits
    assert "does not tell its version" in status.why


def test_an_unknown_name_is_refused(cache: Cache) -> None:
    with pytest.raises(ToolMissing, match="frobnicator"):
        inspect(["frobnicator"], cache)


def build_counting_program(path: Path, tmp_path: Path, version: str) -> Path:
    """A compiled program, because only those are remembered, that notes each start."""
    folder = tmp_path / f"counting-{version}"
    folder.mkdir()
    (folder / "go.mod").write_text("module example.test/counting\n\ngo 1.26\n")
    (folder / "main.go").write_text(
        f"""package main

import ("fmt"; "os")

func main() {{
	file, _ := os.OpenFile("{tmp_path}/starts", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	file.WriteString("x")
	fmt.Println("tiny version {version}")
}}
"""
    )
    subprocess.run(
        ["go", "build", "-trimpath", "-buildvcs=false", "-o", path, "."],
        cwd=folder,
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": ""},
        check=True,
    )
    return path
