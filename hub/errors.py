"""The exception tree, grouped by what the hub does next.

::

    HubError
    ├── ConfigError      stop before starting; name the file and line     exit 2
    ├── AuthError        stop this connection; ask for new credentials     exit 2
    ├── ThrottledError   wait ``retry_after`` seconds, then go on          exit 3
    ├── TransientError   back off and try again                            exit 3
    ├── BadRecordError   quarantine one record, go on                      exit 3
    ├── UnknownOutcomeError  read back before sending again                exit 3
    ├── PolicyError      refused by a privacy rule; nothing was done       exit 4
    ├── LockedError      another run holds the lock                        exit 75
    │   └── NotYetError  what must come first is still under way           exit 75
    └── FatalError       an invariant does not hold; stop everything       exit 1

Each message says what is wrong, where, and what to do. No message ever holds personal data.
This module imports nothing.
"""


class HubError(Exception):
    """Root of every error that the hub reports without a traceback.

    Args:
        message: what is wrong and where.
        fix: what the reader can do about it, as one sentence.
    """

    exit_code = 1

    def __init__(self, message: str, *, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message} {self.fix}" if self.fix else self.message


class FatalError(HubError):
    """An invariant of the hub does not hold; going on could lose or leak data."""


class ConfigError(HubError):
    """A settings, mapping or policy file is wrong; nothing has started."""

    exit_code = 2


class AuthError(HubError):
    """A system rejected the credentials; retrying cannot help."""

    exit_code = 2


class ThrottledError(HubError):
    """A system asks the hub to slow down.

    Args:
        message: which system and which limit.
        retry_after: seconds to wait, or None where the system does not say.
    """

    exit_code = 3

    def __init__(self, message: str, *, retry_after: float | None = None, fix: str | None = None) -> None:
        super().__init__(message, fix=fix)
        self.retry_after = retry_after


class TransientError(HubError):
    """A system failed in a way that may pass: time-out, reset, 5xx, truncated answer."""

    exit_code = 3


class BadRecordError(HubError):
    """One record cannot be read, mapped or written; the others can.

    Args:
        message: which field is wrong, never its value.
        reason: a short code for counting, such as ``mapping.missing_id``.
    """

    exit_code = 3

    def __init__(self, message: str, *, reason: str = "bad_record", fix: str | None = None) -> None:
        super().__init__(message, fix=fix)
        self.reason = reason


class UnknownOutcomeError(HubError):
    """A write may or may not have happened; only reading back can tell."""

    exit_code = 3


class PolicyError(HubError):
    """A privacy rule refuses the action as a whole.

    Args:
        message: which rule refuses what.
        reason: the rule's code, such as ``policy.unreadable``.
    """

    exit_code = 4

    def __init__(self, message: str, *, reason: str = "policy", fix: str | None = None) -> None:
        super().__init__(message, fix=fix)
        self.reason = reason


class LockedError(HubError):
    """Another run holds the lock of this sync."""

    exit_code = 75


class NotYetError(LockedError):
    """What must be done first is still under way, by others; come back soon."""
