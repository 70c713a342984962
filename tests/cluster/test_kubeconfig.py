"""Kubeconfig files are read as kubectl reads them."""

import socket
from pathlib import Path

import pytest

from philotes_tui.cluster import Context, probe, read_kubeconfig
from philotes_tui.errors import ClusterUnreachable, ContextUnknown, SettingsError

KUBECONFIG = """\
current-context: {current}
clusters:
- name: {name}-cluster
  cluster: {{server: "https://{name}.invalid:6443"}}
contexts:
- name: {name}
  context: {{cluster: {name}-cluster, user: someone}}
"""


def write(path: Path, name: str, current: str) -> Path:
    path.write_text(KUBECONFIG.format(name=name, current=current), encoding="utf-8")
    return path


def test_the_first_of_several_files_decides_the_current_context(tmp_path: Path) -> None:
    one = write(tmp_path / "one", "red", "red")
    two = write(tmp_path / "two", "blue", "blue")
    merged = read_kubeconfig({"KUBECONFIG": f"{one}:{two}"})
    assert merged.context() == Context("red", "https://red.invalid:6443")
    assert merged.context("blue").server == "https://blue.invalid:6443"


def test_an_unknown_context_names_those_there_are(tmp_path: Path) -> None:
    known = read_kubeconfig({}, write(tmp_path / "config", "red", "red"))
    with pytest.raises(ContextUnknown) as caught:
        known.context("green")
    assert "no context “green”" in caught.value.what
    assert "red" in caught.value.todo


def test_no_kubeconfig_at_all_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ContextUnknown, match="KUBECONFIG"):
        read_kubeconfig({}, tmp_path / "missing").context()


@pytest.mark.parametrize("text", ["a: [\nb: c", "- just\n- a list\n", "\x00"])
def test_a_file_that_is_no_kubeconfig_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_kubeconfig({}, file)
    assert str(file) in caught.value.on


def test_a_server_nobody_listens_on_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        port = taken.getsockname()[1]
        with pytest.raises(ClusterUnreachable) as caught:
            probe(Context("gone", f"https://127.0.0.1:{port}", insecure=True))
    assert "“gone” does not answer" in caught.value.what
    assert str(port) in caught.value.on
