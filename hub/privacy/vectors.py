"""The vectors: files of ``consent-scenarios/1``, which bring their own rules along; the word of another system's tests.

They are read generously: several names are known for the same thing, and what is not known is ignored and named in
``ignored``. A refusal of what no rule knows is wrong, for it would refuse nothing and pass for heard.
What is wrong is refused with its place: a line, or a trail such as ``scenarios[3].query.at``.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from hub.errors import ConfigError
from hub.privacy.consent import LedgerEvent, Query
from hub.privacy.document import nearest, read_document
from hub.privacy.given import AskedQuery, GivenEvent, unheard
from hub.privacy.policy import Policy, content_hash
from hub.privacy.rules import (
    Ask,
    Destination,
    DestinationFile,
    Jurisdiction,
    JurisdictionFile,
    Operations,
    Purpose,
    PurposeFile,
    RetentionFile,
)
from hub.schema import DataCategory

FORMAT = "consent-scenarios/1"
"""Format name of the files that bring their own rules."""

MAX_BYTES = 16 * 1024 * 1024
"""Size of the largest file of vectors in JSON that is read."""

_NESTED = ("scope", "evidence", "legal_evidence")
_EVENT_NAMES = {
    "source_kind": "source", "notice_version": "notice", "privacy_notice": "notice", "occurred_at": "at",
    "recorded_at": "recorded", "kind": "type", "status": "state",
}  # fmt: skip
_QUERY_NAMES = {"jurisdiction": "jurisdictions", "known": "known_at", "kind": "subject_kind"}
_STATES = {
    "renewedgiven": "renewed", "renewed_given": "renewed", "request_deferred": "deferred", "requestdeferred": "deferred",
    "opt_out": "opted_out", "optedout": "opted_out", "opted-out": "opted_out", "denied": "refused", "object": "objected",
}  # fmt: skip
_OPERATIONS = {
    "store": "collect", "ingest": "collect", "read": "activate", "use": "activate", "share": "activate",
    "send": "activate", "push": "activate", "export": "activate", "access": "activate", "profile": "infer",
    "analyse": "infer", "analyze": "infer", "merge": "link",
}  # fmt: skip
_ABOUT_EVENTS = frozenset({
    "tenant", "seq", "note", "comment", "method", "language", "source_system", "notice_id", "text", "name",
})  # fmt: skip
_ABOUT_QUERIES = frozenset({"tenant", "note", "comment", "id", "name"})
_ABOUT_SCENARIOS = frozenset({
    "id", "name", "group", "events", "query", "want", "expect", "reason", "note", "comment", "source", "why", "tags",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vector:
    """One scenario: the ledger, one query for each answer that is wanted, and the answers.

    ``wants`` holds ``allow`` or ``deny`` and the reasons of which one must come first; no reasons: any will do.
    """

    id: str
    name: str
    policy: Policy
    events: tuple[LedgerEvent, ...]
    queries: tuple[Query, ...]
    wants: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass
class Vectors:
    """The scenarios of a file, and the keys in it that mean nothing to the hub."""

    scenarios: list[Vector] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def are_vectors(path: Path) -> bool:
    """This tells whether a file holds vectors, and not the cases of a deployment."""
    if path.suffix in {".yaml", ".yml"}:
        try:
            return FORMAT in path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
    return True


def read_vectors(path: Path, policy: Policy | None = None) -> Vectors:
    """This reads a file of vectors; ``policy`` serves where it brings no rules. Raises ConfigError with the place."""
    data = _read(path)
    where = _Place(str(path))
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise where.error(f"the format is not '{FORMAT}'")
    found = Vectors()
    rules = _rules(data, where, policy)
    scenarios = where.taken(data, "scenarios", list)
    for index, scenario in enumerate(scenarios):
        found.scenarios.append(_vector(scenario, where.at(f"scenarios[{index}]"), rules, found, number=index + 1))
    return found


def _read(path: Path) -> Any:
    if path.suffix in {".yaml", ".yml"}:
        return read_document(path).data
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ConfigError(f"{path}: the file has more than {MAX_BYTES} bytes, which is all that is read.")
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_doubles)
        json.dumps(data, ensure_ascii=False).encode()
        return data
    except UnicodeEncodeError:
        raise ConfigError(f"{path}: not valid JSON: half a character, such as \\ud800.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}.") from None
    except (_DoubleKeyError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid JSON: {error}.") from None


class _DoubleKeyError(ValueError):
    """A key stands twice in one object: which of the two was meant, nobody can tell."""


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _DoubleKeyError(f"the key '{next(key for key in keys if keys.count(key) > 1)}' stands twice")
    return made


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a file, to be named in an error."""

    file: str
    trail: str = ""

    def at(self, name: str) -> "_Place":
        return _Place(self.file, f"{self.trail}.{name}" if self.trail else name)

    def error(self, what: str) -> ConfigError:
        return ConfigError(f"{self.file}: {self.trail}: {what}." if self.trail else f"{self.file}: {what}.")

    def taken(self, data: Any, key: str, kind: Any, default: Any = ...) -> Any:
        """This is ``data[key]``, of the type it must be."""
        if not isinstance(data, dict):
            raise self.error("expected an object")
        if key not in data:
            if default is ...:
                raise self.error(f"'{key}' is missing{nearest(key, data)}")
            return default
        if not isinstance(data[key], kind):
            words: dict[Any, str] = {list: "a list", dict: "an object"}
            raise self.at(key).error(f"expected {words.get(kind, 'a number')}")
        return data[key]

    def words(self, data: Any, key: str, default: Any = ...) -> tuple[Any, ...]:
        """This is ``data[key]``, which must be a list of words."""
        found = self.taken(data, key, list, default)
        if not all(isinstance(one, str) for one in found):
            raise self.at(key).error("expected a list of words")
        return tuple(found)

    def tree(self, data: Any, key: str, default: Any = ...) -> dict[str, str | None]:
        """This is ``data[key]``, in which every word names the one that it is part of, or nothing."""
        found: dict[str, str | None] = self.taken(data, key, dict, default)
        for word, parent in found.items():
            if not isinstance(parent, str | None):
                raise self.at(key).at(word).error("expected a word, or null")
        return found


def _vector(data: Any, where: _Place, rules: Policy, found: Vectors, *, number: int) -> Vector:
    if not isinstance(data, dict):
        raise where.error("expected an object")
    found.ignored += [where.at(key).trail for key in data if key not in _ABOUT_SCENARIOS | {"config"}]
    own = data.get("config")
    policy = rules if own is None else vector_policy(where.taken(data, "config", dict), where.at("config"))
    events = [
        _event(event, where.at(f"events[{index}]"), found, policy, number=index + 1)
        for index, event in enumerate(where.taken(data, "events", list, []))
    ]
    queries, wants = _questions(data, where, found)
    name = str(data.get("name", ""))
    return Vector(str(data.get("id", number)), name, policy, tuple(events), queries, wants)


def _event(data: Any, where: _Place, found: Vectors, policy: Policy, *, number: int) -> LedgerEvent:
    if not isinstance(data, dict):
        raise where.error("expected an object")
    flat = {key: value for key, value in data.items() if key not in _NESTED}
    for part in _NESTED:
        inner = data.get(part)
        flat |= inner if isinstance(inner, dict) else {}
    for key in ("notice", "privacy_notice"):
        if isinstance(flat.get(key), dict):
            flat[key] = flat[key].get("version")  # which notice it was, the gate does not ask
    for key in ("state", "status"):
        if isinstance(flat.get(key), str):
            word = flat[key].lower().removeprefix("dpv:consent").removeprefix("dpv:")
            flat[key] = _STATES.get(word, word)
    given: GivenEvent = _read_as(GivenEvent, flat, where, _EVENT_NAMES, _ABOUT_EVENTS, found)
    strange = unheard(given, policy)
    if strange is not None:
        what = f"no rule knows the {strange.key} '{strange.word}', so this would refuse nothing"
        raise where.at(strange.key).error(what + nearest(strange.word, strange.choices))
    return given.ledger(number)


def _questions(
    data: Mapping[str, Any], where: _Place, found: Vectors
) -> tuple[tuple[Query, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """A query may ask for several categories, a group of fields each; then ``want`` may answer each by its name."""
    asked = where.taken(data, "query", dict)
    several = asked.get("categories", asked.get("category"))
    categories = several if isinstance(several, list) else [several]
    plain = {key: value for key, value in asked.items() if key != "categories"}
    if plain.get("operation") in _OPERATIONS:
        plain["operation"] = _OPERATIONS[plain["operation"]]
    here, want = where.at("query"), data.get("want", data.get("expect"))
    queries, wants = [], []
    for category in categories:
        one = plain if category is None else plain | {"category": category}
        queries.append(_read_as(AskedQuery, one, here, _QUERY_NAMES, _ABOUT_QUERIES, found).query())
        wants.append((_word(_of(want, category), where), _reasons(_of(data.get("reason"), category), where)))
    return tuple(queries), tuple(wants)


def _of(value: Any, category: Any) -> Any:
    return value.get(category) if isinstance(value, dict) else value


def _word(want: Any, where: _Place) -> str:
    words = {"allow": "allow", "allowed": "allow", "deny": "deny", "denied": "deny", True: "allow", False: "deny"}
    key = want.lower() if isinstance(want, str) else want
    if not isinstance(key, str | bool) or key not in words:
        raise where.at("want").error("expected 'allow' or 'deny'")
    return words[key]


def _reasons(reason: Any, where: _Place) -> tuple[str, ...]:
    reasons = reason if isinstance(reason, list) else [] if reason in (None, "") else [reason]
    if not all(isinstance(one, str) for one in reasons):
        raise where.at("reason").error("expected a reason code")
    return tuple(reasons)


def _read_as(
    model: Any, data: Mapping[str, Any], where: _Place, names: Mapping[str, str], about: frozenset[str], found: Vectors
) -> Any:
    """This reads an object by a model that knows some keys by other names and others not at all."""
    known = set(model.model_fields)
    renamed: dict[str, Any] = {}
    for key, value in data.items():
        name = key if key in known else names.get(key, key)
        if name in known:
            if value is not None or name not in renamed:
                renamed[name] = value
        elif key not in about:
            found.ignored.append(where.at(key).trail)
    if isinstance(renamed.get("jurisdictions"), str):
        renamed["jurisdictions"] = [renamed["jurisdictions"]]
    return _validated(model, _without_nothing(model, renamed), where)


def _without_nothing(model: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
    """Null says the same as leaving it out, wherever something else than null is the default."""
    fields = model.model_fields
    return {key: value for key, value in data.items() if value is not None or fields[key].default is None}


def _validated(model: type[BaseModel], data: Mapping[str, Any], where: _Place) -> BaseModel:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = where
        for part in first["loc"]:
            place = place.at(str(part))
        raise place.error(str(first["msg"]).rstrip(".")) from None


# ── the rules that a file brings along ───────────────────────────────────────────────────────────────────────────────────


def _rules(data: Mapping[str, Any], where: _Place, policy: Policy | None) -> Policy:
    if data.get("config") is not None:
        return vector_policy(where.taken(data, "config", dict), where.at("config"))
    if policy is None:
        raise where.error("it brings no 'config', and no other rules were given")
    return policy


def vector_policy(config: Mapping[str, Any], where: _Place | None = None) -> Policy:
    """This is a policy made of the ``config`` part of a file of vectors; raises ConfigError with the place."""
    where = where or _Place("config")
    tree = where.tree(config, "purpose_tree", {})
    rows = where.taken(config, "purposes", dict)
    # A purpose without a row of its own has no basis anywhere: it is known, and never allowed.
    bare = {name: {"basis": {"*": "none"}} for name in tree if name not in rows}
    ages = where.taken(config, "age_of_consent", dict, {})
    return Policy(
        version=content_hash(config),
        purposes=PurposeFile(
            version=1,
            purposes={
                name: _purpose(name, tree.get(name), row, where.at(f"purposes.{name}"))
                for name, row in (rows | bare).items()
            },
            emotion_forbidden=where.words(config, "emotion_forbidden_purposes", []),
            # These files ask the gate directly and collect nothing.
            operations=Operations(collect=(), infer=Ask(purpose="", category=DataCategory.EMOTION_LABEL)),
        ),
        jurisdictions=_jurisdictions(ages, where.at("age_of_consent")),
        destinations=DestinationFile(
            version=1,
            destinations=dict(_recipients(where.taken(config, "recipients", dict, {}), where.at("recipients"))),
        ),
        retention=RetentionFile(version=1, rules=()),
        categories=where.tree(config, "category_tree"),
    )


def _purpose(name: str, parent: str | None, row: Any, where: _Place) -> Purpose:
    days = where.taken(row, "max_age_days", int | None, None)
    written = {
        "title": name, "dpv": "https://w3id.org/dpv#Purpose", "parent": parent, "basis": row.get("basis"),
        "special_basis": row.get("special_ok_basis", row.get("special_basis")), "min_notice": row.get("min_notice"),
        "max_age": None if days is None else f"P{days}D", "obligations": row.get("obligations") or (),
    }  # fmt: skip
    return Purpose.model_validate(_validated(Purpose, written, where))


def _jurisdictions(ages: Mapping[str, Any], where: _Place) -> JurisdictionFile:
    reviewed = datetime(2026, 1, 1, tzinfo=UTC).date()
    return JurisdictionFile.model_validate(
        _validated(
            JurisdictionFile,
            {
                "version": 1,
                "default_age": ages.get("*", 16),
                "jurisdictions": {
                    place: Jurisdiction.model_construct(
                        name=place, age_of_consent=age, source="scenario", reviewed=reviewed
                    )
                    for place, age in ages.items()
                    if place != "*"
                },
            },
            where,
        )
    )


def _recipients(rows: Mapping[str, Any], where: _Place) -> Iterator[tuple[str, Destination]]:
    for name, row in rows.items():
        here = where.at(name)
        purposes, categories = here.words(row, "purposes"), here.words(row, "categories")
        # Categories of these files are the files' own: they need not be those of the canonical schema.
        yield name, Destination.model_construct(title=name, purposes=purposes, categories=categories)
