"""The sheet: consents as rows of a table, each row one thing that one person said.

A row is read strictly: what cannot be read is refused with its column, and never taken for something milder. Whatever it
says comes in as an import, so it may establish a first consent, and lifts no refusal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.errors import ConfigError
from hub.privacy.consent import CLOCK_SKEW, POSITIVE
from hub.privacy.document import nearest
from hub.privacy.gpp.bits import GppError
from hub.privacy.gpp.codec import decode
from hub.privacy.gpp.meaning import global_privacy_control, said, unreadable
from hub.privacy.policy import Policy
from hub.schema import Channel, ConsentEvidence, ConsentScope, ConsentState

COLUMNS = (
    "person", "state", "purpose", "category", "channel", "recipient", "at", "valid_from", "valid_until", "explicit",
    "actor", "guardian_verified", "notice_id", "notice_version", "method", "language", "source_system", "gpp", "gpc",
)  # fmt: skip
"""Every column of a sheet. ``person`` and ``at`` must be there, and one of ``state``, ``gpp`` and ``gpc``."""

_WORDS = {
    "yes": ConsentState.GIVEN, "opt-in": ConsentState.GIVEN, "opted_in": ConsentState.GIVEN,
    "granted": ConsentState.GIVEN, "no": ConsentState.OPTED_OUT, "opt-out": ConsentState.OPTED_OUT,
    "optout": ConsentState.OPTED_OUT, "unsubscribed": ConsentState.OPTED_OUT,
}  # fmt: skip
_DIGITS = 9
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}


class RowError(ValueError):
    """A row, or one of its columns, cannot be read."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a row says.

    ``readable`` is False for what stands in for a GPP string that nobody can read.
    """

    state: ConsentState
    scope: ConsentScope
    evidence: ConsentEvidence
    at: datetime
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    readable: bool = True


def check_columns(names: Sequence[str] | None) -> None:
    """This makes sure that a sheet's columns can be understood; raises ConfigError."""
    if not names:
        raise ConfigError("the file is empty", fix=f"Its first line names the columns: {', '.join(COLUMNS)}.")
    for name in names:
        if name not in COLUMNS:
            raise ConfigError(f"the column '{name}' is not known{nearest(name, COLUMNS)}.")
    if len(set(names)) != len(names):
        raise ConfigError("a column stands twice.")
    missing = [name for name in ("person", "at") if name not in names]
    if missing or not {"state", "gpp", "gpc"} & set(names):
        raise ConfigError(
            f"the column '{(missing or ['state'])[0]}' is missing.",
            fix="A sheet has 'person', 'at', and at least one of 'state', 'gpp' and 'gpc'.",
        )


def read_row(row: Mapping[str, str], policy: Policy, now: datetime) -> list[Told]:
    """This is everything that a row says; raises RowError, which names the column and never repeats a value."""
    at = _time(row, "at")
    if at is None:
        raise RowError("at: empty; a consent without its time proves nothing")
    found: list[Told] = []
    if row.get("state"):
        found.append(_stated(row, policy, at, now))
    if _truth(row, "gpc"):
        found += [Told(one.state, one.scope, one.evidence, at) for one in global_privacy_control(policy)]
    if row.get("gpp"):
        found += _signalled(row["gpp"], policy, at)
    if not any(row.get(name) for name in ("state", "gpp", "gpc")):
        raise RowError("it says nothing: state, gpp and gpc are empty")
    return found


def _signalled(text: str, policy: Policy, at: datetime) -> list[Told]:
    """A string that cannot be read refuses all that it could have refused."""
    try:
        gpp = decode(text)
    except GppError:
        return [Told(one.state, one.scope, one.evidence, at, readable=False) for one in unreadable(policy)]
    readable = not gpp.unknown
    return [Told(one.state, one.scope, one.evidence, at, readable=readable) for one in said(gpp, policy)]


def _stated(row: Mapping[str, str], policy: Policy, at: datetime, now: datetime) -> Told:
    state, scope = _state(row), _scope(row, policy)
    if state in POSITIVE and scope.purpose is None:
        raise RowError("purpose: empty; a consent names its purpose")
    if state in POSITIVE and at > now + CLOCK_SKEW:
        raise RowError("at: lies in the future")
    return Told(state, scope, _evidence(row), at, _time(row, "valid_from"), _time(row, "valid_until"))


def _state(row: Mapping[str, str]) -> ConsentState:
    word = row["state"].lower().replace(" ", "_")
    states = {str(state): state for state in ConsentState} | _WORDS
    if word not in states:
        raise RowError(f"state: not a known word{nearest(word, states)}")
    return states[word]


def _scope(row: Mapping[str, str], policy: Policy) -> ConsentScope:
    purpose, category = _any(row, "purpose"), _any(row, "category")
    channel, recipient = _any(row, "channel"), _any(row, "recipient")
    for name, value, known in (
        ("purpose", purpose, policy.purpose_lineages),
        ("category", category, policy.category_lineages),
        ("channel", channel, {str(one): one for one in Channel} | dict.fromkeys(("mail", "social", "sms"))),
        ("recipient", recipient, policy.destinations.destinations),
    ):
        if value is not None and value not in known:
            raise RowError(f"{name}: not known{nearest(value, known)}")
    return ConsentScope(purpose=purpose, category=category, channel=channel, recipient=recipient)


def _any(row: Mapping[str, str], name: str) -> str | None:
    return row.get(name) if row.get(name) not in ("", "*") else None


def _evidence(row: Mapping[str, str]) -> ConsentEvidence:
    actor = row.get("actor") or "subject"
    if actor not in ("subject", "guardian", "controller", "authority"):
        raise RowError("actor: expected subject, guardian, controller or authority")
    version = row.get("notice_version") or None
    if version is not None and not (version.isdecimal() and len(version) <= _DIGITS):
        raise RowError(f"notice_version: expected a whole number of up to {_DIGITS} digits")
    return ConsentEvidence(
        source_kind="import",
        actor=actor,
        guardian_verified=_truth(row, "guardian_verified"),
        explicit=_truth(row, "explicit"),
        notice_id=row.get("notice_id") or None,
        notice_version=None if version is None else int(version),
        method=row.get("method") or "import",
        language=row.get("language") or None,
        source_system=row.get("source_system") or None,
    )


def _truth(row: Mapping[str, str], name: str) -> bool:
    word = (row.get(name) or "").lower()
    if word not in _TRUTH:
        raise RowError(f"{name}: expected yes or no")
    return _TRUTH[word]


def _time(row: Mapping[str, str], name: str) -> datetime | None:
    text = row.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise RowError(f"{name}: a time without a zone; add Z, or an offset")
        return moment.astimezone(UTC)
    except OverflowError:
        raise RowError(f"{name}: beyond all calendars") from None
    except ValueError as error:
        if isinstance(error, RowError):
            raise
        raise RowError(f"{name}: expected ISO 8601, such as 2026-05-01T00:00:00Z") from None
