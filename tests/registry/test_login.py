"""Whether a registry takes a login, on one that gives tokens as strictly as it may."""

import asyncio
import base64

import pytest

from philotes_tui.errors import RegistryDenied
from philotes_tui.registry import Basic, Limits, Repository
from philotes_tui.registry.login import check_login
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error

LIMITS = Limits(deadline=5, connect=2, retries=0)


def strict(request: Request) -> Reply:
    """Answer as GHCR; who asks for a repository that is not there is refused."""
    if request.path != "/token":
        if request.headers.get("Authorization") == "Bearer granted":
            return as_json({})
        host = request.headers["Host"]
        scope = "repository:user/image:pull"
        wants = f'Bearer realm="http://{host}/token",service="ghcr.io",scope="{scope}"'
        return error(401, "UNAUTHORIZED", WWW_Authenticate=wants)
    pair = base64.b64encode(b"anybody:good").decode()
    known = request.headers.get("Authorization") == f"Basic {pair}"
    if not known or "scope" in request.query:
        return error(403, "DENIED", "requested access to the resource is denied")
    return as_json({"token": "granted"})


def check(fake: FakeRegistry, password: str) -> bool:
    repository = Repository.parse(f"{fake.folder}/philotes")
    return asyncio.run(check_login(repository, Basic("anybody", password), limits=LIMITS))


def test_a_good_login_is_taken_before_anything_was_pushed() -> None:
    with FakeRegistry(strict) as fake:
        assert check(fake, "good")
        (asked,) = (request for request in fake.requests if request.path == "/token")
        assert asked.query == {"service": ["ghcr.io"]}


def test_a_wrong_login_is_refused_with_what_the_registry_said() -> None:
    with (
        FakeRegistry(strict) as fake,
        pytest.raises(RegistryDenied, match=r"refuses this login.*resource is denied"),
    ):
        check(fake, "wrong")
