"""Every fault at every step on the way to a chart: each ends in time in one of our errors."""

import time

import pytest

from philotes_tui.errors import PhilotesError, RegistryError
from tests.registry.fake_registry import Reply
from tests.registry.faults import FAULTS
from tests.registry.steps import LIMITS, PASSWORD, STEPS, Step, broken

HIDDEN = ("secret", "u:p@", PASSWORD, "\x1b", "\u202e", "Traceback", "object at 0x")

pytestmark = pytest.mark.usefixtures("no_leaks")


@pytest.mark.parametrize(
    ("name", "reply"), [pytest.param(f.id, f.values[0], id=str(f.id)) for f in FAULTS]
)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_fault_at_any_step_ends_in_time_in_a_sentence_that_says_what_to_do(
    step: Step, name: str, reply: Reply
) -> None:
    with broken(step, reply) as fake:
        started = time.monotonic()
        if name in step.harmless:
            assert step.fits(step.ask(fake))
        else:
            with pytest.raises(PhilotesError) as raised:
                step.ask(fake)
            assert isinstance(raised.value, RegistryError)
            assert raised.value.what
            assert raised.value.todo.endswith((".", "`"))
            told = f"{raised.value}{raised.value.as_dict()}"
            assert not [hidden for hidden in HIDDEN if hidden in told]
        # Less than a second deadline for what followed upon the first.
        assert time.monotonic() - started < 2 * LIMITS.deadline
        assert any(step.matches(request) for request in fake.requests)
