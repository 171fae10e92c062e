"""The meaning: what a GPP string says about consent, in the hub's own words.

A string only ever narrows. ``1`` (opted out, no consent) becomes a refusal; ``2`` (did not opt out) becomes nothing, because
not having refused is no consent. The one exception is the national section's consent to a sensitive use, which is put on
record as given by an import: it names no purpose, so it allows nothing by itself.

Emotion is sensitive here, so whoever refuses sensitive uses refuses it. A string that knows of a child, whatever was agreed for
it, is a sign of a child: no emotion, no marketing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from hub.privacy.dpv import PREFIX, lineage
from hub.privacy.gpp.codec import Gpp, Section
from hub.privacy.policy import Policy
from hub.schema import ConsentEvidence, ConsentScope, ConsentState, DataCategory

_SALE = frozenset({"SellDataToThirdParties", "SellInsightsFromData"})
_ADVERTISING = frozenset({"Advertising", "PersonalisedAdvertising", "TargetedAdvertising", "SocialMediaMarketing"})
_PERSONAL_ADVERTISING = frozenset({"PersonalisedAdvertising", "TargetedAdvertising"})
_OTHER_USES = frozenset({
    "Marketing", "DirectMarketing", "Personalisation", "ServicePersonalisation", "PersonalisedBenefits",
})  # fmt: skip
_MARKETING = _ADVERTISING | {"Marketing", "DirectMarketing"}
_EVERYTHING_TOLD = _SALE | _ADVERTISING | _OTHER_USES
_OPT_OUTS: Mapping[str, frozenset[str]] = {
    "SaleOptOut": _SALE,
    "SharingOptOut": _PERSONAL_ADVERTISING,
    "TargetedAdvertisingOptOut": _PERSONAL_ADVERTISING,
    "PersonalDataConsents": _EVERYTHING_TOLD,
    "AdditionalDataProcessingConsent": _EVERYTHING_TOLD,
}
"""Fields of the United States' sections, and the DPV purposes that a 1 refuses, with all that narrow them."""

_TCF_PURPOSES: Mapping[int, frozenset[str]] = {
    2: _ADVERTISING, 3: _PERSONAL_ADVERTISING, 4: _PERSONAL_ADVERTISING, 7: _ADVERTISING,
}  # fmt: skip
"""Purposes of the Transparency and Consent Framework that are advertising; the others are a web site's own affair."""

_HEALTH = 3
"""Which of the national section's sensitive uses is that of health data."""


_SAID_TOGETHER = (_SALE, _PERSONAL_ADVERTISING, _ADVERTISING, _MARKETING, _EVERYTHING_TOLD)


def refused_by(dpv: str) -> frozenset[int]:
    """These of all refusals that signals express, by number, are heard for purposes that narrow this one of the DPV."""
    terms = lineage(dpv.removeprefix(PREFIX))
    return frozenset(number for number, group in enumerate(_SAID_TOGETHER) if not group.isdisjoint(terms))


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a string says.

    Args:
        state: opted out, refused or given.
        scope: what about.
        evidence: how it is known.
        because: the field that says so, such as ``usca.SaleOptOut``.
    """

    state: ConsentState
    scope: ConsentScope
    evidence: ConsentEvidence
    because: str


def said(gpp: Gpp, policy: Policy) -> list[Said]:
    """This is what a string says, for the purposes that this policy has; sections nobody knows are taken for refusals."""
    found = [one for section in gpp.sections for one in _said_by(section, policy)]
    for id, _ in gpp.unknown:
        found += unreadable(policy, because=f"section {id} is not known")
    # What several fields say alike is said once, by the first of them.
    return list({(one.state, one.scope, one.evidence.signal): one for one in reversed(found)}.values())[::-1]


def unreadable(policy: Policy, *, because: str = "a string that cannot be read") -> list[Said]:
    """This refuses whatever a GPP string can refuse: what stands for one that nobody can read."""
    return [*_refused(policy, _EVERYTHING_TOLD, because), *_sensitive(because)]


def global_privacy_control(policy: Policy, *, because: str = "Gpc") -> list[Said]:
    """This is what the signal of a browser says: no sale, no sharing, no targeted advertising (11 CCR 7025)."""
    return list(_refused(policy, _SALE | _PERSONAL_ADVERTISING, because, signal="gpc"))


def refused_for_a_child(
    policy: Policy, *, because: str, signal: Literal["gpc", "gpp"] | None = "gpp"
) -> Iterator[Said]:
    """This refuses what a child is spared wherever their age is not known: emotion, and all marketing."""
    yield from _refused(policy, _MARKETING, because, signal=signal)
    evidence = ConsentEvidence(source_kind="signal", signal=signal, method=because)
    yield Said(ConsentState.OPTED_OUT, ConsentScope(category=DataCategory.EMOTION), evidence, because)


def _said_by(section: Section, policy: Policy) -> Iterator[Said]:
    if section.name == "tcfeuv2":
        yield from _tcf(section, policy, "PurposeConsents", "PurposeLegitimateInterests")
    elif section.name == "tcfcav1":
        yield from _tcf(section, policy, "PurposesExpressConsent", "PurposesImpliedConsent")
    elif section.name == "uspv1":
        if section.fields["OptOutSale"] == "Y":
            yield from _refused(policy, _SALE, "uspv1.OptOutSale")
    else:
        yield from _united_states(section, policy)


def _united_states(section: Section, policy: Policy) -> Iterator[Said]:
    for name, purposes in _OPT_OUTS.items():
        if section.fields.get(name) == 1:
            yield from _refused(policy, purposes, f"{section.name}.{name}")
    if section.fields.get("Gpc"):
        yield from global_privacy_control(policy, because=f"{section.name}.Gpc")
    children = _as_list(section.fields.get("KnownChildSensitiveDataConsents", ()))
    if any(children):  # 0 is "not known to be a child"
        because = f"{section.name}.KnownChildSensitiveDataConsents"
        yield from refused_for_a_child(policy, because=because)
    if 1 in children:
        yield from _refused(policy, _SALE, because)
        yield _about(DataCategory.SPECIAL, because)
    for number, answer in enumerate(_as_list(section.fields.get("SensitiveDataProcessing", ())), start=1):
        because = f"{section.name}.SensitiveDataProcessing[{number}]"
        is_health = section.name == "usnat" and number == _HEALTH
        if answer == 1:
            yield from [_about(DataCategory.HEALTH, because)] if is_health else _sensitive(because)
        elif answer == 2 and is_health:
            evidence = ConsentEvidence(source_kind="import", signal="gpp", method=because)
            yield Said(ConsentState.GIVEN, ConsentScope(category=DataCategory.HEALTH), evidence, because)


def _tcf(section: Section, policy: Policy, consent: str, otherwise: str) -> Iterator[Said]:
    for number, purposes in _TCF_PURPOSES.items():
        if not (section.fields[consent][number - 1] or section.fields[otherwise][number - 1]):
            yield from _refused(policy, purposes, f"{section.name}.{consent}[{number}]")


def _refused(
    policy: Policy, terms: Iterable[str], because: str, *, signal: Literal["gpc", "gpp"] | None = "gpp"
) -> Iterator[Said]:
    """A refusal of a purpose of the vocabulary refuses whatever narrows it: ``Marketing`` an own ``SocialMediaMarketing``."""
    wanted = frozenset(terms)
    evidence = ConsentEvidence(source_kind="signal", signal=signal, method=because)
    for name, purpose in policy.purposes.purposes.items():
        if not wanted.isdisjoint(lineage(purpose.dpv.removeprefix(PREFIX))):
            yield Said(ConsentState.OPTED_OUT, ConsentScope(purpose=name), evidence, because)


def _about(category: DataCategory, because: str) -> Said:
    evidence = ConsentEvidence(source_kind="signal", signal="gpp", method=because)
    return Said(ConsentState.OPTED_OUT, ConsentScope(category=category), evidence, because)


def _sensitive(because: str) -> Iterator[Said]:
    yield _about(DataCategory.SPECIAL, because)
    yield _about(DataCategory.EMOTION, because)


def _as_list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]
