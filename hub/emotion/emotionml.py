"""EmotionML 1.0 (W3C Recommendation, 22 May 2014): tags as other systems for emotion read them.

A label that a W3C vocabulary has is named by it; the others by the hub's own, which stands at the head of the document.
"""

from collections.abc import Mapping
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from hub.contract import Emotion
from hub.emotion.vocabulary import Vocabulary

NAMESPACE = "http://www.w3.org/2009/10/emotionml"

_VALENCE = "http://www.w3.org/TR/emotion-voc/xml#fsre-dimensions"


def open_document(vocabulary: Vocabulary, tagger: str) -> str:
    """This begins a document: the root, the hub's own vocabulary, and the tagger's name and version."""
    items = "".join(f"<item name={quoteattr(label)}/>" for label in vocabulary.terms)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<emotionml version="1.0" xmlns="{NAMESPACE}">\n'
        f'<vocabulary type="category" id="{_own(vocabulary)}">{items}</vocabulary>\n'
        f'<info><tagger xmlns="urn:attune:emotionml" name={quoteattr(tagger)}/></info>\n'
    )


def write_emotion(emotion: Emotion, vocabulary: Vocabulary, *, about: str | None = None) -> str:
    """This is one tag on one line. Where the tagger abstained it names no category.

    Args:
        emotion: the tag.
        vocabulary: the taxonomy that it is in.
        about: what the text goes by, such as the id of its line; no personal data.
    """
    reference = "" if about is None else f"<reference uri={quoteattr('#' + quote(about, safe=''))}/>"
    term = vocabulary.terms[emotion.label] if emotion.label is not None else None
    sets, category = {"dimension-set": _VALENCE}, ""
    if emotion.label is not None:
        sets["category-set"] = term.vocabulary if term else f"#{_own(vocabulary)}"
        name = term.name if term else emotion.label
        category = (
            f"<category name={quoteattr(name)} {_shares(value=emotion.intensity, confidence=emotion.confidence)}/>"
        )
    # EmotionML's scales go from 0 to 1; its middle is neither pleasant nor unpleasant.
    valence = f'<dimension name="valence" {_shares(value=(emotion.valence + 1) / 2)}/>'
    arousal = "" if emotion.arousal is None else f'<dimension name="arousal" {_shares(value=emotion.arousal)}/>'
    return f'<emotion expressed-through="text"{_attributes(sets)}>{category}{valence}{arousal}{reference}</emotion>'


def close_document() -> str:
    """This ends a document."""
    return "</emotionml>\n"


def _own(vocabulary: Vocabulary) -> str:
    return f"attune-{vocabulary.version}"


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items())


def _shares(**values: float) -> str:
    return " ".join(f'{name}="{max(0.0, min(1.0, value)):.4g}"' for name, value in values.items())
