"""What a message repeats of another one is not the customer's own."""

from dataclasses import replace

import pytest

from hub.contract import Emotion
from hub.pipeline.analysis import place_evidence, text_to_tag
from hub.privacy.quotes import own_words
from hub.schema import Interaction, Party, Provenance, Redaction

AGENT = "We are sorry. This is outrageous and makes me furious."


@pytest.mark.parametrize(
    "text",
    [
        f"Thank you.\n\n> {AGENT}\n> Kind regards",
        f"Thank you.\n\nOn Mon, 4 May 2026 at 09:12, <PERSON> wrote:\n> {AGENT}",
        f"Thank you.\n\nOn Mon, 4 May 2026 at 09:12, <PERSON> <<EMAIL_ADDRESS>> wrote:\n\n{AGENT}",
        f"Thank you.\n\nAm 04.05.2026 um 09:12 schrieb <PERSON>:\n\n{AGENT}",
        f"Thank you.\n\nLe lun. 4 mai 2026 à 09:12, <PERSON> a écrit :\n\n{AGENT}",
        f"Thank you.\n\n-----Original Message-----\nFrom: <PERSON>\n{AGENT}",
        f"Thank you.\n\nFrom: Support\nSent: Monday, 4 May 2026\nTo: <PERSON>\nSubject: RE: order\n\n{AGENT}",
        f"Thank you.\n\n________________________________\n{AGENT}",
        f"> {AGENT}\n\nThank you.",
        f"On Mon, 4 May 2026, <PERSON> wrote:\n> {AGENT}\n\nThank you.",
        f"Thank you.\n\nOn Mon, May 4, 2026 at 9:12 AM Support\n<<EMAIL_ADDRESS_1>> wrote:\n\n{AGENT}",
        f"Thank you.\n\nAm Mo., 4. Mai 2026 um 09:12 Uhr schrieb Support <\n<EMAIL_ADDRESS_1>>:\n\n{AGENT}",
        f"Thank you.\n\nOn 4 May 2026, Support wrote:\n\n{AGENT}\n> Where is it?",
        f"Thank you.\n\npon., 4 maj 2026 o 09:12 <PERSON> napisał(a):\n\n{AGENT}",
        f"Thank you.\n\nEm seg., 4 de mai. de 2026 às 09:12, Suporte escreveu:\n\n{AGENT}",
        f"Thank you.\n\n2026年5月4日(月) 9:12 Support <<EMAIL_ADDRESS_1>>:\n\n{AGENT}",
        f"Thank you.\n\n##- Please type your reply above this line -##\n\n{AGENT}",
        f"Thank you.\n\nBegin forwarded message:\n\n{AGENT}",
        f"Thank you.\n\n-----Wiadomość oryginalna-----\n{AGENT}",
        f"Thank you.\n\nDe : Support\nEnvoyé : lundi 4 mai 2026\nObjet : y\n\n{AGENT}",
        f"Thank you.\n\nOd: Support\nWysłane: poniedziałek\nTemat: y\n\n{AGENT}",
        f"Thank you.\n\n**From:** Support\n**Sent:** Monday\n\n{AGENT}",
        f"Thank you.\n\n\u200b> {AGENT}",
    ],
)
def test_quoted_words_are_left_out(text):
    assert own_words(text) == "Thank you."


@pytest.mark.parametrize(
    "text",
    [
        "I wrote to you on Monday: nobody answered!",
        "My order is 3 > 2 days late.",
        "From: Berlin, to Paris. It never arrived.",
        "Not good.\n\nReally not good.",
        "a - b -- c\n---\nstill mine",
        "On 4 May I asked.\nNobody wrote:\nnot one line.",
        "2026-05-04: still nothing",
    ],
)
def test_what_only_looks_like_a_quote_stays(text):
    assert own_words(text) == text


def said_by_customer(text):
    return Interaction(
        id="itx_1", channel="email", author=Party(role="customer"), visibility="private", language="en",
        provenance=Provenance(connection="desk", connector="zendesk", stream="tickets", key="1", version="1"),
        occurred_at="2026-05-04T09:12:00Z", text=text, redaction=Redaction(engine="test"),
    )  # fmt: skip


def test_what_a_tag_rests_on_is_told_in_the_whole_text():
    said = said_by_customer(f"> {AGENT}\nIt broke. I am furious!")
    own = text_to_tag(said)
    tag = Emotion("anger", 0.5, 0.9, False, -0.5, 0.5, 0.1, evidence=(own.index("I am"), len(own)))
    start, end = place_evidence(said, tag)
    assert said.text[start:end] == "I am furious!" and start > len(AGENT)
    for nowhere in (None, (900, 905), (5, 2)):
        assert place_evidence(said, replace(tag, evidence=nowhere)) is None


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("> I am furious!\n\nI am furious!\nIt broke.", "I am furious!", (17, 30)),  # the agent said so, too
        ("It broke.\r\nFurious!\r\n!!\r\nBye.", "Furious!\n!!", (11, 23)),
        ("It broke. Furious!\n> We are sorry.\n?!", "Furious!\n?!", (10, 18)),  # up to what is quoted
        ("It broke.\u2028Furious!", "Furious!", (10, 18)),
    ],
)
def test_what_is_quoted_is_never_taken_for_what_a_tag_rests_on(text, words, place):
    start = own_words(text).index(words)
    tag = Emotion("anger", 0.5, 0.9, False, -0.5, 0.5, 0.1, evidence=(start, start + len(words)))
    assert place_evidence(said_by_customer(text), tag) == place


def test_a_message_that_only_quotes_has_no_mood():
    said = said_by_customer(f"> {AGENT}")
    assert text_to_tag(said) is None
    assert text_to_tag(said.model_copy(update={"text": f"Thank you.\n> {AGENT}"})) == "Thank you."
