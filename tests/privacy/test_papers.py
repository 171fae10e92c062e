"""Notice, impact assessment and record of processing: what they say is what is configured, and a change is seen."""

import json
import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.privacy.access import load_access
from hub.privacy.approvals import Approvals, load_approvals
from hub.privacy.assessment import as_data, assessment, assessment_digest, questions, record_rows
from hub.privacy.dossier import Dossier, Flow, Source, load_statement
from hub.privacy.notice import WORDING, Edition, languages, notice, notice_digest, wording
from hub.privacy.paper import data, grid, heading, html, markdown, paragraph
from hub.privacy.policy import load_policy
from hub.schema import Channel, DataCategory, EmotionLabel

FOLDER = Path(__file__).parent / "dossier"
ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)


def made(folder: Path = FOLDER, **changes) -> Dossier:
    policy = load_policy(folder)
    flow = Flow("desk-push", "desk", "Desk", ("desk.example.com",), "EmotionAnalysis", ("tickets",))
    fields = {
        "tenant": "example", "policy": policy, "access": load_access(folder, policy), "statement": load_statement(folder),
        "sources": (Source("desk", "Desk", ("desk.example.com",), ("tickets",)),), "flows": (flow,),
        "channels": ("email", "ticket"), "labels": tuple(EmotionLabel), "model": "linear-en/1",
        "measures": {"macro F1": 0.5}, "redaction": {"entities": ("PERSON", "EMAIL_ADDRESS")},
    }  # fmt: skip
    return Dossier(**(fields | changes))


@pytest.fixture
def changed(tmp_path):
    """The dossier after one file was changed."""

    def change(name, old, new) -> Dossier:
        for path in FOLDER.glob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            assert path.name != name or old in text
            (tmp_path / path.name).write_text(text.replace(old, new) if path.name == name else text, encoding="utf-8")
        return made(tmp_path)

    return change


PAPERS = {
    **{f"notice.{language}.md": lambda d, language=language: markdown(notice(d, language, Edition(3, "2026-11-22")))
       for language in ("de", "en", "fr")},
    "notice.en.html": lambda d: html(notice(d), title="Notice", language="en"),
    "dpia.md": lambda d: markdown(assessment(d, approved="Approved by dpo-7 on 2026-11-22.")),
    "dpia.json": lambda d: json.dumps(as_data(d), indent=1, ensure_ascii=False) + "\n",
    "ropa.json": lambda d: json.dumps(record_rows(d), indent=1, ensure_ascii=False) + "\n",
}  # fmt: skip


@pytest.mark.parametrize("name", PAPERS)
def test_papers_read_as_they_did(name):
    """With ATTUNE_WRITE_GOLDEN=1 the files are written anew: look at the difference before you keep it."""
    path, text = FOLDER / name, re.sub(r"[0-9a-f]{12}", "(hash)", PAPERS[name](made()))
    if os.environ.get("ATTUNE_WRITE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_every_language_has_the_same_words():
    def keys(value, trail=()):
        if not isinstance(value, dict):
            slots = tuple(sorted(re.findall(r"\{(\w+)\}", str(value))))
            return {(trail, slots)}
        return {one for key, inner in value.items() for one in keys(inner, (*trail, key))}

    assert len(languages()) >= 3 and "en" in languages()
    for language in languages():
        assert keys(wording(language)) == keys(wording("en")), language
    assert {path.name for path in WORDING.iterdir()} == {f"{language}.yaml" for language in languages()}


@pytest.mark.parametrize("language", languages())
def test_every_word_that_can_be_needed_is_there(language):
    words = wording(language)
    assert set(words["labels"]) == set(EmotionLabel) and set(words["channels"]) == set(Channel)
    assert set(words["categories"]) == set(DataCategory)


def test_a_language_that_there_is_none_of_is_named():
    with pytest.raises(ConfigError, match="Known: de, en, fr"):
        notice(made(), "xx")


def test_what_nobody_has_said_is_a_gap_in_the_notice():
    text = markdown(notice(made()))
    assert "[MISSING: the data protection officer]" in text and "Draft" in text
    assert "privacy@example.com" in text


def test_a_title_without_a_translation_says_so():
    assert "Collect debts [en]" in markdown(notice(made(), "fr"))
    assert "Forderungen eintreiben" in markdown(notice(made(), "de"))


SEEN = [
    ("purposes.yaml", "title: Read how a customer feels", "title: Read how a customer feels and why"),
    ("purposes.yaml", '{"*": explicit_consent}', '{"*": legitimate_interest}'),
    ("purposes.yaml", "emotion_forbidden: [Collections]", "emotion_forbidden: []"),
    ("destinations.yaml", "emotion.label: keep", "emotion.label: drop"),
    ("destinations.yaml", "title: Helpdesk", "title: Somebody else"),
    ("retention.yaml", "keep: P90D", "keep: P180D"),
    ("access.yaml", "smallest_group: 12", "smallest_group: 6"),
    ("statement.yaml", "https://example.com/emotion", "https://example.com/other"),
]


@pytest.mark.parametrize(("name", "old", "new"), SEEN)
def test_what_people_would_have_to_be_told_makes_the_notice_stale(changed, name, old, new):
    approved = Approvals().renewed(made(), by="dpo-7", on=TODAY, notice=True, assessment=False)
    assert approved.edition(made()) == Edition(1, "2026-11-22")
    assert approved.edition(changed(name, old, new)) is None


@pytest.mark.parametrize(
    "changes",
    [{"model": "linear-en/2"}, {"channels": ("email", "phone", "ticket")}, {"labels": ("anger",)},
     {"sources": (Source("crm", "CRM", (), ("contacts",)),)}],
)  # fmt: skip
def test_another_model_channel_label_or_system_makes_the_notice_stale(changes):
    assert notice_digest(made()) != notice_digest(made(**changes))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("purposes.yaml", "title: Read how a customer feels", "title: Read how a customer feels and why"),
        ("purposes.yaml", '{"*": explicit_consent}', '{"*": consent}'),
        ("purposes.yaml", "emotion_forbidden: [Collections]", "emotion_forbidden: []"),
        ("destinations.yaml", "step: 0.1", "step: 0.01"),
        ("destinations.yaml", "      person.email: drop", "      person.email: keep"),
        ("destinations.yaml", "categories: [emotion]", "categories: [emotion, contact]"),
    ],
)
def test_another_purpose_or_destination_makes_the_flow_stale(changed, name, old, new):
    approved = Approvals().renewed(made(), by="dpo-7", on=TODAY, notice=True, assessment=True)
    assert approved.stale_flows(made()) == () and approved.is_current(made())
    other = changed(name, old, new)
    assert approved.stale_flows(other) == ("desk-push",) and not approved.is_current(other)
    again = approved.renewed(other, by="dpo-7", on=TODAY, notice=True, assessment=True)
    assert again.stale_flows(other) == () and again.is_current(other)


def test_another_model_or_a_new_flow_is_stale_and_other_rules_are_not(changed):
    approved = Approvals().renewed(made(), by="dpo-7", on=TODAY, notice=True, assessment=True)
    assert approved.stale_flows(made(model="linear-en/2")) == ("desk-push",)
    (flow,) = made().flows
    second = replace(flow, name="desk-offers", purpose="DirectMarketing")
    assert approved.stale_flows(made(flows=(flow, second))) == ("desk-offers",)
    assert approved.stale_flows(made(flows=(replace(flow, connection="crm"),))) == ("desk-push",)
    # How long something is kept is no purpose, destination or model: the assessment changes, the flow goes on.
    longer = changed("retention.yaml", "keep: P90D", "keep: P91D")
    assert approved.stale_flows(longer) == () and not approved.is_current(longer)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("access.yaml", "smallest_group: 12", "smallest_group: 14", "access.yaml is no longer"),
        ("jurisdictions.yaml", "age_of_consent: 13", "age_of_consent: 12", "jurisdictions.yaml is no longer"),
        (
            "purposes.yaml",
            "kind: feedback, purpose: CustomerCare",
            "kind: feedback, purpose: EmotionAnalysis",
            "operations",
        ),
    ],
)
def test_another_safeguard_makes_the_assessment_stale_and_is_named(changed, name, old, new, told):
    approved = Approvals().renewed(made(), by="dpo-7", on=TODAY, notice=True, assessment=True)
    other = changed(name, old, new)
    assert approved.changes(made()) == () and not approved.is_current(other)
    assert any(told in line for line in approved.changes(other)), approved.changes(other)


def test_other_redaction_rules_and_another_address_are_noticed_and_named():
    approved = Approvals().renewed(made(redaction_rules="a"), by="dpo-7", on=TODAY, notice=True, assessment=True)
    masked = made(redaction_rules="b")
    assert not approved.is_current(masked) and approved.stale_flows(masked) == ()
    assert approved.changes(masked) == ("redaction.yaml is no longer what was approved",)
    (flow,), (source,) = made().flows, made().sources
    moved = made(redaction_rules="a", flows=(replace(flow, origin="https://desk.elsewhere.example"),))
    assert approved.stale_flows(moved) == ("desk-push",)
    assert [line.partition(" ")[0] for line in approved.changes(moved)] == ["addresses", "desk-push:"]
    read = made(redaction_rules="a", sources=(replace(source, origin="https://desk.elsewhere.example"),))
    assert not approved.is_current(read) and approved.stale_flows(read) == ()


def test_an_approval_of_before_safeguards_counted_stops_no_flow_and_says_why_it_is_stale(changed):
    approved = Approvals().renewed(made(), by="dpo-7", on=TODAY, notice=True, assessment=True)
    flows = {flow.name: made().fingerprint(flow, addressed=False) for flow in made().flows}
    before = {"digest": "0" * 12, "flows": flows, "safeguards": {}}
    early = approved.model_copy(update={"assessment": approved.assessment.model_copy(update=before)})
    assert early.stale_flows(made()) == () and not early.is_current(made())
    assert "before redaction, access" in early.changes(made())[0]
    assert early.stale_flows(changed("destinations.yaml", "step: 0.1", "step: 0.01")) == ("desk-push",)
    assert early.renewed(made(), by="dpo-7", on=TODAY, notice=True, assessment=True).is_current(made())


def test_before_the_first_approval_nothing_is_stale():
    assert Approvals().stale_flows(made()) == () and not Approvals().is_current(made())


def test_a_comment_or_another_line_changes_nothing(changed):
    approved = Approvals().renewed(made(), by="dpo-7", on=TODAY, notice=True, assessment=True)
    moved = changed("purposes.yaml", "version: 1", "# a comment\n\nversion: 1")
    assert approved.edition(moved) and approved.is_current(moved) and approved.stale_flows(moved) == ()


def test_a_notice_that_says_the_same_keeps_its_version(changed):
    first = Approvals().renewed(made(), by="dpo-7", on=TODAY, notice=True, assessment=True)
    assert first.renewed(made(), by="dpo-8", on=TODAY, notice=True, assessment=True).notice == first.notice
    other = changed(*SEEN[0])
    assert first.renewed(other, by="dpo-8", on=TODAY, notice=True, assessment=False).notice.version == 2
    assert first.renewed(other, by="dpo-8", on=TODAY, notice=False, assessment=True).notice == first.notice


def test_approvals_are_read_as_they_were_written(tmp_path):
    approved = Approvals().renewed(made(), by="dpo-7", on=TODAY, notice=True, assessment=True)
    (tmp_path / "approvals.yaml").write_text(approved.text())
    assert load_approvals(tmp_path) == approved
    (tmp_path / "approvals.yaml").write_text(approved.text().replace("by:", "buy:", 1))
    with pytest.raises(ConfigError, match=r"approvals\.yaml:\d+"):
        load_approvals(tmp_path)


def test_all_thirty_six_questions_have_an_answer_with_its_source_or_a_marked_gap():
    asked = questions(made())
    numbers = [q.number for q in asked]
    assert numbers == [
        *("111", "112", "113", "121", "122", "123", "211", "212", "213", "214", "215"), *(f"22{n}" for n in range(1, 8)),
        *(f"3{risk}{n}" for risk in (2, 3, 4) for n in range(1, 7)),
    ]  # fmt: skip
    for question in asked:
        assert question.gap or question.lines, question
        assert all(text and source for text, source in question.lines)
    text = markdown(assessment(made()))
    gaps = [question for question in asked if question.is_open]
    assert text.count("[TO BE ANSWERED BY A PERSON: ") == len(gaps) > 5
    assert "321" not in {question.number for question in gaps} and "Judged: limited." in text


def test_every_source_that_the_assessment_points_to_is_there():
    for question in questions(made()):
        for _, source in question.lines:
            file, _, line = source.partition(":")
            if line.isdigit():
                assert int(line) <= len((FOLDER / file).read_text().splitlines())
            elif source.startswith(("tests/", "docs/")):
                assert (ROOT / source).exists(), source


def test_an_answer_that_a_person_gives_makes_the_assessment_another(changed):
    other = changed("statement.yaml", "gauge: limited", "gauge: maximum")
    assert assessment_digest(other) != assessment_digest(made())


def test_cells_cannot_break_out_of_a_paper():
    blocks = [heading("<b>"), paragraph("<script>"), grid(["a|b"], [["c|d"]])]
    assert "<script>" not in html(blocks, title="<t>", language="en").replace("<title>", "")
    assert "c\\|d" in markdown(blocks) and json.dumps(data(blocks))
