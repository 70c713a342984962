"""Placing the Kubernetes provider where the Pulumi CLI looks for plugins."""

import os
import shutil
import tempfile
from pathlib import Path

from philotes_tui.toolchain.cache import writing
from philotes_tui.toolchain.found import FoundTool
from philotes_tui.toolchain.tools import PROVIDER, PROVIDER_PLUGIN


def install_plugin(provider: FoundTool, pulumi_home: Path) -> Path:
    """Place the provider in a Pulumi home and return its plugin folder.

    The files are hard links where the file system allows it, else copies, so
    that clearing the tool cache does not break the plugin. What is in place
    already stays. The layout is that of `pulumi plugin install`.

    Args:
        provider: The provider, as `ensure` found it.
        pulumi_home: The folder that `PULUMI_HOME` names.

    Raises:
        StateFolderError: The folder cannot be written.
    """
    folder = pulumi_home / "plugins" / PROVIDER_PLUGIN
    files = {PROVIDER: provider.path, **{path.name: path for path in provider.companions}}
    if all(_is_same(source, folder / name) for name, source in files.items()):
        return folder
    with writing(pulumi_home):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder.parent) as scratch:
            partial = Path(scratch, "new")
            partial.mkdir()
            for name, source in files.items():
                _link_or_copy(source.resolve(), partial / name)
            if folder.is_dir():
                _replace(folder, Path(scratch, "old"))
            try:
                partial.rename(folder)
            except OSError:
                # Another process put it there meanwhile, with the same content.
                if not _is_same(provider.path, folder / PROVIDER):
                    raise
        folder.with_name(f"{folder.name}.partial").unlink(missing_ok=True)
    return folder


def _replace(folder: Path, aside: Path) -> None:
    try:
        folder.rename(aside)
    except FileNotFoundError:
        return


def _is_same(source: Path, place: Path) -> bool:
    try:
        wanted, there = source.stat(), place.stat()
    except OSError:
        return False
    if os.path.samestat(wanted, there):
        return True
    return (wanted.st_size, wanted.st_mtime_ns) == (there.st_size, there.st_mtime_ns)


def _link_or_copy(source: Path, place: Path) -> None:
    try:
        place.hardlink_to(source)
    except OSError:
        shutil.copy2(source, place)
