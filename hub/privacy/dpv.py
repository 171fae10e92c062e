"""The Data Privacy Vocabulary's tree of purposes (DPV 2.3), so that a term is known, and with it what it is part of.

The names and their broader terms are the W3C community group's work, under the W3C Software and Document License (2023); the
file beside this one names it.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

PREFIX = "https://w3id.org/dpv#"


@cache
def broader() -> Mapping[str, tuple[str, ...]]:
    """These are the purposes of the vocabulary by name, each with those that it narrows."""
    told = json.loads((Path(__file__).parent / "dpv.json").read_text(encoding="utf-8"))
    return {name: tuple(terms) for name, terms in told["broader"].items()}


@cache
def lineage(term: str) -> frozenset[str]:
    """This is a purpose with everything that it narrows, by name; a name that nobody knows stands for itself alone."""
    found, ahead = {term}, [term]
    while ahead:
        new = set(broader().get(ahead.pop(), ())) - found
        found |= new
        ahead += new
    return frozenset(found)
