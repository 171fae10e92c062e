"""The impact assessment (GDPR Art. 35), written from the live configuration; what only people can judge is a marked gap.

The order and numbers of its questions are those of the PIA tool of the CNIL, so that answers can be carried over; the words
are ours.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.privacy.dossier import Dossier, Flow, Source, period
from hub.privacy.notice import categories_of
from hub.privacy.paper import Block, bullets, heading, paragraph
from hub.privacy.policy import content_hash
from hub.privacy.rules import ANY

GAP = "[TO BE ANSWERED BY A PERSON: {what}]"

Lines = list[tuple[str, str]]
"""Sentences, each with where it comes from: ``file:line`` of the configuration, or a test of the product."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Args:
        number: the number that the PIA tool of the CNIL gives it.
        part: heading that it stands under.
        title: what is asked.
        lines: what the configuration answers.
        gap: what a person must still say; empty where nothing is left.
        person: what a person said in ``statement.yaml``.
        gauge: their judgement, where one is asked for.
    """

    number: str
    part: str
    title: str
    lines: Lines
    gap: str = ""
    person: str | None = None
    gauge: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether a person must still answer."""
        return bool(self.gap) and self.person is None


@dataclass(frozen=True, slots=True)
class _Asked:
    number: str
    title: str
    answer: Callable[[Dossier], Lines] | None = None
    gap: str = ""


def questions(dossier: Dossier) -> list[Question]:
    """These are all questions with their answers and gaps."""
    said = dossier.statement.answers
    found = []
    for part, asked in _PARTS.items():
        for one in asked:
            lines = one.answer(dossier) if one.answer else []
            person = said.get(one.number)
            found.append(Question(
                one.number, part, one.title, lines, one.gap or ("" if lines else "nothing is configured that answers this"),
                person.text if person else None, person.gauge if person else None,
            ))  # fmt: skip
    return found


def assessment_digest(dossier: Dossier) -> str:
    """This hash over all answers, every flow and every safeguard changes whenever the assessment would judge another thing."""
    told = [(q.number, [text for text, _ in q.lines], q.person, q.gauge) for q in questions(dossier)]
    flows = {flow.name: dossier.fingerprint(flow) for flow in dossier.flows}
    return content_hash([told, flows, dossier.safeguards()])


def assessment(dossier: Dossier, *, approved: str | None = None) -> list[Block]:
    """This is the assessment as a paper; ``approved`` says by whom and when, where it still describes what is done."""
    asked = questions(dossier)
    open_ = sum(question.is_open for question in asked)
    state = approved or "Not approved, or changed since it was: see 'hub privacy approve'."
    blocks = [
        heading(f"Data protection impact assessment: {dossier.tenant}", 1),
        paragraph(state),
        paragraph(f"{len(asked)} questions, {open_} of them to be answered by a person (statement.yaml: answers)."),
    ]
    part = ""
    for question in asked:
        if question.part != part:
            part = question.part
            blocks.append(heading(part))
        blocks += _blocks(question)
    return blocks


def _blocks(question: Question) -> list[Block]:
    blocks = [heading(f"{question.number} {question.title}", 3)]
    if question.lines:
        blocks.append(bullets([f"{text} ({source})" for text, source in question.lines]))
    if question.person is not None:
        gauge = f" Judged: {question.gauge}." if question.gauge else ""
        blocks.append(paragraph(f"{question.person}{gauge} (statement.yaml)"))
    elif question.gap:
        blocks.append(paragraph(GAP.format(what=question.gap)))
    return blocks


def as_data(dossier: Dossier) -> dict[str, Any]:
    """This is the assessment as plain data, numbered as the PIA tool of the CNIL numbers its answers."""
    answers = [
        {
            "reference_to": question.number,
            "title": question.title,
            "data": {"text": _text(question), "gauge": question.gauge, "list": []},
            "sources": [source for _, source in question.lines],
            "open": question.is_open,
        }
        for question in questions(dossier)
    ]
    return {
        "name": dossier.tenant,
        "digest": assessment_digest(dossier),
        "policy": dossier.policy.version,
        "answers": answers,
    }


def _text(question: Question) -> str:
    own = [question.person] if question.person else [GAP.format(what=question.gap)] if question.gap else []
    return "\n".join([*(text for text, _ in question.lines), *own])


# ── context ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _processing(d: Dossier) -> Lines:
    read = [
        (f"Reads {', '.join(one.streams)} from {one.title} ({one.connection}).", "hub.yaml: syncs") for one in d.sources
    ]
    infer = f"Estimates from redacted text of customers, with {d.model}, one of {', '.join(d.labels)}, or abstains."
    sent = [
        (
            f"Writes {', '.join(one.objects)} to {one.title} ({one.connection}) for {one.purpose}.",
            f"hub.yaml: {one.name}",
        )
        for one in d.flows
    ]
    return [*read, (infer, "hub.yaml: tagger"), *sent]


def _responsible(d: Dossier) -> Lines:
    said = [("Controller", d.statement.controller), ("Data protection officer", d.statement.officer)]
    return [(f"{who}: {value}", "statement.yaml") for who, value in said if value]


def _standards(d: Dossier) -> Lines:
    return [
        (
            "Purposes, bases and categories are terms of the W3C Data Privacy Vocabulary.",
            d.line("purposes.yaml", "purposes"),
        ),
        ("The audit log follows C2SP tlog-tiles and can be verified by others.", "docs/explanation/audit.md"),
    ]


def _data(d: Dossier) -> Lines:
    rows = []
    for rule in d.retention():
        rows.append(
            (f"{rule.category}: kept {period(rule.keep)} from {rule.start}.", d.line("retention.yaml", "rules"))
        )
    channels = f"Touchpoints: {', '.join(d.channels) or 'none'}."
    who = "; ".join(f"{name} ({role.title})" for name, role in d.access.file.roles.items())
    return [*rows, (channels, "mappings"), (f"Who may look at something: {who}.", d.line("access.yaml", "roles"))]


def _life_cycle(d: Dossier) -> Lines:
    return [
        ("Read, mapped, asked whether it may be kept, redacted in memory, asked whether emotion may be read, tagged, stored "
         "sealed under the person's own key; one transaction.", "docs/explanation/how-it-works.md"),
        ("Asked again before anything is sent; only listed fields; the outgoing bytes are searched for identifiers.",
         d.line("destinations.yaml", "destinations")),
        ("Deleted by its rule and cleared downstream; erased with the person's key.", d.line("retention.yaml", "rules")),
    ]  # fmt: skip


def _assets(d: Dossier) -> Lines:
    both: list[Source | Flow] = [*d.sources, *d.flows]
    systems = [(f"{one.title} ({one.connection}): {', '.join(one.hosts)}", "hub.yaml: connections") for one in both]
    return [
        ("The hub's database, its keys, its audit log and its erasure journal.", "hub.yaml"),
        *dict.fromkeys(systems),
    ]


# ── principles ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _purposes(d: Dossier) -> Lines:
    used = [
        (f"{name}: {purpose.title} ({purpose.dpv})", d.line("purposes.yaml", "purposes", name))
        for name, purpose in d.purposes()
    ]
    never = ", ".join(d.policy.purposes.emotion_forbidden)
    return [*used, (f"Emotion is never used for: {never}.", d.line("purposes.yaml", "emotion_forbidden"))]


def _grounds(d: Dossier) -> Lines:
    rows = []
    for name, purpose in d.purposes():
        rest = ", ".join(f"{place}: {basis}" for place, basis in sorted(purpose.basis.items()) if place != ANY)
        text = f"{name}: {purpose.basis[ANY]}{f' ({rest})' if rest else ''}{_balancing(purpose.assessment)}"
        rows.append((text, d.line("purposes.yaml", "purposes", name, "basis")))
    special = "Emotion and special categories need explicit consent that names them, whatever the purpose's own ground."
    return [*rows, (special, "tests/privacy/test_law.py")]


def _balancing(assessment: str | None) -> str:
    return f"; balancing test {assessment}" if assessment else ""


def _minimal(d: Dossier) -> Lines:
    rows = []
    for name in sorted(d.recipients()):
        fields = ", ".join(f"{path} ({do})" for path, do in d.told(name).items())
        where = d.line("destinations.yaml", "destinations", name)
        rows.append((f"{name} gets {fields or 'nothing'}; nothing else leaves.", where))
    entities = ", ".join(d.redaction.get("entities", ()))
    return [*rows, (f"Taken out of text before it rests: {entities}.", "redaction.yaml")]


def _accurate(d: Dossier) -> Lines:
    figures = [(f"{name}: {value:g}", f"model card of {d.model}") for name, value in sorted(d.measures.items())]
    return [
        (
            "The model abstains below its confidence floor; a tag carries confidence, model and expiry.",
            "hub.yaml: tagger",
        ),
        *figures,
    ]


def _storage(d: Dossier) -> Lines:
    return [
        (f"{rule.category}{f' of {rule.source}' if rule.source else ''}: {period(rule.keep)} from {rule.start}"
         f"{f': {rule.why}' if rule.why else ''}.", d.line("retention.yaml", "rules", index))
        for index, rule in enumerate(d.retention())
    ]  # fmt: skip


def _informed(d: Dossier) -> Lines:
    return [
        (
            "The notice is written from this configuration, in several languages; its version is kept.",
            "hub privacy notice",
        ),
        *([(f"Reachable at: {d.statement.contact}", "statement.yaml")] if d.statement.contact else []),
    ]


def _consented(d: Dossier) -> Lines:
    rows = []
    for name, purpose in d.purposes():
        if "consent" in {str(basis).rpartition("_")[2] for basis in purpose.basis.values()}:
            age = f", asked anew after {period(purpose.max_age)}" if purpose.max_age else ""
            notice = f", under notice {purpose.min_notice} or later" if purpose.min_notice else ""
            rows.append((f"{name}: consent{age}{notice}.", d.line("purposes.yaml", "purposes", name)))
    ages = f"Age of consent: {d.policy.jurisdictions.default_age} where no row says otherwise; below it a verified guardian."
    return [*rows, (ages, d.line("jurisdictions.yaml", "default_age"))]


def _access_right(d: Dossier) -> Lines:
    return [("A person's data, inferences and recipients are exported to them as a file.", "hub person export")]


def _erasure_right(d: Dossier) -> Lines:
    return [
        ("Erased here and at every system, looked at again, and refused on re-import.", "hub person erase"),
        ("Corrected at the source system; the next pull follows.", "docs/explanation/how-it-works.md"),
    ]


def _objection(d: Dossier) -> Lines:
    return [
        (
            "An objection or withdrawal counts from its transaction on, and is taken back downstream.",
            "hub consent record",
        ),
        *([(f"Told at: {d.statement.opt_out}", "statement.yaml")] if d.statement.opt_out else []),
    ]


def _processors(d: Dossier) -> Lines:
    known = [(f"{name}: {text}", "statement.yaml: processors") for name, text in sorted(d.statement.processors.items())]
    return [*[(f"{one.title} ({one.connection})", f"hub.yaml: {one.name}") for one in d.flows], *known]


def _transfers(d: Dossier) -> Lines:
    return [(f"{name}: {text}", "statement.yaml: transfers") for name, text in sorted(d.statement.transfers.items())]


# ── risks ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _insiders(d: Dossier) -> Lines:
    seeing = sorted(
        {role for line in d.access.allow for role in line.roles or () if line.data and line.data - {"runs"}}
    )
    outside = sorted({one.title for one in d.sources} | {one.title for one in d.flows})
    return [
        (f"Roles that see something of people: {', '.join(seeing) or 'none'}.", d.line("access.yaml", "allow")),
        (f"Systems that send or receive: {', '.join(outside) or 'none'}.", "hub.yaml: connections"),
        ("Whoever has the root key, the database or a backup of both.", "hub.yaml: root_key"),
    ]


def _against_access(d: Dossier) -> Lines:
    return [
        ("Records and tags are sealed under a key per person; texts are redacted before they rest.",
         "tests/flows/test_privacy.py"),
        (f"Who sees what is decided at one door, default deny, figures from {d.access.k} people on.",
         "tests/privacy/test_access.py"),
        ("Every look is on the audit record.", "tests/flows/test_access.py"),
        ("Outgoing bytes are searched for identifiers that do not belong there.", "tests/privacy/test_egress.py"),
    ]  # fmt: skip


def _against_change(d: Dossier) -> Lines:
    return [
        ("Sealed values are bound to their place; a changed one does not open.", "tests/store/test_vault.py"),
        ("The audit log cannot be rewritten unseen.", "tests/audit/test_log.py"),
        ("A push that would change too many rows stops and asks.", "hub.yaml: syncs, caps"),
    ]


def _against_loss(d: Dossier) -> Lines:
    return [
        ("Every record has an outcome; a run killed anywhere ends where an uninterrupted one does.", "tests/crash"),
        ("Consent, suppression and audit rest in the database; the erasure journal outside it.", "hub.yaml"),
    ]


def _risk(tens: str, what: str, measures: Callable[[Dossier], Lines]) -> tuple[_Asked, ...]:
    return (
        _Asked(f"{tens}1", "Impacts on people", gap=f"what would {what} mean for the people concerned?"),
        _Asked(f"{tens}2", "Threats that could lead to it", gap=f"how could {what} come about here?"),
        _Asked(f"{tens}3", "Sources of the risk", _insiders),
        _Asked(f"{tens}4", "Measures against it", measures),
        _Asked(f"{tens}5", "Severity", gap="negligible, limited, significant or maximum, and why"),
        _Asked(f"{tens}6", "Likelihood", gap="negligible, limited, significant or maximum, and why"),
    )


_PARTS: Mapping[str, Sequence[_Asked]] = {
    "1 Context: overview": (
        _Asked("111", "What is done", _processing),
        _Asked("112", "Who answers for it", _responsible, "who is controller, processor, joint controller?"),
        _Asked("113", "Standards that are followed", _standards),
    ),
    "1 Context: data, processes, assets": (
        _Asked("121", "Data, how long, who sees it", _data),
        _Asked("122", "Life of the data", _life_cycle),
        _Asked("123", "What it rests on", _assets),
    ),
    "2 Principles: proportionate and necessary": (
        _Asked("211", "Purposes", _purposes),
        _Asked("212", "Legal grounds", _grounds),
        _Asked("213", "No more data than needed", _minimal),
        _Asked("214", "Accurate and current", _accurate, "is this accurate enough for its use, in every language and group?"),
        _Asked("215", "How long it is kept", _storage),
    ),
    "2 Principles: people's rights": (
        _Asked("221", "How people are told", _informed),
        _Asked("222", "How consent is asked", _consented),
        _Asked("223", "Access and taking it along", _access_right),
        _Asked("224", "Correction and erasure", _erasure_right),
        _Asked("225", "Restriction and objection", _objection),
        _Asked("226", "Processors and their duties", _processors, "which contract binds each of them?"),
        _Asked("227", "Transfers out of the EEA", _transfers, "which system holds data where, and on which ground?"),
    ),
    "3 Risks: somebody sees it who should not": _risk("32", "access by the wrong people", _against_access),
    "3 Risks: somebody changes it": _risk("33", "an unwanted change", _against_change),
    "3 Risks: it is gone": _risk("34", "a loss", _against_loss),
}  # fmt: skip


def record_rows(dossier: Dossier) -> list[dict[str, str]]:
    """This is the record of processing (GDPR Art. 30): a row for each purpose in use."""
    rows = []
    for name, purpose in dossier.purposes():
        flows = [flow for flow in dossier.flows if flow.purpose == name]
        categories = categories_of(dossier, name)
        kept = [
            rule for rule in dossier.retention() if set(categories) & {str(rule.category), f"{rule.category}.label"}
        ]
        rows.append({
            "controller": dossier.statement.controller or "[MISSING]",
            "purpose": f"{name}: {purpose.title}",
            "ground": str(purpose.basis[ANY]),
            "people": "customers",
            "data": ", ".join(categories) or "-",
            "recipients": ", ".join(f"{flow.title} ({flow.connection})" for flow in flows) or "-",
            "transfers": ", ".join(dossier.statement.transfers.get(flow.connection, "[MISSING]") for flow in flows) or "-",
            "erased after": ", ".join(f"{rule.category} {period(rule.keep)}" for rule in kept) or "-",
            "security": "sealed per person, redacted before it rests, one door, audit log",
        })  # fmt: skip
    return rows
