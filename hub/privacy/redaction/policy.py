"""The redaction policy: ``privacy/redaction.yaml``, read and checked."""

import hashlib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self

import regex
import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from hub.errors import ConfigError
from hub.schema import Model


class CustomPattern(Model):
    """A pattern of the company's own: order numbers, loyalty numbers.

    ``regex`` is matched case-sensitively unless it says ``(?i)``; where it has a group named ``value``, only that group is
    redacted.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    entity: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    regex: str = Field(min_length=2, max_length=500)
    score: float = Field(0.9, gt=0, le=1)

    @field_validator("regex")
    @classmethod
    def _must_compile(cls, value: str) -> str:
        try:
            pattern = regex.compile(value)
        except regex.error as error:
            raise ValueError(f"not a regular expression: {error.msg}") from None
        if pattern.search(""):
            raise ValueError("the pattern matches the empty text, so it would match everywhere")
        return value


KNOWN_ENTITIES = frozenset({
    "PERSON", "LOCATION", "NRP", "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS",
    "URL", "HANDLE", "DATE_OF_BIRTH", "STREET_ADDRESS", "ZIP_CODE", "US_SSN", "UK_NINO", "PASSWORD", "ORDER_NUMBER",
    "ACCOUNT_NUMBER", "LOYALTY_NUMBER", "NATIONAL_ID", "PASSPORT", "DRIVER_LICENCE", "LICENCE_PLATE", "CRYPTO",
})  # fmt: skip
"""What the built-in recognisers find."""


class RedactionPolicy(Model):
    """The rules of redaction, as the privacy officer wrote them.

    ``fingerprint`` is a short hash of the rules: the same rules always have the same one.
    """

    version: Literal[1]
    languages: tuple[Literal["en"], ...] = ("en",)
    undeclared: Literal["detect", "other"] = "detect"
    other_languages: Literal["mask", "withhold"] = "mask"
    entities: tuple[str, ...]
    min_score: float = Field(0.4, ge=0, le=1)
    max_length: int = Field(50_000, ge=100, le=200_000)
    scan_seconds: float = Field(1.0, ge=0.01, le=60)
    phone_regions: tuple[str, ...] = ("US",)
    keep: tuple[str, ...] = ()
    patterns: tuple[CustomPattern, ...] = ()
    recognisers: tuple[str, ...] = ()
    names: tuple[str, ...] = ("spacy",)
    second_names: str | None = None
    unsure_from: float = Field(0.05, ge=0, le=1)

    @field_validator("entities", "languages", "names")
    @classmethod
    def _must_not_be_empty(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("the list is empty, so nothing would be redacted")
        return value

    @model_validator(mode="after")
    def _names_only_what_is_recognised(self) -> Self:
        known = KNOWN_ENTITIES | {one.entity for one in self.patterns}
        unknown = sorted(set(self.entities) - known)
        if unknown and not self.recognisers:
            near = get_close_matches(unknown[0], known, n=1)
            raise ValueError(f"nothing recognises {unknown[0]}" + (f", did you mean {near[0]}?" if near else ""))
        return self

    @property
    def fingerprint(self) -> str:
        """This is the first 12 hexadecimal digits of the SHA-256 of the rules."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


def load_redaction(path: Path) -> RedactionPolicy:
    """This reads a redaction policy.

    Raises ConfigError, naming file and line, where the file is missing, not YAML, or breaks a rule.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_doubles(path, root)
        data = yaml.safe_load(text)
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply.", fix="Write it as plainly as the shipped one.") from None
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}).", fix="Create it, or name another file."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigError(f"{path}:{line}: not readable as YAML.", fix="Correct the syntax at that line.") from None
    try:
        return RedactionPolicy.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        line = _line_of(root, first["loc"])
        raise ConfigError(f"{path}:{line}: {where}: {first['msg']}.", fix="See docs/reference for the keys.") from None


def _refuse_doubles(path: Path, root: Any) -> None:
    """A key that stands twice would silently replace the rules of the first."""
    keys = [key for key, _ in root.value] if isinstance(root, yaml.MappingNode) else []
    seen: set[str] = set()
    for key in keys:
        if key.value in seen:
            raise ConfigError(f"{path}:{key.start_mark.line + 1}: {key.value!r} stands twice.", fix="Keep one of them.")
        seen.add(key.value)


def _line_of(node: Any, loc: Sequence[int | str]) -> int:
    """The line of the deepest part of ``loc`` that the file has, counted from 1."""
    line: int = node.start_mark.line + 1 if node is not None else 1
    for part in loc:
        found = _child(node, part)
        if found is None:
            break
        line, node = found
    return line


def _child(node: Any, part: int | str) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None
