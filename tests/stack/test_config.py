"""From strings to a typed configuration."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from philotes_stack.config import (
    DEFAULTS,
    ConfigInvalid,
    PlatformChart,
    StackConfig,
    is_loopback,
    parse,
    unread,
)

PROJECT = Path(__file__).parent.parent.parent / "stack" / "Pulumi.yaml"
README = PROJECT.parent / "README.md"
DIGEST = f"sha256:{'0a' * 32}"
PLAIN = StackConfig(
    chart_registry="oci://ghcr.io/janovincze/philotes/charts",
    chart_version="0.1.0",
    chart_digest=None,
    plain_http=False,
    ca_file=None,
    use_local_charts=False,
    environment="dev",
    namespace="philotes",
    kube_context=None,
    cluster_id=None,
    values={},
)


def test_nothing_configured_gives_the_defaults() -> None:
    assert parse({}) == PLAIN


@pytest.mark.parametrize(
    ("raw", "changes"),
    [
        ({"chartRegistry": "oci://r.example/a/"}, {"chart_registry": "oci://r.example/a"}),
        (
            {"chartRegistry": "oci://127.0.0.1:5000/philotes/charts"},
            {"chart_registry": "oci://127.0.0.1:5000/philotes/charts", "plain_http": True},
        ),
        (
            {"chartRegistry": "oci://localhost:5000/x", "chartRegistryPlainHttp": "false"},
            {"chart_registry": "oci://localhost:5000/x"},
        ),
        ({"chartRegistryPlainHttp": "true"}, {"plain_http": True}),
        ({"chartRegistryPlainHttp": ""}, {}),
        ({"chartRegistryCaFile": "ca.pem"}, {"ca_file": "ca.pem"}),
        (
            {"chartRegistry": "oci://localhost:5000/x", "chartRegistryCaFile": "ca.pem"},
            {"chart_registry": "oci://localhost:5000/x", "ca_file": "ca.pem"},
        ),
        ({"chartVersion": "0.3.0-beta.1+build.7"}, {"chart_version": "0.3.0-beta.1+build.7"}),
        # Helm pulls the tags of these names, although none of its lists shows them.
        ({"chartVersion": "v0.1.0"}, {"chart_version": "v0.1.0"}),
        ({"chartVersion": "1.2"}, {"chart_version": "1.2"}),
        ({"chartVersion": "0.01.0-rc.1"}, {"chart_version": "0.01.0-rc.1"}),
        ({"chartDigest": DIGEST}, {"chart_digest": DIGEST}),
        ({"useLocalCharts": "true"}, {"use_local_charts": True}),
        ({"useLocalCharts": "False"}, {}),
        ({"environment": "production"}, {"environment": "production"}),
        ({"namespace": "team-a"}, {"namespace": "team-a"}),
        ({"kubeContext": "admin@prod"}, {"kube_context": "admin@prod"}),
        (
            {"clusterId": "0a1b2c3d-0000-4000-8000-000000000001"},
            {"cluster_id": "0a1b2c3d-0000-4000-8000-000000000001"},
        ),
        ({"values": '{"api": {"replicaCount": 3}}'}, {"values": {"api": {"replicaCount": 3}}}),
        ({"values": ""}, {}),
        ({"somethingElse": "x"}, {}),
        (
            {"certManager": "true", "ingressNginx": "false"},
            {"platform": {"certManager": PlatformChart(repository="https://charts.jetstack.io")}},
        ),
        (
            {
                "kubePrometheusStack": "true",
                "kubePrometheusStackRepository": "http://mirror.example:8080/charts/",
                "kubePrometheusStackValues": '{"grafana": {"enabled": false}}',
            },
            {
                "platform": {
                    "kubePrometheusStack": PlatformChart(
                        repository="http://mirror.example:8080/charts",
                        values={"grafana": {"enabled": False}},
                    )
                }
            },
        ),
    ],
)
def test_a_configured_value_is_read(raw: dict[str, str], changes: dict[str, Any]) -> None:
    assert parse(raw) == replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("environment", "prd", "dev, staging, production"),
        ("environment", "", "dev, staging, production"),
        ("useLocalCharts", "yes", "true and false"),
        ("chartRegistryPlainHttp", "maybe", "true, false and auto"),
        ("chartVersion", "^0.1", "versions such as 0.1.0"),
        ("chartVersion", "0.1.x", "versions such as 0.1.0"),
        ("chartVersion", "0.1.0.0", "versions such as 0.1.0"),
        ("chartVersion", "latest", "versions such as 0.1.0"),
        ("chartVersion", "", "versions such as 0.1.0"),
        ("chartDigest", "sha256:12", "sha256: and 64 hexadecimal digits, or nothing"),
        ("chartRegistry", "ghcr.io/x", "addresses of the form oci://host/path"),
        ("chartRegistry", "oci://", "addresses of the form oci://host/path"),
        ("chartRegistry", "oci://ghcr.io/Owner/charts", "the path in lowercase"),
        ("chartRegistry", "oci://ghcr.io/x:1.0", "addresses of the form oci://host/path"),
        ("clusterId", "prod cluster", "the UID of a Namespace kube-system, or nothing"),
        ("certManager", "yes", "true and false"),
        ("namespace", "Philotes_1", "lowercase letters, digits and hyphens"),
        ("namespace", "a" * 64, "at most 63"),
    ],
)
def test_a_bad_value_ends_in_one_sentence_that_names_key_value_and_what_is_allowed(
    key: str, value: str, allowed: str
) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        parse({key: value})
    said = str(refused.value)
    assert said.startswith(f'philotes:{key} is "{value}", allowed are ')
    assert allowed in said
    assert "\n" not in said


@pytest.mark.parametrize("value", ["[1]", "text", '{"a": '])
def test_values_that_are_no_mapping_are_refused_without_repeating_them(value: str) -> None:
    with pytest.raises(ConfigInvalid, match="philotes:values is not a mapping") as refused:
        parse({"values": value})
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    ["", "charts.jetstack.io", "oci://mirror.example/charts", "https://u:p@mirror.example/charts"],
)
def test_a_chart_repository_is_an_address_without_a_login(address: str) -> None:
    with pytest.raises(ConfigInvalid, match="allowed are addresses of the form https://host/path"):
        parse({"certManager": "true", "certManagerRepository": address})


@pytest.mark.parametrize(
    ("key", "value"),
    [("certManagerRepository", "ftp://mirror.example"), ("ingressNginxValues", "[1]")],
)
def test_a_bad_value_of_a_chart_that_is_switched_off_is_told_too(key: str, value: str) -> None:
    with pytest.raises(ConfigInvalid, match=f"philotes:{key} is"):
        parse({key: value})


def test_secret_values_of_a_platform_chart_are_known_as_such() -> None:
    raw = {"certManager": "true", "certManagerValues": '{"a": "hunter2"}'}
    chart = parse(raw, secret={"certManagerValues"}).platform["certManager"]
    assert chart.values_are_secret
    assert "hunter2" not in repr(chart)
    assert not parse(raw, secret={"values"}).platform["certManager"].values_are_secret


def test_certificates_for_a_registry_without_tls_are_refused() -> None:
    raw = {"chartRegistryPlainHttp": "true", "chartRegistryCaFile": "ca.pem"}
    with pytest.raises(ConfigInvalid, match="there is no certificate to check"):
        parse(raw)


def test_foreign_line_breaks_in_a_value_do_not_break_the_sentence() -> None:
    with pytest.raises(ConfigInvalid) as refused:
        parse({"environment": "a\nb\x1b[2J"})
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("philotes:chartversion", "; is philotes:chartVersion meant?"),
        ("philotes:enviroment", "; is philotes:environment meant?"),
        ("philotes:colour", ""),
    ],
)
def test_a_key_that_is_not_read_is_named_with_the_nearest_known_one(key: str, said: str) -> None:
    known = ["philotes:values", "kubernetes:context", "pulumi:disable-default-providers"]
    assert unread([*known, key]) == [f"{key} is not read by this program{said}"]


def test_the_values_are_not_part_of_what_is_printed() -> None:
    assert "hunter2" not in repr(parse({"values": '{"a": "hunter2"}'}, secret={"values"}))


@pytest.mark.parametrize(
    ("registry", "loopback"),
    [
        ("oci://localhost/x", True),
        ("oci://LOCALHOST:5000/x", True),
        ("oci://127.0.0.1:1/x", True),
        ("oci://127.9.9.9/x", True),
        ("oci://[::1]:5000/x", True),
        ("oci://127.0.0.1.example.com/x", False),
        ("oci://localhost.example.com/x", False),
        ("oci://[::2]/x", False),
        ("https://localhost/x", False),
    ],
)
def test_a_loopback_registry_is_told_by_its_host(registry: str, loopback: bool) -> None:
    assert is_loopback(registry) is loopback


def test_the_project_file_declares_every_key_with_the_same_default() -> None:
    declared = YAML(typ="safe").load(PROJECT)["config"]
    defaults = {key: _as_string(each["default"]) for key, each in declared.items()}
    assert defaults == DEFAULTS
    assert all(each["type"] and each["description"] for each in declared.values())


def _as_string(value: object) -> str:
    """Write a default as the CLI hands it to the program."""
    return value if isinstance(value, str) else json.dumps(value)


def test_the_readme_has_a_row_for_every_key_as_the_project_file_declares_it() -> None:
    declared = YAML(typ="safe").load(PROJECT)["config"]
    section = README.read_text().partition("## Configuration\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{key}` | {each['type']} | {_shown(each['default'])} | {each['description']} |"
        for key, each in declared.items()
    ]


def _shown(default: object) -> str:
    text = _as_string(default)
    return f"`{text}`" if text else "empty"


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("chartRegistry", "oci://robot:hunter2@ghcr.io/x"),
        ("certManagerRepository", "https://robot:hunter2@mirror.example/charts"),
    ],
)
def test_a_login_in_an_address_is_refused_without_repeating_it(key: str, address: str) -> None:
    with pytest.raises(ConfigInvalid, match="a login is no part of an address") as caught:
        parse({"certManager": "true", key: address})
    assert "hunter2" not in str(caught.value)
