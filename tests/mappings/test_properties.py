"""What holds for every record, not just for those somebody thought of."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.contract import RawRecord
from hub.errors import BadRecordError
from hub.mappings.inbound import InMapping
from hub.mappings.mapping import MappingFile
from hub.mappings.outbound import OutMapping
from hub.mappings.view import VIEW

TICKETS = """
version: 1
connector: acme
in:
  stream: tickets
  records:
    - to: case
      when: "status != 'deleted'"
      key: id
      fields:
        channel: {value: ticket}
        status: {from: status, enum: {open: open, hold: pending}, else: solved}
        occurred_at: updated_at
        opened_at: {from: created_at, as: epoch, default: 2026-01-01T00:00:00Z}
        closed_at: {from: closed_at, as: date}
        subject: "words([title, subtitle])"
        priority: {from: priority, enum: {true: high, 1: low}}
        tags: tags
        requester:
          role: {from: who.role, enum: {user: customer}, else: unknown}
          name: who.name
          identifiers:
            - {kind: vendor_id, issuer: acme, from: who.id, verified: who.ok}
            - {kind: email, from: who.mails}
    - to: feedback
      each: scores
      when: "item.value"
      key: item.id
      fields:
        instrument: {value: csat}
        score: {from: item.value, as: number, round: 0}
        occurred_at: {from: item.at, as: time, zone: UTC, default: 2026-01-01T00:00:00Z}
        case_id: {ref: case, from: record.id}
        comment: "join(' ', [item.a, item.b][?@])"
        author: {}
out:
  object: tickets
  when: "emotion.label || case.key"
  fields:
    mood: {from: emotion.label, enum: {anger: angry}, else: calm, on_null: clear}
    score: {from: emotion.distress, as: number, round: 2}
    since: {from: emotion.as_of, as: date}
    tier: "lower(loyalty.tier)"
"""

KNOWN = {
    "id": 2**53 + 1,
    "status": "hold",
    "updated_at": "2026-01-02T03:04:05Z",
    "created_at": 1767319445,
    "closed_at": None,
    "title": "Lost",
    "subtitle": None,
    "priority": True,
    "tags": ["a"],
    "who": {"role": "user", "name": "Ada", "id": 7, "ok": None, "mails": ["a@example.com"]},
    "scores": [{"id": 1, "value": 4, "at": None, "a": "x", "b": None}],
}

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["open", "user", "2026-01-02T03:04:05Z", "2026-01-02", "", "1e999", 2**53 + 1, 10**600, 1e300])
)
json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KNOWN, "value", "at", "a"]), inner),
    max_leaves=10,
)
extras = st.dictionaries(st.text(max_size=5).map(lambda name: f"zz_{name}"), json, max_size=3)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def mapping(load: Callable[..., MappingFile]) -> tuple[InMapping, OutMapping]:
    loaded = load(TICKETS)
    assert loaded.inbound is not None
    assert loaded.outbound is not None
    return loaded.inbound, loaded.outbound


def run(inbound: InMapping, data: dict[str, Any]) -> Any:
    """The records, or the reason and message of the refusal."""
    try:
        raw = RawRecord("tickets", "7", "v1", data)
        return inbound.apply(raw, connection="main", mint=lambda entity, key: f"{entity}:{key}")
    except BadRecordError as error:
        return error.reason, error.message


def with_extras(value: Any, more: dict[str, Any]) -> Any:
    """Unknown keys in every mapping, however deep."""
    if isinstance(value, dict):
        return {**{name: with_extras(inner, more) for name, inner in value.items()}, **more}
    return [with_extras(inner, more) for inner in value] if isinstance(value, list) else value


@quick
@given(more=extras, data=st.dictionaries(st.sampled_from(list(KNOWN)), json, max_size=2))
def test_unknown_keys_never_matter(
    mapping: tuple[InMapping, OutMapping], more: dict[str, Any], data: dict[str, Any]
) -> None:
    record = {**KNOWN, **data}
    assert run(mapping[0], with_extras(record, more)) == run(mapping[0], record)


@quick
@given(data=st.dictionaries(st.sampled_from(list(KNOWN)), json))
def test_any_json_is_mapped_or_refused_the_same_way_twice_and_left_alone(
    mapping: tuple[InMapping, OutMapping], data: dict[str, Any]
) -> None:
    record = {**KNOWN, **data}
    before = copy.deepcopy(record)
    assert run(mapping[0], record) == run(mapping[0], record)
    assert repr(record) == repr(before)


@quick
@given(id=st.integers(min_value=0, max_value=2**200))
def test_ids_stay_exact(mapping: tuple[InMapping, OutMapping], id: int) -> None:
    case, feedback = run(mapping[0], {**KNOWN, "id": id})
    assert (case.id, feedback.case_id) == (f"case:{id}", f"case:{id}")


@quick
@given(
    view=st.fixed_dictionaries(
        {}, optional={name: st.none() | st.dictionaries(st.sampled_from(keys), json) for name, keys in VIEW.items()}
    )
)
def test_any_view_is_mapped_or_refused(mapping: tuple[InMapping, OutMapping], view: dict[str, Any]) -> None:
    try:
        row = mapping[1].apply(view)
    except BadRecordError as error:
        assert error.reason.startswith("mapping.")
    else:
        assert row is None or row.keys() <= mapping[1].fields


def test_the_known_record_maps_to_what_it_says(mapping: tuple[InMapping, OutMapping]) -> None:
    case, feedback = run(mapping[0], KNOWN)
    assert (case.status, case.subject, case.priority, feedback.score, feedback.comment) == (
        "pending",
        "Lost",
        "high",
        4,
        "x",
    )
