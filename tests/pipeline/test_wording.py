"""Every answer of the gate has words: who asks why is no programmer."""

import re
from pathlib import Path

import pytest

import hub.privacy.consent
from hub.pipeline.wording import REASONS, explain
from hub.privacy.consent import NEGATIVE

_TEXT = Path(hub.privacy.consent.__file__).read_text(encoding="utf-8")
CODES = set(re.findall(r'"((?:basis|consent|hard|li|optout|restriction)\.[a-z_]+)"', _TEXT))


def test_the_codes_are_found():
    assert len(CODES) > 20 and {"consent.given", "hard.erased"} <= CODES


@pytest.mark.parametrize("code", sorted(CODES | {f"optout.{state}" for state in NEGATIVE}))
def test_every_reason_of_the_gate_has_words(code):
    assert code in REASONS and explain(code) == f"{REASONS[code]} ({code})"
