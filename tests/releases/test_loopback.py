"""This machine is told by its names and addresses, the same wherever plain HTTP is decided."""

import pytest

from philotes_tui.registry.reference import Repository
from philotes_tui.releases import is_loopback, is_loopback_host


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST:5000", True),
        ("registry.localhost:5000", True),
        ("127.0.0.1", True),
        ("127.255.0.3:5000", True),
        ("[::1]:5000", True),
        ("[::ffff:127.0.0.1]:5000", True),
        ("[::2]:5000", False),
        ("128.0.0.1", False),
        ("localhost.example.test", False),
        ("notlocalhost:5000", False),
        ("127.0.0.1.example.test", False),
    ],
)
def test_a_registry_on_this_machine_is_known_by_its_address(host: str, loopback: bool) -> None:
    assert is_loopback(f"oci://{host}/charts") is loopback
    assert is_loopback(host) is loopback
    assert Repository.parse(f"oci://{host}/charts").plain_http is loopback


def test_a_host_without_brackets_may_be_an_ipv6_address() -> None:
    assert is_loopback_host("::1")
    assert not is_loopback_host("")
    assert not is_loopback("oci://")
