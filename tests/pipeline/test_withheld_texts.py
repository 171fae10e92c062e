"""Withheld texts: the ledger says why a text does not rest."""

from types import SimpleNamespace
from typing import Any

import pytest

from hub.pipeline.analysis import _redacted
from hub.pipeline.item import Entry
from hub.privacy.redaction import Redacted
from hub.schema import Interaction
from hub.telemetry.vocabulary import REASONS


@pytest.mark.parametrize(
    ("reason", "says"), [("too_slow", "redaction.too_slow"), ("language", "redaction.not_possible")]
)
def test_a_text_that_cannot_be_redacted_is_withheld_and_says_why(reason, says):
    record: Any = Interaction.model_construct()
    withheld = Redacted("<TEXT>", (), withheld=True, reason=reason)
    entry = _redacted(SimpleNamespace(), Entry(record), {"text": withheld})
    assert entry.withheld == says
    assert says in REASONS
