"""Whether a registry takes a login, on one that gives tokens as strictly as it may."""

import asyncio
import base64

import pytest

from philotes_tui.errors import NotARegistry, RegistryDenied
from philotes_tui.registry import Basic, Limits, Repository
from philotes_tui.registry.login import check_login
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error, html

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


def as_quay(request: Request, body: str = "true", **headers: str) -> Reply:
    """Answer whom it knows as Quay does: by JSON that is called a page."""
    if "Authorization" not in request.headers:
        return error(401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="quay"')
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(200, {**html(body).headers, **named}, body.encode())


def test_a_registry_that_calls_its_answer_a_page_takes_a_login() -> None:
    with FakeRegistry(as_quay) as fake:
        assert check(fake, "good")
    told = {"Docker_Distribution_API_Version": "registry/2.0"}
    with FakeRegistry(lambda request: as_quay(request, "", **told)) as fake:
        assert check(fake, "good")


@pytest.mark.parametrize("body", ["", "<title>Welcome</title>", "true, but not JSON"])
def test_a_page_takes_no_login(body: str) -> None:
    with (
        FakeRegistry(lambda request: as_quay(request, body)) as fake,
        pytest.raises(NotARegistry),
    ):
        check(fake, "good")
