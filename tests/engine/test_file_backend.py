"""A backend's files read directly."""

import gzip
import json
from pathlib import Path

import pytest

from philotes_tui.engine.file_backend import FileBackend, backend_folder, backend_url


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:///var/state", "/var/state"),
        ("file:///with%20space", "/with space"),
        ("file://./here", "/base/here"),
        ("file://here", "/base/here"),
        ("s3://bucket", None),
        ("https://api.example.test", None),
        ("", None),
    ],
)
def test_a_file_url_names_a_folder(url: str, folder: str | None) -> None:
    assert backend_folder(url, Path("/base")) == (Path(folder) if folder else None)


def test_a_file_url_may_name_the_home_folder() -> None:
    assert backend_folder("file://~/state", Path("/base")) == Path.home() / "state"


def test_the_environment_wins_over_the_project_and_that_over_the_login(tmp_path: Path) -> None:
    home = {"PULUMI_HOME": str(tmp_path)}
    assert backend_url(home, "") == ""
    (tmp_path / "credentials.json").write_text('{"current": "file:///login"}')
    assert backend_url(home, "") == "file:///login"
    assert backend_url(home, "file:///project") == "file:///project"
    assert backend_url({**home, "PULUMI_BACKEND_URL": "file:///env"}, "file:///project") == (
        "file:///env"
    )


def backend(tmp_path: Path, meta: str = "version: 1\n") -> FileBackend:
    stacks = tmp_path / ".pulumi" / "stacks" / "philotes"
    stacks.mkdir(parents=True)
    (tmp_path / ".pulumi" / "meta.yaml").write_text(meta)
    return FileBackend(tmp_path, "philotes")


def checkpoint(*resources: object) -> bytes:
    return json.dumps({"checkpoint": {"latest": {"resources": resources}}}).encode()


def test_a_compressed_state_is_read_too(tmp_path: Path) -> None:
    read = backend(tmp_path)
    stack = {"type": "pulumi:pulumi:Stack", "outputs": {"version": "0.1.0"}}
    path = tmp_path / ".pulumi" / "stacks" / "philotes" / "dev.json.gz"
    path.write_bytes(gzip.compress(checkpoint(stack, {"type": "x"})))
    assert read.stacks() == ("dev",)
    assert (read.summary("dev").resources, read.summary("dev").deployed) == (2, "0.1.0")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"checkpoint": 3}', checkpoint(3, None)])
def test_a_state_that_cannot_be_read_shows_an_empty_stack(tmp_path: Path, content: bytes) -> None:
    read = backend(tmp_path)
    (tmp_path / ".pulumi" / "stacks" / "philotes" / "dev.json").write_bytes(content)
    assert read.exists("dev")
    assert read.summary("dev").outputs is None


def test_backups_are_no_stacks(tmp_path: Path) -> None:
    read = backend(tmp_path)
    folder = tmp_path / ".pulumi" / "stacks" / "philotes"
    for name in ("dev.json", "dev.json.bak", "dev.json.attrs", "dev.json.bak.attrs"):
        (folder / name).write_bytes(checkpoint())
    assert read.stacks() == ("dev",)


def test_another_layout_is_left_to_the_command_line(tmp_path: Path) -> None:
    assert not backend(tmp_path, "version: 2\n").readable


def test_a_folder_without_anything_is_readable(tmp_path: Path) -> None:
    assert FileBackend(tmp_path, "philotes").readable
    assert FileBackend(tmp_path, "philotes").stacks() == ()


def history(read: FileBackend, number: int, **entry: object) -> None:
    folder = read.folder / ".pulumi" / "history" / "philotes" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"dev-{number}.history.json").write_text(json.dumps({"kind": "update", **entry}))
    (folder / f"dev-{number}.history.json.attrs").write_text("{}")


def test_a_stack_with_an_update_that_did_not_succeed_is_never_shown_as_untouched(
    tmp_path: Path,
) -> None:
    read = backend(tmp_path)
    state = tmp_path / ".pulumi" / "stacks" / "philotes" / "dev.json"
    state.write_bytes(checkpoint({"type": "pulumi:pulumi:Stack"}, {"type": "x"}))
    history(read, 1, result="failed", config={"philotes:chartVersion": "0.2.2"})
    assert read.summary("dev").shown == "part of 0.2.2"
    outputs = {"version": "0.2.0"}
    state.write_bytes(checkpoint({"type": "pulumi:pulumi:Stack", "outputs": outputs}))
    assert read.summary("dev").shown == "0.2.0, part of 0.2.2"
    history(read, 2, result="succeeded", config={"philotes:chartVersion": "0.2.0"})
    assert read.summary("dev").shown == "0.2.0"


def objects(**images: str) -> list[dict[str, object]]:
    return [
        {"urn": f"urn:{name}", "custom": True, "type": "x", "inputs": {"image": image}}
        for name, image in images.items()
    ] + [{"urn": "urn:stack", "type": "pulumi:pulumi:Stack", "outputs": {"version": "0.1.0"}}]


def test_an_update_that_changed_nothing_before_it_failed_is_not_half_done(tmp_path: Path) -> None:
    read = backend(tmp_path)
    folder = read.folder / ".pulumi" / "history" / "philotes" / "dev"

    def ended(number: int, result: str, version: str, **images: str) -> str:
        history(read, number, result=result, config={"philotes:chartVersion": version})
        content = checkpoint(*objects(**images))
        (folder / f"dev-{number}.checkpoint.json").write_bytes(content)
        (tmp_path / ".pulumi" / "stacks" / "philotes" / "dev.json").write_bytes(content)
        return read.summary("dev").unfinished

    assert ended(1, "succeeded", "0.1.0", api="0.1.0", worker="0.1.0") == ""
    assert ended(2, "failed", "0.2.0", api="0.1.0", worker="0.1.0") == ""
    assert ended(3, "failed", "0.3.0", api="0.3.0", worker="0.1.0") == "0.3.0"
    assert ended(4, "failed", "0.4.0", api="0.3.0", worker="0.1.0") == "0.3.0"
    assert ended(5, "succeeded", "0.1.0", api="0.1.0", worker="0.1.0") == ""


def test_what_a_killed_update_left_begun_is_shown(tmp_path: Path) -> None:
    read = backend(tmp_path)
    latest = {"resources": [{"type": "x"}], "pending_operations": [{"type": "creating"}]}
    state = tmp_path / ".pulumi" / "stacks" / "philotes" / "dev.json"
    state.write_text(json.dumps({"checkpoint": {"latest": latest}}))
    assert read.summary("dev").shown == "part of an update"
