"""The mutation check: change one rule of the privacy files, and some case must fail, or nothing guards that rule."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from hub.errors import ConfigError
from hub.privacy.case_file import Case, holds
from hub.privacy.categories import CATEGORY_PARENTS, FIELDS
from hub.privacy.document import Document, Trail
from hub.privacy.policy import Policy, compile_policy
from hub.privacy.rules import ANY, STRICTNESS, Clock
from hub.schema import DataCategory

_GONE = object()
"""Stands for "this entry taken out"."""

_PARTS_OF_TIME = ("hour", "day", "month", "year")
_DAYS = re.compile(r"P(\d+)D")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to the rules: where, as ``file:line``, what, and the rules as they would then be."""

    where: str
    change: str
    documents: Mapping[str, Document]


@dataclass(frozen=True, slots=True)
class MutationReport:
    """How many changes were tried, and those that no case noticed."""

    tried: int
    survivors: tuple[Mutant, ...]


def run_mutants(policy: Policy, cases: Sequence[Case]) -> MutationReport:
    """This changes every rule of a policy, one at a time, and runs the cases against each change.

    Rules that no longer load count as noticed. Raises ConfigError where the cases do not hold to begin with: then nothing can
    be told from one that fails.
    """
    if failing := next((case for case in cases if not holds(case, policy)), None):
        raise ConfigError(f"the case '{failing.name}' fails as the rules are.", fix="Run 'hub privacy test' first.")
    order, tried, survivors = list(cases), 0, []
    for mutant in mutants(policy.documents):
        tried += 1
        if not _is_noticed(mutant, order, policy.entities):
            survivors.append(mutant)
    return MutationReport(tried, tuple(survivors))


def _is_noticed(mutant: Mutant, cases: list[Case], entities: frozenset[str]) -> bool:
    try:
        changed = compile_policy(mutant.documents, entities)
    except ConfigError:
        return True
    for number, case in enumerate(cases):
        if not holds(case, changed):
            # What noticed this one is likely to notice the next one, which is near it in the file.
            cases.insert(0, cases.pop(number))
            return True
    return False


def mutants(documents: Mapping[str, Document]) -> Iterator[Mutant]:
    """These are all changes worth trying, file by file."""
    for name, changes in _FILES.items():
        document = documents[name]
        for trail, change, value in changes(document.data):
            changed = replace(document, data=_with(document.data, trail, value))
            # A rule that is added has no line of its own: that of its list is told.
            where = f"{name}:{document.line(trail)}"
            yield Mutant(where, change, {**documents, name: changed})


Change = tuple[Trail, str, Any]


def _with(data: Any, trail: Trail, value: Any) -> Any:
    """A copy of plain data with one value changed, added or, for ``_GONE``, taken out."""
    copied = copy.deepcopy(data)
    holder = copied
    for part in trail[:-1]:
        holder = holder.setdefault(part, {}) if isinstance(holder, dict) else holder[part]
    if value is _GONE:
        del holder[trail[-1]]
    elif isinstance(holder, list) and trail[-1] == len(holder):
        holder.append(value)
    else:
        holder[trail[-1]] = value
    return copied


# ── purposes.yaml ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _purposes(data: Any) -> Iterator[Change]:
    for name, purpose in data["purposes"].items():
        trail: Trail = ("purposes", name)
        for place, basis in purpose["basis"].items():
            here = (*trail, "basis", place)
            for other in _neighbours(list(STRICTNESS), basis):
                yield here, f"{name}: basis of {place} from {basis} to {other}", other
            if place != ANY:
                yield here, f"{name}: basis of {place} removed", _GONE
        yield from _options(trail, name, purpose, ("parent", "special_basis", "min_notice", "max_age", "obligations"))
        if "max_age" in purpose:
            yield from _periods((*trail, "max_age"), f"{name}: max_age", purpose["max_age"])
        if "min_notice" in purpose:
            yield (*trail, "min_notice"), f"{name}: min_notice one more", purpose["min_notice"] + 1
    yield from _entries(("emotion_forbidden",), "emotion_forbidden", data["emotion_forbidden"])
    yield from _operations(data)


def _operations(data: Any) -> Iterator[Change]:
    operations, purposes = data["operations"], list(data["purposes"])
    entries = [(("operations", "collect", n), one) for n, one in enumerate(operations["collect"])]
    for trail, entry in [*entries, (("operations", "infer"), operations["infer"])]:
        name = entry.get("kind", "infer")
        for other in _neighbours(purposes, entry["purpose"])[:1]:
            yield (*trail, "purpose"), f"{name}: purpose from {entry['purpose']} to {other}", other
        for other in _neighbours(list(map(str, DataCategory)), entry["category"])[:1]:
            yield (*trail, "category"), f"{name}: category from {entry['category']} to {other}", other
        for condition in {"visibility", "channel"} & set(entry):
            yield trail, f"{name}: the entry for {condition} {entry[condition]} removed", _GONE


# ── jurisdictions.yaml ───────────────────────────────────────────────────────────────────────────────────────────────────


def _jurisdictions(data: Any) -> Iterator[Change]:
    for step, word in ((1, "more"), (-1, "less")):
        yield ("default_age",), f"default_age a year {word}", data["default_age"] + step
        for place, row in data["jurisdictions"].items():
            yield ("jurisdictions", place, "age_of_consent"), f"{place}: a year {word}", row["age_of_consent"] + step


# ── destinations.yaml ────────────────────────────────────────────────────────────────────────────────────────────────────


def _destinations(data: Any) -> Iterator[Change]:
    purposes = sorted({purpose for one in data["destinations"].values() for purpose in one["purposes"]})
    for name, entry in data["destinations"].items():
        trail: Trail = ("destinations", name)
        for key, known in (("purposes", purposes), ("categories", list(CATEGORY_PARENTS))):
            yield from _entries((*trail, key), f"{name}: {key}", entry[key])
            for other in known:
                # What holds of a category holds of its parts: adding one of those changes nothing.
                if other not in entry[key] and CATEGORY_PARENTS.get(other) not in entry[key]:
                    yield (*trail, key, len(entry[key])), f"{name}: {key}: {other} added", str(other)
        yield from _entries((*trail, "identifiers"), f"{name}: identifiers", entry.get("identifiers", []))
        yield from _fields(name, entry.get("fields", {}))


def _fields(destination: str, fields: Mapping[str, Any]) -> Iterator[Change]:
    for path, rule in fields.items():
        yield from _field(("destinations", destination, "fields", path), f"{destination}: {path}", rule)
    if destination != "hub":
        for path in FIELDS:
            if path not in fields and f"{path.partition('.')[0]}.*" not in fields:
                yield ("destinations", destination, "fields", path), f"{destination}: {path} added", "keep"


def _field(trail: Trail, name: str, rule: Any) -> Iterator[Change]:
    yield trail, f"{name} removed", _GONE
    do = rule if isinstance(rule, str) else rule["do"]
    if do != "keep":
        yield trail, f"{name} kept as it is", "keep"
    else:
        yield trail, f"{name} redacted", "redact"
    if isinstance(rule, str):
        return
    yield from _options(trail, name, rule, ("requires", "entities", "with", "min_score", "max_len", "keep_last"))
    for option in {"keep_last", "keep_first", "max_len", "step", "keep", "min_score"} & set(rule):
        yield (*trail, option), f"{name}: {option} changed", _other_number(option, rule[option])
    for other in _neighbours(list(_PARTS_OF_TIME), rule["to"]) if "to" in rule else ():
        yield (*trail, "to"), f"{name}: to {other}", other
    yield from _entries((*trail, "entities"), f"{name}: entities", rule.get("entities", []))
    for entity, operator in rule.get("with", {}).items():
        other = "drop" if operator == "redact" else "redact"
        yield (*trail, "with", entity), f"{name}: {entity} from {operator} to {other}", other


def _other_number(option: str, number: Any) -> Any:
    return round(number / 2, 6) if option in {"step", "min_score"} else number + 1


# ── retention.yaml ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _retention(data: Any) -> Iterator[Change]:
    for number, rule in enumerate(data["rules"]):
        trail: Trail = ("rules", number)
        name = f"{rule['category']}, from {rule['from']}"
        yield trail, f"{name}: removed", _GONE
        yield from _periods((*trail, "keep"), f"{name}: keep", rule["keep"])
        yield from _options(trail, name, rule, ("purpose", "source"))
        for other in _neighbours(list(get_args(Clock)), rule["from"])[:1]:
            yield (*trail, "from"), f"{name}: from {other} instead", other


# ── changes that several files share ─────────────────────────────────────────────────────────────────────────────────────


def _options(trail: Trail, name: str, rule: Mapping[str, Any], options: Iterable[str]) -> Iterator[Change]:
    for option in options:
        if option in rule:
            yield (*trail, option), f"{name}: {option} removed", _GONE


def _entries(trail: Trail, name: str, entries: Sequence[Any]) -> Iterator[Change]:
    for number, entry in enumerate(entries):
        yield (*trail, number), f"{name}: {entry} removed", _GONE


def _periods(trail: Trail, name: str, period: str) -> Iterator[Change]:
    """A period a day longer and a day shorter; one that is not written in days is doubled."""
    if days := _DAYS.fullmatch(period):
        yield trail, f"{name} a day longer", f"P{int(days[1]) + 1}D"
        yield trail, f"{name} a day shorter", f"P{int(days[1]) - 1}D"
    else:
        yield trail, f"{name} another period", "P1D"


def _neighbours(known: Sequence[Any], value: Any) -> list[Any]:
    """The values before and after one in a list."""
    at = [str(one) for one in known].index(str(value))
    return [str(known[n]) for n in (at + 1, at - 1) if 0 <= n < len(known)]


_FILES = {
    "purposes.yaml": _purposes,
    "jurisdictions.yaml": _jurisdictions,
    "destinations.yaml": _destinations,
    "retention.yaml": _retention,
}
"""The files of a policy, and what makes the changes of each."""
