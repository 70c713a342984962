"""Proxies as the environment names them, read as Helm and other Go programs read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.errors import SettingsError
from philotes_tui.registry.proxies import Proxy, is_exempt, parse_proxy, proxy_for

HTTP, HTTPS, ALL = "http://p1:3128", "http://p2:3128", "http://p3:3128"


@pytest.mark.parametrize(
    ("url", "environ", "host"),
    [
        ("https://ghcr.io/v2/", {"HTTPS_PROXY": HTTPS}, "p2"),
        ("https://ghcr.io/v2/", {"https_proxy": HTTPS}, "p2"),
        ("https://ghcr.io/v2/", {"https_proxy": HTTPS, "HTTPS_PROXY": HTTP}, "p2"),
        ("https://ghcr.io/v2/", {"HTTP_PROXY": HTTP}, None),
        ("http://r.example/v2/", {"HTTP_PROXY": HTTP, "HTTPS_PROXY": HTTPS}, "p1"),
        ("http://r.example/v2/", {"ALL_PROXY": ALL}, "p3"),
        ("https://r.example/v2/", {"ALL_PROXY": ALL, "HTTPS_PROXY": HTTPS}, "p2"),
        ("https://r.example/v2/", {}, None),
        ("https://r.example/v2/", {"HTTPS_PROXY": ""}, None),
        ("http://localhost:5000/v2/", {"HTTP_PROXY": HTTP}, None),
        ("http://127.0.0.1:5000/v2/", {"ALL_PROXY": ALL}, None),
        ("http://127.9.9.9/v2/", {"ALL_PROXY": ALL}, None),
        ("http://[::1]:5000/v2/", {"ALL_PROXY": ALL}, None),
        ("https://a.localhost/v2/", {"ALL_PROXY": ALL}, None),
        ("https://r.example/v2/", {"ALL_PROXY": ALL, "NO_PROXY": "r.example"}, None),
        ("https://r.example/v2/", {"ALL_PROXY": ALL, "no_proxy": "r.example"}, None),
        ("https://r.example:8443/", {"ALL_PROXY": ALL, "NO_PROXY": "r.example:443"}, "p3"),
        ("https://r.example/", {"ALL_PROXY": ALL, "NO_PROXY": "r.example:443"}, None),
    ],
)
def test_the_proxy_is_the_one_the_environment_names(
    url: str, environ: dict[str, str], host: str | None
) -> None:
    proxy = proxy_for(url, environ)
    assert (proxy.host if proxy else None) == host


@pytest.mark.parametrize(
    ("host", "no_proxy", "exempt"),
    [
        ("example.org", "example.org", True),
        ("a.example.org", "example.org", True),
        ("example.org", ".example.org", False),
        ("a.example.org", ".example.org", True),
        ("a.example.org", "*.example.org", True),
        ("example.org", "*.example.org", False),
        ("notexample.org", "example.org", False),
        ("EXAMPLE.org".lower(), "Example.ORG", True),
        ("anything", "*", True),
        ("b.io", "a.io, b.io ,c.io", True),
        ("b.io", "a.io b.io", True),
        ("d.io", "a.io,,b.io", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.3/32", True),
        ("fd00::5", "fd00::/8", True),
        ("fd00::5", "10.0.0.0/8", False),
        ("fd00::5", "fd00:0::5", True),
        ("fd00::5", "[fd00::5]:443", True),
        ("fd00::5", "[fd00::5]:80", False),
        ("ten.example", "10.0.0.0/8", False),
        ("x", "not/anetwork", False),
        ("x", "", False),
    ],
)
def test_a_host_is_left_out_as_in_other_programs(host: str, no_proxy: str, exempt: bool) -> None:
    assert is_exempt(host, 443, no_proxy) is exempt


def test_a_proxy_may_have_a_login_that_never_shows() -> None:
    proxy = parse_proxy("http://us%40er:p%3Ass@proxy.example:3128")
    assert proxy == Proxy("http", "proxy.example", 3128, "Basic dXNAZXI6cDpzcw==")
    assert "dXNA" not in repr(proxy)
    assert parse_proxy("proxy.example:3128") == Proxy("http", "proxy.example", 3128)
    assert parse_proxy("https://proxy.example") == Proxy("https", "proxy.example", 443)
    assert parse_proxy("http://[fd00::1]:3128").host == "fd00::1"


@pytest.mark.parametrize(
    "text", ["socks5://h:1", "://", "http://", "http://h:99999", "http://[::1", "ftp://h"]
)
def test_what_is_no_proxy_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(SettingsError, match="HTTPS_PROXY, HTTP_PROXY, ALL_PROXY") as refused:
        parse_proxy(text.replace("://", "://user:hidden@"))
    assert "hidden" not in str(refused.value)


@given(st.text(max_size=60), st.sampled_from(["ghcr.io", "10.0.0.1", "fd00::1"]))
def test_no_list_of_exemptions_breaks_the_reading_of_it(no_proxy: str, host: str) -> None:
    assert is_exempt(host, 443, no_proxy) in {True, False}
