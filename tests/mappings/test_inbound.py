import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.contract import RawRecord
from hub.errors import BadRecordError
from hub.mappings.mapping import MappingFile

Interaction = Callable[..., MappingFile]
Load = Callable[..., MappingFile]
Apply = Callable[..., list[dict[str, Any]]]

BIG = 9_000_000_000_000_000_001
"""A vendor id that no float can hold."""


@pytest.mark.parametrize(
    ("fields", "data", "made"),
    [
        ("text: body", {"body": "hello"}, {"text": "hello"}),
        ("text: {from: body}", {"body": "hello"}, {"text": "hello"}),
        ("text: {from: body, default: none}", {"body": None}, {"text": "none"}),
        ("text: {from: body, as: id}", {"body": BIG}, {"text": str(BIG)}),
        ("text: {from: body, as: date}", {"body": "2026-01-02T23:00:00-02:00"}, {"text": "2026-01-03"}),
        ("subject: title", {"title": None}, {"subject": None}),
        ("subject: title", {}, {"subject": None}),
        ("subject: title.deep.er", {"title": "flat"}, {"subject": None}),
        ("subject: \"join(' ', [first, last][?@])\"", {"first": None, "last": "Berg"}, {"subject": "Berg"}),
        ('subject: "words([first, last])"', {"first": "Ada", "last": "Berg"}, {"subject": "Ada Berg"}),
        ('subject: "words([first, last])"', {"first": None, "last": " "}, {"subject": None}),
        ('subject: "lower(title)"', {"title": "LOUD"}, {"subject": "loud"}),
        ('subject: "lower(title)"', {"title": None}, {"subject": None}),
        ('owned: "kind == `1`"', {"kind": 1}, {"owned": True}),
        ("owned: {from: own}", {"own": "false"}, {"owned": False}),
        ("owned: {from: own}", {"own": None}, {"owned": True}),
        ("owned: {from: src, enum: {feed: false, dm: true}}", {"src": "feed"}, {"owned": False}),
        ("channel: {from: via}", {"via": "chat"}, {"channel": "chat"}),
        ("channel: {from: via, else: web}", {"via": "fax"}, {"channel": "web"}),
        ("channel: {from: via, enum: {voice: phone}, else: web}", {"via": "fax"}, {"channel": "web"}),
        ("channel: {from: via, enum: {voice: phone}, else: web}", {"via": None}, {"channel": "web"}),
        ("channel: {from: via, enum: {voice: phone}, default: web}", {"via": None}, {"channel": "web"}),
        ("channel: {from: via, enum: {voice: phone}, default: web}", {"via": ""}, {"channel": "web"}),
        ("channel: {from: via, enum: {null: web}}", {}, {"channel": "web"}),
        ('channel: {from: via, enum: {"": web}}', {"via": ""}, {"channel": "web"}),
        ("visibility: {from: open, enum: {true: public, false: private}}", {"open": True}, {"visibility": "public"}),
        ("visibility: {from: open, enum: {1: public, 0: private}}", {"open": 0}, {"visibility": "private"}),
        ("visibility: {from: open, enum: {on: public, off: private}}", {"open": "on"}, {"visibility": "public"}),
        ("stage: {from: stage}", {"stage": None}, {"stage": "unstaged"}),
        ("stage: {from: stage}", {"stage": ""}, {"stage": "unstaged"}),
        ("occurred_at: {from: at, as: epoch}", {"at": 0}, {"occurred_at": "1970-01-01T00:00:00Z"}),
        ("occurred_at: at", {"at": "2026-01-02T03:04:05+0100"}, {"occurred_at": "2026-01-02T02:04:05Z"}),
        (
            "occurred_at: {from: at, as: time, zone: UTC}",
            {"at": "2026-01-02T03:04:05"},
            {"occurred_at": "2026-01-02T03:04:05Z"},
        ),
        ("occurred_at: {from: at, as: date}", {"at": "2026-01-02"}, {"occurred_at": "2026-01-02T00:00:00Z"}),
        (
            "occurred_at: {from: at, default: 2026-01-02T00:00:00Z}",
            {"at": ""},
            {"occurred_at": "2026-01-02T00:00:00Z"},
        ),
        ("case_id: {ref: case, from: ticket}", {"ticket": BIG}, {"case_id": f"case:{BIG}"}),
        ("case_id: {ref: case, from: ticket}", {"ticket": None}, {"case_id": None}),
        ("thread_id: {ref: thread, from: ticket}", {"ticket": ""}, {"thread_id": None}),
        ("text: body", {}, {"text": ""}),
    ],
)
def test_a_field(
    interaction: Interaction, apply: Apply, fields: str, data: dict[str, Any], made: dict[str, Any]
) -> None:
    record = apply(interaction(fields), {"id": 1, **data})[0]
    assert {name: record[name] for name in made} == made


def test_the_party_and_its_identifiers(interaction: Interaction, apply: Apply) -> None:
    mapping = interaction(
        """
        author:
          role: {from: who.type, enum: {user: customer}, else: unknown}
          name: who.name
          identifiers:
            - {kind: vendor_id, issuer: acme, from: who.id, as: id}
            - {kind: email, from: "who.mails[].address", verified: who.mail_ok}
            - {kind: phone, from: who.phone, verified: true}
            - {kind: customer_id, issuer: "", from: who.number, when: "who.type == 'user'"}
        """
    )
    who = {"type": "user", "id": BIG, "mails": [{"address": "a@example.com"}, {"address": None}, {"address": " "}]}
    full = apply(mapping, {"id": 1, "who": {**who, "mail_ok": "true", "phone": None, "number": "C-1", "name": "Ada"}})
    assert full[0]["author"] == {
        "role": "customer",
        "person_id": None,
        "name": "Ada",
        "identifiers": [
            {"kind": "vendor_id", "issuer": "acme", "value": str(BIG), "verified": False},
            {"kind": "email", "issuer": "", "value": "a@example.com", "verified": True},
            {"kind": "customer_id", "issuer": "", "value": "C-1", "verified": False},
        ],
    }
    stranger = apply(mapping, {"id": 1, "who": {"phone": "+1 202 555 0101", "number": "C-2"}})[0]["author"]
    assert stranger["identifiers"] == [{"kind": "phone", "issuer": "", "value": "+1 202 555 0101", "verified": True}]
    nobody = apply(mapping, {"id": 1, "who": None})[0]["author"]
    assert nobody == {"role": "unknown", "person_id": None, "name": None, "identifiers": []}


def test_each_element_sees_itself_and_the_whole_record(interaction: Interaction, apply: Apply) -> None:
    mapping = interaction(
        "text: item.body\ncase_id: {ref: case, from: record.id}", "each: comments\nwhen: item.public\nkey: item.id"
    )
    comments = [
        {"id": 1, "public": True, "body": "a"},
        None,
        {"id": 2, "public": False, "body": "b"},
        {"id": 3, "public": True},
    ]
    made = apply(mapping, {"id": 9, "comments": comments})
    assert [(one["id"], one["text"], one["case_id"]) for one in made] == [
        ("interaction:1", "a", "case:9"),
        ("interaction:3", "", "case:9"),
    ]


@pytest.mark.parametrize("data", [{}, {"comments": None}, {"comments": []}, {"comments": [None]}])
def test_no_elements_are_no_records(interaction: Interaction, apply: Apply, data: dict[str, Any]) -> None:
    assert apply(interaction(rule="each: comments\nkey: item.id"), data) == []


@pytest.mark.parametrize(
    ("when", "data", "count"),
    [
        ("status != 'deleted'", {"status": "deleted"}, 0),
        ("status != 'deleted'", {"status": None}, 1),
        ("status", {"status": ""}, 0),
        ("status", {"status": []}, 0),
        ("status", {"status": {}}, 0),
        ("status", {"status": False}, 0),
        ("status", {"status": 0}, 1),  # as in JMESPath, 0 is a value like any other
        ("status", {"status": 0.0}, 1),
    ],
)
def test_when(interaction: Interaction, apply: Apply, when: str, data: dict[str, Any], count: int) -> None:
    assert len(apply(interaction(rule=f'when: "{when}"'), {"id": 1, **data})) == count


def test_a_deleted_record_is_not_mapped(interaction: Interaction, apply: Apply) -> None:
    assert apply(interaction(), {}, deleted=True) == []


def test_provenance_names_the_vendor_record_and_the_mapping(interaction: Interaction, apply: Apply) -> None:
    mapping = interaction()
    assert apply(mapping, {"id": BIG}, key=str(BIG), version="r5")[0]["provenance"] == {
        "connection": "main",
        "connector": "acme",
        "stream": "tickets",
        "key": str(BIG),
        "version": "r5",
        "mapping": f"acme.tickets@{mapping.source.hash[:8]}",
    }


def test_one_vendor_record_becomes_several_kinds_in_the_order_of_the_rules(load: Load, apply: Apply) -> None:
    mapping = load(
        """
        version: 1
        connector: acme
        in:
          stream: tickets
          records:
            - to: consent
              each: "agreements"
              key: item.id
              fields:
                state: {from: item.status, enum: {OptIn: given, OptOut: withdrawn}}
                occurred_at: item.at
                party: {identifiers: [{kind: email, from: record.email}]}
                scope: {purpose: item.purpose, category: {value: emotion}}
                evidence: {source_kind: {value: import}, explicit: item.explicit, notice_version: item.notice}
            - to: person
              key: id
              fields:
                occurred_at: at
                birth_year: {from: born, as: int}
                tags: {from: labels, default: []}
                party:
                  name: name
        """
    )
    agreement = {"id": 1, "status": "OptIn", "at": "2026-01-02T03:04:05Z", "purpose": "Care", "explicit": True}
    data = {"id": 5, "at": "2026-01-02T03:04:05Z", "born": 1990.0, "labels": ["vip", None], "email": "a@example.com"}
    consent, person = apply(mapping, {**data, "agreements": [{**agreement, "notice": None}]})
    assert (consent["kind"], consent["state"], consent["scope"]["purpose"]) == ("consent", "given", "Care")
    assert (consent["evidence"]["explicit"], consent["evidence"]["notice_version"]) == (True, None)
    assert (person["kind"], person["birth_year"], person["tags"]) == ("person", 1990, ["vip"])
    assert mapping.inbound is not None
    assert mapping.inbound.kinds == {"consent", "person"}


def test_times_are_utc_datetimes(interaction: Interaction) -> None:
    mapping = interaction("occurred_at: at").inbound
    assert mapping is not None
    raw = RawRecord("tickets", "1", "1", {"id": 1, "at": "2026-01-02T03:04:05+02:00"})
    made = mapping.apply(raw, connection="main", mint=lambda entity, key: key)
    assert made[0].occurred_at == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)


SECRET = "Zebulon-Quartz"
"""Stands for personal data that must not reach an error."""


@pytest.mark.parametrize(
    ("fields", "rule", "data", "reason", "field"),
    [
        ("", "", {"id": None}, "mapping.missing_id", "key"),
        ("", "", {"id": ""}, "mapping.missing_id", "key"),
        ("", "", {"id": 7.0}, "mapping.type", "key"),
        ("", "", {"id": True}, "mapping.type", "key"),
        ("channel: via", "", {"via": None}, "mapping.required", "channel"),
        ("occurred_at: at", "", {"at": None}, "mapping.required", "occurred_at"),
        ("occurred_at: at", "", {"at": SECRET}, "mapping.time", "occurred_at"),
        ("occurred_at: at", "", {"at": "2026-01-02T03:04:05"}, "mapping.time", "occurred_at"),
        ("channel: {from: via, enum: {voice: phone}}", "", {"via": SECRET}, "mapping.enum", "channel"),
        ("channel: via", "", {"via": SECRET}, "mapping.enum", "channel"),
        ("stage: {from: stage}", "", {"stage": SECRET}, "mapping.enum", "stage"),
        ("text: body", "", {"body": {"a": SECRET}}, "mapping.type", "text"),
        ("text: body", "", {"body": 1.5}, "mapping.type", "text"),
        ("text: body", "", {"body": SECRET * 20_000}, "mapping.invalid", "text"),
        ("author: {name: who}", "", {"who": SECRET * 50}, "mapping.invalid", "author.name"),
        ("author: {role: who}", "", {"who": SECRET}, "mapping.enum", "author.role"),
        (
            "author: {identifiers: [{kind: email, from: mail}]}",
            "",
            {"mail": SECRET * 50},
            "mapping.invalid",
            "author.identifiers.0.value",
        ),
        (
            "author: {identifiers: [{kind: vendor_id, issuer: acme, from: who}]}",
            "",
            {"who": 1.5},
            "mapping.type",
            "author.identifiers[0]",
        ),
        (
            "author: {identifiers: [{kind: phone, from: 'phone && !hidden'}]}",
            "",
            {"phone": SECRET, "hidden": True},
            "mapping.type",
            "author.identifiers[0]",
        ),
        ("case_id: {ref: case, from: ticket}", "", {"ticket": 9.0}, "mapping.type", "case_id"),
        ('subject: "upper_case(title)"', "", {"title": SECRET}, "mapping.function", "subject"),
        ("subject: \"join(' ', [a, b])\"", "", {"a": SECRET, "b": None}, "mapping.expression", "subject"),
        ("", 'when: "starts_with(title, `1`)"', {"title": SECRET}, "mapping.expression", None),
        ("", "each: comments\nkey: item.id", {"comments": {"a": SECRET}}, "mapping.each", "each"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_by_field_and_without_its_value(
    interaction: Interaction,
    apply: Apply,
    fields: str,
    rule: str,
    data: dict[str, Any],
    reason: str,
    field: str | None,
) -> None:
    def upper_case(text: str) -> str:
        raise ValueError(f"cannot take {text}")

    mapping = interaction(fields, rule, functions={"upper_case": upper_case})
    with pytest.raises(BadRecordError) as caught:
        apply(mapping, {"id": 1, **data})
    message = str(caught.value)
    assert caught.value.reason == reason
    assert message.startswith(f"mapping acme.tickets@{mapping.source.hash[:8]}, rule 1 (interaction)")
    assert f"field {field}: " in message if field else ", field" not in message
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    links = _links(caught.value)
    assert all(SECRET not in repr(link) + str(link.args) for link in links)


def _links(error: BaseException | None) -> list[BaseException]:
    """The error and all it was raised from or while handling."""
    return [] if error is None else [error, *_links(error.__cause__), *_links(error.__context__)]


def test_a_registered_function_is_called(interaction: Interaction, apply: Apply) -> None:
    def acme_strip(text: str | None, marks: str = "*") -> str | None:
        return text.strip(marks) if text else None

    mapping = interaction(
        'text: "acme_strip(body)"\nsubject: "acme_strip(title, \'-\')"', functions={"acme_strip": acme_strip}
    )
    made = apply(mapping, {"id": 1, "body": "*hello*", "title": "--x--"})[0]
    assert (made["text"], made["subject"]) == ("hello", "x")


def test_big_numbers_pass_expressions_exactly(interaction: Interaction, apply: Apply) -> None:
    mapping = interaction(rule='key: "not_null(other, ids[0])"')
    assert apply(mapping, {"ids": [BIG]})[0]["id"] == f"interaction:{BIG}"
