"""A password leaves without TLS only to whom the operator said so."""

import subprocess
from pathlib import Path

import pytest

from philotes_tui.cli.login import repository_of
from philotes_tui.cli.place import Place
from philotes_tui.settings import Settings
from tests.commands.charts import shell_for
from tests.registry.fake_registry import FakeRegistry, Reply

CHARTS = Place("oci://registry.lan/charts", plain_http=True, ca_file=None)


@pytest.mark.parametrize(
    ("registry", "plain_http"),
    [
        (None, True),
        ("registry.lan", True),
        ("oci://registry.lan/charts", True),
        ("registry.lan/other", True),
        ("registry.lan:5000", False),
        ("ghcr.io", False),
        ("oci://ghcr.io/owner/charts", False),
        ("127.0.0.1:5000", True),
        ("localhost:5000/charts", True),
    ],
)
@pytest.mark.parametrize("setting", [None, True])
def test_that_the_charts_are_read_without_tls_says_nothing_of_another_registry(
    registry: str | None, plain_http: bool, setting: bool | None
) -> None:
    found = repository_of(registry, Settings(plain_http=setting), CHARTS)
    assert found.plain_http is plain_http


def test_where_tls_is_wanted_it_is_on_this_machine_too() -> None:
    place = Place("oci://ghcr.io/charts", plain_http=False, ca_file=None)
    assert not repository_of("localhost:5000", Settings(plain_http=False), place).plain_http


def test_a_password_goes_without_tls_where_that_is_asked_for(tmp_path: Path) -> None:
    """The registry that was named is not that of the charts, nor of a name that is loopback's."""
    with FakeRegistry(lambda _: Reply(401, {"WWW-Authenticate": 'Basic realm="x"'})) as fake:
        shell = shell_for("oci://127.0.0.1:1/charts", tmp_path)
        shell.set(plain_http=False)
        codes = [
            subprocess.run(
                shell.command("login", fake.host, *more, "--username", "u", "--password-stdin"),
                input="secret",
                capture_output=True,
                text=True,
                env=shell.environment,
                check=False,
                timeout=60,
            ).returncode
            for more in ((), ("--plain-http",))
        ]
    assert codes == [4, 4]
    assert [request.path for request in fake.requests] == ["/v2/", "/v2/"]
    assert "Authorization" in fake.requests[-1].headers
