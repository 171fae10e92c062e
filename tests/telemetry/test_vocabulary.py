"""The vocabulary is closed: a word from outside becomes "other", and the hub's own codes are all in it."""

import re
from pathlib import Path

import pytest

from hub.privacy.redaction.policy import KNOWN_ENTITIES
from hub.telemetry import vocabulary
from hub.telemetry.catalogue import ATTRIBUTES, METRICS
from hub.telemetry.vocabulary import ENTITIES, OTHER, REASONS, WORDS, declare, say

HUB = Path(__file__).parents[2] / "hub"
CANARIES = ["maria.garcia@example.com", "Maria Garcia", "per_0123456789abcdef", "+34600111222", "stored ", "run_maria"]


@pytest.mark.parametrize("label", list(WORDS))
def test_a_word_from_outside_becomes_other(label):
    assert {say(label, canary) for canary in CANARIES} == {OTHER}


def test_names_are_those_of_the_configuration():
    assert say("sync", "no-such-sync") == OTHER
    declare(["no-such-sync-but-one"])
    assert say("sync", "no-such-sync-but-one") == "no-such-sync-but-one"


def test_a_label_that_nobody_defined_is_refused():
    with pytest.raises(KeyError):
        say("person", "per_1")


def test_every_label_and_attribute_is_in_the_vocabulary():
    assert {label for metric in METRICS for label in metric.labels} <= set(WORDS)
    assert {label for label in ATTRIBUTES.values() if label} <= set(WORDS)


@pytest.mark.parametrize("words", ["subject", "person", "key", "ref", "text", "id", "email"])
def test_no_label_is_about_a_person(words):
    labels = {label for metric in METRICS for label in metric.labels}
    assert words not in labels


def test_the_codes_of_the_gate_the_mappings_and_the_words_for_people_are_known():
    places = ["privacy/consent.py", *(f"mappings/{path.name}" for path in (HUB / "mappings").glob("*.py"))]
    code = re.compile(r'"((?:hard|consent|restriction|optout|li|link|mapping|record)\.[a-z_]+)"')
    found = {one for place in places for one in code.findall((HUB / place).read_text(encoding="utf-8"))}
    rules = {"consent.any_notice", "consent.never_stale"}  # names of lint rules, not answers
    assert len(found) > 25
    assert found - REASONS - rules == set()


def test_all_entities_that_redaction_finds_are_known():
    assert KNOWN_ENTITIES <= ENTITIES


def test_a_run_id_is_random_or_nothing():
    assert vocabulary.run_id("run_" + "0a" * 16) == "run_" + "0a" * 16
