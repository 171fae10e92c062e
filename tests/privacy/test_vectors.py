import json
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.privacy.access_cases import are_access_cases
from hub.privacy.policy import load_policy
from hub.privacy.scenarios import read_cases, run_scenarios
from hub.privacy.vectors import MAX_BYTES, read_vectors

HERE = Path(__file__).parent
OWN = HERE / "consent_scenarios.yaml"
REPORT = run_scenarios(OWN)
CONFIG = {
    "purpose_tree": {"Care": None},
    "category_tree": {"contact": None, "emotion": None},
    "purposes": {"Care": {"basis": {"*": "consent"}}},
    "recipients": {"crm": {"purposes": ["Care"], "categories": ["contact"]}},
    "emotion_forbidden_purposes": [],
    "age_of_consent": {"*": 16},
}
GIVEN = {
    "type": "consent",
    "subject": "A",
    "state": "given",
    "at": "2026-01-01T00:00:00Z",
    "scope": {"purpose": "Care"},
}


def refusal(**scope):
    return GIVEN | {"state": "withdrawn", "scope": scope}


QUERY = {"subject": "A", "purpose": "Care", "category": "contact", "recipient": "crm", "at": "2026-06-01T00:00:00Z"}


def file_of(tmp_path, *scenarios, **more):
    path = tmp_path / "vectors.json"
    document = {"format": "consent-scenarios/1", "config": CONFIG, "scenarios": list(scenarios)} | more
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def scenario(**changes):
    made = {"id": "X1", "name": "given", "events": [GIVEN], "query": QUERY, "want": "allow", "reason": "consent.given"}
    return {key: value for key, value in (made | changes).items() if value is not ...}


@pytest.mark.parametrize("line", REPORT.lines, ids=[line.id for line in REPORT.lines])
def test_the_scenarios_hold(line):
    assert (line.got, line.reason_got) == (line.want, line.reason_want), line.name


def test_there_are_many_of_them_and_nothing_in_them_is_ignored():
    assert len(REPORT.lines) >= 120 and all(line.counts for line in REPORT.lines)
    assert len({line.id for line in REPORT.lines}) == len(REPORT.lines)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"reason": ...},
        {"reason": ["consent.given", "li.no_objection"]},
        {"want": "ALLOW"},
        {"want": True},
        {"want": ..., "expect": "allow"},
        {"events": [{**GIVEN, "status": "GIVEN", "state": None}]},
        {"events": [{**GIVEN, "state": "renewed_given"}]},
        {"events": [{**GIVEN, "scope": {"purpose": "Care", "category": None, "channel": None, "recipient": None}}]},
        {"events": [{**GIVEN, "scope": None, "purpose": "Care"}]},
        {"events": [{**GIVEN, "evidence": {"notice": 1, "actor": "subject", "source_kind": "direct"}}]},
        {"events": [{**GIVEN, "recorded_at": "2026-01-02T00:00:00Z", "tenant": "t1", "language": "en"}]},
        {"query": {**QUERY, "jurisdiction": "DE", "known_at": None, "age": None, "channel": None}},
        {"query": {**QUERY, "category": ["contact"]}},
        {"query": {**QUERY, "operation": "share"}},
        {"config": CONFIG},
    ],
)  # fmt: skip
def test_it_is_read_generously(tmp_path, changes):
    report = run_scenarios(file_of(tmp_path, scenario(**changes)))
    assert report.passed and len(report.lines) == 1


def test_the_same_file_in_yaml(tmp_path):
    path = tmp_path / "vectors.yaml"
    path.write_text(file_of(tmp_path, scenario()).read_text(encoding="utf-8"), encoding="utf-8")
    assert run_scenarios(path).passed


def test_a_file_without_rules_runs_against_those_of_the_deployment(tmp_path):
    asked = {**QUERY, "purpose": "CustomerCare", "recipient": "salesforce"}
    path = file_of(tmp_path, scenario(query=asked, reason="consent.not_required"), config=None)
    assert run_scenarios(path, policy=load_policy(HERE.parents[1] / "privacy")).passed
    with pytest.raises(ConfigError, match="no 'config'"):
        run_scenarios(path)


def test_the_wrong_answer_and_the_wrong_reason_fail(tmp_path):
    lines = run_scenarios(file_of(tmp_path, scenario(want="deny"), scenario(reason="consent.none"), scenario())).lines
    assert [line.passed for line in lines] == [False, False, True]
    assert (lines[1].reason_want, lines[1].reason_got) == ("consent.none", "consent.given")


def test_what_means_nothing_is_named_and_does_not_count(tmp_path):
    odd = scenario(events=[{**GIVEN, "mood": "good"}], query={**QUERY, "weather": "fine"}, author="x")
    report = run_scenarios(file_of(tmp_path, odd))
    assert report.passed
    assert [line.name for line in report.lines if not line.counts] == [
        "ignored: scenarios[0].author", "ignored: scenarios[0].events[0].mood", "ignored: scenarios[0].query.weather",
    ]  # fmt: skip
    silent = file_of(tmp_path)
    assert not run_scenarios(silent).passed


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ({"query": ...}, r"scenarios\[0\]: 'query' is missing"),
        ({"query": {**QUERY, "at": "yesterday"}}, r"scenarios\[0\]\.query\.at: "),
        ({"query": {**QUERY, "at": "2026-06-01T00:00:00"}}, r"scenarios\[0\]\.query\.at: "),
        ({"query": {key: QUERY[key] for key in QUERY if key != "purpose"}}, r"scenarios\[0\]\.query\.purpose: "),
        ({"events": [GIVEN, {**GIVEN, "state": "gvien"}]}, r"scenarios\[0\]\.events\[1\]\.state: "),
        ({"events": [{**GIVEN, "at": None}]}, r"scenarios\[0\]\.events\[0\]\.at: "),
        ({"events": [{**GIVEN, "type": "divorce"}]}, r"scenarios\[0\]\.events\[0\]\.type: "),
        ({"events": ["given"]}, r"scenarios\[0\]\.events\[0\]: expected an object"),
        ({"events": {"a": 1}}, r"scenarios\[0\]\.events: expected a list"),
        ({"events": [refusal(purpose="Caer")]}, r"events\[0\]\.purpose: no rule knows the purpose 'Caer'.*mean 'Care'"),
        ({"events": [refusal(purpose="")]}, r"scenarios\[0\]\.events\[0\]\.purpose: "),
        ({"events": [GIVEN, refusal(category="emial")]}, r"scenarios\[0\]\.events\[1\]\.category: "),
        ({"events": [refusal(recipient="crn")]}, r"scenarios\[0\]\.events\[0\]\.recipient: "),
        ({"events": [{**refusal(purpose="Caer"), "state": "given", "restriction": True}]}, r"events\[0\]\.purpose: "),
        ({"want": "perhaps"}, r"scenarios\[0\]\.want: expected 'allow' or 'deny'"),
        ({"want": ...}, r"scenarios\[0\]\.want: "),
        ({"reason": 7}, r"scenarios\[0\]\.reason: "),
        ({"config": {"purposes": {}}}, r"scenarios\[0\]\.config: 'category_tree' is missing"),
        ({"config": CONFIG | {"purposes": {"Care": {}}}}, r"scenarios\[0\]\.config\.purposes\.Care\.basis: "),
        ({"config": CONFIG | {"purposes": {"Care": {"basis": {"*": "hope"}}}}}, r"purposes\.Care\.basis\.\*: "),
        ({"config": CONFIG | {"recipients": {"crm": {"purposes": []}}}}, r"recipients\.crm: 'categories' is missing"),
        (
            {"config": CONFIG | {"recipients": {"crm": {"purposes": [{}], "categories": []}}}},
            r"recipients\.crm\.purposes: expected a list of words",
        ),
        ({"config": CONFIG | {"emotion_forbidden_purposes": [7]}}, r"emotion_forbidden_purposes: expected a list of words"),
        ({"config": CONFIG | {"purpose_tree": {"Care": ["All"]}}}, r"purpose_tree\.Care: expected a word, or null"),
        ({"config": CONFIG | {"category_tree": {"contact": {}}}}, r"category_tree\.contact: expected a word, or null"),
        (
            {"config": CONFIG | {"purposes": {"Care": {"basis": {"*": "consent"}, "obligations": 7}}}},
            r"purposes\.Care\.obligations: ",
        ),
        ({"query": {**QUERY, "at": "9999-12-31T23:59:59-12:00"}}, r"scenarios\[0\]\.query\.at: .*after the last"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_place(tmp_path, broken, place):
    with pytest.raises(ConfigError, match=place):
        run_scenarios(file_of(tmp_path, scenario(**broken)))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"format": "consent-scenarios/1",\n "scenarios": [,]}', r"v\.json:2:16: not valid JSON"),
        ('{"format": "consent-scenarios/1", "format": "x"}', r"v\.json: .*'format' stands twice"),
        ("[]", "the format is not"),
        ('{"format": "consent-scenarios/2"}', "the format is not"),
        ("[" * 100_000, "not valid JSON"),
        ('{"format": "consent-scenarios/1", "scenarios": [{"id": "\\ud800"}]}', "half a character"),
        ("[]" + " " * MAX_BYTES, "more than 16777216 bytes"),
        ("", r"v\.json:1:1"),
    ],
)
def test_a_file_that_is_no_such_file_is_refused(tmp_path, text, place):
    path = tmp_path / "v.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=place):
        read_vectors(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_vectors(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_vectors(tmp_path / "none.json")


def test_a_purpose_of_the_tree_without_a_row_is_known_and_never_allowed(tmp_path):
    config = CONFIG | {"purpose_tree": {"Care": None, "Part": "Care"}}
    asked = {**QUERY, "purpose": "Part"}
    path = file_of(tmp_path, scenario(query=asked, want="deny", reason="basis.none"), config=config)
    assert run_scenarios(path).passed


def test_a_refusal_of_what_is_not_known_is_refused_in_a_case_file_too(tmp_path):
    path = tmp_path / "cases.yaml"
    text = """version: 1
consent:
  - name: a typo
    given:
      - {state: withdrawn, at: 2026-01-01T00:00:00Z, purpose: DirectMarkting}
    ask: {purpose: DirectMarketing, category: contact, at: 2026-06-01T00:00:00Z, jurisdictions: [US]}
    expect: allow
    reason: li.no_objection
"""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cases\.yaml:5: no rule knows .*did you mean 'DirectMarketing'"):
        run_scenarios(path, policy=load_policy(HERE.parents[1] / "privacy"))
    path.write_text(text.replace("withdrawn", "given"), encoding="utf-8")
    assert run_scenarios(path, policy=load_policy(HERE.parents[1] / "privacy")).passed, (
        "a yes to what nobody knows allows nothing, and harms nobody"
    )


def test_a_notice_may_be_written_as_its_id_and_version(tmp_path):
    asking = CONFIG | {"purposes": {"Care": {"basis": {"*": "consent"}, "min_notice": 3}}}
    for version, want in ((3, "allow"), (2, "deny")):
        given = GIVEN | {"legal_evidence": {"notice": {"id": "N1", "version": version}}}
        assert run_scenarios(file_of(tmp_path, scenario(events=[given], want=want, reason=...), config=asking)).passed


def test_access_cases_are_known_by_what_stands_in_them_not_by_their_name(tmp_path):
    folder = tmp_path / "tests"
    folder.mkdir()
    who = (HERE.parents[1] / "privacy" / "tests" / "access.yaml").read_text(encoding="utf-8")
    (folder / "who-sees-what.yaml").write_text(who, encoding="utf-8")
    (folder / "access-to-offers.yaml").write_text(
        "version: 1\nages:\n  - {name: Germany, purpose: DirectMarketing, expect: {DE: 16}}\n", encoding="utf-8"
    )
    assert [are_access_cases(path) for path in sorted(folder.iterdir())] == [False, True]
    assert [case.name for case in read_cases(folder)] == ["Germany"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_the_calendar_are_moments_like_others(tmp_path, at):
    """What was said on the first day or on the last is no reason for the gate to break down."""
    config = CONFIG | {"purposes": {"Care": {"basis": {"*": "consent"}, "max_age_days": 730}}}
    event = GIVEN | {"at": at, "valid_until": "9999-12-31T23:59:59Z"}
    path = file_of(
        tmp_path,
        scenario(events=[event], query={**QUERY, "at": at}, want="allow" if at < "9999" else "deny", reason=...),
        config=config,
    )
    assert run_scenarios(path).passed
