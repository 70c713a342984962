"""What a tag leads to is looked into before it is previewed, approved and deployed."""

import json
from typing import Any

import pytest

from tests.commands.shell import Shell
from tests.signing.stored import INDEX, MANIFEST, Stored

pytestmark = pytest.mark.real

FOREIGN = "names a chart that calls itself foo, not philotes."


@pytest.fixture
def stored(shell: Shell) -> Stored:
    """A repository of the operator's own, with versions 0.2.0 and 0.2.1 of the charts in it."""
    host, _, name = shell.demo.registry.removeprefix("oci://").partition("/")
    copied = Stored(host, f"{shell.namespace}/philotes")
    for tag in ("0.2.0", "0.2.1"):
        Stored(host, f"{name}/philotes").copy(tag, copied, tag)
    shell.set(registry=f"oci://{host}/{shell.namespace}")
    return copied


def renamed(stored: Stored, source: str, tag: str, **metadata: str) -> None:
    """Put a version under a tag, with other metadata in its config."""
    manifest = stored.manifest(source)
    config = json.loads(stored.blob(manifest["config"]["digest"])) | metadata
    content = json.dumps(config).encode()
    digest = stored.put_blob(content)
    changed = {**manifest["config"], "digest": digest, "size": len(content)}
    stored.put_manifest({**manifest, "config": changed}, tag)


def index_of(stored: Stored, version: str) -> dict[str, Any]:
    size = len(json.dumps(stored.manifest(version)))
    entry = {"mediaType": MANIFEST, "digest": stored.digest(version), "size": size}
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}


def test_a_chart_of_another_name_or_version_is_told_where_it_is_previewed_and_approved(
    shell: Shell, stored: Stored
) -> None:
    renamed(stored, "0.2.1", "0.5.4", name="foo", version="0.5.4")
    planned = shell.run("preview", "0.5.4", "--json")
    assert (planned.code, planned.json["notices"]) == (0, [f"0.5.4 {FOREIGN}"])
    assert f"0.5.4 {FOREIGN}" in planned.err
    with shell.terminal("deploy", "0.5.4", "--no-record-cluster") as terminal:
        terminal.wait_for("Go on? [y/N]:")
        terminal.wait_for(f"! 0.5.4 {FOREIGN}", seconds=0.1)
        terminal.press("n", "enter")
        assert terminal.wait_for_exit() == 2
    stored.put_manifest(stored.manifest("0.2.1"), "0.3.0")
    older = shell.run("deploy", "0.3.0", "--yes", "--json")
    assert older.json["notices"] == ["0.3.0 names a chart that calls itself version 0.2.1."]
    assert shell.run("preview", "0.2.1", "--json").json["notices"] == []


def test_a_chart_behind_an_index_is_deployed_and_its_own_manifest_is_what_is_pinned(
    shell: Shell, stored: Stored
) -> None:
    stored.put_manifest(index_of(stored, "0.2.1"), "0.2.2")
    assert shell.run("preview", "0.2.2").code == 0
    done = shell.run("deploy", "0.2.2", "--yes", "--json")
    assert done.code == 0, done.err
    assert done.json["outputs"]["digest"] == stored.digest("0.2.1") != stored.digest("0.2.2")
    with shell.terminal("deploy", "0.2.2") as terminal:
        terminal.wait_for("Go on? [y/N]:")
        stored.put_manifest(index_of(stored, "0.2.0"), "0.2.2")
        terminal.press("y", "enter")
        assert terminal.wait_for_exit() == 5
        terminal.wait_for("Version 0.2.2 was published again since the preview", seconds=0.1)


def test_what_is_no_chart_is_refused_in_the_words_of_show(shell: Shell, stored: Stored) -> None:
    config = stored.put_blob(b"{}")
    image = "application/vnd.oci.image.config.v1+json"
    entry = {"mediaType": image, "digest": config, "size": 2}
    nothing = {"schemaVersion": 2, "mediaType": MANIFEST, "config": entry, "layers": []}
    stored.put_manifest(nothing, "0.5.0")
    for words in (("show", "0.5.0"), ("preview", "0.5.0"), ("deploy", "0.5.0", "--yes")):
        told = shell.run(*words).told(4, "0.5.0 is not a Helm chart")
        assert "--offline" not in told
