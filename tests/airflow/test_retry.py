"""What follows a failure: at once no more, later, or the usual."""

from datetime import timedelta

import pytest

from hub import errors


@pytest.fixture
def decide():
    from hub.airflow.retry import HubRetryPolicy

    def decide(error):
        decision = HubRetryPolicy().evaluate(error, 1, 4)
        return decision.action.value, decision.retry_delay

    return decide


@pytest.mark.parametrize("kind", [errors.AuthError, errors.ConfigError, errors.PolicyError, errors.FatalError])
def test_what_a_person_must_mend_is_not_tried_again(decide, kind):
    assert decide(kind("no")) == ("fail", None)


@pytest.mark.parametrize(
    ("asked", "given"), [(17.0, 17.0), (0.5, 1.0), (-3.0, 1.0), (float("inf"), 86_400.0), (900.0, 900.0)]
)
def test_a_vendor_that_names_a_waiting_time_gets_it(decide, asked, given):
    assert decide(errors.ThrottledError("slow down", retry_after=asked)) == ("retry", timedelta(seconds=given))


def test_somebody_elses_run_is_waited_for(decide):
    from hub.airflow.retry import LOCKED

    assert decide(errors.LockedError("busy")) == ("retry", LOCKED)


@pytest.mark.parametrize(
    "error",
    [
        errors.ThrottledError("slow down"),
        errors.TransientError("reset"),
        errors.UnknownOutcomeError("reset"),
        errors.BadRecordError("field"),
        TypeError("a bug"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_everything_else_backs_off_as_usual(decide, error):
    assert decide(error) == ("default", None)


def test_the_policy_survives_serialisation():
    from hub.airflow.retry import HubRetryPolicy

    assert isinstance(HubRetryPolicy.deserialize(HubRetryPolicy().serialize()), HubRetryPolicy)
