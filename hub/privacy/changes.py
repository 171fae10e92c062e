"""The changes between two policies: what starts and stops, and whether it lets out more."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any, Literal

from hub.privacy.categories import FIELDS, SENSITIVE_ROOTS
from hub.privacy.document import Trail
from hub.privacy.gpp.meaning import refused_by
from hub.privacy.policy import Policy, operation_for
from hub.privacy.rules import (
    ANY,
    STRICTNESS,
    Ask,
    Basis,
    Destination,
    FieldRule,
    Purpose,
    RetentionRule,
    listed_as,
)
from hub.schema import RECORD_MODELS, Channel, DataCategory, Visibility

Effect = Literal["more", "less", "other"]
"""Whether after a change more may be done with personal data, or known for longer: more, less, or neither can be told."""

_STRENGTH = {
    "keep": 0,
    "round": 1,
    "generalise": 1,
    "mask": 1,
    "scan": 1,
    "pseudonym": 2,
    "token": 3,
    "redact": 4,
    "drop": 5,
}
"""How much an operator takes away."""

_PARTS = ("hour", "day", "month", "year")


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One difference: where it stands (``new:`` or ``old:`` file and line), what it is, and what it leads to.

    ``destination`` and ``field`` are named where it is about one.
    """

    effect: Effect
    where: str
    what: str
    destination: str = ""
    field: str = ""


def compare(old: Policy, new: Policy) -> list[PolicyChange]:
    """These are the differences between two policies, what lets out more first."""
    found = [*_destinations(old, new), *_purposes(old, new), *_places(old, new), *_retention(old, new)]
    return sorted(found, key=lambda one: (("more", "other", "less").index(one.effect), one.destination, one.where))


# ── destinations ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_NOBODY = Destination(title="", purposes=(), categories=())


def _destinations(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    before, after = old.destinations.destinations, new.destinations.destinations
    for name in dict.fromkeys([*after, *before]):
        was, now = before.get(name, _NOBODY), after.get(name, _NOBODY)
        trail: Trail = ("destinations", name)
        for what, gone, come in (
            ("purpose", was.purposes, now.purposes),
            ("category", was.categories, now.categories),
            ("identifier", was.identifiers, now.identifiers),
        ):
            key = {"purpose": "purposes", "category": "categories", "identifier": "identifiers"}[what]
            yield from _listed(old, new, (*trail, key), what, name, gone, come)
        if was.vault != now.vault:
            effect: Effect = "more" if now.vault else "less"
            yield _change(
                effect, old, new, "destinations.yaml", (*trail, "vault"), f"vault: {str(now.vault).lower()}", name
            )
        for path in FIELDS:
            yield from _field(old, new, name, path, was, now)
    yield from _scopes(old, new)


def _listed(
    old: Policy, new: Policy, trail: Trail, what: str, name: str, gone: tuple[Any, ...], come: tuple[Any, ...]
) -> Iterator[PolicyChange]:
    for entry in come:
        if entry not in gone:
            yield _change("more", old, new, "destinations.yaml", trail, f"{what} {entry} added", name)
    for entry in gone:
        if entry not in come:
            yield _change("less", old, new, "destinations.yaml", trail, f"{what} {entry} removed", name)


def _field(
    old: Policy, new: Policy, name: str, path: str, was: Destination, now: Destination
) -> Iterator[PolicyChange]:
    before, after = _leaving(was, path), _leaving(now, path)
    if before == after:
        return
    if before is None or after is None:
        effect: Effect = "more" if before is None else "less"
        what = f"{path} starts leaving: {_told(after)}" if after else f"{path} stops leaving (was {_told(before)})"
    else:
        effect = _effect_of(before, after, _asked_effect(old, new, before.requires, after.requires))
        what = f"{path}: {_told(before)} becomes {_told(after)}"
    side, entry = (
        (now, listed_as(now.fields, path)) if listed_as(now.fields, path) else (was, listed_as(was.fields, path))
    )
    policy, label = (new, "new") if side is now else (old, "old")
    where = policy.where("destinations.yaml", ("destinations", name, "fields", entry or path))
    yield PolicyChange(effect, f"{label}:{where}", f"{name}: {what}", name, path)


def _leaving(destination: Destination, path: str) -> FieldRule | None:
    rule = destination.rules.get(path)
    return None if rule is None or rule.do == "drop" else rule


def _effect_of(before: FieldRule, after: FieldRule, asked: int) -> Effect:
    """Whether a field tells more than before; where one thing tells more and another less, it counts as more."""
    moves = [_STRENGTH[after.do] - _STRENGTH[before.do], asked, _beside(before, after)]
    if after.do == before.do:
        moves += [-_sign(before.keep_last, after.keep_last), -_sign(before.keep_first, after.keep_first)]
        moves += [_sign(before.step, after.step), -_sign(before.min_score, after.min_score)]
        moves += [-_sign(before.max_len, after.max_len, nothing=math.inf)]
        moves += [_PARTS.index(after.to) - _PARTS.index(before.to)] if before.to and after.to else []
    if any(move < 0 for move in moves) or not any(moves):
        return "more"
    return "less"


def _beside(before: FieldRule, after: FieldRule) -> int:
    """What no number tells: which entities a scan takes out; anything else that differs, and cannot be told, as more."""
    for option in ("with_", "scope", "decision"):
        if getattr(before, option) != getattr(after, option):
            return -1
    if (before.to is None) != (after.to is None) and before.do == after.do:
        return -1
    if before.do != after.do or before.entities == after.entities:
        return 0
    if before.entities is not None and (after.entities is None or set(after.entities) >= set(before.entities)):
        return 1
    return -1


def _asked_effect(old: Policy, new: Policy, before: Ask | str | None, after: Ask | str | None) -> int:
    """Whether more (1) or less (-1) is asked than before; another question is more where its basis always is."""
    if before == after:
        return 0
    if before is None or after is None:
        return 1 if before is None else -1
    moves = [
        STRICTNESS[_asked_basis(new, after, place)] - STRICTNESS[_asked_basis(old, before, place)]
        for place in (*(old.places | new.places), _UNKNOWN)
    ]
    return 1 if any(moves) and all(move >= 0 for move in moves) else -1


def _asked_basis(policy: Policy, asked: Ask | str, place: str) -> Basis:
    if isinstance(asked, str):
        return Basis.EXPLICIT_CONSENT
    basis = policy.basis(asked.purpose, [place])
    if not policy.category_lineages[asked.category].isdisjoint(SENSITIVE_ROOTS):
        special = policy.purposes.purposes[asked.purpose].special_basis or Basis.EXPLICIT_CONSENT
        return max(basis, special, key=STRICTNESS.__getitem__)
    return basis


def _sign(before: float | None, after: float | None, nothing: float = 0) -> int:
    """Whether a number grew; none at all counts as ``nothing``."""
    was, now = (nothing if one is None else one for one in (before, after))
    return (now > was) - (now < was)


def _told(rule: FieldRule | None) -> str:
    if rule is None:
        return "nothing"
    options = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"do"})
    return " ".join([rule.do, *(f"{key}={value}" for key, value in options.items())])


def _written(value: Any) -> str:
    """An option as people say it: periods in days, nothing as nothing."""
    if isinstance(value, timedelta) and value % timedelta(days=1) == timedelta(0):
        return f"{value.days} days"
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    return "nothing" if value is None else str(value)


def _scopes(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    before, after = old.destinations.token_scopes, new.destinations.token_scopes
    for name in dict.fromkeys([*after, *before]):
        if before.get(name) != after.get(name):
            what = (
                "added"
                if name not in before
                else "removed"
                if name not in after
                else "changed: its tokens may be others"
            )
            yield _change("other", old, new, "destinations.yaml", ("token_scopes", name), f"token scope {name} {what}")


# ── purposes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _purposes(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    before, after = old.purposes.purposes, new.purposes.purposes
    for name in dict.fromkeys([*after, *before]):
        was, now = before.get(name), after.get(name)
        trail: Trail = ("purposes", name)
        if was is None or now is None:
            effect: Effect = "more" if was is None else "less"
            yield _change(
                effect, old, new, "purposes.yaml", trail, f"purpose {name} {'added' if was is None else 'removed'}"
            )
        else:
            yield from _purpose(old, new, name, was, now)
    for name in old.purposes.emotion_forbidden:
        if name not in new.purposes.emotion_forbidden:
            yield _change(
                "more", old, new, "purposes.yaml", ("emotion_forbidden",), f"emotion is no longer forbidden for {name}"
            )
    for name in new.purposes.emotion_forbidden:
        if name not in old.purposes.emotion_forbidden:
            yield _change("less", old, new, "purposes.yaml", ("emotion_forbidden",), f"emotion is forbidden for {name}")
    yield from _operations(old, new)


def _purpose(old: Policy, new: Policy, name: str, was: Purpose, now: Purpose) -> Iterator[PolicyChange]:
    trail: Trail = ("purposes", name)
    yield from _bases(old, new, name)
    for key, tighter in (("min_notice", 1), ("max_age", -1), ("special_basis", 0), ("parent", 0), ("obligations", 0)):
        before, after = getattr(was, key), getattr(now, key)
        if before != after:
            effect = _option_effect(before, after, tighter) if tighter else _ground_effect(was, now, key)
            what = f"{name}: {key}: {_written(before)} becomes {_written(after)}"
            yield _change(effect, old, new, "purposes.yaml", (*trail, key), what)
    if was.dpv != now.dpv:
        before, after = (refused_by(one.dpv) for one in (was, now))
        effect = "other" if before == after else "less" if after > before else "more"
        told = "the same signals refuse it" if before == after else "other signals refuse it"
        yield _change(effect, old, new, "purposes.yaml", (*trail, "dpv"), f"{name}: dpv: {told}")


def _operations(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    """What is asked before something is kept or read, told once for each kind; in doubt another question is more."""
    told: set[tuple[str, Ask, Ask]] = set()
    for kind, visibility, channel in product((*RECORD_MODELS, "infer"), Visibility, Channel):
        before, after = (_operation(one, kind, visibility, channel) for one in (old, new))
        if before == after or (kind, before, after) in told:
            continue
        told.add((kind, before, after))
        effect: Effect = "less" if _asked_effect(old, new, before, after) > 0 else "more"
        what = f"{kind}: asked for {before.purpose} of {before.category} becomes {after.purpose} of {after.category}"
        yield _change(effect, old, new, "purposes.yaml", ("operations",), what)


def _operation(policy: Policy, kind: str, visibility: str, channel: str) -> Ask:
    purpose, category = operation_for(policy, kind, visibility=visibility, channel=channel)
    return Ask(purpose=purpose, category=DataCategory(category))


_UNKNOWN = "a place that nobody names"


def _bases(old: Policy, new: Policy, name: str) -> Iterator[PolicyChange]:
    """What holds in each place in the end: a row that goes leaves the country's, a new place may leave the strictest.

    What several places without a row of their own have in common is told once.
    """
    own = {ANY, *old.purposes.purposes[name].basis, *new.purposes.purposes[name].basis}
    told: set[tuple[Basis, Basis]] = set()
    for place in [*sorted(own), *sorted((old.places | new.places) - own), _UNKNOWN]:
        before, after = old.basis(name, [place]), new.basis(name, [place])
        if before == after or (place not in own and (before, after) in told):
            continue
        told.add((before, after))
        effect: Effect = "more" if STRICTNESS[after] < STRICTNESS[before] else "less"
        where = ("purposes", name, "basis", place)
        yield _change(effect, old, new, "purposes.yaml", where, f"{name}: basis in {place}: {before} becomes {after}")


def _ground_effect(was: Purpose, now: Purpose, key: str) -> Effect:
    """What another ground for sensitive data, another parent or other obligations lead to; in doubt it is more."""
    if key == "special_basis":
        before, after = (STRICTNESS[one.special_basis or Basis.EXPLICIT_CONSENT] for one in (was, now))
        return "less" if after > before else "more" if after < before else "other"
    if key == "obligations":
        return "less" if set(now.obligations) >= set(was.obligations) else "more"
    return "more"  # another parent: other grants, other refusals and other destinations hold


def _option_effect(before: Any, after: Any, tighter: int) -> Effect:
    """What a changed number leads to, where more of it (1) or less of it (-1) is stricter; none of it is the least strict."""
    if before is None or after is None:
        return "less" if before is None else "more"
    return "less" if (after > before) == (tighter > 0) else "more"


# ── jurisdictions and retention ──────────────────────────────────────────────────────────────────────────────────────────


def _places(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    before = {place: row.age_of_consent for place, row in old.jurisdictions.jurisdictions.items()}
    after = {place: row.age_of_consent for place, row in new.jurisdictions.jurisdictions.items()}
    if old.jurisdictions.default_age != new.jurisdictions.default_age:
        effect: Effect = "more" if new.jurisdictions.default_age < old.jurisdictions.default_age else "less"
        what = f"age of consent elsewhere: {old.jurisdictions.default_age} becomes {new.jurisdictions.default_age}"
        yield _change(effect, old, new, "jurisdictions.yaml", ("default_age",), what)
    for place in dict.fromkeys([*after, *before]):
        was, now = old.age_of_consent([place]), new.age_of_consent([place])
        if was != now or (place in before) != (place in after):
            effect = "other" if was == now else "more" if now < was else "less"
            what = f"age of consent in {place}: {was} becomes {now}"
            yield _change(effect, old, new, "jurisdictions.yaml", ("jurisdictions", place), what)


def _retention(old: Policy, new: Policy) -> Iterator[PolicyChange]:
    before, after = _kept(old), _kept(new)
    for key in dict.fromkeys([*after, *before]):
        was, now = before.get(key), after.get(key)
        if was is not None and now is not None and was[1].keep == now[1].keep:
            continue
        name = " ".join(str(part) for part in key if part)
        if was is None or now is None:
            # Of all rules the shortest wins: one more can only shorten.
            effect: Effect = "less" if was is None else "more"
            what = f"retention of {name}: rule {'added' if was is None else 'removed'}"
        else:
            effect = "more" if now[1].keep > was[1].keep else "less"
            what = f"retention of {name}: {was[1].keep.days} days becomes {now[1].keep.days}"
        policy, side, place = (new, "new", now) if now else (old, "old", was)
        number = place[0] if place else 0
        yield PolicyChange(effect, f"{side}:{policy.where('retention.yaml', ('rules', number))}", what)


def _kept(policy: Policy) -> Mapping[tuple[str, ...], tuple[int, RetentionRule]]:
    """The rules by what they are about; of two about the same the shorter one."""
    found: dict[tuple[str, ...], tuple[int, RetentionRule]] = {}
    for number, rule in enumerate(policy.retention.rules):
        key = (str(rule.category), f"from {rule.start}", rule.purpose or "", rule.source or "")
        if key not in found or rule.keep < found[key][1].keep:
            found[key] = number, rule
    return found


def _change(
    effect: Effect, old: Policy, new: Policy, file: str, trail: Trail, what: str, destination: str = ""
) -> PolicyChange:
    """A change at its line: in the new file where it still stands there, else in the old one."""
    document = new.documents.get(file)
    is_there = document is not None and trail in document.lines
    where = f"new:{new.where(file, trail)}" if is_there else f"old:{old.where(file, trail)}"
    return PolicyChange(effect, where, f"{destination}: {what}" if destination else what, destination)
