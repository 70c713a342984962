"""What Helm says of charts that were packaged: a published version never changes."""

import re
from collections.abc import Sequence

from philotes_tui.publishing.errors import ChartUnfit
from philotes_tui.publishing.helm import Finished, Helm
from philotes_tui.publishing.packages import Package

_FINDING = re.compile(r"(?m)^\[(?:ERROR|WARNING)\] .*$")
_ERROR = re.compile(r"(?ms)^Error: (?P<said>.*)")


def refuse_unsound(packages: Sequence[Package], helm: Helm) -> None:
    """Refuse packages that Helm finds fault with or cannot render with their own values.

    No registry and no cluster is asked. A chart is rendered besides, because the linter lets
    pass what a chart itself refuses (helm/helm:pkg/engine/engine.go, LintMode).

    Raises:
        ChartUnfit: Helm names a fault, a warning or an error; what it said is told.
    """
    for package in packages:
        for done in (helm.lint(package.archive), helm.render(package.archive)):
            if done.code:
                raise ChartUnfit(
                    "Helm cannot render a chart as it is packaged, so nothing was published",
                    on=package.archive.name,
                    said=_told(done),
                    todo="Correct the chart; `helm lint --strict` and `helm template` tell the "
                    "same of it.",
                )


def _told(done: Finished) -> str:
    findings = _FINDING.findall(done.output)
    error = _ERROR.search(done.output)
    return "\n".join(findings) or (error["said"] if error else done.output).strip()
