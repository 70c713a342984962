"""The work folder in which a stack's configuration lives.

It persists: the salt of a stack's secrets stands in its file, so a folder made
anew for each run would make secrets unreadable.
"""

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from philotes_tui.engine.stack_file import new_stack_text, stack_path
from philotes_tui.engine.yaml_file import save
from philotes_tui.errors import SettingsError

PROJECT = "philotes"

_PROJECT_TEXT = f"""\
name: {PROJECT}
runtime: python
description: Philotes on Kubernetes, deployed by philotes-tui
"""


def ensure_project(project_dir: Path) -> Path:
    """Create the project's `Pulumi.yaml` unless the folder has one, and return its path.

    Raises:
        StateFolderError: The folder cannot be written.
    """
    path = project_dir / "Pulumi.yaml"
    if not path.exists():
        save(path, _PROJECT_TEXT)
    return path


def ensure_stack_file(project_dir: Path, stack: str, initial: Mapping[str, str]) -> Path:
    """Create the stack's file unless there is one, and return its path.

    Args:
        project_dir: The work folder.
        stack: The stack's name.
        initial: Configuration for a new file, by key.

    Raises:
        StateFolderError: The folder cannot be written.
    """
    path = stack_path(project_dir, stack)
    if not path.exists():
        save(path, new_stack_text(stack, initial))
    return path


def project_settings(project_dir: Path) -> tuple[str, str]:
    """Return the project's name and the backend URL its `Pulumi.yaml` names, or an empty string.

    Raises:
        SettingsError: The file cannot be read as a project.
    """
    path = project_dir / "Pulumi.yaml"
    try:
        document = YAML(typ="safe").load(path)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise SettingsError(
            "The project file cannot be read",
            on=str(path),
            said=str(error),
            todo="Correct it, or delete it so that it is made anew.",
        ) from error
    name = document.get("name") if isinstance(document, dict) else None
    if not isinstance(name, str) or not name:
        raise SettingsError("“name” is missing in the project file", on=f"{path}:1")
    backend = document.get("backend")
    url = backend.get("url") if isinstance(backend, dict) else None
    return name, str(url or "")
