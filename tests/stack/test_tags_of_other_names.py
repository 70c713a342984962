"""Plain Pulumi with tags that are no SemVer and that Helm takes for versions."""

import pytest

from philotes_tui.demo import Demo
from tests.signing.stored import Stored
from tests.stack.project import Project

pytestmark = pytest.mark.real


@pytest.mark.parametrize("version", ["v1.2.3", "1.2"])
def test_the_provider_takes_the_tag_of_that_name_without_a_digest(
    project: Project, demo: Demo, version: str
) -> None:
    host, _, name = demo.registry.removeprefix("oci://").partition("/")
    copied = Stored(host, "of-other-names-too/philotes")
    Stored(host, f"{name}/philotes").copy("0.2.1", copied, version)
    project.configure(chartRegistry=f"oci://{host}/of-other-names-too", chartVersion=version)
    plan = project.preview()
    assert plan.operations == {"create", "read"}
    assert any(
        "of-other-names-too" in each and each.endswith(f":{version}") for each in plan.diagnostics
    )
