"""What a stack file says to the stack program, as one typed value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from philotes_tui.engine.yaml_file import line_of, wrong
from philotes_tui.errors import SettingsError
from philotes_tui.releases import is_loopback
from philotes_tui.settings import DEFAULT_REGISTRY

NAMESPACE = "philotes"
ENVIRONMENTS = ("dev", "staging", "production")


@dataclass(frozen=True)
class StackSettings:
    """What a stack file says under the namespace `philotes`, with the program's defaults.

    Attributes:
        chart_registry: The OCI folder of the charts, `oci://…`, without a trailing slash.
        plain_http: Whether that registry is spoken to without TLS.
        kube_context: The kubeconfig context, or empty for the current one.
        cluster_id: The UID of the one cluster that is deployed to, or empty for any.
        ca_file: The PEM file of authorities the registry's certificate may be signed by,
            as it is written: relative to the project folder; or empty.
        values: Values for the umbrella chart; secrets stand in them encrypted.
    """

    environment: str
    chart_registry: str = DEFAULT_REGISTRY
    chart_version: str = "0.1.0"
    use_local_charts: bool = False
    plain_http: bool = False
    namespace: str = "philotes"
    kube_context: str = ""
    cluster_id: str = ""
    ca_file: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def environment_of(stack: str) -> str:
    """Return the environment a stack of this name is for when its file does not say."""
    return {"staging": "staging", "prod": "production", "production": "production"}.get(
        stack, "dev"
    )


def read_settings(document: CommentedMap, path: Path, stack: str) -> StackSettings:
    """Return what a document says, with defaults.

    Args:
        document: The stack file.
        path: Named in errors.
        stack: The stack's name; gives the environment where the file does not.

    Raises:
        SettingsError: A value is none its key allows; names file, line and key.
    """
    return _Reader(path, document).settings(stack)


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
            cluster_id=self._text("clusterId", ""),
            ca_file=self._text("chartRegistryCaFile", ""),
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
            return is_loopback(registry) and not self._text("chartRegistryCaFile", "")
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
        return wrong(self._path, line_of(self._config, full), what)
