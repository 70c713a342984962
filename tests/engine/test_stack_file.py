"""Stack files: read with the line of what is wrong, edited without losing anything."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from philotes_tui.engine.passphrase import ensure_passphrase, passphrase_environment
from philotes_tui.engine.project import ensure_project, ensure_stack_file, project_settings
from philotes_tui.engine.stack_file import (
    StackFile,
    adopt_salt,
    new_stack_text,
)
from philotes_tui.engine.stack_settings import environment_of
from philotes_tui.engine.yaml_file import save
from philotes_tui.errors import SettingsError, StateFolderError
from philotes_tui.releases import LocalChart, RegistryChart, Version

FULL = """\
# who to ask: the platform team
encryptionsalt: v1:abc=:v1:def
config:
  # pinned for the audit
  philotes:chartVersion: "0.1.0"   # do not move
  philotes:namespace: lake
  philotes:kubeContext: prod-eu
  philotes:chartRegistry: oci://example.test/charts/
  philotes:values:
    api: {replicaCount: 3}
  philotes:token:
    secure: v1:xyz
  other:key: kept
"""
DIGEST = f"sha256:{'a' * 64}"


def parsed(text: str, stack: str = "dev") -> StackFile:
    return StackFile.parse(text, Path("Pulumi.dev.yaml"), stack)


def chart(version: str = "0.2.0") -> RegistryChart:
    return RegistryChart("oci://127.0.0.1:5000/charts", Version.parse(version), DIGEST, True)


def test_every_documented_key_is_read() -> None:
    settings = parsed(FULL).settings
    assert settings.chart_version == "0.1.0"
    assert settings.namespace == "lake"
    assert settings.kube_context == "prod-eu"
    assert settings.chart_registry == "oci://example.test/charts"
    assert settings.values == {"api": {"replicaCount": 3}}
    assert (settings.plain_http, settings.use_local_charts) == (False, False)


def test_a_missing_file_has_the_defaults(tmp_path: Path) -> None:
    settings = StackFile.read(tmp_path, "prod").settings
    assert settings.environment == "production"
    assert settings.chart_registry == "oci://ghcr.io/janovincze/philotes/charts"
    assert settings.namespace == "philotes"


@pytest.mark.parametrize(
    ("stack", "environment"),
    [("dev", "dev"), ("staging", "staging"), ("prod", "production"), ("anything", "dev")],
)
def test_the_environment_follows_the_stack_s_name(stack: str, environment: str) -> None:
    assert environment_of(stack) == environment
    assert f"philotes:environment: {environment}" in new_stack_text(stack, {})


@pytest.mark.parametrize(
    ("flag", "registry", "plain"),
    [
        ("auto", "oci://127.0.0.1:5000/x", True),
        ("auto", "oci://example.test/x", False),
        ("true", "oci://example.test/x", True),
        ("false", "oci://localhost/x", False),
    ],
)
def test_plain_http_is_for_loopback_unless_said(flag: str, registry: str, plain: bool) -> None:
    keys = {"chartRegistry": registry, "chartRegistryPlainHttp": flag}
    text = "config:\n" + "".join(f"  philotes:{key}: {value}\n" for key, value in keys.items())
    assert parsed(text).settings.plain_http is plain


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: [1,\n", 2, "YAML"),
        ("config:\n  a: 1\n   b: 2\n", 3, "YAML"),
        ("- 1\n", 1, "not a mapping"),
        ("x: 1\nconfig: 3\n", 2, "“config”"),
        ("config:\n  a: 1\n  philotes:environment: moon\n", 3, "one of dev, staging, production"),
        ("config:\n  philotes:useLocalCharts: maybe\n", 2, "true or false"),
        ("config:\n  philotes:chartRegistry: https://x\n", 2, "oci://host/path"),
        ("config:\n  philotes:namespace: [a]\n", 2, "one plain text"),
        ("config:\n  philotes:values: text\n", 2, "a mapping"),
        ("config:\n  philotes:chartRegistryPlainHttp: 3\n", 2, "auto"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parsed(text)
    assert caught.value.on == f"Pulumi.dev.yaml:{line}"
    assert said in caught.value.what


def test_a_new_source_keeps_comments_salt_secrets_and_all_other_keys() -> None:
    edited = parsed(FULL).with_source(chart())
    assert '  philotes:chartVersion: "0.2.0"   # do not move' in edited.splitlines()
    for line in FULL.splitlines():
        if "chartVersion" not in line and "chartRegistry" not in line:
            assert line in edited.splitlines()
    again = parsed(edited)
    assert again.settings.chart_registry == "oci://127.0.0.1:5000/charts"
    assert again.settings.plain_http
    assert again.with_source(chart()) == edited


def test_a_digest_is_written_only_for_the_operation_itself() -> None:
    pinned = parsed(FULL).with_source(chart(), pinned=True)
    assert f"philotes:chartDigest: {DIGEST}" in pinned
    assert "chartDigest" not in parsed(pinned).with_source(chart())
    assert "chartDigest" not in parsed(pinned).with_source(LocalChart(Path("charts")))


def test_local_charts_leave_the_version_to_come_back_to() -> None:
    settings = parsed(parsed(FULL).with_source(LocalChart(Path("charts")))).settings
    assert settings.use_local_charts
    assert settings.chart_version == "0.1.0"


def test_the_environment_is_written_where_it_was_absent_and_kept_where_it_was_not() -> None:
    assert "philotes:environment: production" in parsed("", "prod").with_source(chart())
    text = "config:\n  philotes:environment: staging\n"
    assert "philotes:environment: staging" in parsed(text, "prod").with_source(chart())


def test_a_salt_is_adopted_once() -> None:
    used = "config: {}\nencryptionsalt: v1:new\n"
    assert "encryptionsalt: v1:new" in adopt_salt("config: {}\n", used)
    own = "encryptionsalt: v1:own\n"
    assert adopt_salt(own, used) == own


def test_saving_keeps_the_mode_and_a_new_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "Pulumi.dev.yaml"
    save(path, "a: 1\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    save(path, "a: 2\n")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("a: 2\n", 0o640)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_full_disk_leaves_the_old_file_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    save(path, "old: 1\n")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StateFolderError, match="No space left on device"):
        save(path, "new: 1\n")
    assert path.read_text() == "old: 1\n"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_project_is_made_once_and_read_back(tmp_path: Path) -> None:
    path = ensure_project(tmp_path / "work")
    assert project_settings(path.parent) == ("philotes", "")
    path.write_text("name: mine\nruntime: python\nbackend: {url: 's3://bucket'}\n")
    ensure_project(path.parent)
    assert project_settings(path.parent) == ("mine", "s3://bucket")


@pytest.mark.parametrize("text", ["", "name: [", "runtime: python\n", "- 1\n"])
def test_a_project_file_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    with pytest.raises(SettingsError, match=r"Pulumi\.yaml"):
        project_settings(tmp_path)


def test_a_stack_file_is_made_once_with_what_it_was_given(tmp_path: Path) -> None:
    path = ensure_stack_file(tmp_path, "prod", {"kubeContext": "kind", "other:x": "1"})
    settings = StackFile.read(tmp_path, "prod").settings
    assert (settings.kube_context, settings.environment) == ("kind", "production")
    assert "other:x: '1'" in path.read_text()
    ensure_stack_file(tmp_path, "prod", {"kubeContext": "another"})
    assert StackFile.read(tmp_path, "prod").settings.kube_context == "kind"


@pytest.mark.parametrize("variable", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
def test_a_passphrase_of_the_environment_wins_even_an_empty_one(
    tmp_path: Path, variable: str
) -> None:
    assert passphrase_environment(tmp_path / "p", {variable: ""}) == {}
    assert not (tmp_path / "p").exists()


def test_passphrases_made_at_once_are_one(tmp_path: Path) -> None:
    file = tmp_path / "state" / "passphrase"
    seen: set[str] = set()
    start = threading.Barrier(8)

    def make() -> None:
        start.wait()
        ensure_passphrase(file)
        seen.add(file.read_text())

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (passphrase,) = seen
    assert len(passphrase) >= 32
    assert [p.name for p in file.parent.iterdir()] == ["passphrase"]


def test_the_revision_changes_with_what_is_deployed_and_with_nothing_else() -> None:
    revision = parsed(FULL).revision
    assert parsed(FULL.replace("v1:abc=", "v1:new=")).revision == revision
    assert parsed(FULL.replace("# do not move", "")).revision == revision
    assert parsed(parsed(FULL).with_source(chart(), pinned=True)).revision == revision
    for old, new in (("replicaCount: 3", "replicaCount: 4"), ("lake", "sea"), ("kept", "lost")):
        assert parsed(FULL.replace(old, new)).revision != revision


def test_a_file_made_by_the_first_preview_has_the_revision_of_the_absent_one() -> None:
    made = new_stack_text("prod", {"chartRegistry": "oci://example.test/charts"})
    assert parsed(made + "encryptionsalt: v1:x\n", "prod").revision == parsed("", "prod").revision


def test_values_of_every_kind_of_yaml_have_a_revision() -> None:
    text = "config:\n  philotes:values: {80: 2024-01-01, x: [1.5, null, true, 0x1F]}\n"
    assert parsed(text).revision != parsed(text.replace("1.5", "1.6")).revision


def test_a_stack_file_that_is_a_link_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "dev.yaml"
    real.parent.mkdir()
    real.write_text("old")
    real.chmod(0o640)
    link = tmp_path / "Pulumi.dev.yaml"
    link.symlink_to("elsewhere/dev.yaml")
    save(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [path.name for path in real.parent.iterdir()] == ["dev.yaml"]
