"""Redaction: personal data leaves free text before the text rests anywhere.

Presidio is the frame; the hub adds checked patterns, the person's own known identifiers and a rule for every language that
the name recogniser does not serve. Presidio and spaCy are imported by ``make_redactor`` only.
"""

from hub.privacy.redaction.entity import Entity, Redacted
from hub.privacy.redaction.policy import CustomPattern, RedactionPolicy, load_redaction
from hub.privacy.redaction.redactor import Redactor, make_redactor

__all__ = ["CustomPattern", "Entity", "Redacted", "RedactionPolicy", "Redactor", "load_redaction", "make_redactor"]
