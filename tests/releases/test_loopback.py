"""This machine is told by its names and addresses, the same wherever plain HTTP is decided."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.registry.reference import Repository
from philotes_tui.releases import address_of, is_loopback, is_loopback_host


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


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("10.1.2", "10.1.0.2"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0X7f.0x1", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("0", "0.0.0.0"),  # noqa: S104 - nothing is bound
        ("4294967295", "255.255.255.255"),
        ("8.8.8.8.", "8.8.8.8"),
        ("::10.0.0.1", "10.0.0.1"),
        ("::ffff:a9fe:a9fe", "169.254.169.254"),
        ("64:ff9b::a9fe:a9fe", "169.254.169.254"),
        ("64:ff9b:1::7f00:1", "127.0.0.1"),
        ("2002:a9fe:a9fe::1", "169.254.169.254"),
        ("::1", "::1"),
        ("::", "::"),
        ("4294967296", None),
        ("1.2.3.256", None),
        ("256.1", None),
        ("1.16777216", None),
        ("1.2.3.4.5", None),
        ("0x", None),
        ("089.1", None),
        ("1..2", None),
        ("127.1.example.org", None),
        ("9" * 5000, None),
        ("\u0661\u0662\u0667.1", None),
        ("", None),
    ],
)
def test_an_address_is_known_however_it_is_written(name: str, address: str | None) -> None:
    found = address_of(name)
    assert (str(found) if found else None) == address


@given(st.text("0123456789abcdefxX.", max_size=24))
def test_numbers_are_the_address_that_the_system_takes_them_for(name: str) -> None:
    try:
        expected = ipaddress.IPv4Address(socket.inet_aton(name))
    except OSError:
        expected = None
    assert address_of(name) == expected or name.endswith(".")


def test_a_host_without_brackets_may_be_an_ipv6_address() -> None:
    assert is_loopback_host("::1")
    assert not is_loopback_host("")
    assert not is_loopback("oci://")
