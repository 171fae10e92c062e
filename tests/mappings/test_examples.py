from collections.abc import Callable
from pathlib import Path

import pytest

from hub.mappings.coverage import coverage
from hub.mappings.examples import run_examples
from hub.mappings.load import load_mapping
from hub.mappings.mapping import MappingFile
from hub.mappings.mutation import surviving_mutants

Load = Callable[..., MappingFile]

BASE = """\
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
        occurred_at: at
        opened_at: at
        subject: {from: title, default: untitled}
        requester:
          identifiers: [{kind: email, from: mail}]
out:
  object: tickets
  when: emotion.label
  fields:
    mood: {from: emotion.label, on_null: clear}
    score: {from: emotion.distress, as: number, round: 2}
    source: {value: attune}
examples:
"""

GIVEN = "given: {id: 5, at: 2026-01-02T03:04:05Z, status: hold, title: Lost, mail: a@example.com}"
VIEW = "view: {emotion: {label: anger, distress: 0.912}}"


def one(load: Load, lines: str) -> tuple[bool, str]:
    mapping = load(BASE + "  - name: it\n" + "".join(f"    {line}\n" for line in lines.splitlines()))
    (result,) = run_examples(mapping)
    assert result.name == "it"
    assert result.passed == (not result.message)
    assert result.passed or result.message.startswith(f"{mapping.path}:25: ")
    return result.passed, result.message


@pytest.mark.parametrize(
    "lines",
    [
        f"{GIVEN}\nexpect: [{{kind: case, status: pending}}]",
        f"{GIVEN}\nexpect: [{{id: 'case:5', subject: Lost, closed_at: null, requester: {{name: null}}}}]",
        f"{GIVEN}\nexpect: [{{occurred_at: 2026-01-02T04:04:05+01:00}}]",
        f"{GIVEN}\nexpect: [{{provenance: {{key: '5', stream: tickets}}}}]",
        "given: {status: deleted}\nexpect: []",
        "given: {status: open}\nexpect_error: mapping.missing_id",
        f"{VIEW}\nexpect_out: {{mood: anger, score: 0.91, source: attune}}",
        "view: {}\nexpect_out: null",
    ],
)
def test_an_example_that_holds(load: Load, lines: str) -> None:
    assert one(load, lines) == (True, "")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (f"{GIVEN}\nexpect: [{{status: open}}]", "records[0].status is 'pending', not 'open'"),
        (f"{GIVEN}\nexpect: []", "records: 1 came out, 0 were expected"),
        (f"{GIVEN}\nexpect: [{{}}, {{}}]", "records: 1 came out, 2 were expected"),
        (f"{GIVEN}\nexpect: [{{statsu: open}}]", "records[0] has no field 'statsu'; did you mean 'status'?"),
        (f"{GIVEN}\nexpect: [{{requester: {{identifiers: []}}}}]", "identifiers: 1 came out, 0 were expected"),
        (f"{GIVEN}\nexpect: [{{provenance: {{key: 5}}}}]", "records[0].provenance.key is '5', not 5"),
        (f"{GIVEN}\nexpect: [{{deleted: 0}}]", "records[0].deleted is False, not 0"),
        (f"{GIVEN}\nexpect: [{{occurred_at: 2026-01-02T03:04:05}}]", "occurred_at is '2026-01-02T03:04:05Z', not"),
        (f"{GIVEN}\nexpect_error: mapping.time", "expected the error mapping.time, but it was mapped"),
        ("given: {id: 5, status: open}\nexpect: [{}]", "mapping.required: mapping acme.tickets@"),
        ("given: {status: open}\nexpect_error: mapping.time", "mapping.missing_id: "),
        (f"{VIEW}\nexpect_out: {{mood: anger, score: 0.91}}", "source is written, but was not expected"),
        (
            f"{VIEW}\nexpect_out: {{mood: anger, scor: 0.91, source: attune}}",
            "scor is not written; did you mean 'score'?",
        ),
        (f"{VIEW}\nexpect_out: null", "the row is written, but none was expected"),
        (f"{VIEW}\nexpect_out: [mood]", "expect_out must be a mapping or null"),
        ("view: {}\nexpect_out: {mood: null}", "the row is not written"),
    ],
)
def test_an_example_that_does_not(load: Load, lines: str, says: str) -> None:
    passed, message = one(load, lines)
    assert not passed
    assert says in message


def test_coverage_names_what_no_example_exercises(write: Callable[..., Path]) -> None:
    path = write(BASE + f"  - name: a\n    {GIVEN}\n    expect: [{{kind: case}}]\n")
    found = coverage(load_mapping(path))
    assert found.missing == (
        f"{path}:11: rule 1 (case) status.enum.open",
        f"{path}:11: rule 1 (case) status.else",
        f"{path}:14: rule 1 (case) subject.default",
        f"{path}:21: out mood",
        f"{path}:22: out score",
        f"{path}:23: out source",
    )
    assert found.places == 14
    assert round(found.percent, 1) == 57.1


def test_full_coverage(load: Load) -> None:
    mapping = load(
        BASE
        + f"  - name: a\n    {GIVEN}\n    expect: [{{kind: case}}]\n"
        + "  - {name: b, given: {id: 5, at: 2026-01-02T03:04:05Z, status: open}, expect: [{}]}\n"
        + "  - {name: c, given: {id: 5, at: 2026-01-02T03:04:05Z, status: lost}, expect: [{}]}\n"
        + f"  - name: d\n    {VIEW}\n    expect_out: {{}}\n"
    )
    assert coverage(mapping).missing == ()
    assert coverage(mapping).percent == 100.0


def test_a_refused_example_counts_as_far_as_it_goes(load: Load) -> None:
    mapping = load(BASE + "  - {name: a, given: {id: 5, status: open, at: never}, expect_error: mapping.time}\n")
    missing = " ".join(coverage(mapping).missing)
    assert "status.enum.open" not in missing
    assert "subject" in missing


def test_mutants_that_no_example_notices(load: Load) -> None:
    mapping = load(
        BASE
        + f"  - name: a\n    {GIVEN}\n    expect: [{{kind: case, channel: ticket, status: pending}}]\n"
        + f"  - name: d\n    {VIEW}\n    expect_out: {{mood: anger, score: 0.91, source: attune}}\n"
    )
    assert [(mutant.line, mutant.change) for mutant in surviving_mutants(mapping)] == [
        (7, "in.records[0].when removed"),
        (11, "in.records[0].fields.status.enum.open removed"),
        (11, "in.records[0].fields.status.enum.open changed"),
        (11, "in.records[0].fields.status.else removed"),
        (11, "in.records[0].fields.status.else changed"),
        (14, "in.records[0].fields.subject removed"),
        (14, "in.records[0].fields.subject.default removed"),
        (14, "in.records[0].fields.subject.default changed"),
        (16, "in.records[0].fields.requester.identifiers[0] removed"),
        (19, "out.when removed"),
        (21, "out.fields.mood.on_null removed"),
    ]


def test_good_examples_leave_no_mutant_alive(load: Load) -> None:
    mapping = load(
        """\
        version: 1
        connector: acme
        out:
          object: tickets
          when: emotion
          fields:
            mood: {from: emotion.label, on_null: clear}
            score: {from: emotion.distress, round: 2}
            source: {value: attune}
        examples:
          - name: a
            view: {emotion: {label: anger, distress: 0.912}}
            expect_out: {mood: anger, score: 0.91, source: attune}
          - {name: b, view: {emotion: {distress: 1.0}}, expect_out: {mood: null, score: 1.0, source: attune}}
          - {name: c, view: {}, expect_out: null}
        """
    )
    assert all(result.passed for result in run_examples(mapping))
    assert surviving_mutants(mapping) == []
