"""The signing job's own steps with real cosign, a key pair standing in for the keyless identity.

Keyless signing needs GitHub's identity tokens and sigstore's public servers. So the program
`cosign` of these machines adds a key to `sign` and `verify`, and passes on the rest.
"""

import base64
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workflows.conftest import CHARTS, TOKEN, Release, contents
from tests.workflows.expressions import Contexts, value_of
from tests.workflows.runner import JobRun, Runner, workflow

pytestmark = pytest.mark.real

TAG = "v1.5.0"
# A key pair needs no authority; an empty root keeps cosign from asking sigstore for its own.
NO_AUTHORITY = '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}'


@dataclass
class Signer:
    """Runs the signing job for what the publishing job handed on.

    Attributes:
        release: Ran the publishing job.
        cosign: The real program.
        keys: A folder with a key pair.
        attested: The inputs of each attestation so far.
    """

    release: Release
    cosign: Path
    keys: Path
    attested: list[Mapping[str, str]]

    def __call__(self, published: JobRun, token: str = TOKEN) -> list[JobRun]:
        whole = workflow("helm-release.yml")
        whole["env"]["REGISTRY"] = self.release.registry.host
        needs = {"publish": {"outputs": published.outputs}}
        charts = value_of(
            whole["jobs"]["sign"]["strategy"]["matrix"]["chart"], Contexts({"needs": needs})
        )
        assert isinstance(charts, list)
        contexts = [{"needs": needs, "matrix": {"chart": chart}} for chart in charts]
        return [self.machine(token).run(whole, "sign", each) for each in contexts]

    def machine(self, token: str) -> Runner:
        runner = self.release.runner(TAG, "acme", token)
        runner.stand_ins = {
            "sigstore/cosign-installer": self.install,
            "actions/attest-build-provenance": lambda _, inputs: self.attested.append(inputs),
        }
        return runner

    def install(self, runner: Runner, _: Mapping[str, str]) -> None:
        program = runner.folder / "bin" / "cosign"
        sign = f'--key "{self.keys}/cosign.key" --tlog-upload=false --use-signing-config=false'
        verify = (
            f'--key "{self.keys}/cosign.pub" --trusted-root "{self.keys}/root.json"'
            " --insecure-ignore-tlog"
        )
        program.write_text(
            f'#!/bin/sh\necho "cosign $*" >>"{runner.folder}/arguments"\n'
            "case $1 in\n"
            f'  sign) shift; exec "{self.cosign}" sign {sign} "$@" ;;\n'
            f'  verify) exec "{self.cosign}" verify {verify} "$2" ;;\n'
            f'  *) exec "{self.cosign}" "$@" ;;\n'
            "esac\n"
        )
        program.chmod(0o755)
        runner.environ["COSIGN_PASSWORD"] = ""
        runner.add_path(program.parent)


@pytest.fixture
def signer(release: Release, cosign: Path, tmp_path: Path) -> Signer:
    keys = tmp_path / "keys"
    keys.mkdir()
    subprocess.run(
        [cosign, "generate-key-pair"],
        cwd=keys,
        env={"HOME": str(keys), "COSIGN_PASSWORD": ""},
        capture_output=True,
        check=True,
        timeout=60,
    )
    (keys / "root.json").write_text(NO_AUTHORITY)
    return Signer(release, cosign, keys, [])


def test_every_published_digest_is_signed_and_attested(release: Release, signer: Signer) -> None:
    published = release(TAG)
    signed = signer(published)
    charts = json.loads(published.outputs["charts"])
    assert [ran.failed for ran in signed] == [""] * len(CHARTS), [ran.printed for ran in signed]
    for chart in charts:
        name, digest = f"{published.outputs['registry']}/{chart['name']}", chart["digest"]
        tags = release.registry.stored()[f"acme/philotes/charts/{chart['name']}"]
        assert f"sha256-{digest.removeprefix('sha256:')}" in tags
        assert {
            "subject-name": name,
            "subject-digest": digest,
            "push-to-registry": "true",
        } in signer.attested
        assert f"- `{name}@{digest}` is signed\n" in [ran.summary for ran in signed]


def test_the_signature_is_checked_for_the_identity_of_this_workflow_at_this_tag(
    release: Release, signer: Signer
) -> None:
    signer(release(TAG))
    identity = (
        "--certificate-identity https://github.com/acme/philotes/.github/workflows/"
        f"helm-release.yml@refs/tags/{TAG}"
        " --certificate-oidc-issuer https://token.actions.githubusercontent.com"
    )
    checks = [line for line in release.arguments.splitlines() if line.startswith("cosign verify")]
    assert len(checks) == 2
    assert all(line.endswith(identity) for line in checks)


def test_what_is_signed_already_is_not_signed_again(release: Release, signer: Signer) -> None:
    published = release(TAG)
    signer(published)
    before = release.registry.stored()
    again = signer(published)
    assert all("is signed already" in ran.printed for ran in again)
    assert "cosign sign" not in release.arguments
    assert release.registry.stored() == before


def test_a_chart_that_cannot_be_signed_fails_the_job_and_is_not_attested(
    release: Release, signer: Signer
) -> None:
    published = release(TAG)
    (signer.keys / "cosign.key").write_text("no key")
    signed = signer(published)
    assert {ran.failed for ran in signed} == {"Sign the digest without a key of our own"}
    assert signer.attested == []
    assert all(ran.summary == "" for ran in signed)


def test_the_token_is_in_no_argument_output_or_file_left_behind(
    release: Release, signer: Signer
) -> None:
    signed = signer(release(TAG))
    assert TOKEN not in release.arguments
    assert not [ran for ran in signed if TOKEN in ran.printed + ran.summary]
    stored = base64.b64encode(f"Octo-Cat:{TOKEN}".encode())
    for name, content in contents(release.machine).items():
        assert TOKEN.encode() not in content, name
        assert stored not in content, name
