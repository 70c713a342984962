"""The provider in a Pulumi home: whole, idempotent, independent of the cache."""

import shutil
from pathlib import Path

import pytest

from philotes_tui.errors import StateFolderError
from philotes_tui.toolchain import PROVIDER, PROVIDER_PLUGIN, FoundTool, install_plugin
from tests.toolchain.conftest import write_script


@pytest.fixture
def provider(tmp_path: Path) -> FoundTool:
    path = write_script(tmp_path / "built" / PROVIDER, "echo provider")
    schema = path.with_name("schema.json")
    schema.write_text("{}")
    return FoundTool(PROVIDER, path, "v4.25.0", "build", (schema,))


def test_the_plugin_folder_holds_the_executable_and_its_companions(
    provider: FoundTool, tmp_path: Path
) -> None:
    folder = install_plugin(provider, tmp_path / "home")
    assert folder == tmp_path / "home" / "plugins" / PROVIDER_PLUGIN
    assert sorted(path.name for path in folder.iterdir()) == [PROVIDER, "schema.json"]
    assert (folder / PROVIDER).stat().st_mode & 0o111
    assert [path.name for path in folder.parent.iterdir()] == [PROVIDER_PLUGIN]


def test_a_second_installation_changes_nothing(provider: FoundTool, tmp_path: Path) -> None:
    folder = install_plugin(provider, tmp_path / "home")
    before = folder.stat().st_ino
    assert install_plugin(provider, tmp_path / "home").stat().st_ino == before


def test_the_plugin_outlives_the_cache(provider: FoundTool, tmp_path: Path) -> None:
    folder = install_plugin(provider, tmp_path / "home")
    shutil.rmtree(provider.path.parent)
    assert (folder / PROVIDER).read_text() == "#!/bin/sh\necho provider\n"


def test_where_links_are_impossible_files_are_copied(
    provider: FoundTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    folder = install_plugin(provider, tmp_path / "home")
    before = folder.stat().st_ino
    assert not (folder / PROVIDER).samefile(provider.path)
    assert install_plugin(provider, tmp_path / "home").stat().st_ino == before


def test_a_half_installed_or_older_plugin_is_replaced(provider: FoundTool, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "plugins" / PROVIDER_PLUGIN
    write_script(folder / PROVIDER, "echo another")
    marker = folder.with_name(f"{folder.name}.partial")
    marker.touch()
    install_plugin(provider, tmp_path / "home")
    assert (folder / PROVIDER).samefile(provider.path)
    assert (folder / "schema.json").is_file()
    assert not marker.exists()


def test_a_home_that_is_already_the_origin_stays_as_it_is(
    provider: FoundTool, tmp_path: Path
) -> None:
    folder = install_plugin(provider, tmp_path / "home")
    there = FoundTool(PROVIDER, folder / PROVIDER, "v4.25.0", "path")
    assert install_plugin(there, tmp_path / "home") == folder


def test_a_home_on_a_read_only_place_ends_in_a_sentence(
    provider: FoundTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StateFolderError, match="Make it writable"):
        install_plugin(provider, tmp_path / "home")
