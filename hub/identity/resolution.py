"""Resolution: from what the store found for each identifier to one person, a new one, a merge or a conflict."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.identity.matching import is_matchable
from hub.schema import Identifier, IdentifierKind

DEGREE_CAP = 3
"""An identifier found with more people than this is taken for a shared one: a family phone, a company address."""


class Action(StrEnum):
    """What the caller has to do."""

    USE = "use"
    CREATE = "create"
    MERGE = "merge"
    CONFLICT = "conflict"


class Reason(StrEnum):
    """Why; for counting and for the audit log."""

    MATCHED = "identity.matched"
    NOTHING_FOUND = "identity.nothing_found"
    NOTHING_MATCHABLE = "identity.nothing_matchable"
    SHARED = "identity.shared_identifier"
    SAME_PERSON = "identity.same_person"
    DIFFERENT_IDS = "identity.different_ids_of_one_issuer"
    PARTED = "identity.parted"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom a record speaks of.

    Args:
        action: ``use`` the person; ``create`` one; ``merge`` the absorbed into the person; ``conflict``: leave everybody
            apart and have somebody look.
        person_id: whom to attach the record to; None means a new person (always with ``create``, and with ``conflict``
            where no id of the record's own system tells).
        absorbed: with ``merge``: the people that become part of ``person_id``, oldest first.
        reasons: why, without personal data.
        matchable: identifiers worth storing for later look-ups.
    """

    action: Action
    person_id: str | None
    absorbed: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    matchable: tuple[Identifier, ...] = ()


_STRENGTH = (IdentifierKind.VENDOR_ID, IdentifierKind.CUSTOMER_ID)
"""Kinds of which one person has one per issuer, strongest first; they settle conflicts."""

_Key = tuple[IdentifierKind, str, str]


def resolve(
    identifiers: Sequence[Identifier],
    *,
    found: Mapping[Identifier, str | Sequence[str]],
    oldest_first: Sequence[str] = (),
    owned: Mapping[str, Iterable[Identifier]] | None = None,
    parted: Collection[frozenset[str]] = (),
    degree_cap: int = DEGREE_CAP,
) -> Resolution:
    """This decides whom a record speaks of. The order of ``identifiers`` and of ``found`` makes no difference.

    Args:
        identifiers: the record's identifiers in normal form; leave out those that may not be linked.
        found: person ids that the store has for each of them.
        oldest_first: all found person ids by age; the oldest survives a merge. Ids that it lacks come last, by name.
        owned: what each found person is known by; two verified, different ids from one issuer forbid a merge.
        parted: pairs of found people whom somebody has said to be two; that forbids it too.
        degree_cap: see ``DEGREE_CAP``.
    """
    people = {_key(one): (ids,) if isinstance(ids, str) else tuple(dict.fromkeys(ids)) for one, ids in found.items()}
    matchable = tuple(sorted((one for one in identifiers if is_matchable(one)), key=_key))
    usable = tuple(one for one in matchable if len(people.get(_key(one), ())) <= degree_cap)
    reasons = [Reason.SHARED] if len(usable) < len(matchable) else []
    candidates = _by_age({person for one in usable for person in people.get(_key(one), ())}, oldest_first)
    if not candidates:
        reasons.append(Reason.NOTHING_FOUND if usable else Reason.NOTHING_MATCHABLE)
        return Resolution(Action.CREATE, None, (), tuple(reasons), usable)
    if _conflicting([*usable, *(one for person in candidates for one in (owned or {}).get(person, ()))]):
        person = _told_by_strongest(usable, people)
        return Resolution(Action.CONFLICT, person, (), (*reasons, Reason.DIFFERENT_IDS), usable)
    if any(pair <= set(candidates) for pair in parted):
        person = _told_by_strongest(usable, people)
        return Resolution(Action.CONFLICT, person, (), (*reasons, Reason.PARTED), usable)
    if len(candidates) == 1:
        return Resolution(Action.USE, candidates[0], (), (*reasons, Reason.MATCHED), usable)
    return Resolution(Action.MERGE, candidates[0], candidates[1:], (*reasons, Reason.SAME_PERSON), usable)


def _key(identifier: Identifier) -> _Key:
    return identifier.kind, identifier.issuer, identifier.value


def _by_age(people: set[str], oldest_first: Sequence[str]) -> tuple[str, ...]:
    age = {person: index for index, person in reversed(list(enumerate(oldest_first)))}
    return tuple(sorted(people, key=lambda person: (age.get(person, len(age)), person)))


def _conflicting(identifiers: Iterable[Identifier]) -> bool:
    values: dict[tuple[IdentifierKind, str], set[str]] = {}
    for one in identifiers:
        if one.verified and one.kind in _STRENGTH:
            values.setdefault((one.kind, one.issuer), set()).add(one.value)
    return any(len(different) > 1 for different in values.values())


def _told_by_strongest(identifiers: Sequence[Identifier], people: Mapping[_Key, Sequence[str]]) -> str | None:
    for kind in _STRENGTH:
        told = set(_all_people((one for one in identifiers if one.kind is kind), people))
        if told:
            return told.pop() if len(told) == 1 else None
    return None


def _all_people(identifiers: Iterable[Identifier], people: Mapping[_Key, Sequence[str]]) -> Iterator[str]:
    for one in identifiers:
        yield from people.get(_key(one), ())
