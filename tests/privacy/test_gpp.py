import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.privacy.consent import LedgerEvent, Query, decide
from hub.privacy.dpv import PREFIX, broader
from hub.privacy.gpp.bits import (
    GppError,
    Reader,
    fibonacci,
    from_base64,
    read_fibonacci_range,
    read_fixed_range,
    read_set,
    to_base64,
    write_fibonacci_range,
    write_fixed_range,
    write_set,
)
from hub.privacy.gpp.codec import decode, encode
from hub.privacy.gpp.layout import LAYOUTS
from hub.privacy.gpp.meaning import global_privacy_control, refused_by, said, unreadable
from hub.privacy.policy import load_policy
from hub.schema import ConsentState
from tests.privacy.ledgers import MODEST, START

POLICY = load_policy(Path(__file__).parents[2] / "privacy")
STRINGS = json.loads((Path(__file__).parent / "gpp_strings.json").read_text(encoding="utf-8"))


def with_fields(text, **changes):
    """The same string with other answers, written anew."""
    gpp = decode(text)
    (section,) = gpp.sections
    return encode(replace(gpp, sections=(replace(section, fields=section.fields | changes, odd=()),)))


def refusals(text, policy=POLICY):
    told = said(decode(text), policy)
    return {(str(one.state), one.scope.purpose, one.scope.category) for one in told}


@pytest.mark.parametrize("one", STRINGS["readable"], ids=[one["gpp"][:24] for one in STRINGS["readable"]])
def test_what_the_reference_wrote_is_read_and_written_again_to_the_byte(one):
    gpp = decode(one["gpp"])
    assert list(gpp.ids) == one["section_ids"]
    assert {section.name: section.fields for section in gpp.sections} == one["sections"]
    assert encode(gpp) == one["gpp"]


def test_every_section_is_among_them():
    assert {id for one in STRINGS["readable"] for id in one["section_ids"]} == set(LAYOUTS)
    assert len(LAYOUTS) == 24


@pytest.mark.parametrize("text", STRINGS["unreadable"])
def test_what_the_reference_refuses_is_refused(text):
    with pytest.raises(GppError):
        decode(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "DB"),
        ("z", "DB"),
        ("DBAB", "header: it ends too early"),
        ("DBABLA", "names 1 sections, and 0 follow"),
        ("DBABLA~", "usnat is blank"),
        ("DBABLA~ ", "usnat is blank"),
        ("DBABLA~CAAAAAAAAABA.QA~EXTRA", "names 1 sections, and 2 follow"),
        ("DBABLA~CAAAAAAAAABA.QA\0", "usnat, segment 2: a character"),
        ("DBABLA~CAAAAAAAAABA.QA.QA", "segments are not those"),
        ("DBABLA~CAAA", "usnat, segment 1: it ends too early"),
        ("DBABLA~DAAAAAAAAABA.QA", "version 3 is not known"),
        ("DBABLA~CAAAAAAAAABA.QB", "goes on after its end"),
        ("DBABLA~CAAAAAAAAABA.gA", "a segment of type 2 is not known"),
        ("DBABLA~CAAAAAAAAABA.AA", "a segment of type 0 is not known"),
        ("DBABLA~CPAAAAAAAABA.QA", "neither yes nor no"),
        ("DBACLAAA~CAAAAAAAAABA.QA", "header"),
        ("DBABTA~2YNN", "uspv1"),
        ("DBABTA~1YN", "uspv1"),
        ("DBABTA~1yNN", "uspv1"),
        ("DBABMA~YAAA", "segments are not those"),
        ("D" + "B" * 200_000, "too long"),
    ],
)
def test_what_is_malformed_is_refused_with_the_place(text, why):
    with pytest.raises(GppError, match=why):
        decode(text)


def test_a_section_that_nobody_knows_is_kept_and_taken_for_a_refusal():
    header = to_base64(f"{3:06b}{1:06b}" + write_fibonacci_range([7, 99]), 8)
    text = f"{header}~CAAAAAAAAABA.QA~BAAA"
    gpp = decode(text)
    assert gpp.unknown == ((99, "BAAA"),) and gpp.ids == (7,)
    assert encode(gpp) == text
    assert refusals(text) == {(str(one.state), one.scope.purpose, one.scope.category) for one in unreadable(POLICY)}


@MODEST
@given(text=st.text(alphabet="DBACLMTYN~.1-_gqw9 ", max_size=60).map(lambda text: "DB" + text))
def test_any_text_is_read_or_refused_and_what_is_read_is_written_again(text):
    try:
        gpp = decode(text)
    except GppError:
        return
    assert decode(encode(gpp)) == gpp


@MODEST
@given(ids=st.lists(st.integers(1, 65_000), max_size=40, unique=True).map(sorted))
@pytest.mark.parametrize(
    ("read", "write"), [(read_fibonacci_range, write_fibonacci_range), (read_fixed_range, write_fixed_range)]
)
def test_sets_of_numbers_come_out_as_they_went_in(read, write, ids):
    assert read(Reader(write(ids))) == ids
    assert read_set(Reader(write_set(ids, write)), read) == ids


def test_a_set_that_is_as_short_either_way_is_written_as_a_range():
    assert len(write_fixed_range([29])) == 29
    assert write_set([29], write_fixed_range)[16] == "1" and write_set([28], write_fixed_range)[16] == "0"


def test_numbers_and_letters_are_written_as_the_specification_shows():
    assert [fibonacci(n) for n in (1, 2, 3, 4, 5, 6, 7)] == ["11", "011", "0011", "1011", "00011", "10011", "01011"]
    assert from_base64("DBAB") == "000011000001000000000001"


# ── what it means ────────────────────────────────────────────────────────────────────────────────────────────────────────

CALIFORNIA, NATIONAL, VIRGINIA = "DBABBg~BAAAAAAAABA.QA", "DBABLA~CAAAAAAAAABA.QA", "DBABRg~BAAAAAAA"


def california(**changes):
    return with_fields(encode(decode("DBABBg~BRkVUFGg.QA")), **(ALL_QUIET | changes))


ALL_QUIET = {
    "SaleOptOutNotice": 1, "SharingOptOutNotice": 1, "SensitiveDataLimitUseNotice": 1, "SaleOptOut": 2,
    "SharingOptOut": 2, "SensitiveDataProcessing": [2] * 9, "KnownChildSensitiveDataConsents": [0, 0],
    "PersonalDataConsents": 2, "Gpc": False,
}  # fmt: skip


def test_who_has_not_opted_out_has_said_nothing():
    assert refusals(california()) == set()
    assert refusals("DBABTA~1YNN") == set()


SENSITIVE = {("opted_out", None, "special"), ("opted_out", None, "emotion")}
CHILD = {
    ("opted_out", "PersonalisedAdvertising", None), ("opted_out", "DirectMarketing", None), ("opted_out", None, "emotion")
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"SaleOptOut": 1}, {("opted_out", "Sale", None)}),
        ({"SharingOptOut": 1}, {("opted_out", "PersonalisedAdvertising", None)}),
        ({"Gpc": True}, {("opted_out", "Sale", None), ("opted_out", "PersonalisedAdvertising", None)}),
        ({"SensitiveDataProcessing": [0] * 8 + [1]}, SENSITIVE),
        ({"KnownChildSensitiveDataConsents": [1, 0]}, {("opted_out", "Sale", None), *CHILD, *SENSITIVE}),
        ({"KnownChildSensitiveDataConsents": [0, 2]}, CHILD),
        (
            {"PersonalDataConsents": 1},
            {("opted_out", one, None) for one in ("Sale", "PersonalisedAdvertising", "DirectMarketing")}
            | {("opted_out", "ServicePersonalisation", None)},
        ),
    ],
)  # fmt: skip
def test_a_one_is_a_refusal(changes, expected):
    assert refusals(california(**changes)) == expected


@pytest.mark.parametrize(
    ("term", "controlled"),
    [("TargetedAdvertising", True), ("PersonalisedAdvertising", True), ("Advertising", False), ("CustomerCare", False)],
)
def test_a_refusal_of_a_term_is_one_of_all_that_narrow_it(term, controlled):
    policy = with_term("Own", term)
    assert ("Own" in {one.scope.purpose for one in global_privacy_control(policy)}) is controlled


@pytest.mark.parametrize(
    "term", ["SocialMediaMarketing", "PersonalisedBenefits", "PublicRelations", "UserInterfacePersonalisation"]
)
def test_what_nobody_can_read_refuses_whatever_narrows_marketing_or_personalisation(term):
    assert "Own" in {one.scope.purpose for one in unreadable(with_term("Own", term))}


def test_terms_of_which_the_same_refusals_are_told_are_refused_by_the_same_strings():
    like = POLICY.purposes.purposes["CustomerCare"]
    rows = {term: like.model_copy(update={"dpv": f"{PREFIX}{term}"}) for term in broader()}
    policy = replace(POLICY, purposes=POLICY.purposes.model_copy(update={"purposes": rows}))
    told = [said(decode(one["gpp"]), policy) for one in STRINGS["readable"]] + [unreadable(policy)]
    refused = [{one.scope.purpose for one in parts} for parts in told]
    heard = {}
    for term in rows:
        heard.setdefault(refused_by(f"{PREFIX}{term}"), set()).add(tuple(term in each for each in refused))
    assert len(heard) > 3 and all(len(patterns) == 1 for patterns in heard.values())


def with_term(name, term):
    """The shipped policy with one more purpose, that narrows a purpose of the vocabulary."""
    made = POLICY.purposes.purposes["CustomerCare"].model_copy(update={"dpv": f"https://w3id.org/dpv#{term}"})
    rows = POLICY.purposes.purposes | {name: made}
    return replace(POLICY, purposes=POLICY.purposes.model_copy(update={"purposes": rows}))


def test_the_signal_of_the_browser_is_told_apart():
    told = said(decode(california(Gpc=True)), POLICY)
    assert {one.evidence.signal for one in told} == {"gpc"} and {one.evidence.source_kind for one in told} == {"signal"}
    assert {one.evidence.signal for one in said(decode(california(SaleOptOut=1)), POLICY)} == {"gpp"}
    assert {one.scope.purpose for one in global_privacy_control(POLICY)} == {"Sale", "PersonalisedAdvertising"}


def test_a_two_is_a_grant_only_in_the_national_section_and_only_for_what_it_names():
    quiet = dict.fromkeys(("SaleOptOut", "SharingOptOut", "TargetedAdvertisingOptOut", "PersonalDataConsents"), 2)
    text = with_fields(NATIONAL, **quiet, SensitiveDataProcessing=[2] * 16, KnownChildSensitiveDataConsents=[0] * 3)
    (one,) = said(decode(text), POLICY)
    assert (one.state, one.scope.category, one.scope.purpose) == (ConsentState.GIVEN, "health", None)
    assert one.evidence.source_kind == "import"


def test_usp_says_only_whether_data_may_be_sold():
    assert refusals("DBABTA~1YYN") == {("opted_out", "Sale", None)}


def test_tcf_only_narrows():
    quiet = "CPSG_8APSG_8AAAAAAENAACgAAAAAAAAAAAAAAAAAAAA.YAAAAAAAAAAA"
    assert refusals(quiet) == {("opted_out", "PersonalisedAdvertising", None)}
    assert refusals(with_fields(quiet, PurposeConsents=[True] * 24)) == set()
    interest = [False, True, True, True, False, False, True] + [False] * 17
    assert refusals(with_fields(quiet, PurposeLegitimateInterests=interest)) == set()


@pytest.mark.parametrize("one", STRINGS["readable"], ids=[one["gpp"][:24] for one in STRINGS["readable"]])
def test_no_string_ever_allows_what_was_denied_before(one):
    told = said(decode(one["gpp"]), POLICY)
    events = [
        LedgerEvent(
            id=f"s{n}", type="consent", subject="ann", at=START, recorded=START, state=part.state, scope=part.scope,
            evidence=part.evidence,
        )
        for n, part in enumerate(told)
    ]  # fmt: skip
    for purpose in POLICY.purposes.purposes:
        for category in POLICY.category_lineages:
            query = Query("ann", purpose, category, None, START, ("US-CA",))
            before, after = decide(POLICY, [], query), decide(POLICY, events, query)
            assert before.allowed or not after.allowed
