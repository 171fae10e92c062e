"""The GPP vectors: strings that the reference implementation wrote, read or refused."""

import json

import pytest

from hub.privacy.gpp.bits import GppError
from hub.privacy.gpp.codec import decode, encode

pytestmark = pytest.mark.recorded


def test_every_string_is_read_and_written_again_or_refused(shared):
    vectors = json.loads(shared("vectors/gpp/gpp_decode.json").read_text(encoding="utf-8"))
    assert len(vectors) >= 140
    for one in vectors:
        if not one["ok"]:
            with pytest.raises(GppError):
                decode(one["gpp"])
            continue
        gpp = decode(one["gpp"])
        assert list(gpp.ids) == one["section_ids"]
        assert {section.name: section.fields for section in gpp.sections} == one["sections"], one["gpp"]
        assert encode(gpp) == one["reencoded"]
