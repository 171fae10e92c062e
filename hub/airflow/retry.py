"""When a failed task is worth another try: the exception tree says what happens next, this says it to Airflow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import RetryDecision, RetryPolicy

from hub.errors import AuthError, ConfigError, FatalError, LockedError, PolicyError, ThrottledError

LOCKED = timedelta(minutes=5)
"""Wait for a sync that somebody else is running; two of these outlast the lease of a run that was killed."""

_HOPELESS = (AuthError, ConfigError, PolicyError, FatalError)
_SHORTEST, _LONGEST = 1.0, 86_400.0


class HubRetryPolicy(RetryPolicy):
    """A decision per failure, made in the worker from the exception itself.

    What a person must mend fails at once; a vendor that names a waiting time gets it; all else backs off as usual.
    The number of tries stays the task's own.
    """

    def evaluate(self, exception: BaseException, try_number: int, max_tries: int, context: Any = None) -> RetryDecision:
        """This decides what follows a failure.

        Args:
            exception: what the task raised.
            try_number: the try that failed, from 1.
            max_tries: how many tries the task has.
            context: Airflow's task context; not looked at.
        """
        if isinstance(exception, _HOPELESS):
            return RetryDecision.fail(f"{type(exception).__name__}: trying again cannot help")
        if isinstance(exception, ThrottledError) and exception.retry_after is not None:
            wait = min(max(exception.retry_after, _SHORTEST), _LONGEST)
            return RetryDecision.retry(timedelta(seconds=wait), f"the system asks to wait {wait:.0f} seconds")
        if isinstance(exception, LockedError):
            return RetryDecision.retry(LOCKED, "another run of this sync is under way")
        return RetryDecision.default()

    def serialize(self) -> dict[str, Any]:
        """This is the policy as JSON; it has no settings."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> HubRetryPolicy:
        """This is the policy again."""
        return cls()
