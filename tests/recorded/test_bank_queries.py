"""Real questions to a bank (BANKING77): short, in English, and without personal data, so redaction should leave them alone."""

from collections import Counter
from pathlib import Path

import pytest

from hub.privacy.redaction import load_redaction, make_redactor

pytestmark = pytest.mark.recorded

FILE = "text/banking77_test.csv"
ASKED = 500
MOST_CHANGED = 0.15
"""Share of the questions in which something may be taken for personal data that is none."""


@pytest.fixture(scope="module")
def redactor(engines):
    if "redactor" not in engines:
        engines["redactor"] = make_redactor(load_redaction(Path(__file__).parents[2] / "privacy" / "redaction.yaml"))
    return engines["redactor"]


def test_questions_without_personal_data_are_left_alone(table, redactor, record_property):
    rows = table(FILE)
    texts = [row["text"] for row in rows[:: len(rows) // ASKED][:ASKED]]
    results = redactor.redact(texts, languages=["en"] * ASKED, known=[()] * ASKED)
    changed = sum(result.text != text for result, text in zip(results, texts, strict=True))
    kinds = Counter(entity.type for result in results for entity in result.entities)
    record_property("changed", changed)
    print(f"{changed} of {ASKED} questions were changed: {dict(kinds)}")
    assert not any(result.withheld for result in results)
    assert changed / ASKED < MOST_CHANGED
