"""What a message repeats of another one is not the customer's own."""

import pytest

from hub.pipeline.analysis import text_to_tag
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
    ],
)
def test_what_only_looks_like_a_quote_stays(text):
    assert own_words(text) == text


def test_a_message_that_only_quotes_has_no_mood():
    said = Interaction(
        id="itx_1", channel="email", author=Party(role="customer"), visibility="private", language="en",
        provenance=Provenance(connection="desk", connector="zendesk", stream="tickets", key="1", version="1"),
        occurred_at="2026-05-04T09:12:00Z", text=f"> {AGENT}", redaction=Redaction(engine="test"),
    )  # fmt: skip
    assert text_to_tag(said) is None
    assert text_to_tag(said.model_copy(update={"text": f"Thank you.\n> {AGENT}"})) == "Thank you."
