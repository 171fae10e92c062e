"""The coverage: which lines of the privacy files no case ever asks about."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hub.privacy.case_file import AgeCase, Case, ConsentCase, FieldsCase, OperationCase, ReachCase, RetentionCase
from hub.privacy.document import Trail
from hub.privacy.policy import Policy
from hub.privacy.retention import rules_for
from hub.privacy.rules import ANY, Collect, listed_as

Place = tuple[str, Trail]
"""A file of the policy, and the trail of a rule in it."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One rule: where it stands, as ``file:line``, what it is, and how many cases ask about it."""

    where: str
    what: str
    cases: int


def coverage(policy: Policy, cases: Sequence[Case]) -> list[Touched]:
    """This tells for every rule of the four files how many cases touch it: change it, and their answer may change."""
    touched: Counter[Place] = Counter()
    for case in cases:
        touched.update(set(_touched(policy, case)))
    return [Touched(policy.where(*place), what, touched[place]) for place, what in _rules(policy)]


# ── all that there is to touch ───────────────────────────────────────────────────────────────────────────────────────────


def _rules(policy: Policy) -> Iterator[tuple[Place, str]]:
    for name, purpose in policy.purposes.purposes.items():
        for place in purpose.basis:
            yield _basis(name, place), f"basis of {name} in {place}"
    for number, name in enumerate(policy.purposes.emotion_forbidden):
        yield _forbidden(number), f"emotion is forbidden for {name}"
    for number, entry in enumerate(policy.purposes.operations.collect):
        yield _collect(number), f"what is asked before a {entry.kind} is kept"
    yield _INFER, "what is asked before emotion is read"
    yield _DEFAULT_AGE, "age of consent everywhere else"
    for place in policy.jurisdictions.jurisdictions:
        yield _age(place), f"age of consent in {place}"
    for name, destination in policy.destinations.destinations.items():
        yield _reach(name), f"purposes and categories of {name}"
        for path in destination.fields:
            yield _field(name, path), f"{path} at {name}"
    for number, rule in enumerate(policy.retention.rules):
        yield _retention(number), f"{rule.category} from {rule.start}"


def _basis(purpose: str, place: str) -> Place:
    return "purposes.yaml", ("purposes", purpose, "basis", place)


def _forbidden(number: int) -> Place:
    return "purposes.yaml", ("emotion_forbidden", number)


def _collect(number: int) -> Place:
    return "purposes.yaml", ("operations", "collect", number)


def _age(place: str) -> Place:
    return "jurisdictions.yaml", ("jurisdictions", place)


def _reach(destination: str) -> Place:
    return "destinations.yaml", ("destinations", destination)


def _field(destination: str, entry: str) -> Place:
    return "destinations.yaml", ("destinations", destination, "fields", entry)


def _retention(number: int) -> Place:
    return "retention.yaml", ("rules", number)


_INFER: Place = ("purposes.yaml", ("operations", "infer"))
_DEFAULT_AGE: Place = ("jurisdictions.yaml", ("default_age",))


# ── what one case touches ────────────────────────────────────────────────────────────────────────────────────────────────


def _touched(policy: Policy, case: Case) -> Iterator[Place]:
    if isinstance(case, ConsentCase):
        yield from _by_consent(policy, case)
    elif isinstance(case, FieldsCase):
        yield from _by_fields(policy, case)
    elif isinstance(case, RetentionCase):
        mine = rules_for(policy, case.category, case.purpose, case.source)
        yield from (
            _retention(n) for n, rule in enumerate(policy.retention.rules) if rule in mine and rule.start in case.clocks
        )
    elif isinstance(case, ReachCase):
        yield _reach(case.destination)
    elif isinstance(case, OperationCase):
        yield from _by_operation(policy, case)
    elif isinstance(case, AgeCase):
        yield from _ages(policy, case.expect)


def _by_consent(policy: Policy, case: ConsentCase) -> Iterator[Place]:
    purpose = policy.purposes.purposes.get(case.ask.purpose)
    for place in (case.ask.jurisdictions or (ANY,)) if purpose else ():
        country = place.partition("-")[0]
        row = next(name for name in (place, country, ANY) if name in purpose.basis) if purpose else ANY
        yield _basis(case.ask.purpose, row)
    if case.reason == "hard.emotion_forbidden_purpose":
        lineage = policy.purpose_lineages.get(case.ask.purpose, frozenset())
        yield from (_forbidden(n) for n, name in enumerate(policy.purposes.emotion_forbidden) if name in lineage)
    if case.ask.recipient is not None:
        yield _reach(case.ask.recipient)
    if case.ask.age is not None:
        yield from _ages(policy, case.ask.jurisdictions)


def _ages(policy: Policy, places: Iterable[str]) -> Iterator[Place]:
    rows = policy.jurisdictions.jurisdictions
    for place in places:
        row = next((name for name in (place, place.partition("-")[0]) if name in rows), None)
        yield _age(row) if row else _DEFAULT_AGE


def _by_fields(policy: Policy, case: FieldsCase) -> Iterator[Place]:
    fields = policy.destination(case.destination).fields
    for group, names in case.view.items():
        for name in names:
            if entry := listed_as(fields, f"{group}.{name}"):
                yield _field(case.destination, entry)


def _by_operation(policy: Policy, case: OperationCase) -> Iterator[Place]:
    if case.kind == "infer":
        yield _INFER
        return
    entries = list(enumerate(policy.purposes.operations.collect))
    yield from (_collect(n) for n, entry in entries if _fits(entry, case))


def _fits(entry: Collect, case: OperationCase) -> bool:
    return (
        entry.kind == case.kind
        and entry.visibility in {None, case.visibility}
        and entry.channel in {None, case.channel}
    )
