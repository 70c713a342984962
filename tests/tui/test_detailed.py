"""What is known of versions as it is put together, whatever comes first."""

from philotes_tui.errors import RegistryError
from philotes_tui.releases import Release, Version
from philotes_tui.tui.detailed import Detailed, Known
from tests.tui.stage import before, details_for

RELEASE = Release(Version("0.2.0"), "0.2.0")
ASKED = Known(details_for(RELEASE.version))
FAILED = Known(error=RegistryError("Its manifest is no JSON"))


def test_what_was_read_before_never_replaces_what_the_registry_answered() -> None:
    for answer in (ASKED, FAILED):
        answered = Detailed().answered([(RELEASE, answer)])
        late = answered.remembered({"0.2.0": before(RELEASE.version)})
        assert late.of("0.2.0") is answer
        assert late.wanting([RELEASE]) == ()


def test_what_was_read_before_is_still_asked_for_until_it_is_answered() -> None:
    kept = Detailed().remembered({"0.2.0": before(RELEASE.version)})
    assert kept.unseen([RELEASE]) == ()
    assert kept.wanting([RELEASE]) == (RELEASE,)
    assert kept.answered([(RELEASE, ASKED)]).wanting([RELEASE]) == ()


def test_asking_again_keeps_details_and_drops_errors_and_refusals() -> None:
    other = Release(Version("0.1.0"), "0.1.0")
    known = Detailed().answered([(RELEASE, ASKED), (other, FAILED)])
    again = known.failed(RegistryError("The registry refuses")).again()
    kept = again.of("0.2.0")
    assert kept is not None
    assert kept.details == ASKED.details
    assert again.of("0.1.0") is None
    assert again.refused is None
    assert again.wanting([RELEASE, other]) == (RELEASE, other)
