"""Who sees what: the cases, the floor that nothing opens, and the same answers from Cedar."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, islice, product
from pathlib import Path
from typing import get_args

import cedarpy
import pytest
import yaml

from hub.errors import ConfigError
from hub.privacy.access import (
    NO_PURPOSE,
    NO_ROLE,
    NOT_GRANTED,
    AccessPolicy,
    Request,
    compile_access,
    decide_access,
    load_access,
)
from hub.privacy.access_cases import AccessCase, AskedAccess, mutants, read_access_cases, run_access_cases
from hub.privacy.access_rules import (
    ACTIONS,
    DATA,
    FACTS,
    FLOOR,
    LEVELS,
    PERSONAL,
    SUBJECTS,
    AccessFile,
    Allow,
    Duty,
    Role,
)
from hub.privacy.cedar import cedar_entities, cedar_request, cedar_text
from hub.privacy.policy import load_policy

DRAWER = Path(__file__).parents[2] / "privacy"
POLICY = load_policy(DRAWER)
ACCESS = load_access(DRAWER, POLICY)
CASES = read_access_cases(DRAWER / "tests" / "access.yaml")

EQUIVALENT = {
    # The floor forbids the emotion of anybody but customers, whatever a line says.
    "allow.agent_ticket_mood: any subjects",
    "allow.officer_mood: any subjects",
    # The floor forbids everything personal in logs.
    "allow.runs_in_logs: any data",
    # The line names all that there are.
    "allow.runs: any subjects",
    "allow.runs_in_logs: any subjects",
}
"""Mutants that give the same answers as the policy itself, and why."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_gets_its_answer(case):
    (line,) = run_access_cases([case], ACCESS)
    assert line.passed, line


def test_forty_stories_of_misuse_are_denied():
    stories = [case for case in CASES if case.name.startswith("misuse")]
    assert len(stories) >= 40 and {case.expect for case in stories} == {"deny"}


def test_whatever_line_is_flipped_a_case_fails():
    cases, alive = list(CASES), []
    for what, mutant in mutants(ACCESS):
        line = re.match(r"[a-z_.]+", what)[0]
        cases.sort(key=lambda case: case.reason != line)  # those that speak of the line are the likeliest to fail
        killer = next((n for n, one in enumerate(run_access_cases(cases, mutant)) if not one.passed), None)
        if killer is None:
            alive.append(what)
        else:
            cases.insert(0, cases.pop(killer))
    assert set(alive) == EQUIVALENT


def test_the_smallest_group_is_part_of_the_answer():
    other = compile_access(ACCESS.file.model_copy(update={"smallest_group": 12}), POLICY)
    assert [line.name for line in run_access_cases(CASES, other) if not line.passed]


def domain(step: int) -> Iterator[Request]:
    """Every request there is, but for combinations of facts that no line speaks of together; or one in ``step``."""
    roles = [frozenset({role}) for role in ACCESS.file.roles]
    roles += [frozenset(), frozenset({"agent", "sales"}), frozenset({"privacy_officer", "dsar_clerk"})]
    single = [frozenset({fact}) for fact in FACTS]
    facts = [frozenset(), *single, frozenset({"reason", "approved"}), frozenset(FACTS)]
    facts += [frozenset({"own_case", "held"}), frozenset({"reason", "approved", "erased"})]
    purposes = [None, "HumanResources", *sorted(POLICY.purposes.purposes)]
    whole = product(roles, ACTIONS, DATA, LEVELS, purposes, SUBJECTS, facts)
    return (Request(*one) for one in islice(whole, 0, None, step))


def cedar_answers(requests: list[Request]) -> list[tuple[bool, set[str]]]:
    text = cedar_text(ACCESS)
    names = [line.split('"')[1] for line in text.splitlines() if line.startswith("@id(")]
    entities = cedarpy.Entities.from_json_str(json.dumps(cedar_entities({one.roles for one in requests})))
    policies = cedarpy.PolicySet.from_str(text)
    answers = cedarpy.is_authorized_batch([cedar_request(one) for one in requests], policies, entities)
    assert not [answer for answer in answers if answer.diagnostics.errors]
    return [
        (answer.allowed, {names[int(reason.removeprefix("policy"))] for reason in answer.diagnostics.reasons})
        for answer in answers
    ]


@pytest.mark.timeout(7_200)  # the whole domain takes about an hour
def test_cedar_gives_the_same_answers():
    # 307 shares no factor with the domain's sides, so every side is tried; the whole of it with ATTUNE_LONG=1.
    requests, count = domain(1 if os.environ.get("ATTUNE_LONG") == "1" else 307), 0
    while batch := list(islice(requests, 20_000)):
        count += len(batch)
        for asked, (allowed, reasons) in zip(batch, cedar_answers(batch), strict=True):
            answer = decide_access(ACCESS, asked)
            mine = {reason for reason in answer.reasons if reason not in {"access.not_granted", "access.no_role"}}
            assert (answer.allowed, mine) == (allowed, reasons), asked
    assert count > 3_900


def everything() -> AccessPolicy:
    """What the worst file that anybody can write allows."""
    purposes = list(POLICY.purposes.purposes)
    line = {
        "name": "all_of_it", "roles": list(ACCESS.file.roles), "actions": list(ACTIONS), "data": list(DATA),
        "purposes": purposes, "levels": list(LEVELS), "subjects": list(SUBJECTS), "why": "worst case",
    }  # fmt: skip
    roles = {name: {"title": name} for name in ACCESS.file.roles}
    return compile_access(AccessFile.model_validate({"version": 1, "roles": roles, "allow": [line]}), POLICY)


@pytest.mark.parametrize("role", sorted(ACCESS.file.roles))
@pytest.mark.parametrize("subject", ["employee", "unknown"])
def test_no_file_opens_the_emotion_of_anybody_but_a_customer(role, subject):
    open_to_all = everything()
    for action, level, purpose in product(ACTIONS, LEVELS, POLICY.purposes.purposes):
        answer = decide_access(
            open_to_all,
            Request(frozenset({role}), action, "emotion", level, purpose, subject, frozenset({"reason", "approved"})),
        )
        assert not answer.allowed and "floor.not_a_customer" in answer.reasons


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (Request(frozenset({"sales"}), "view", "emotion", "summary", "CustomerCare"), "floor.sales_and_collections"),
        (Request(frozenset({"agent"}), "view", "emotion", "summary", "Collections"), "floor.forbidden_purpose"),
        (Request(frozenset({"operations"}), "log", "content", "summary", "CustomerCare"), "floor.side_channel"),
        (Request(frozenset({"plugin_vendor"}), "view", "contact", "summary", "CustomerCare"), "floor.plugin_vendor"),
        (
            Request(frozenset({"admin"}), "hand_over", "content", "raw_text", "CustomerCare"),
            "floor.raw_text_to_plugin",
        ),
        (
            Request(
                frozenset({"admin"}), "view", "contact", "summary", "CustomerCare", facts=frozenset({"erased"})
            ),
            "floor.erased",
        ),
        (
            Request(
                frozenset({"analyst"}), "report", "emotion", "aggregate_k", "CustomerCare",
                facts=frozenset({"small_group"}),
            ),
            "floor.small_group",
        ),
        (Request(frozenset({"admin"}), "view", "contact", "summary", None), "access.no_purpose"),
    ],
)  # fmt: skip
def test_no_file_opens_the_floor(request_, reason):
    answer = decide_access(everything(), request_)
    assert not answer.allowed and reason in answer.reasons
    # It is the floor that denies: the file allows everything else.
    assert decide_access(
        everything(), Request(frozenset({"admin"}), "view", "contact", "summary", "CustomerCare")
    ).allowed


def test_every_line_of_the_floor_is_tried_above():
    tried = {reason for mark in test_no_file_opens_the_floor.pytestmark for _, reason in mark.args[1]}
    assert {f"floor.{rule.name}" for rule in FLOOR} <= tried | {"floor.not_a_customer"}


def test_a_part_of_a_forbidden_purpose_is_forbidden_too():
    purposes = dict(POLICY.purposes.purposes)
    purposes["Dunning"] = purposes["Collections"].model_copy(update={"parent": "Collections"})
    policy = replace(POLICY, purposes=POLICY.purposes.model_copy(update={"purposes": purposes}))
    asked = Request(frozenset({"agent"}), "view", "emotion", "summary", "Dunning", facts=frozenset({"own_case"}))
    assert decide_access(compile_access(ACCESS.file, policy), asked).reasons == ("floor.forbidden_purpose",)


def test_a_part_of_an_allowed_purpose_is_allowed_too():
    purposes = dict(POLICY.purposes.purposes)
    purposes["Warranty"] = purposes["CustomerCare"].model_copy(update={"parent": "CustomerCare"})
    policy = replace(POLICY, purposes=POLICY.purposes.model_copy(update={"purposes": purposes}))
    asked = Request(frozenset({"agent"}), "view", "emotion", "summary", "Warranty", facts=frozenset({"own_case"}))
    assert decide_access(compile_access(ACCESS.file, policy), asked).allowed


def test_without_the_file_nobody_may_look(tmp_path):
    nobody = load_access(tmp_path, POLICY)
    for roles, data, level in product(combinations(ACCESS.file.roles, 2), DATA, LEVELS):
        asked = Request(frozenset(roles), "view", data, level, "CustomerCare", facts=frozenset({"own_case"}))
        assert not decide_access(nobody, asked).allowed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda file: file.update(smallest_group=4), "smallest_group"),
        (lambda file: file.update(approval_hours=5), "approval_hours"),
        (lambda file: file["allow"][0].update(roles=["agnet"]), "the role 'agnet' is not known; did you mean 'agent'?"),
        (lambda file: file["allow"][0].update(purposes=["Care"]), "the purpose 'Care' is not known"),
        (lambda file: file["allow"][0].update(purposes="*"), "only 'runs' may be seen for any purpose"),
        (lambda file: file["allow"][0].update(unless=["own_case"]), "'own_case' cannot be both"),
        (lambda file: file["allow"][1].update(name="agent_ticket_mood"), "stands here twice"),
        (lambda file: file["allow"][0].update(level=["summary"]), "there is no key 'level' here"),
        (lambda file: file["allow"][0].update(data=["mood"]), "allow.0.data.0"),
        (lambda file: file["allow"][0].pop("levels"), "'allow.0.levels' is missing"),
        (lambda file: file["allow"][0].pop("why"), "'allow.0.why' is missing"),
        (lambda file: file["forbid"][1].update(purposes=["Care"]), "the purpose 'Care' is not known"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(tmp_path, change, says):
    file = yaml.safe_load((DRAWER / "access.yaml").read_text())
    change(file)
    (tmp_path / "access.yaml").write_text(yaml.safe_dump(file, sort_keys=False))
    with pytest.raises(ConfigError, match=r"access\.yaml:\d+: ") as error:
        load_access(tmp_path, POLICY)
    assert says in str(error.value)


def test_what_is_remembered_is_bounded_and_makes_no_difference():
    asked = Request(frozenset({"agent"}), "view", "emotion", "summary", "CustomerCare", facts=frozenset({"own_case"}))
    fresh = compile_access(ACCESS.file, POLICY)
    assert decide_access(fresh, asked) == decide_access(fresh, asked) == decide_access(ACCESS, asked)
    assert len(fresh.answers) == 1


def test_the_version_is_that_of_the_content():
    assert compile_access(ACCESS.file, POLICY).version == ACCESS.version
    assert compile_access(ACCESS.file.model_copy(update={"smallest_group": 11}), POLICY).version != ACCESS.version


def test_personal_is_everything_but_runs():
    assert set(DATA) - set(PERSONAL) == {"runs"}


# ── the reference page ───────────────────────────────────────────────────────────────────────────────────────────────────────


PAGE = (DRAWER.parent / "docs" / "reference" / "privacy-files.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_loads_and_gives_the_answers_it_promises(tmp_path):
    blocks = dict(re.findall(r"```yaml file=(\S+)\n(.*?)```", PAGE, re.DOTALL))
    (tmp_path / "access.yaml").write_text(blocks["access.yaml"])
    (tmp_path / "cases.yaml").write_text(blocks["tests/access.yaml"])
    lines = list(run_access_cases(read_access_cases(tmp_path / "cases.yaml"), load_access(tmp_path, POLICY)))
    assert len(lines) == 3 and [line for line in lines if not line.passed] == []


def test_the_page_names_every_key_and_word():
    words = set(re.findall(r"[a-z_.]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
    for model in (AccessFile, Allow, Role, AccessCase, AskedAccess):
        assert set(model.model_fields) - words <= {"version", "access", "ask", "expect", "k"}
    assert {*ACTIONS, *DATA, *LEVELS, *SUBJECTS, *FACTS, *get_args(Duty)} <= words
    assert {line.name for line in ACCESS.forbid if line.name.startswith("floor.")} <= words
    assert {NO_PURPOSE, NOT_GRANTED, NO_ROLE} <= words
