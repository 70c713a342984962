"""Logins are stored where they are found again, and the rest of the file stays as it is."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from philotes_tui.registry import Basic, FileCredentials
from philotes_tui.registry.login_file import LoginFile

LOGIN = Basic("user", "hidden")
KEEPS = """#!/bin/sh
case "$1" in
store) cat > "$0.kept";;
get) cat "$0.kept" || { echo "credentials not found"; exit 1; };;
erase) rm "$0.kept" || { echo "credentials not found"; exit 1; };;
esac
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on PATH with two programs that keep a login each."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("one", "all"):
        program = folder / f"docker-credential-{name}"
        program.write_text(KEEPS)
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def written(path: Path, config: object) -> Path:
    path.write_text(json.dumps(config))
    return path


@pytest.mark.parametrize("host", ["docker.io", "index.docker.io", "registry-1.docker.io"])
@pytest.mark.parametrize(
    "named",
    [
        {"credHelpers": {"https://index.docker.io/v1/": "one"}, "credsStore": "all"},
        {"credHelpers": {"index.docker.io": "one"}, "credsStore": "all"},
        {"credHelpers": {"docker.io": "one"}},
        {"credsStore": "one"},
    ],
)
def test_a_program_that_stores_a_login_for_docker_hub_is_asked_for_it(
    tmp_path: Path, programs: Path, host: str, named: dict[str, object]
) -> None:
    path = written(tmp_path / "config.json", named)
    assert asyncio.run(LoginFile(path).store(host, LOGIN)) == "docker-credential-one"
    kept = json.loads((programs / "docker-credential-one.kept").read_text())
    assert kept["ServerURL"] == "https://index.docker.io/v1/"
    found = asyncio.run(FileCredentials([path]).lookup(host))
    assert found == Basic("user", "hidden", "docker-credential-one")
    assert asyncio.run(LoginFile(path).remove(host))
    assert asyncio.run(FileCredentials([path]).lookup(host)) is None


def test_what_the_file_holds_that_is_no_text_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"HttpHeaders": {"X": "\\ud800 é"}, "auths": {"a.io": {"auth": "dTpw"}}}')
    before = json.loads(path.read_text())
    asyncio.run(LoginFile(path).store("b.io", LOGIN))
    after = json.loads(path.read_text())
    assert after["auths"].pop("b.io")
    assert after == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.json"]


def test_storing_that_is_interrupted_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    path = written(tmp_path / "config.json", {"auths": {"a.io": {"auth": "dTpw"}}})
    before = path.read_text()
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(LoginFile(path).store("b.io", LOGIN))
    assert path.read_text() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.json"]
