"""Where every setting comes from: a flag, the environment, the settings file, a default.

The earlier one wins. The file is TOML; each of its keys is a field of
`Settings`, and `PHILOTES_TUI_<KEY>` in the environment overrides it.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

from philotes_tui.errors import SettingsError
from philotes_tui.folders import APP, PREFIX
from philotes_tui.foreign import clean_line

CHART = "philotes"
"""The umbrella chart's name below the registry folder."""
DEFAULT_REGISTRY = "oci://ghcr.io/janovincze/philotes/charts"
"""Where the charts are published, for a stack whose file names no other place."""


def _state() -> Path:
    return Path(platformdirs.user_state_dir(APP, appauthor=False))


@dataclass(frozen=True)
class Settings:
    """All settings, resolved.

    Attributes:
        registry: The OCI folder of the charts for all stacks; empty: each stack file's own.
        plain_http: Speak to the registry without TLS; None means: only on loopback.
        registry_ca_file: A PEM file of authorities to trust for the registry besides the
            system's, for all stacks; empty: each stack file's own.
        stacks: The stacks, in the order of promotion.
        stack: The stack selected at the start; empty means the first.
        state_dir: The folder of the log, the passphrase and the project.
        project_dir: The folder of `Pulumi.yaml` and the stack files; empty: in `state_dir`.
        backend_url: The Pulumi backend; empty: PULUMI_BACKEND_URL, project or login.
        pulumi_home: Pulumi's own folder; empty: PULUMI_HOME or `~/.pulumi`.
        kubeconfig: The kubeconfig; empty: KUBECONFIG or `~/.kube/config`.
        demo: Whether these are the settings of the demo.
        file: The settings file these came from, whether or not it exists.
    """

    registry: str = ""
    plain_http: bool | None = None
    registry_ca_file: Path | None = None
    stacks: tuple[str, ...] = ("dev", "staging", "prod")
    stack: str = ""
    state_dir: Path = field(default_factory=_state)
    project_dir: Path | None = None
    backend_url: str = ""
    pulumi_home: Path | None = None
    kubeconfig: Path | None = None
    demo: bool = False
    file: Path = Path()

    @property
    def selected_stack(self) -> str:
        """The stack to start with."""
        return self.stack or self.stacks[0]

    @property
    def project(self) -> Path:
        """The folder of the stack files."""
        return self.project_dir or self.state_dir / "project"

    @property
    def log_file(self) -> Path:
        """Where the details of errors go."""
        return self.state_dir / "philotes-tui.log"

    @property
    def passphrase_file(self) -> Path:
        """The passphrase of local backends, mode 0600."""
        return self.state_dir / "passphrase"


def default_file(environment: Mapping[str, str]) -> Path:
    """Return the settings file in force when no flag names one."""
    named = environment.get(f"{PREFIX}SETTINGS")
    if named:
        return Path(os.path.expanduser(named))  # noqa: PTH111 - as shells do, unknown users too
    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "settings.toml"


def load(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **flags: Any,
) -> Settings:
    """Return the settings in force.

    Args:
        file: A settings file named on purpose; it must exist.
        environment: Environment variables; those of the process by default.
        flags: Fields given as flags; None means not given.

    Raises:
        SettingsError: A file, key or value is wrong; names file, line and key.
    """
    environment = os.environ if environment is None else environment
    path = file or default_file(environment)
    values = _from_file(path, required=file is not None or f"{PREFIX}SETTINGS" in environment)
    for name in _KEYS:
        if (text := environment.get(PREFIX + name.upper())) is not None:
            values[name] = _parsed(name, _from_text(name, text), where=PREFIX + name.upper())
    for name, value in flags.items():
        if value is not None:
            values[name] = _parsed(name, value, where=f"--{name.replace('_', '-')}")
    settings = replace(Settings(file=path), **values)
    if settings.stack and settings.stack not in settings.stacks:
        raise SettingsError(
            f"“{clean_line(settings.stack, 60)}” is not one of the stacks",
            on=str(path),
            todo=f"Choose one of {', '.join(settings.stacks)}, or add it to “stacks”.",
        )
    return settings


_PATHS = frozenset({"registry_ca_file", "state_dir", "project_dir", "pulumi_home", "kubeconfig"})
_BOOLEANS = frozenset({"plain_http", "demo"})
_KEYS = tuple(f.name for f in fields(Settings) if f.name != "file")
_STACK_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_AT_LINE = re.compile(r"\(at line (\d+)")


def _from_file(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        if not required:
            return {}
        raise SettingsError(
            "The settings file does not exist", on=str(path), todo="Create it or name another one."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "The settings file cannot be read", on=str(path), said=str(error), todo="Mend the file."
        ) from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # What is missing at the end is reported without a line.
        line = _AT_LINE.search(str(error))
        raise SettingsError(
            "The settings file is not valid TOML",
            on=f"{path}:{line.group(1) if line else max(1, len(text.splitlines()))}",
            said=str(error),
            todo="Mend that line.",
        ) from error
    for key in document:
        if key not in _KEYS:
            raise SettingsError(
                f"“{clean_line(key, 60)}” is not a setting",
                on=_place(path, text, key),
                todo=f"Settings are {', '.join(_KEYS)}.",
            )
    return {k: _parsed(k, v, where=_place(path, text, k)) for k, v in document.items()}


def _place(path: Path, text: str, key: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.\]]""", line):
            return f"{path}:{number}"
    return str(path)


def _from_text(name: str, text: str) -> object:
    if name == "stacks":
        return [part.strip() for part in text.split(",") if part.strip()]
    if name in _BOOLEANS:
        return {"1": True, "true": True, "0": False, "false": False}.get(text.lower(), text)
    return text


def _parsed(name: str, value: object, *, where: str) -> Any:
    """Return a value in its field's type; raises SettingsError naming key and place."""
    if name in _BOOLEANS and isinstance(value, bool):
        return value
    if name == "stacks" and isinstance(value, list | tuple) and value:
        if all(isinstance(s, str) and _STACK_NAME.fullmatch(s) for s in value):
            return tuple(dict.fromkeys(value))
    elif name in _PATHS and isinstance(value, str | Path) and str(value):
        return Path(os.path.expanduser(value)).absolute()  # noqa: PTH111 - as above
    elif name in {"registry", "stack", "backend_url"} and isinstance(value, str):
        return value
    wanted = (
        "true or false"
        if name in _BOOLEANS
        else "a list of stack names"
        if name == "stacks"
        else "a path"
        if name in _PATHS
        else "text"
    )
    raise SettingsError(f"“{name}” must be {wanted}", on=where, todo="Mend that value.")
