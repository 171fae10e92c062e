"""The redactor: texts in, texts without personal data out, or an error; never a raw text by mistake."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from hub.errors import HubError, PolicyError
from hub.privacy.redaction.entity import NO_RECOGNISER, TOO_LONG, TOO_SLOW, Entity, Redacted
from hub.privacy.redaction.known import finder_for
from hub.privacy.redaction.language import (
    base_language,
    has_caseless_script,
    is_english_with_other_scripts,
    reads_as_another,
    reads_as_english,
)
from hub.privacy.redaction.mask import mask_spans, other_script_spans
from hub.privacy.redaction.people import repeated
from hub.privacy.redaction.placeholders import WITHHELD, Numbering
from hub.privacy.redaction.policy import RedactionPolicy
from hub.privacy.redaction.spans import PLACEHOLDER, cut_out, keep_spans, merge, trim
from hub.privacy.redaction.view import View, plain_view

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

ENGINE = "attune-redaction/14"
"""Name and version of the rules in this package; the number grows whenever the same policy may give another result."""


class Analyser(Protocol):
    """This finds personal data in normalised texts, one list of findings per text."""

    @property
    def name(self) -> str:
        """This names the software and models in use, with versions."""
        ...

    def with_names(self, texts: Sequence[str]) -> Iterator[list[Entity] | None]:
        """This yields findings in texts of a served language; None where looking took too long."""
        ...

    def without_names(self, texts: Sequence[str]) -> Iterator[list[Entity] | None]:
        """This yields what patterns alone find; None where looking took too long."""
        ...


@dataclass(frozen=True, slots=True)
class _Job:
    """One distinct piece of work; equal ones are done once."""

    text: str
    mode: str
    known: tuple[str, ...]


_AGAIN = 0.5
"""How sure it is that a word names somebody who is named elsewhere in the text."""

_WITHHELD = {TOO_LONG, NO_RECOGNISER}
"""Modes that look for nothing; any other is ``names`` or ``mask``."""


class Redactor:
    """This removes personal data from texts.

    Args:
        policy: what to remove, and what to do where names cannot be recognised.
        analyser: what finds it.
    """

    def __init__(self, policy: RedactionPolicy, analyser: Analyser) -> None:
        self._policy, self._analyser = policy, analyser
        # Once: every record asks for it, and the version stands in a file.
        self._engine = f"{ENGINE} {analyser.name} py3langid/{version('py3langid')} policy/{policy.fingerprint}"
        self._languages = frozenset[str](policy.languages)
        self._made = frozenset({*policy.entities, *(one.entity for one in policy.patterns), "MASKED"})

    @property
    def engine(self) -> str:
        """This names rules, software, models and policy, with versions; stored beside every redacted text."""
        return self._engine

    def redact(
        self,
        texts: Sequence[str],
        *,
        languages: Sequence[str | None],
        known: Sequence[Sequence[str]],
        threads: Sequence[str | None] | None = None,
    ) -> list[Redacted]:
        """This redacts texts, one result per text, in order.

        A result depends on its own text, language and known identifiers only, however texts are batched, except that texts
        of one thread share their placeholder numbers.

        Args:
            texts: what was written.
            languages: BCP 47 tag of each text, or None where nobody declared one.
            known: what the hub knows of the people in each text: names, e-mails, phones, handles, customer numbers.
            threads: the conversation of each text, or None; without it, every text is numbered on its own.

        Raises:
            PolicyError: ``redaction.unavailable`` where a recogniser fails. Nothing is returned then.
            ValueError: the sequences differ in length.
        """
        asked = list(zip(texts, languages, known, strict=True))
        guard = _Guard()
        jobs: list[_Job] = []
        found: Mapping[_Job, tuple[Entity, ...] | None] = {}
        with guard:
            jobs = [
                _Job(text, self._mode(text, language), tuple(sorted(set(names)))) for text, language, names in asked
            ]
            found = self._find_all(list(dict.fromkeys(jobs)))
        guard.check()
        numberings = _numberings(texts, threads if threads is not None else [None] * len(texts))
        return [_outcome(job, found[job], numbering) for job, numbering in zip(jobs, numberings, strict=True)]

    def _mode(self, text: str, language: str | None) -> str:
        if len(text) > self._policy.max_length:
            return TOO_LONG
        base = base_language(language)
        served = base in self._languages and not reads_as_another(text)
        if base is None and self._policy.undeclared == "detect":
            served = reads_as_english(text)
        if served and not has_caseless_script(text):
            return "names"
        if self._policy.other_languages == "withhold":
            return NO_RECOGNISER
        if served and is_english_with_other_scripts(text):
            return "names"
        return NO_RECOGNISER if has_caseless_script(text) else "mask"

    def _find_all(self, jobs: Sequence[_Job]) -> dict[_Job, tuple[Entity, ...] | None]:
        open_jobs = [job for job in jobs if job.mode not in _WITHHELD]
        views = {text: plain_view(text) for text in dict.fromkeys(job.text for job in open_jobs)}
        findings: dict[tuple[str, str], list[Entity] | None] = {}
        for mode, analyse in (("names", self._analyser.with_names), ("mask", self._analyser.without_names)):
            wanted = list(dict.fromkeys(job.text for job in jobs if job.mode == mode))
            normalised = [views[text].text for text in wanted]
            findings |= {(text, mode): found for text, found in zip(wanted, analyse(normalised), strict=True)}
        return {
            job: None
            if (seen := findings.get((job.text, job.mode))) is None
            else self._decide(job, views[job.text], seen)
            for job in jobs
        }

    def _decide(self, job: _Job, view: View, found: Sequence[Entity]) -> tuple[Entity, ...]:
        """From raw findings in the view to entities in the input: masked, kept, merged."""
        more = mask_spans if job.mode == "mask" else other_script_spans
        found = [*found, *more(view.text)]
        certain = [entity for entity in (trim(one, job.text) for one in finder_for(job.known).find(view)) if entity]
        if not found and not certain:
            return ()
        people = [(one.start, one.end) for one in found if one.type == "PERSON"]
        if people:
            found = [*found, *(Entity(*span, "PERSON", _AGAIN) for span in repeated(view.text, people))]
        trimmed = [entity for entity in (trim(entity, view.text) for entity in found) if entity]
        kept = keep_spans(view.text, self._policy.keep)
        loose = [rest for entity in trimmed for rest in _respect(entity, kept, view.text)]
        carried = [Entity(*view.span(entity.start, entity.end), entity.type, entity.score) for entity in loose]
        # Only a type that redaction itself makes is left alone: anybody can write something between < and _1>.
        found_there = PLACEHOLDER.finditer(job.text) if "<" in job.text else ()
        present = [match.span() for match in found_there if match.group(1) is None or match.group(1) in self._made]
        return merge(rest for entity in (*carried, *certain) for rest in cut_out(entity, present))


def make_redactor(
    policy: RedactionPolicy,
    *,
    recognisers: Sequence["EntityRecognizer"] = (),
    names: "EntityRecognizer | None" = None,
    second: "EntityRecognizer | None" = None,
) -> Redactor:
    """This loads the recognisers and makes a redactor; it takes some seconds, once.

    Args:
        policy: what ``load_redaction`` read.
        recognisers: further Presidio recognisers, from plugins; whatever they find is redacted.
        names: the Presidio recogniser in charge of names; where it has ``analyze_batch(texts)`` it is asked in batches.
            spaCy's small model if absent.
        second: where the policy has ``second_names``, the recogniser that is asked about texts in which ``names`` is not sure,
            or about all where it finds more or has ``review_batch(texts, found)``; spaCy's small model if absent.

    Raises:
        ConfigError: the language model is not installed.
    """
    from hub.privacy.redaction.engine import Analyser as PresidioAnalyser  # heavy, and not needed by most commands

    return Redactor(policy, PresidioAnalyser(policy, recognisers, names, second))


class _Guard:
    """This turns any failure into a PolicyError that does not carry the failure: its message may quote the text."""

    def __init__(self) -> None:
        self._failed: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if kind is None or not issubclass(kind, Exception) or issubclass(kind, HubError):
            return False
        self._failed = kind.__name__
        return True

    def check(self) -> None:
        """This raises PolicyError where something failed."""
        if self._failed:
            raise PolicyError(
                f"Redaction failed ({self._failed} in a recogniser); the texts are withheld.",
                reason="redaction.unavailable",
                fix="Check the recognisers named in privacy/redaction.yaml.",
            )


def _respect(entity: Entity, kept: Sequence[tuple[int, int]], text: str) -> Iterator[Entity]:
    for rest in cut_out(entity, kept):
        trimmed = trim(rest, text)
        if trimmed:
            yield trimmed


def _numberings(texts: Sequence[str], threads: Sequence[str | None]) -> list[Numbering]:
    shared: dict[Any, Numbering] = {}
    numberings = []
    for index, (text, thread) in enumerate(zip(texts, threads, strict=True)):
        numbering = shared.setdefault(index if thread is None else thread, Numbering())
        numbering.reserve(text)
        numberings.append(numbering)
    return numberings


def _outcome(job: _Job, entities: tuple[Entity, ...] | None, numbering: Numbering) -> Redacted:
    if not job.text:
        return Redacted("", ())
    if entities is None:
        reason = job.mode if job.mode in _WITHHELD else TOO_SLOW
        return Redacted(WITHHELD, (Entity(0, len(job.text), "TEXT", 1.0),), withheld=True, reason=reason)
    return Redacted(numbering.replace(job.text, entities), entities)
