from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import BadRecordError
from hub.mappings.mapping import MappingFile
from hub.mappings.outbound import OutMapping
from hub.mappings.view import VIEW_PATHS

VIEW = {
    "person": {"id": "p1", "email": None, "name": "Ada"},
    "emotion": {"label": "anger", "distress": 0.915, "as_of": "2026-01-02T03:04:05+01:00"},
    "case": {"key": str(2**53 + 1), "status": "open"},
    "hub": {"now": "2026-01-02T03:04:05Z", "policy": "7"},
}


@pytest.fixture
def out(load: Callable[..., MappingFile]) -> Callable[..., OutMapping]:
    def make(fields: str, when: str = "", **options: Any) -> OutMapping:
        condition = f'  when: "{when}"\n' if when else ""
        text = f"version: 1\nconnector: acme\nout:\n  object: tickets\n{condition}  fields:\n    {fields}\n"
        mapping = load(text, **options).outbound
        assert mapping is not None
        return mapping

    return make


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("f: emotion.label", {"f": "anger"}),
        ("f: {from: emotion.label}", {"f": "anger"}),
        ("f: {value: attune}", {"f": "attune"}),
        ("f: {value: [a, 1, true]}", {"f": ["a", 1, True]}),
        ("f: person.email", {}),
        ("f: loyalty.points", {}),
        ("f: {from: person.email, on_null: keep}", {}),
        ("f: {from: person.email, on_null: clear}", {"f": None}),
        ("f: {from: loyalty.tier, on_null: clear}", {"f": None}),
        ("f: {from: person.email, default: unknown}", {"f": "unknown"}),
        ("f: {from: emotion.distress, as: number, round: 2}", {"f": 0.92}),
        ("f: {from: emotion.distress, round: 1}", {"f": 0.9}),
        ("f: {from: emotion.distress, round: 0}", {"f": 1}),
        ('f: {from: "emotion.distress > `0.9`", as: bool}', {"f": True}),
        ("f: {from: emotion.as_of, as: time}", {"f": "2026-01-02T02:04:05Z"}),
        ("f: {from: emotion.as_of, as: date}", {"f": "2026-01-02"}),
        ("f: {from: emotion.as_of, as: epoch}", {"f": 1767319445}),
        ("f: {from: hub.now, as: time}", {"f": "2026-01-02T03:04:05Z"}),
        ("f: {from: case.key, as: int}", {"f": 2**53 + 1}),
        ("f: {from: case.key, as: id}", {"f": str(2**53 + 1)}),
        ("f: {from: emotion.label, enum: {anger: Angry}, else: Other}", {"f": "Angry"}),
        ("f: {from: emotion.label, enum: {delight: Happy}, else: Other}", {"f": "Other"}),
        ("f: {from: emotion.label, enum: {anger: 5, delight: 1}}", {"f": 5}),
        ("f: {from: case.stage, enum: {use: U}, on_null: clear}", {"f": None}),
        ("f: \"join('/', [emotion.label, case.status])\"", {"f": "anger/open"}),
        ("{f: emotion.label, g: {from: person.name, owner: vendor}}", {"f": "anger"}),
        ("{f: emotion.label, g: {owner: vendor}}", {"f": "anger"}),
        ("f: {from: emotion.label, owner: hub}", {"f": "anger"}),
    ],
)
def test_a_field(out: Callable[..., OutMapping], field: str, row: dict[str, Any]) -> None:
    made = out(field).apply(VIEW)
    assert made == row
    assert [type(value) for value in made.values()] == [type(value) for value in row.values()]


def test_what_the_vendor_owns_is_neither_read_nor_written(out: Callable[..., OutMapping]) -> None:
    mapping = out("{f: emotion.label, g: {from: person.anything, owner: vendor}}")
    assert (mapping.fields, mapping.vendor_owned, mapping.reads) == ({"f"}, {"g"}, {"emotion.label"})


@pytest.mark.parametrize(
    ("when", "written"),
    [("emotion.label", True), ("loyalty.points", False), ("case.status == 'closed'", False), ("!(person.email)", True)],
)
def test_when(out: Callable[..., OutMapping], when: str, written: bool) -> None:
    row = out("f: {value: a}", when).apply(VIEW)
    assert row == ({"f": "a"} if written else None)


def test_nothing_permitted_is_nothing_to_write(out: Callable[..., OutMapping]) -> None:
    mapping = out("{f: emotion.label, g: {from: emotion.distress, on_null: clear}}")
    assert mapping.apply({}) == {"g": None}


@pytest.mark.parametrize(
    ("expression", "reads"),
    [
        ("emotion.label", {"emotion.label"}),
        ("emotion | label", {"emotion.label"}),
        ("emotion.label || emotion.tone_hint", {"emotion.label", "emotion.tone_hint"}),
        ("emotion.{mood: label}.mood", {"emotion.label"}),
        ("emotion.[label, distress]", {"emotion.label", "emotion.distress"}),
        ("[emotion.label, person.name][?@] | [0]", {"emotion.label", "person.name"}),
        ("join(' ', [person.name, case.key])", {"person.name", "case.key"}),
        ("emotion.distress > `0.9` && case.status == 'open'", {"emotion.distress", "case.status"}),
        ("not_null(loyalty.tier, hub.policy)", {"loyalty.tier", "hub.policy"}),
        ("!loyalty", {"loyalty.tier", "loyalty.points"}),
        ("loyalty.*", {"loyalty.tier", "loyalty.points"}),
        ("values(hub)[0]", {"hub.now", "hub.policy"}),
        ("keys(@)", set(VIEW_PATHS)),
        ("*.label", set(VIEW_PATHS)),
        ("sort_by(values(hub), &x)", {"hub.now", "hub.policy"}),
        ("emotion[?label].distress", {"emotion.label", "emotion.distress"}),
        ("`true`", set()),
        ("person.name[0:1]", {"person.name"}),
        ("[hub.now][*].x", {"hub.now"}),
    ],
)
def test_reads_names_every_path_that_may_matter(
    out: Callable[..., OutMapping], expression: str, reads: set[str]
) -> None:
    assert out("f: {value: a}", expression).reads == reads
    assert out(f'f: "{expression}"').reads == reads


SECRET = "Zebulon-Quartz"


@pytest.mark.parametrize(
    ("field", "view", "reason"),
    [
        ("f: {from: person.name, as: number}", {"person": {"name": SECRET}}, "mapping.type"),
        ("f: {from: person.name, as: time}", {"person": {"name": SECRET}}, "mapping.time"),
        ("f: {from: person.name, enum: {Ada: 1}}", {"person": {"name": SECRET}}, "mapping.enum"),
        ("f: \"join(' ', [person.name, person.email])\"", {"person": {"name": SECRET}}, "mapping.expression"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_field_and_without_its_value(
    out: Callable[..., OutMapping], field: str, view: dict[str, Any], reason: str
) -> None:
    mapping = out(field)
    with pytest.raises(BadRecordError) as caught:
        mapping.apply(view)
    assert caught.value.reason == reason
    assert str(caught.value).startswith(f"mapping {mapping.name}, field f: ")
    assert SECRET not in str(caught.value)


def test_a_condition_that_cannot_be_evaluated_refuses_the_row(out: Callable[..., OutMapping]) -> None:
    with pytest.raises(BadRecordError, match="field when"):
        out("f: {value: a}", "starts_with(person.name, 'A')").apply({"person": {"name": 5}})
