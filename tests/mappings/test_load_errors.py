"""Each mistake in a mapping file is refused when it is loaded: with file, line and the nearest right word."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.mappings.load import load_mapping

GOOD = """\
version: 1
connector: acme
in:
  stream: tickets
  records:
    - to: interaction
      each: comments
      when: item.public
      key: item.id
      fields:
        channel: {value: ticket}
        visibility: {from: item.open, enum: {true: public}, else: private}
        occurred_at: {from: item.at, as: time, zone: UTC}
        text: item.body
        case_id: {ref: case, from: record.id}
        author:
          role: {value: customer}
          identifiers:
            - {kind: vendor_id, issuer: acme, from: item.who, as: id}
            - {kind: email, from: item.mail}
out:
  object: tickets
  when: emotion.label
  fields:
    mood: {from: emotion.label, enum: {anger: angry}, else: other, on_null: clear}
    score: {from: emotion.distress, as: number, round: 2}
    source: {value: attune}
    theirs: {from: person.anything, owner: vendor}
examples:
  - name: nothing said
    given: {id: 1}
    expect: []
  - name: angry
    view: {emotion: {label: anger, distress: 0.912}}
    expect_out: {mood: angry, score: 0.91, source: attune}
"""

MISTAKES = [
    # the file
    ("version: 1", "version: 2", 1, "version must be 1"),
    ("version: 1", "version: true", 1, "version must be 1"),
    ("version: 1\n", "", 1, "the mapping file lacks 'version'"),
    ("version: 1", "verison: 1", 1, "the mapping file has no key 'verison'; did you mean 'version'?"),
    ("connector: acme", "connector: Acme Inc", 2, "connector must be lower-case letters, digits and _"),
    ("connector: acme", "connector: 5", 2, "connector must be a text"),
    ("connector: acme", "connector: acne", 3, "this 'in' part belongs in a file named acne.tickets.yaml"),
    ("examples:", "exmaples:", 29, "no key 'exmaples'; did you mean 'examples'?"),
    # in
    ("stream: tickets", "stream: ticket", 3, "this 'in' part belongs in a file named acme.ticket.yaml"),
    ("stream: tickets", "streams: tickets", 4, "in has no key 'streams'; did you mean 'stream'?"),
    ("  stream: tickets\n", "", 3, "in lacks 'stream'"),
    ("to: interaction", "to: interactions", 6, "'interactions' is not known", "did you mean 'interaction'?"),
    ("to: interaction", "too: interaction", 6, "rule 1 has no key 'too'; did you mean 'to'?"),
    ("      key: item.id\n", "", 6, "rule 1 lacks 'key'"),
    ("key: item.id", "key: 5", 9, "rule 1 (interaction): key must be a text"),
    ("key: item.id", "key: item..id", 9, "key is not a JMESPath expression"),
    ("key: item.id", "key: lowr(item.id)", 9, "key calls 'lowr', which is no function; did you mean 'lower'?"),
    ("key: item.id", 'key: "lower(item, id)"', 9, "key calls lower with 2 arguments; it takes 1"),
    ("key: item.id", 'key: "not_null()"', 9, "key calls not_null with 0 arguments; it takes 1 or more"),
    ("key: item.id", f"key: {'(' * 900}a{')' * 900}", 9, "key is nested too deeply"),
    ("key: item.id", f"key: {'a' * 3000}", 9, "key is longer than 2000 characters"),
    ("when: item.public", "when: '!item.public'", 8, "JMESPath reads as '(!a).b' and is always null; write '!(a.b)'"),
    ("when: item.public", "when: item.public == true", 8, "the truth value is written `true`, in backquotes"),
    ("when: item.public", "when: 'item.public == \"yes\"'", 8, "text is written 'yes', in single quotes"),
    ("when: item.public", "when: 'a && (!b)[0]'", 8, "write '!(a.b)'"),
    # fields
    ("text: item.body", "txt: item.body", 14, "has no field 'txt'; did you mean 'text'?"),
    ("text: item.body", "id: item.body", 14, "id is set by the hub, not by mappings"),
    ("text: item.body", "redaction: {engine: x}", 14, "redaction is set by the hub"),
    ("text: item.body", "text: 5", 14, "text must be an expression or a mapping; a constant is written {value: ...}"),
    ("text: item.body", "text: {frm: item.body}", 14, "text has no key 'frm'; did you mean 'from'?"),
    ("text: item.body", "text: {as: text}", 14, "text needs 'from' (an expression) or 'value' (a constant)"),
    ("text: item.body", "text: {from: a, as: txt}", 14, "text: as 'txt' is not known", "did you mean 'text'?"),
    ("text: item.body", "text: {from: a, as: time}", 14, "text takes text or id or date, not 'time'"),
    ("text: item.body", "text: {from: a, zone: UTC}", 14, "text: 'zone' goes with 'as: time'"),
    ("text: item.body", "text: {from: a, round: 2}", 14, "text: 'round' goes with 'as: number'"),
    ("text: item.body", "text: {from: a, else: b}", 14, "'else' goes with 'enum'; for null say 'default'"),
    ("text: item.body", "text: {from: a, default: 5}", 14, "text: default must be a text"),
    ("text: item.body", "text: {value: null}", 14, "text: value must be a text"),
    ("text: item.body", "text: {value: a, default: b}", 14, "'default' cannot stand beside 'value'"),
    ("text: item.body", "text: {ref: case, from: a}", 14, "text is not a reference to another record"),
    ("text: item.body", "owned: {value: yes}", 14, "owned: value must be true or false"),
    ("{value: ticket}", "{value: tickt}", 11, "channel: value 'tickt' is not known", "did you mean 'ticket'?"),
    ("{value: ticket}", "{vlaue: ticket}", 11, "channel has no key 'vlaue'; did you mean 'value'?"),
    ("        channel: {value: ticket}\n", "", 10, "lacks the field 'channel', which the record cannot be without"),
    ("true: public", "true: publik", 12, "visibility: enum 'publik' is not known", "did you mean 'public'?"),
    ("else: private", "else: privat", 12, "visibility: else 'privat' is not known", "did you mean 'private'?"),
    ("enum: {true: public}", "enum: {}", 12, "visibility: enum is empty"),
    ("enum: {true: public}", "enum: public", 12, "visibility: enum must be a mapping"),
    ("zone: UTC", "zone: Europe/Berlin", 13, "zone 'Europe/Berlin' is not known; it is one of UTC"),
    ("as: time", "as: epoc", 13, "as 'epoc' is not known", "did you mean 'epoch'?"),
    ("zone: UTC", "default: 2026-01-02", 13, "default must be a time: it names no zone"),
    ("zone: UTC", "default: ''", 13, "default must be a time"),
    ("{ref: case, from: record.id}", "record.id", 15, "case_id holds a hub id; write {ref: KIND, from: EXPRESSION}"),
    ("ref: case", "ref: cases", 15, "case_id: ref 'cases' is not known", "did you mean 'case'?"),
    ("ref: case", "as: id, ref: case", 15, "'as' cannot stand beside 'ref'"),
    ("role: {value: customer}", "rôle: {value: customer}", 17, "author has no field 'rôle'; did you mean 'role'?"),
    ("role: {value: customer}", "person_id: item.who", 17, "author.person_id is set by the hub"),
    ("kind: email", "kind: mail", 20, "kind 'mail' is not known", "did you mean 'email'?"),
    ("kind: email, ", "", 20, "author.identifiers[1] needs 'kind' and 'from'"),
    ("kind: email, ", "kind: email, isuer: x, ", 20, "no key 'isuer'; did you mean 'issuer'?"),
    ("issuer: acme, ", "", 19, "needs 'issuer': a vendor_id is unique only within the system that gave it out"),
    ("as: id}", "as: int}", 19, "as 'int' is not known; it is one of id, text"),
    # out
    ("object: tickets", "object: rows", 21, "this 'out' part belongs in a file named acme.rows.yaml"),
    ("when: emotion.label", "when: emotion.lable", 23, "reads 'emotion.lable'", "did you mean 'emotion.label'?"),
    ("when: emotion.label", "when: person.mood", 23, "reads 'person.mood', which the canonical view does not have"),
    ("from: emotion.distress", "from: emotion.distres", 26, "did you mean 'emotion.distress'?"),
    ("anger: angry", "angr: angry", 25, "enum has 'angr', which emotion.label cannot be; did you mean 'anger'?"),
    ("on_null: clear", "on_null: clr", 25, "on_null 'clr' is not known", "did you mean 'clear'?"),
    ("on_null: clear", "default: x, on_null: clear", 25, "'on_null' cannot stand beside 'value' or 'default'"),
    ("round: 2", "round: two", 26, "round must be a number of decimals, 0 to 10"),
    ("round: 2", "round: true", 26, "round must be a number of decimals, 0 to 10"),
    ("owner: vendor", "owner: vender", 28, "owner 'vender' is not known", "did you mean 'vendor'?"),
    ("value: attune", "value: null", 27, "source: value must not be null"),
    ("value: attune", "ref: case, from: case.key", 27, "source has no key 'ref'"),
    # examples
    ("expect: []", "expects: []", 32, "the example has no key 'expects'; did you mean 'expect'?"),
    ("    expect: []\n", "", 30, "the example needs 'expect' or 'expect_error' beside 'given'"),
    ("expect: []", "expect: {}", 32, "expect must be a list"),
    ("name: angry", "name: nothing said", 33, "an example of this name is already on line 30"),
    ("label: anger,", "lable: anger,", 34, "view.emotion has no key 'lable'; did you mean 'label'?"),
    ("{emotion: {label", "{emotions: {label", 34, "view has no key 'emotions'; did you mean 'emotion'?"),
    ("    view: {emo", "    given: {emo", 33, "needs 'expect' or 'expect_error' beside 'given'"),
]


def test_the_good_file_loads(load: Callable[..., object]) -> None:
    assert load(GOOD)


@pytest.mark.parametrize(("old", "new", "line", "says"), [(m[0], m[1], m[2], m[3:]) for m in MISTAKES])
def test_a_mistake(write: Callable[..., Path], old: str, new: str, line: int, says: tuple[str, ...]) -> None:
    assert GOOD.count(old) >= 1
    path = write(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_mapping(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: "), message
    for words in says:
        assert words in message


def test_an_example_needs_the_part_that_it_tests(load: Callable[..., object]) -> None:
    inbound_only = GOOD[: GOOD.index("out:")] + GOOD[GOOD.index("examples:") :]
    with pytest.raises(ConfigError, match="'view' needs an 'out' part in the same file"):
        load(inbound_only)


def test_a_file_maps_something(load: Callable[..., object]) -> None:
    with pytest.raises(ConfigError, match="has neither 'in' nor 'out'"):
        load("version: 1\nconnector: acme\n")


def test_a_file_that_only_names_vendor_owned_fields_writes_nothing(load: Callable[..., object]) -> None:
    with pytest.raises(ConfigError, match=r":5: out.fields names no field that the hub may write"):
        load("version: 1\nconnector: acme\nout:\n  object: tickets\n  fields: {a: {owner: vendor}}\n")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"acme.tickets.yaml: cannot be read \(No such file"):
        load_mapping(tmp_path / "acme.tickets.yaml")
