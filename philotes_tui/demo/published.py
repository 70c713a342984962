"""The versions the demo publishes, and what makes each of them different.

All are made from the same charts; a version adds template files of its own to the
umbrella or edits default values, and its number becomes the `version` and `appVersion`
of every chart, so that the image tags follow it.
"""

from dataclasses import dataclass

from philotes_tui.publishing import tag_of


@dataclass(frozen=True)
class Template:
    """A template file of the umbrella chart.

    Attributes:
        name: Its file name below `templates/`.
        text: Its content.
    """

    name: str
    text: str


@dataclass(frozen=True)
class ValueEdit:
    """A line of a chart's `values.yaml` that a version changes.

    Attributes:
        chart: The chart's folder.
        line: The line as it is; it stands there once.
        becomes: The line as it is to be.
    """

    chart: str
    line: str
    becomes: str


@dataclass(frozen=True)
class PublishedVersion:
    """One version and what it holds beside the charts as they are.

    Attributes:
        version: The chart version, SemVer.
        note: What it changes against the version before it, published as an annotation.
        templates: The files added to the umbrella.
        edits: The default values changed.
    """

    version: str
    note: str
    templates: tuple[Template, ...] = ()
    edits: tuple[ValueEdit, ...] = ()

    @property
    def tag(self) -> str:
        """The tag Helm pushes it under: `+` cannot stand in one."""
        return tag_of(self.version)


def _settings(name: str, **data: str) -> Template:
    lines = "".join(f'  {key}: "{value}"\n' for key, value in data.items())
    return Template(
        f"{name}.yaml",
        f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{{{ .Release.Name }}}}-{name}
  namespace: {{{{ .Release.Namespace }}}}
  labels:
    app.kubernetes.io/part-of: philotes
    app.kubernetes.io/instance: {{{{ .Release.Name }}}}
data:
{lines}""",
    )


_OFFSETS = _settings("offset-format", format="v1", compatible="true")
_SAME_NAMESPACE = Template(
    "same-namespace.yaml",
    """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .Release.Name }}-same-namespace
  namespace: {{ .Release.Namespace }}
  labels:
    app.kubernetes.io/part-of: philotes
    app.kubernetes.io/instance: {{ .Release.Name }}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/part-of: philotes
      app.kubernetes.io/instance: {{ .Release.Name }}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector: {}
""",
)
_SCHEMA_CHANGES = _settings("schema-changes", mode="report")
_SCHEMA_CHANGES_APPLIED = _settings("schema-changes", mode="apply")

_LARGER_BATCHES = (ValueEdit("philotes-worker", "  batchSize: 1000", "  batchSize: 2000"),)
_MORE_ATTEMPTS = (ValueEdit("philotes-worker", "  maxAttempts: 3", "  maxAttempts: 5"),)

PUBLISHED = (
    PublishedVersion("0.1.0", "First release", (_OFFSETS,)),
    PublishedVersion("0.1.1", "New images, nothing else", (_OFFSETS,)),
    PublishedVersion("0.1.2", "Larger batches in the worker", (_OFFSETS,), _LARGER_BATCHES),
    PublishedVersion("0.2.0", "Adds a NetworkPolicy", (_OFFSETS, _SAME_NAMESPACE), _LARGER_BATCHES),
    PublishedVersion(
        "0.2.1", "New images, nothing else", (_OFFSETS, _SAME_NAMESPACE), _LARGER_BATCHES
    ),
    PublishedVersion("0.2.2", "Removes the offset settings", (_SAME_NAMESPACE,), _LARGER_BATCHES),
    PublishedVersion(
        "0.3.0-beta.1+build.7",
        "Reports schema changes",
        (_SAME_NAMESPACE, _SCHEMA_CHANGES),
        _LARGER_BATCHES,
    ),
    PublishedVersion(
        "0.3.0-rc.1",
        "Applies schema changes, and tries failed writes more often",
        (_SAME_NAMESPACE, _SCHEMA_CHANGES_APPLIED),
        _LARGER_BATCHES + _MORE_ATTEMPTS,
    ),
)
"""In the order they are published."""
