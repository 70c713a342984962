"""A chart that cannot be rendered is not published: what is published never changes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from philotes_tui.publishing import ChartUnfit, Finished, Helm, Package
from philotes_tui.publishing.soundness import refuse_unsound
from tests.publishing.conftest import NAMES, Publisher, tags
from tests.registry.conftest import OwnRegistry

NOWHERE = "oci://127.0.0.1:1/charts"
REFUSED = "Helm cannot render a chart as it is packaged, so nothing was published"
BROKEN = {
    "syntax": "{{ if .Values.enabled }}\nkind: ConfigMap\n",
    "value": 'kind: {{ .Values.of.nobody | required "nobody" }}\n',
    "yaml": "kind: [\n",
    "refusal": '{{ fail "never to be rendered" }}\n',
}
LINTED = """\
==> Linting philotes-0.4.0.tgz
[INFO] Chart.yaml: icon is recommended
[WARNING] templates/pdb.yaml: policy/v1beta1 PodDisruptionBudget is deprecated

Error: 1 chart(s) linted, 1 chart(s) failed
"""


@pytest.mark.parametrize(
    ("command", "output", "said"),
    [
        ("lint", LINTED, "[WARNING] templates/pdb.yaml: policy/v1beta1"),
        ("template", "\nError: execution error at (x.yaml:1:3): never\n", "execution error at (x."),
        ("template", "killed", "killed"),
    ],
)
def test_what_helm_says_of_a_chart_is_told_without_the_rest(
    tmp_path: Path, command: str, output: str, said: str
) -> None:
    asked: list[str] = []

    def run(argv: Sequence[str], _: Mapping[str, str], __: bytes) -> Finished:
        asked.append(argv[1])
        return Finished(1, output) if argv[1] == command else Finished(0, "")

    package = Package("philotes", "0.4.0", tmp_path / "philotes-0.4.0.tgz", {})
    with pytest.raises(ChartUnfit, match="Helm cannot render a chart") as refused:
        refuse_unsound([package], Helm(Path("helm"), tmp_path, run=run))
    assert refused.value.on == "philotes-0.4.0.tgz"
    assert refused.value.said.startswith(said)
    assert "\n" not in refused.value.said
    assert command in asked


@pytest.mark.real
@pytest.mark.parametrize(("name", "fault"), zip(NAMES, BROKEN, strict=True))
def test_a_template_that_cannot_be_rendered_is_told_before_a_registry_is_asked(
    publisher: Publisher, name: str, fault: str
) -> None:
    (publisher.charts / name / "templates" / "broken.yaml").write_text(BROKEN[fault])
    for options in (["--dry-run"], []):
        ran = publisher("0.4.0", *options, registry=NOWHERE)
        assert (ran.code, ran.output) == (3, "")
        assert f"error: {REFUSED}\n  on:   {name}-0.4.0.tgz\n" in ran.errors
        assert "broken.yaml" in ran.errors


@pytest.mark.real
def test_a_fault_in_the_umbrella_keeps_back_the_subcharts_too(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    (publisher.charts / "philotes" / "templates" / "broken.yaml").write_text(BROKEN["syntax"])
    assert publisher("0.4.0").code == 3
    assert tags(own_registry, path) == {}
