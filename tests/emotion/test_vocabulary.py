"""The taxonomy's versions, and tags as EmotionML; the structure is what the W3C Recommendation of 22 May 2014 asks for."""

import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import replace

import pytest

from hub.contract import Emotion
from hub.emotion.derivation import ABSTENTION
from hub.emotion.emotionml import NAMESPACE, close_document, open_document, write_emotion
from hub.emotion.taxonomy import NATIVE
from hub.emotion.vocabulary import load_vocabulary
from hub.errors import ConfigError
from hub.schema import TAXONOMY_VERSION, EmotionLabel

# From "Vocabularies for EmotionML", W3C Working Group Note of 1 April 2014.
W3C = {
    "big6": "anger disgust fear happiness sadness surprise",
    "everyday-categories": "affectionate afraid amused angry bored confident content disappointed excited happy interested "
    "loving pleased relaxed sad satisfied worried",
    "occ-categories": "admiration anger disappointment distress fear fears-confirmed gloating gratification gratitude "
    "happy-for hate hope joy love pity pride relief remorse reproach resentment satisfaction shame",
}
KNOWN = load_vocabulary()
EMOTION = Emotion("anger", 0.6, 0.9, False, -0.5, 0.7, 0.1)


def test_the_file_holds_the_labels_of_the_schema_in_its_version():
    assert (KNOWN.version, tuple(KNOWN.terms)) == (TAXONOMY_VERSION, tuple(label.value for label in EmotionLabel))
    assert KNOWN.migrations[0] == {native: label.value for native, label in NATIVE.items()}


def test_each_term_is_one_of_the_w3cs():
    terms = [term for term in KNOWN.terms.values() if term]
    assert len(terms) == 9
    for term in terms:
        base, _, name = term.vocabulary.partition("#")
        assert base == "http://www.w3.org/TR/emotion-voc/xml" and term.name in W3C[name].split()


def test_a_migration_keeps_the_counts():
    before = {native: number for number, native in enumerate(NATIVE, start=1)}
    after = KNOWN.migrate_counts(before, 0)
    assert sum(after.values()) == sum(before.values()) and set(after) == set(KNOWN.terms)
    assert after["frustration"] == before["annoyance"] + before["disapproval"]
    assert KNOWN.migrate_counts({"anger": 3}, 1) == {"anger": 3}
    for label, version in (("annoyance", 1), ("nonsense", 0), ("anger", 2)):
        with pytest.raises(ConfigError, match=f"{label!r} in version {version}"):
            KNOWN.migrate(label, version)


def test_a_later_version_goes_through_all_between():
    later = replace(
        KNOWN, version=2, terms={"upset": None}, migrations={**KNOWN.migrations, 1: dict.fromkeys(KNOWN.terms, "upset")}
    )
    assert later.migrate("annoyance", 0) == "upset"


@pytest.mark.parametrize(
    "text", ["", "version: 1", "{version: 1, sets: {}, labels: {anger: {set: big7, term: x}}, migrations: {}}"]
)
def test_a_file_that_cannot_be_used_is_told(tmp_path, text):
    (tmp_path / "emotions.yaml").write_text(text)
    with pytest.raises(ConfigError, match="cannot be used"):
        load_vocabulary(tmp_path / "emotions.yaml")


def document(*emotions):
    text = open_document(KNOWN, "model/1") + "".join(emotions) + close_document()
    return ElementTree.fromstring(text)


def name(element):
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def test_every_label_makes_a_document_as_the_recommendation_asks():
    root = document(*(write_emotion(replace(EMOTION, label=label), KNOWN, about=label) for label in KNOWN.terms))
    assert root.tag == f"{{{NAMESPACE}}}emotionml" and root.get("version") == "1.0"
    assert Counter(map(name, root)) == {"vocabulary": 1, "info": 1, "emotion": 12}
    own = root[0]
    assert own.get("type") == "category" and {name(item) for item in own} == {"item"}
    vocabularies = {f"#{own.get('id')}": {item.get("name") for item in own}}
    vocabularies |= {f"http://www.w3.org/TR/emotion-voc/xml#{one}": set(names.split()) for one, names in W3C.items()}
    for emotion in root.findall(f"{{{NAMESPACE}}}emotion"):
        category, dimension, reference = emotion
        assert [name(child) for child in emotion] == ["category", "dimension", "reference"]
        assert category.get("name") in vocabularies[emotion.get("category-set")]
        assert emotion.get("dimension-set") == "http://www.w3.org/TR/emotion-voc/xml#fsre-dimensions"
        assert dimension.get("name") == "valence" and reference.get("uri").startswith("#")
        for share in (category.get("value"), category.get("confidence"), dimension.get("value")):
            assert 0 <= float(share) <= 1
    assert float(root[2][1].get("value")) == 0.25  # valence -0.5 on EmotionML's scale


def test_arousal_is_told_where_the_tagger_tells_it():
    (emotion,) = document(write_emotion(replace(EMOTION, arousal=0.7), KNOWN))[2:]
    told = {one.get("name"): float(one.get("value")) for one in emotion if name(one) == "dimension"}
    assert told == {"valence": 0.25, "arousal": 0.7}


def test_an_abstention_names_no_category_and_nothing_breaks_out_of_the_document():
    (emotion,) = document(write_emotion(ABSTENTION, KNOWN, about='a"<b> &c'))[2:]
    assert [name(child) for child in emotion] == ["dimension", "reference"] and emotion.get("category-set") is None
    assert emotion[1].get("uri") == "#a%22%3Cb%3E%20%26c"
