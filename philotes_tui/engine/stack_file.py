"""A stack's configuration file, `Pulumi.<stack>.yaml`, read and edited without losing anything.

The keys are those of the stack program (`stack/Pulumi.yaml`).
"""

import io
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from philotes_tui.errors import SettingsError, StateFolderError
from philotes_tui.releases import ChartSource, RegistryChart, is_loopback

NAMESPACE = "philotes"
DEFAULT_REGISTRY = "oci://ghcr.io/janovincze/philotes/charts"
ENVIRONMENTS = ("dev", "staging", "production")


_MODE = 0o600
_SECRETS_PROVIDER = ("secretsprovider", "encryptedkey", "encryptionsalt")


@dataclass(frozen=True)
class StackSettings:
    """What a stack file says under the namespace `philotes`, with the program's defaults.

    Attributes:
        chart_registry: The OCI folder of the charts, `oci://…`, without a trailing slash.
        plain_http: Whether that registry is spoken to without TLS.
        kube_context: The kubeconfig context, or empty for the current one.
        values: Values for the umbrella chart; secrets stand in them encrypted.
    """

    environment: str
    chart_registry: str = DEFAULT_REGISTRY
    chart_version: str = "0.1.0"
    use_local_charts: bool = False
    plain_http: bool = False
    namespace: str = "philotes"
    kube_context: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def environment_of(stack: str) -> str:
    """Return the environment a stack of this name is for when its file does not say."""
    return {"staging": "staging", "prod": "production", "production": "production"}.get(
        stack, "dev"
    )


@dataclass(frozen=True)
class StackFile:
    """A stack file as it was read. Immutable: edits give new text.

    Attributes:
        path: Where it stands.
        stack: The stack's name.
        text: The document, empty if there is no file.
        settings: What it says, with defaults.
    """

    path: Path
    stack: str
    text: str
    settings: StackSettings

    @classmethod
    def read(cls, project_dir: Path, stack: str) -> "StackFile":
        """Return the stack's file; one that does not exist reads as an empty one.

        Raises:
            SettingsError: It is no YAML, or a value is none its key allows.
        """
        path = stack_path(project_dir, stack)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            text = ""
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                "The stack file cannot be read",
                on=str(path),
                said=str(getattr(error, "strerror", None) or error),
                todo="Make it a readable UTF-8 file.",
            ) from error
        return cls.parse(text, path, stack)

    @classmethod
    def parse(cls, text: str, path: Path, stack: str) -> "StackFile":
        """Return the stack file that `text` is; `path` is named in errors.

        Raises:
            SettingsError: As for `read`.
        """
        return cls(path, stack, text, _Reader(path, _document(text, path)).settings(stack))

    def with_source(self, source: ChartSource, *, pinned: bool = False) -> str:
        """Return the document with the chart set to `source`; all else stays as it is.

        The environment is written where it is absent, so that the program deploys
        what the stack's name promised.

        Args:
            source: Where the chart comes from.
            pinned: Whether a digest that `source` knows is written too, so that
                exactly that content is deployed.
        """
        document = _document(self.text, self.path)
        config = document.get("config")
        if config is None:
            config = document["config"] = CommentedMap()
        for key, value in _source_keys(source, pinned=pinned).items():
            _set(config, key, value)
        _set(config, "environment", self.settings.environment, keep=True)
        return _dumped(document)


def stack_path(project_dir: Path, stack: str) -> Path:
    """Return where the stack's file stands."""
    return project_dir / f"Pulumi.{stack}.yaml"


def new_stack_text(stack: str, initial: Mapping[str, str]) -> str:
    """Return the first document of a stack.

    Args:
        stack: The stack's name; gives the environment.
        initial: Configuration by key; keys without a namespace are the program's.
    """
    config = CommentedMap()
    document = CommentedMap({"config": config})
    for key, value in {"environment": environment_of(stack), **initial}.items():
        _set(config, key, value)
    return _dumped(document)


def adopt_salt(text: str, used: str) -> str:
    """Return a document with the keys of the secrets provider that Pulumi wrote to `used`.

    Pulumi writes them to the file it is given when the stack's own has none yet.
    """
    document, source = _document(text, Path()), _document(used, Path())
    missing = [k for k in _SECRETS_PROVIDER if k in source and k not in document]
    if not missing:
        return text
    for key in missing:
        document[key] = source[key]
    return _dumped(document)


def save(path: Path, text: str) -> None:
    """Write the file in one step, with the mode it has, or 0600 if it is new.

    Raises:
        StateFolderError: The disk is full or the folder cannot be written; the old
            file is untouched.
    """
    draft: str | None = None
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else _MODE
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(mode)
        Path(draft).replace(path)
    except OSError as error:
        if draft is not None:
            Path(draft).unlink(missing_ok=True)
        raise StateFolderError(
            "The stack's configuration cannot be saved",
            on=str(path),
            said=error.strerror or str(error),
            todo="Free some space or make the folder writable, then try again.",
        ) from error


def _source_keys(source: ChartSource, *, pinned: bool) -> dict[str, str | None]:
    """Return what to set for a source; None removes a key."""
    if not isinstance(source, RegistryChart):
        return {"useLocalCharts": "true", "chartDigest": None}
    return {
        "chartRegistry": source.registry,
        "chartVersion": source.version.text,
        "useLocalCharts": "false",
        "chartRegistryPlainHttp": "true" if source.plain_http else "false",
        "chartDigest": source.digest if pinned else None,
    }


def _set(config: CommentedMap, key: str, value: str | None, *, keep: bool = False) -> None:
    full = key if ":" in key else f"{NAMESPACE}:{key}"
    if value is None:
        config.pop(full, None)
    elif not keep or full not in config:
        config[full] = value


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    return yaml


def _dumped(document: CommentedMap) -> str:
    stream = io.StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue()


def _document(text: str, path: Path) -> CommentedMap:
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = error.problem or error.context or "not valid"
        raise _wrong(path, line, "The stack file is not valid YAML", str(said)) from error
    except YAMLError as error:
        raise _wrong(path, 1, "The stack file is not valid YAML", str(error)) from error
    if document is None:
        return CommentedMap()
    if not isinstance(document, CommentedMap):
        raise _wrong(path, 1, "The stack file is not a mapping")
    config = document.get("config")
    if config is not None and not isinstance(config, CommentedMap):
        raise _wrong(path, _line(document, "config"), "“config” in the stack file is not a mapping")
    return document


def _line(mapping: CommentedMap, key: str) -> int:
    try:
        return int(mapping.lc.key(key)[0]) + 1
    except (KeyError, TypeError, AttributeError):
        return 1


def _wrong(path: Path, line: int, what: str, said: str = "") -> SettingsError:
    return SettingsError(
        what, on=f"{path}:{line}", said=said, todo=f"Correct line {line} of {path.name}."
    )


class _Reader:
    """Reads the program's keys out of a document, with the line of each that is wrong."""

    def __init__(self, path: Path, document: CommentedMap) -> None:
        self._path = path
        self._config: CommentedMap = document.get("config") or CommentedMap()

    def settings(self, stack: str) -> StackSettings:
        registry = self._text("chartRegistry", DEFAULT_REGISTRY).rstrip("/")
        environment = self._text("environment", environment_of(stack))
        if environment not in ENVIRONMENTS:
            raise self._refuse("environment", f"one of {', '.join(ENVIRONMENTS)}")
        if not registry.startswith("oci://") or len(registry) == len("oci://"):
            raise self._refuse("chartRegistry", "an address of the form oci://host/path")
        return StackSettings(
            environment=environment,
            chart_registry=registry,
            chart_version=self._text("chartVersion", "0.1.0"),
            use_local_charts=self._flag("useLocalCharts", default=False),
            plain_http=self._plain_http(registry),
            namespace=self._text("namespace", "philotes"),
            kube_context=self._text("kubeContext", ""),
            values=self._values(),
        )

    def _value(self, key: str) -> object:
        return self._config.get(f"{NAMESPACE}:{key}")

    def _text(self, key: str, default: str) -> str:
        value = self._value(key)
        if value is None or value == "":
            return default
        if isinstance(value, Mapping | list) or str(value) != str(value).strip():
            raise self._refuse(key, "one plain text")
        return str(value)

    def _flag(self, key: str, *, default: bool, allowed: str = "true or false") -> bool:
        value = self._value(key)
        if value is None or value == "":
            return default
        if str(value).lower() not in {"true", "false"}:
            raise self._refuse(key, allowed)
        return str(value).lower() == "true"

    def _plain_http(self, registry: str) -> bool:
        key = "chartRegistryPlainHttp"
        if self._value(key) in {None, ""} or str(self._value(key)).lower() == "auto":
            return is_loopback(registry)
        return self._flag(key, default=False, allowed="true, false or auto")

    def _values(self) -> Mapping[str, Any]:
        value = self._value("values")
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self._refuse("values", "a mapping")
        return value

    def _refuse(self, key: str, allowed: str) -> SettingsError:
        full = f"{NAMESPACE}:{key}"
        what = f"“{full}” in the stack file must be {allowed}"
        return _wrong(self._path, _line(self._config, full), what)
