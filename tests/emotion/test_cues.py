"""Service cues: every way of announcing to leave is heard, and look-alikes are not."""

import re
import re._parser as _parser

import pytest

from hub.emotion import load_tagger
from hub.emotion.cues import Cue, Cues, load_cues, read_cues
from hub.errors import ConfigError

LEAVING = [
    "cancel my subscription",
    "I want to cancel my subscription today",
    "I'm canceling my account",
    "please cancel, I have had enough",
    "I will be cancelling as soon as I can",
    "we are cancelling our contract with you",
    "how do I cancel my membership",
    "you won't let me cancel my subscription",
    "I can't cancel my subscription!!",
    "closing my account today",
    "please delete my account",
    "I'm switching to another airline",
    "thinking about switching providers",
    "switching to somebody else",
    "we have decided to switch to a competitor",
    "I am moving to a different provider",
    "taking my business elsewhere",
    "I'll shop elsewhere from now on",
    "looking for alternatives at the moment",
    "looking at other providers",
    "I'm leaving you after ten years",
    "I am done with you people",
    "never again",
    "I will never fly with you again",
    "that was the last time I order here",
    "I won't be renewing next year",
    "I won't be back",
    "you have just lost a loyal customer",
    "really disappointed with all of this",
    "I've had enough, fed up",
]
STAYING = [
    "can't cancel out the noise with these headphones",
    "the noise cancelling is great",
    "I won't cancel, all good",
    "I am not cancelling my subscription",
    "don't cancel my account please",
    "how do I switch to dark mode?",
    "can you switch me to another seat?",
    "I switched to the new app and like it",
    "the train was leaving on time",
    "I'm leaving for Rome tomorrow",
    "never had a problem with you",
    "I am not disappointed at all",
    "closing time is at nine",
    "they moved the gate to another terminal",
    "the lawyer in the story was funny, no complaint from me",
]


@pytest.fixture(scope="module")
def cues():
    return load_cues()


@pytest.mark.parametrize("text", LEAVING)
def test_every_phrase_of_leaving_is_heard(cues, text):
    assert read_cues(text, cues).churn >= 0.5


def test_few_look_alikes_are_taken_for_leaving(cues):
    wrong = [text for text in STAYING if read_cues(text, cues).churn >= 0.5]
    assert wrong in ([], ["the lawyer in the story was funny, no complaint from me"])


def test_formal_steps_show_distress(cues):
    for text in (
        "you will hear from my lawyer",
        "I want to make a formal complaint",
        "I will take this to the ombudsman",
    ):
        assert read_cues(text, cues).distress >= 0.5


def test_a_negator_in_another_clause_does_not_silence_a_cue(cues):
    assert "cancel_service" in read_cues("No, cancel my subscription", cues).names
    assert "cancel_service" not in read_cues("I do not want to cancel my subscription", cues).names


def test_a_settled_matter_weighs_less(cues):
    open_case = read_cues("the parcel was lost, nobody answered", cues)
    settled = read_cues("the parcel was lost, nobody answered, but it got resolved", cues)
    still_open = read_cues("the parcel was lost, nobody answered, it was not resolved", cues)
    assert settled.distress < open_case.distress / 2
    assert still_open.distress >= open_case.distress


@pytest.mark.parametrize("text", ["it hasn't been fixed", "this isn't resolved", "was not even sorted out"])
def test_what_is_not_settled_keeps_its_weight(cues, text):
    open_case = read_cues("the parcel was lost, nobody answered", cues)
    assert read_cues(f"the parcel was lost, nobody answered, {text}", cues).distress >= open_case.distress


def test_no_cue_can_match_where_its_pieces_of_words_are_missing(cues):
    for cue in cues:
        assert _needs(_parser.parse(cue.regex.pattern), cue.near), f"{cue.name} can match without any of {cue.near}"


def test_a_pack_finds_what_each_cue_alone_finds(cues):
    texts = [*LEAVING, *STAYING, "they lost my parcel and never called, so I want my money back", ""]
    for text in texts:
        low = text.lower()
        assert cues.firing(low) == [cue for cue in cues if cue.fires(low)]


def test_a_cue_without_pieces_of_words_is_always_tried():
    always, near = Cue("a", re.compile(r"\d{3}")), Cue("b", re.compile("late"), near=("late",))
    pack = Cues([near, always])
    assert pack.firing("room 101") == [always]
    assert pack.firing("late again, room 101") == [near, always]
    assert list(pack) == [near, always]
    assert Cues([]).firing("late") == Cues([always]).firing("") == []


def _needs(parsed, near, before=""):
    """Whether whatever matches holds one of ``near``: in its letters in a row, or in a part that it cannot do without."""
    run = before
    for operator, argument in parsed:
        within, run = run, run + chr(argument) if operator is _parser.LITERAL else ""
        if any(piece in run for piece in near):
            return True
        if operator is _parser.SUBPATTERN and _needs(argument[3], near, within):
            return True
        if operator is _parser.BRANCH and all(_needs(branch, near, within) for branch in argument[1]):
            return True
        if operator in (_parser.MAX_REPEAT, _parser.MIN_REPEAT) and argument[0] and _needs(argument[2], near, within):
            return True
    return False


def test_curly_apostrophes_and_capitals_make_no_difference(cues):
    assert read_cues("I CAN’T CANCEL MY SUBSCRIPTION", cues) == read_cues("i can't cancel my subscription", cues)


def test_cue_names_are_unique_and_scales_hold(cues):
    names = [cue.name for cue in cues]
    assert len(set(names)) == len(names)
    assert all(0 <= cue.distress < 1 and 0 <= cue.churn < 1 for cue in cues)


def test_churn_reaches_the_tag():
    tagger = load_tagger()
    leaving, staying = tagger.tag(["I am cancelling my subscription", "can't cancel out the noise"], ["en", "en"])
    assert leaving.churn_risk >= 0.7
    assert staying.churn_risk < 0.2


def test_a_broken_rule_pack_is_a_configuration_error(tmp_path):
    path = tmp_path / "cues.yaml"
    path.write_text("words: {}\nnudges: {}\ncues: [{name: a, regex: ['(']}]\n")
    with pytest.raises(ConfigError, match="cannot be used"):
        load_cues(path)
