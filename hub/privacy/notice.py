"""The notice: what people are told about reading their emotion (AI Act Art. 50, GDPR Art. 13), from the live configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from hub.errors import ConfigError
from hub.privacy.categories import FIELDS
from hub.privacy.document import nearest, read_document
from hub.privacy.dossier import Dossier
from hub.privacy.paper import Block, bullets, data, grid, heading, paragraph
from hub.privacy.policy import content_hash
from hub.privacy.rules import ANY, Purpose

WORDING = Path(__file__).parent / "wording"


def languages() -> tuple[str, ...]:
    """These are the languages that the notice is written in."""
    return tuple(sorted(path.stem for path in WORDING.glob("*.yaml")))


@lru_cache
def wording(language: str) -> Mapping[str, Any]:
    """These are the words of one language; raises ConfigError for one that there is none of."""
    if language not in languages():
        known = ", ".join(languages())
        raise ConfigError(
            f"there is no wording in {language!r}{nearest(language, languages())}.", fix=f"Known: {known}."
        )
    words: Mapping[str, Any] = read_document(WORDING / f"{language}.yaml").data
    return words


@dataclass(frozen=True, slots=True)
class Edition:
    """An approved version of the notice: its number, and the day since when it is in force."""

    version: int
    since: str


def notice(dossier: Dossier, language: str = "en", edition: Edition | None = None) -> list[Block]:
    """This is the notice in one language; without an approved edition it says that it is a draft."""
    say = _Speaker(dossier, wording(language), language)
    words = say.words
    head = words["version"].format(version=edition.version, date=edition.since) if edition else words["draft"]
    return [heading(words["title"], 1), paragraph(head), *_body(say)]


def notice_digest(dossier: Dossier) -> str:
    """This hash over everything that the notice tells changes whenever people would have to be told something new."""
    return content_hash({name: data(_body(_Speaker(dossier, wording(name), name))) for name in languages()})


@dataclass(frozen=True, slots=True)
class _Speaker:
    dossier: Dossier
    words: Mapping[str, Any]
    language: str

    def names(self, kind: str, codes: Sequence[str]) -> str:
        return ", ".join(dict.fromkeys(self.words[kind].get(code, code) for code in codes)) or self.words["nothing"]

    def said(self, what: str) -> str:
        """What the statement says of something, or a gap that nobody can overlook."""
        value = getattr(self.dossier.statement, what)
        return str(self.words[what].format(value=value or self.words["gap"].format(what=self.words[f"gap_{what}"])))

    def title(self, name: str, purpose: Purpose) -> str:
        own = self.dossier.statement.titles.get(self.language, {})
        return purpose.title if self.language == "en" else own.get(name, f"{purpose.title} [en]")


def _body(say: _Speaker) -> list[Block]:
    return [*_who(say), *_read(say), *_why(say), *_never(say), *_keep(say), *_receive(say), *_rights(say)]


def _who(say: _Speaker) -> list[Block]:
    return [heading(say.words["who"]), bullets([say.said(what) for what in ("controller", "contact", "officer")])]


def _read(say: _Speaker) -> list[Block]:
    words, dossier = say.words, say.dossier
    systems = ", ".join(dict.fromkeys(source.title for source in dossier.sources)) or words["nothing"]
    told = words["infer_text"].format(model=dossier.model, labels=say.names("labels", dossier.labels))
    return [
        heading(words["read"]),
        paragraph(words["read_text"].format(channels=say.names("channels", dossier.channels), systems=systems)),
        heading(words["infer"]),
        paragraph(told),
        paragraph(words["infer_limits"]),
    ]


def _why(say: _Speaker) -> list[Block]:
    words = say.words
    rows = [
        (say.title(name, purpose), _ground(say, purpose), say.names("categories", categories_of(say.dossier, name)))
        for name, purpose in say.dossier.purposes()
    ]
    return [heading(words["why"]), grid([words["purpose"], words["ground"], words["data"]], rows)]


def _ground(say: _Speaker, purpose: Purpose) -> str:
    told = say.words["basis"]
    ground = str(told[purpose.basis[ANY]])
    for basis in sorted({basis for place, basis in purpose.basis.items() if place != ANY}):
        places = ", ".join(sorted(place for place, one in purpose.basis.items() if one is basis and place != ANY))
        ground = say.words["elsewhere"].format(basis=ground, places=places, other=told[basis])
    return ground


def categories_of(dossier: Dossier, purpose: str) -> list[str]:
    """These data categories are used for a purpose: by what the hub asks, and by what systems get for it."""
    operations = dossier.policy.purposes.operations
    asked = [str(one.category) for one in (*operations.collect, operations.infer) if one.purpose == purpose]
    for flow in dossier.flows:
        if flow.purpose == purpose:
            asked += sorted({str(FIELDS[path]) for path in dossier.told(flow.connection)})
    return list(dict.fromkeys(asked))


def _never(say: _Speaker) -> list[Block]:
    words, policy = say.words, say.dossier.policy
    forbidden = [say.title(name, policy.purposes.purposes[name]) for name in policy.purposes.emotion_forbidden]
    lines = [
        words["never_purposes"].format(purposes="; ".join(forbidden) or words["nothing"]),
        words["never_decides"],
        words["never_minors"],
        words["never_groups"].format(k=say.dossier.access.k),
    ]
    return [heading(words["never"]), bullets(lines)]


def _keep(say: _Speaker) -> list[Block]:
    words, rows = say.words, []
    for rule in say.dossier.retention():
        where = f" ({rule.source or rule.purpose})" if rule.source or rule.purpose else ""
        days, rest = divmod(int(rule.keep.total_seconds()), 86_400)
        span = words["hours"].format(count=days * 24 + rest // 3600) if rest else words["days"].format(count=days)
        rows.append((say.names("categories", [str(rule.category)]) + where, span, words["start"][rule.start]))
    return [heading(words["keep"]), grid([words["category"], words["period"], words["counted"]], rows)]


def _receive(say: _Speaker) -> list[Block]:
    words, rows = say.words, []
    for name, entry in sorted(say.dossier.recipients().items()):
        told = say.dossier.told(name)
        rows.append((f"{entry.title} ({name})", ", ".join(told) or words["nothing"]))
    return [
        heading(words["receive"]),
        paragraph(words["receive_text"]),
        grid([words["recipient"], words["fields"]], rows),
    ]


def _rights(say: _Speaker) -> list[Block]:
    words = say.words
    return [
        heading(words["rights"]),
        paragraph(words["rights_text"]),
        paragraph(words["rights_consent"]),
        bullets([say.said("opt_out"), say.said("authority")]),
    ]
