"""Publishing the charts as one version: packaged in a copy, compared, pushed, pulled back.

The one way charts are published: by hand (`python3 -m philotes_tui.publishing`), by the
demo, and by the release workflow. It needs Python 3.11 and Helm, and nothing installed.
"""

from philotes_tui.publishing.address import ChartFolder
from philotes_tui.publishing.errors import AlreadyPublished, ChartUnfit, PublishingError
from philotes_tui.publishing.helm import Finished, Helm, Run, find_helm
from philotes_tui.publishing.packages import (
    UMBRELLA,
    Package,
    Packaging,
    chart_folders,
    package_charts,
)
from philotes_tui.publishing.release import PublishedChart, State, Target, look, publish
from philotes_tui.publishing.signing import Signing
from philotes_tui.publishing.version import parse_version, tag_of, version_of_tag

__all__ = [
    "UMBRELLA",
    "AlreadyPublished",
    "ChartFolder",
    "ChartUnfit",
    "Finished",
    "Helm",
    "Package",
    "Packaging",
    "PublishedChart",
    "PublishingError",
    "Run",
    "Signing",
    "State",
    "Target",
    "chart_folders",
    "find_helm",
    "look",
    "package_charts",
    "parse_version",
    "publish",
    "tag_of",
    "version_of_tag",
]
