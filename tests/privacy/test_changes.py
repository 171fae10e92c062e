import shutil
from pathlib import Path

import pytest

from hub.privacy.changes import _asked_effect, _effect_of, compare
from hub.privacy.policy import load_policy
from hub.privacy.rules import FieldRule

PRIVACY = Path(__file__).parents[2] / "privacy"


@pytest.fixture
def changed(tmp_path):
    """This gives the differences to the shipped rules after some replacements in one file."""

    def change(file, *replacements, swap=False):
        for path in PRIVACY.glob("*.yaml"):
            shutil.copy(path, tmp_path)
        text = (tmp_path / file).read_text()
        for before, after in replacements:
            assert before in text
            text = text.replace(before, after, 1)
        (tmp_path / file).write_text(text)
        pair = (load_policy(PRIVACY), load_policy(tmp_path))
        return compare(*(reversed(pair) if swap else pair))

    return change


def asks(purpose):
    return {"do": "keep", "requires": {"purpose": purpose, "category": "contact"}}


OPPOSITE = {"more": "less", "less": "more", "other": "other"}
CASES = [
    (
        "destinations.yaml",
        "loyalty.tier: keep",
        "loyalty.points: keep",
        {"more": "loyalty.points starts", "less": "loyalty.tier stops"},
    ),
    (
        "destinations.yaml",
        "as_of: {do: generalise, to: day}",
        "as_of: keep",
        {"more": "generalise to=day becomes keep"},
    ),
    (
        "destinations.yaml",
        "as_of: {do: generalise, to: day}",
        "as_of: {do: generalise, to: hour}",
        {"more": "to=hour"},
    ),
    (
        "destinations.yaml",
        "churn_risk: {do: round, step: 0.1}",
        "churn_risk: {do: round, step: 0.5}",
        {"less": "step=0.5"},
    ),
    (
        "destinations.yaml",
        "loyalty.tier: keep",
        "loyalty.tier: {do: mask, keep_last: 2}",
        {"less": "mask keep_last=2"},
    ),
    (
        "destinations.yaml",
        "loyalty.tier: keep",
        "loyalty.tier: {do: keep, requires: DirectMarketing}",
        {"less": "requires"},
    ),
    (
        "destinations.yaml",
        "categories: [loyalty, emotion]",
        "categories: [loyalty, emotion, contact]",
        {"more": "category contact"},
    ),
    (
        "destinations.yaml",
        "purposes: [ServicePersonalisation, EmotionAnalysis]",
        "purposes: [EmotionAnalysis]",
        {"less": "purpose Serv"},
    ),
    (
        "destinations.yaml",
        "title: Loyalty program",
        "title: Loyalty program\n    vault: true",
        {"more": "vault: true"},
    ),
    (
        "destinations.yaml",
        "title: Loyalty program",
        "title: Loyalty program\n    identifiers: [email]",
        {"more": "identifier email"},
    ),
    (
        "destinations.yaml",
        "token_scopes: {}",
        "token_scopes: {crm: {}}",
        {"other": "token scope crm added"},
    ),
    (
        "purposes.yaml",
        '{"*": consent}',
        '{"*": explicit_consent}',
        {"less": "basis in *: consent becomes explicit_consent"},
    ),
    (
        "purposes.yaml",
        "US: legitimate_interest",
        "US: contract",
        {"more": "basis in US"},
    ),
    (
        "purposes.yaml",
        "max_age: P730D",
        "max_age: P900D",
        {"more": "max_age: 730 days becomes 900 days"},
    ),
    (
        "purposes.yaml",
        "    min_notice: 1  ",
        "    min_notice: 2  ",
        {"less": "min_notice: 1 becomes 2"},
    ),
    (
        "purposes.yaml",
        "emotion_forbidden: [Collections, Sale, ",
        "emotion_forbidden: [Sale, ",
        {"more": "no longer forbidden for Collections"},
    ),
    (
        "purposes.yaml",
        "{kind: feedback, purpose: ServiceOptimisation",
        "{kind: feedback, purpose: CustomerCare",
        {"more": "feedback: asked for ServiceOptimisation of behaviour becomes CustomerCare of behaviour"},
    ),
    (
        "purposes.yaml",
        "dpv: https://w3id.org/dpv#PersonalisedAdvertising",
        "dpv: https://w3id.org/dpv#CustomerManagement",
        {"more": "PersonalisedAdvertising: dpv: other signals refuse it"},
    ),
    (
        "purposes.yaml",
        "dpv: https://w3id.org/dpv#CustomerCare",
        "dpv: https://w3id.org/dpv#CustomerManagement",
        {"other": "CustomerCare: dpv: the same signals refuse it"},
    ),
    (
        "jurisdictions.yaml",
        "Austria, age_of_consent: 14",
        "Austria, age_of_consent: 13",
        {"more": "in AT: 14 becomes 13"},
    ),
    (
        "jurisdictions.yaml",
        "default_age: 16",
        "default_age: 18",
        {"less": "elsewhere: 16 becomes 18"},
    ),
    (
        "retention.yaml",
        "category: emotion, keep: P90D",
        "category: emotion, keep: P60D",
        {"less": "90 days becomes 60"},
    ),
    (
        "retention.yaml",
        "source: x, keep: P180D",
        "source: zendesk, keep: P180D",
        {"less": "zendesk: rule added", "more": "x: rule removed"},
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), CASES, ids=lambda value: str(value)[:30])
def test_a_change_is_told_with_its_effect_and_line(changed, file, old, new, expected):
    found = changed(file, (old, new))
    assert {one.effect for one in found} == set(expected)
    for one in found:
        assert expected[one.effect] in one.what
        assert one.where.partition(":")[2].startswith(f"{file}:")


@pytest.mark.parametrize(("file", "old", "new", "expected"), CASES, ids=lambda value: str(value)[:30])
def test_the_way_back_has_the_opposite_effect(changed, file, old, new, expected):
    assert {one.effect for one in changed(file, (old, new), swap=True)} == {OPPOSITE[effect] for effect in expected}


BASIS = 'basis: {"*": consent, US: legitimate_interest}'
STRICT = BASIS[:-1] + ", US-CA: consent}"


@pytest.mark.parametrize("swap", [False, True])
def test_a_row_that_goes_leaves_its_place_to_the_country(tmp_path, swap):
    (tmp_path / "strict").mkdir()
    for path in PRIVACY.glob("*.yaml"):
        text = path.read_text()
        (tmp_path / "strict" / path.name).write_text(text.replace(BASIS, STRICT))
    strict, loose = load_policy(tmp_path / "strict"), load_policy(PRIVACY)
    (one,) = compare(loose, strict) if swap else compare(strict, loose)
    told = ("less", "legitimate_interest becomes consent") if swap else ("more", "consent becomes legitimate_interest")
    assert (one.effect, one.what) == (told[0], f"DirectMarketing: basis in US-CA: {told[1]}")


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({"do": "scan", "max_len": 400}, {"do": "scan"}, "more"),
        ({"do": "scan"}, {"do": "scan", "max_len": 400}, "less"),
        ({"do": "scan", "max_len": 400}, {"do": "scan", "max_len": 500}, "more"),
        ({"do": "scan", "entities": ["PERSON", "EMAIL"]}, {"do": "scan", "entities": ["EMAIL"], "max_len": 9}, "more"),
        ({"do": "scan", "entities": ["EMAIL"]}, {"do": "scan"}, "less"),
        ({"do": "generalise", "to": "day"}, {"do": "generalise", "keep_first": 2}, "more"),
        ({"do": "generalise", "keep_first": 2}, {"do": "generalise", "to": "day"}, "more"),
        (asks("CustomerCare"), asks("ServicePersonalisation"), "less"),
        (asks("ServicePersonalisation"), asks("CustomerCare"), "more"),
        (asks("ServicePersonalisation"), asks("PersonalisedAdvertising"), "more"),
        (asks("Collections"), asks("ServiceOptimisation"), "more"),
        (asks("ServiceOptimisation"), {"do": "keep", "requires": "explicit_consent"}, "less"),
        ({"do": "keep", "requires": "explicit_consent"}, asks("ServicePersonalisation"), "more"),
    ],
)
def test_what_a_field_asks_or_keeps_back_is_more_or_less(before, after, effect):
    policy = load_policy(PRIVACY)
    was, now = FieldRule.model_validate(before), FieldRule.model_validate(after)
    assert _effect_of(was, now, _asked_effect(policy, policy, was.requires, now.requires)) == effect


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ("obligations: [human_review]", "obligations: []", "more"),
        ('    basis: {"*": contract}', '    special_basis: contract\n    dpia: D1\n    basis: {"*": contract}', "more"),
        ('    basis: {"*": contract}', '    parent: LegalCompliance\n    basis: {"*": contract}', "more"),
    ],
)
def test_what_a_purpose_asks_beside_its_basis(changed, old, new, effect):
    assert [one.effect for one in changed("purposes.yaml", (old, new))] == [effect]


@pytest.mark.parametrize("swap", [False, True])
def test_another_question_on_the_same_ground_is_more_both_ways(changed, swap):
    (one,) = changed("purposes.yaml", ("infer: {purpose: EmotionAnalysis", "infer: {purpose: CustomerCare"), swap=swap)
    assert one.effect == "more" and one.what.startswith("infer: asked for ")


def test_a_part_of_what_was_public_is_told_once(changed):
    found = changed(
        "purposes.yaml", ("visibility: public, purpose: ServiceOptimisation", "purpose: ServiceOptimisation")
    )
    assert [one.effect for one in found] == ["less"] and found[0].what.startswith("interaction: asked for CustomerCare")


def test_comments_and_layout_are_no_change(changed):
    assert changed("destinations.yaml", ("# a loyalty program needs least", "# least")) == []
    assert compare(load_policy(PRIVACY), load_policy(PRIVACY)) == []


def test_where_one_thing_tells_more_and_another_less_it_counts_as_more(changed):
    (one,) = changed(
        "destinations.yaml", ("as_of: {do: generalise, to: day}", "as_of: {do: keep, requires: CustomerCare}")
    )
    assert one.effect == "more" and one.field == "emotion.as_of" and one.destination == "voucherify"


def test_a_new_destination_is_all_more(changed):
    found = changed("destinations.yaml", ("  voucherify:", "  newcomer:"))
    assert {one.effect for one in found if one.destination == "newcomer"} == {"more"}
    assert {one.effect for one in found if one.destination == "voucherify"} == {"less"}
    assert {one.where.split(":")[0] for one in found if one.destination == "voucherify"} == {"old"}
