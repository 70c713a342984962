"""Logins from the files of Helm and Docker; what is in them never shows."""

import asyncio
import base64
import json
import traceback
from pathlib import Path

import pytest

from philotes_tui.errors import SettingsError
from philotes_tui.registry import Basic, FileCredentials, Login, stored_credentials
from philotes_tui.registry.credentials import config_files


def encoded(pair: str) -> str:
    return base64.b64encode(pair.encode()).decode()


def lookup(host: str, *files: Path) -> Login | None:
    return asyncio.run(FileCredentials(files).lookup(host))


def written(path: Path, auths: object) -> Path:
    path.write_text(json.dumps({"auths": auths}))
    return path


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("ghcr.io", "ghcr.io"),
        ("https://ghcr.io", "ghcr.io"),
        ("https://ghcr.io/v1/", "ghcr.io"),
        ("127.0.0.1:5000", "127.0.0.1:5000"),
        ("http://[::1]:5000/", "[::1]:5000"),
    ],
)
def test_a_login_is_found_by_its_host(tmp_path: Path, key: str, host: str) -> None:
    path = written(tmp_path / "config.json", {key: {"auth": encoded("user:pa:ss")}})
    assert lookup(host, path) == Basic("user", "pa:ss", str(path))


@pytest.mark.parametrize("host", ["ghcr.io:443", "hcr.io", "ghcr.io.example.org", "localhost"])
def test_a_login_is_for_its_own_host_alone(tmp_path: Path, host: str) -> None:
    path = written(tmp_path / "config.json", {"ghcr.io": {"auth": encoded("u:p")}})
    assert lookup(host, path) is None


@pytest.mark.parametrize("entry", [{}, {"auth": ""}, {"auth": None}, {"email": "x"}])
def test_an_entry_without_a_login_is_none(tmp_path: Path, entry: object) -> None:
    assert lookup("h", written(tmp_path / "config.json", {"h": entry})) is None


def test_user_and_password_may_stand_in_the_open(tmp_path: Path) -> None:
    path = written(tmp_path / "config.json", {"h": {"username": "u", "password": "p"}})
    assert lookup("h", path) == Basic("u", "p", str(path))


def test_helm_is_asked_before_docker_and_a_missing_file_is_passed_over(tmp_path: Path) -> None:
    helm = written(tmp_path / "helm.json", {"a": {"auth": encoded("helm:1")}})
    docker = written(
        tmp_path / "docker.json", {"a": {"auth": encoded("d:1")}, "b": {"auth": encoded("d:2")}}
    )
    assert lookup("a", tmp_path / "missing", helm, docker) == Basic("helm", "1", str(helm))
    assert lookup("b", helm, docker) == Basic("d", "2", str(docker))


@pytest.mark.parametrize("content", ["", "  \n", "{}", '{"auths": null}', '{"auths": {}}'])
def test_an_empty_file_holds_no_login(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(content)
    assert lookup("h", path) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"auths": {"h": {"auth": "hidden"}', "Expecting ',' delimiter"),
        (b'{\n"hidden": }', ":2: Expecting value"),
        (b'["hidden"]', "not a JSON object"),
        (b'{"auths": "hidden"}', "“auths” is not an object"),
        (b'{"auths": {"h": "hidden"}}', "the entry of h is not an object"),
        (b'{"auths": {"h": {"auth": "hidden!"}}}', "“auth” of h is not base64"),
        (b'{"auths": {"h": {"auth": "aGlkZGVu"}}}', "“auth” of h is not user:password"),
        (b'{"auths": {"h": {"auth": "/v8="}}}', "“auth” of h is not base64"),
        (b'{"auths": {"h": {"username": "u", "password": "hidden\\ud800"}}}', "is not text"),
        (b"\xc3(hidden", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b" " * (1024 * 1024) + b"{}", "not a JSON object"),
    ],
)
def test_a_broken_file_is_named_and_not_quoted(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as raised:
        lookup("h", path)
    assert str(path) in raised.value.on
    assert reason in f"{raised.value.on}: {raised.value.said}"
    told = "".join(traceback.format_exception(raised.value))
    assert "aGlkZGVu" not in told
    assert "hidden" not in told.replace(str(path), "")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read") as raised:
        lookup("h", tmp_path)  # a folder: even root cannot read it as a file
    assert raised.value.on == str(tmp_path)


def test_a_password_is_not_in_the_text_of_its_login() -> None:
    login = Basic("user", "hidden", "file")
    assert "hidden" not in repr(login)
    assert "hidden" not in str(login)


@pytest.mark.parametrize(
    ("environ", "helm", "docker"),
    [
        ({}, "/h/.config/helm/registry/config.json", "/h/.docker/config.json"),
        ({"XDG_CONFIG_HOME": "/x"}, "/x/helm/registry/config.json", "/h/.docker/config.json"),
        (
            {"XDG_CONFIG_HOME": "/x", "HELM_CONFIG_HOME": "/c"},
            "/c/registry/config.json",
            "/h/.docker/config.json",
        ),
        (
            {"HELM_CONFIG_HOME": "/c", "HELM_REGISTRY_CONFIG": "/r", "DOCKER_CONFIG": "/d"},
            "/r",
            "/d/config.json",
        ),
    ],
)
def test_the_files_are_where_helm_and_docker_keep_them(
    environ: dict[str, str], helm: str, docker: str
) -> None:
    assert config_files({"HOME": "/h", **environ}) == (Path(helm), Path(docker))


def test_the_environment_of_the_process_is_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = written(tmp_path / "r.json", {"h": {"auth": encoded("u:p")}})
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(path))
    assert asyncio.run(stored_credentials().lookup("h")) == Basic("u", "p", str(path))
