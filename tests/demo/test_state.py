import errno
import stat
from pathlib import Path

import pytest

from philotes_tui.demo import reset
from philotes_tui.demo.state import MARKER, StateFolder, is_running, unusable
from philotes_tui.errors import DemoError, StateFolderError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_and_what_is_written_into_it_belong_to_the_user_alone(tmp_path: Path) -> None:
    folder = StateFolder.claim(tmp_path / "below" / "state")
    folder.write_json("tokens.json", {"a": "b"})
    assert mode(folder.root) == 0o700
    assert mode(folder.root / "tokens.json") == 0o600
    assert mode(folder.folder("logs")) == 0o700
    folder.release()


def test_a_second_claim_says_who_holds_the_folder(state: StateFolder) -> None:
    with pytest.raises(DemoError, match=r"Another demo uses this folder .*process \d+ since"):
        StateFolder.claim(state.root)


def test_a_released_folder_can_be_claimed_again(state: StateFolder) -> None:
    state.release()
    StateFolder.claim(state.root).release()


def test_a_folder_with_other_files_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    tmp_path.chmod(0o755)
    with pytest.raises(DemoError, match=r"holds other files .*thesis\.txt"):
        StateFolder.claim(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]
    assert mode(tmp_path) == 0o755


def test_reset_removes_a_demo_folder_with_all_it_holds(state: StateFolder) -> None:
    state.write_private(state.folder("cluster", "etcd") / "data", b"\x00")
    state.release()
    assert reset(state.root)
    assert not state.root.exists()
    assert not reset(state.root)


def test_reset_leaves_a_folder_without_the_marker_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(DemoError, match="left as it is"):
        reset(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_reset_does_not_follow_a_link(state: StateFolder, tmp_path: Path) -> None:
    state.release()
    link = tmp_path / "link"
    link.symlink_to(state.root)
    with pytest.raises(DemoError, match="left as it is"):
        reset(link)
    assert (state.root / MARKER).exists()


def test_reset_does_not_remove_what_a_link_inside_leads_to(
    state: StateFolder, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "thesis.txt").write_text("mine")
    (state.root / "link").symlink_to(outside)
    state.release()
    reset(state.root)
    assert (outside / "thesis.txt").read_text() == "mine"


def test_reset_is_refused_while_a_demo_uses_the_folder(state: StateFolder) -> None:
    with pytest.raises(DemoError, match="Another demo uses this folder"):
        reset(state.root)
    assert (state.root / MARKER).exists()


def test_a_path_below_a_file_is_told_as_an_unusable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateFolderError, match="choose another state folder") as caught:
        StateFolder.claim(tmp_path / "file" / "state")
    assert caught.value.exit_code == 11


def test_a_full_disk_is_told_as_one(tmp_path: Path) -> None:
    error = unusable(tmp_path, OSError(errno.ENOSPC, "No space left on device"))
    assert isinstance(error, StateFolderError)
    assert "is full" in error.what
    assert "Free some space" in error.todo


def test_a_record_cut_short_reads_as_none(state: StateFolder) -> None:
    (state.root / "ports.json").write_text('{"registry": 2')
    assert state.read_json("ports.json") is None


def test_a_demo_that_runs_is_told_from_one_that_ended(tmp_path: Path) -> None:
    assert not is_running(tmp_path)
    held = StateFolder.claim(tmp_path)
    assert is_running(tmp_path)
    held.release()
    assert not is_running(tmp_path)
