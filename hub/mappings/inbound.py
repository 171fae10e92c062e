"""The inbound mapping: one vendor record in, zero or more canonical records out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError

from hub.contract import RawRecord
from hub.errors import BadRecordError
from hub.mappings.compiler import Compiler
from hub.mappings.conversion import to_id
from hub.mappings.document import Node
from hub.mappings.expression import Expression
from hub.mappings.part import Mint, Part, Trail
from hub.mappings.refusal import RefusalError
from hub.schema import RECORD_MODELS, Model, Record

IN_KEYS = frozenset({"stream", "records"})
"""Keys of ``in``."""

RULE_KEYS = frozenset({"to", "each", "when", "key", "fields"})
"""Keys of a rule: an entry of ``in.records``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of ``in.records``: what makes one kind of canonical record.

    Args:
        number: its position, the first is 1.
        line: line of the file.
        kind: canonical kind.
        model: its pydantic model.
        key: finds the vendor key.
        parts: field to what fills it.
        each: finds a list; the rule then applies to each of its elements.
        when: the rule yields a record only where this holds.
    """

    number: int
    line: int
    kind: str
    model: type[Model]
    key: Expression
    parts: Mapping[str, Part]
    each: Expression | None = None
    when: Expression | None = None

    @property
    def title(self) -> str:
        """This names the rule in errors, such as ``rule 2 (interaction)``."""
        return f"rule {self.number} ({self.kind})"

    def scopes(self, data: Mapping[str, Any]) -> Sequence[Any]:
        """These are what the rule's expressions see, one a record; raises RefusalError."""
        if self.each is None:
            return (data,) if self.when is None or self.when.is_true(data) else ()
        items = self.each.search(data)
        if items is not None and not isinstance(items, list):
            raise RefusalError("mapping.each", "it should be a list", "each")
        scopes = ({"item": item, "record": data} for item in items or () if item is not None)
        return [scope for scope in scopes if self.when is None or self.when.is_true(scope)]

    def make(self, data: Mapping[str, Any], mint: Mint, provenance: Mapping[str, str]) -> list[Record]:
        """These are the canonical records of one vendor record; raises RefusalError."""
        return [self._make(scope, mint, provenance) for scope in self.scopes(data)]

    def _make(self, scope: Any, mint: Mint, provenance: Mapping[str, str]) -> Record:
        made: dict[str, Any] = {"id": mint(self.kind, self._vendor_key(scope)), "provenance": provenance}
        for name, part in self.parts.items():
            value = part.make(scope, mint)
            if value is not None:
                made[name] = value
        return self._validated(made)

    def _vendor_key(self, scope: Any) -> str:
        try:
            value = self.key.search(scope)
            key = None if value is None else to_id(value)
        except RefusalError as refusal:
            raise RefusalError(refusal.reason, refusal.what, "key") from None
        if key is None:
            raise RefusalError("mapping.missing_id", "it is null, and without it the record has no id", "key")
        return key

    def _validated(self, made: dict[str, Any]) -> Record:
        problem: tuple[str, str]
        try:
            return cast("Record", self.model.__pydantic_validator__.validate_python(made))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            problem = ".".join(str(step) for step in first["loc"]), first["type"]
        # Raised out here: pydantic's error holds the value, even where its text hides it.
        raise RefusalError("mapping.invalid", f"the canonical schema refuses it ({problem[1]})", problem[0])

    def places(self) -> Trail:
        """These places of the file should be exercised by examples: the rule itself and its fields."""
        yield self.title, self.line
        for part in self.parts.values():
            for name, line in part.places():
                yield f"{self.title} {name}", line

    def exercised(self, data: Mapping[str, Any]) -> Iterator[str]:
        """These places are exercised by this vendor record; raises RefusalError."""
        for scope in self.scopes(data):
            yield self.title
            for part in self.parts.values():
                for name in part.exercised(scope):
                    yield f"{self.title} {name}"


@dataclass(frozen=True, slots=True)
class InMapping:
    """The ``in`` part of a mapping file.

    Args:
        connector: whose records it maps.
        stream: the stream that they come from.
        name: name and content hash of the file, as provenance keeps it: ``zendesk.tickets@1a2b3c4d``.
        rules: one for each canonical record that a vendor record can become.
    """

    connector: str
    stream: str
    name: str
    rules: tuple[Rule, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """These canonical kinds may come out."""
        return frozenset(rule.kind for rule in self.rules)

    def apply(self, raw: RawRecord, *, connection: str, mint: Mint) -> list[Record]:
        """These are the canonical records of one vendor record, in the order of the rules; none where it is deleted.

        Args:
            raw: the vendor record.
            connection: the connection that it was read by, for provenance.
            mint: makes the hub id of a canonical kind and a vendor key.

        Raises:
            BadRecordError: the record does not fit; names mapping, rule and field, never the value.
        """
        if raw.deleted:
            return []
        data = raw.data if isinstance(raw.data, dict) else dict(raw.data)
        # As data, not as a model: it is made, and checked, together with the record.
        provenance = {
            "connection": connection,
            "connector": self.connector,
            "stream": self.stream,
            "key": raw.key,
            "version": raw.version,
            "mapping": self.name,
        }
        made: list[Record] = []
        for rule in self.rules:
            try:
                made.extend(rule.make(data, mint, provenance))
            except RefusalError as refusal:
                raise self._bad(rule, refusal) from None
        return made

    def _bad(self, rule: Rule, refusal: RefusalError) -> BadRecordError:
        field = f", field {refusal.field}" if refusal.field else ""
        return BadRecordError(f"mapping {self.name}, {rule.title}{field}: {refusal.what}", reason=refusal.reason)


def compile_inbound(node: Node, connector: str, name: str, compiler: Compiler) -> InMapping:
    """This compiles the ``in`` part of a file; raises ConfigError with file and line."""
    keys = node.mapping("in", IN_KEYS)
    for needed in ("stream", "records"):
        if needed not in keys:
            raise node.error(f"in lacks '{needed}'")
    entries = keys["records"].items("in.records")
    if not entries:
        raise keys["records"].error("in.records is empty")
    rules = tuple(_rule(entry, number, compiler) for number, entry in enumerate(entries, 1))
    return InMapping(connector, keys["stream"].text("in.stream"), name, rules)


def _rule(node: Node, number: int, compiler: Compiler) -> Rule:
    what = f"rule {number}"
    keys = node.mapping(what, RULE_KEYS)
    for needed in ("to", "key", "fields"):
        if needed not in keys:
            raise node.error(f"{what} lacks '{needed}'")
    kind = keys["to"].choice(f"{what}: to", RECORD_MODELS)
    what = f"{what} ({kind})"
    return Rule(
        number=number,
        line=node.line,
        kind=kind,
        model=RECORD_MODELS[kind],
        key=compiler.expression(keys["key"], f"{what}: key"),
        parts=compiler.fields(keys["fields"], RECORD_MODELS[kind], what),
        each=compiler.expression(keys["each"], f"{what}: each") if "each" in keys else None,
        when=compiler.expression(keys["when"], f"{what}: when") if "when" in keys else None,
    )
