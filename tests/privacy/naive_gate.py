"""A second evaluator of the gate, as plain as can be, written from the text of the semantics with no eye for speed.

It shares nothing with ``hub.privacy.consent`` but the shape of events and queries. Where the text leaves something open, it
says so and takes the answer that denies:

- a refusal counts from the earlier of "when it was said" and "when it was known"; a grant from when it can be believed;
- where a question names no channel or recipient, a refusal for one of them counts and a grant for one of them does not.
"""

from datetime import timedelta

POSITIVE = {"given", "renewed"}
NEGATIVE = {"refused", "withdrawn", "revoked", "objected", "opted_out", "invalidated"}
BY_STRICTNESS = ["legal_obligation", "contract", "legitimate_interest", "consent", "explicit_consent", "none"]


def allowed(policy, ledger, query):
    """Yes or no, and whether a mere reading of the rules suffices to say so."""
    known = [e for e in ledger if query.known_at is None or e.recorded <= query.known_at]
    people = component(known, query.subject, query.at)

    # 1. Hard blocks
    if any(e.type == "erased" and e.subject in people and said_or_known(e) <= query.at for e in known):
        return False
    purposes, categories = policy.purposes.purposes, policy.categories
    if query.purpose not in purposes or query.category not in categories:
        return False
    if query.operation not in ("collect", "infer", "link", "activate"):
        return False
    purpose_line = line(query.purpose, {name: one.parent for name, one in purposes.items()})
    category_line = line(query.category, categories)
    if query.recipient is not None:
        recipient = policy.destinations.destinations.get(query.recipient)
        if recipient is None:
            return False
        if not any(one in recipient.purposes for one in purpose_line):
            return False
        if not any(one in recipient.categories for one in category_line):
            return False
    is_emotion = "emotion" in category_line
    if is_emotion and query.subject_kind != "customer":
        return False
    if is_emotion and any(one in policy.purposes.emotion_forbidden for one in purpose_line):
        return False

    # 2. Basis
    purpose = purposes[query.purpose]
    is_special = is_emotion or "special" in category_line
    basis = strictest([basis_in(policy, purpose, place) for place in query.jurisdictions] or [worst(purpose)])
    if is_special:
        basis = strictest([basis, str(purpose.special_basis or "explicit_consent")])
    if basis == "legitimate_interest" and query.age is not None and query.age < age_of_consent(policy, query):
        basis = "consent"  # a child: a guardian must agree, whatever interest the company has
    if basis == "none":
        return False
    if basis == "legal_obligation":
        return True

    # 4. Positives
    said = [e for e in known if e.type == "consent" and e.subject in people]
    grants = [
        e
        for e in said
        if str(e.state) in POSITIVE
        and not e.restriction
        and believed(e) <= query.at
        and covers(e, query, purpose_line, category_line, is_grant=True)
        and is_valid(policy, purpose, said, e, query, purpose_line, category_line, basis, is_special)
    ]
    # 3. Negatives
    for e in said:
        stops_for_now = e.restriction and (e.valid_until is None or query.at < e.valid_until)
        if str(e.state) not in NEGATIVE and not stops_for_now:
            continue
        if said_or_known(e) > query.at or not covers(e, query, purpose_line, category_line, is_grant=False):
            continue
        if not any(beats(policy, known, query, grant, e) for grant in grants):
            return False
    return basis in ("contract", "legitimate_interest") or bool(grants)


def believed(event):
    """5. Clock: a time later than five minutes after it was recorded is taken as the time of recording."""
    return event.recorded if event.at > event.recorded + timedelta(minutes=5) else event.at


def said_or_known(event):
    return event.at if event.at < event.recorded else event.recorded


def line(name, parents):
    found = []
    while name is not None and name not in found:
        found.append(name)
        name = parents.get(name)
    return found


def basis_in(policy, purpose, place):
    country = place.split("-")[0]
    listed = set(policy.jurisdictions.jurisdictions)
    for one in policy.purposes.purposes.values():
        listed |= set(one.basis)
    if place not in listed and country not in listed:
        return worst(purpose)
    for row in (place, country, "*"):
        if row in purpose.basis:
            return str(purpose.basis[row])
    raise AssertionError


def worst(purpose):
    return strictest([str(one) for one in purpose.basis.values()])


def strictest(bases):
    return max(bases, key=BY_STRICTNESS.index)


def covers(event, query, purpose_line, category_line, *, is_grant):
    scope = event.scope
    if scope.purpose not in (None, "*") and scope.purpose not in purpose_line:
        return False
    if scope.category not in (None, "*") and scope.category not in category_line:
        return False
    for told, asked in ((scope.channel, query.channel), (scope.recipient, query.recipient)):
        if told in (None, "*"):
            continue
        if asked is None and not is_grant:
            continue
        if told != asked:
            return False
    return True


def is_valid(policy, purpose, said, grant, query, purpose_line, category_line, basis, is_special):
    evidence = grant.evidence
    if grant.scope.purpose in (None, "*"):
        return False
    if evidence.actor not in ("subject", "guardian"):
        return False
    if evidence.actor == "guardian" and not evidence.guardian_verified:
        return False
    if evidence.actor == "subject" and query.age is not None and query.age < age_of_consent(policy, query):
        return False
    if grant.valid_from is not None and query.at < grant.valid_from:
        return False
    if grant.valid_until is not None and query.at >= grant.valid_until:
        return False
    if purpose.max_age is not None and query.at - believed(grant) >= purpose.max_age:
        return False
    for other in said:  # put on record as expired since
        if (
            str(other.state) == "expired"
            and said_or_known(other) <= query.at
            and believed(other) >= believed(grant)
            and covers(other, query, purpose_line, category_line, is_grant=False)
        ):
            return False
    if purpose.min_notice is not None and (
        evidence.notice_version is None or evidence.notice_version < purpose.min_notice
    ):
        return False
    if basis == "explicit_consent" and not evidence.explicit:
        return False
    return not (is_special and basis == "explicit_consent" and grant.scope.category in (None, "*"))


def age_of_consent(policy, query):
    ages = []
    for place in query.jurisdictions:
        rows = policy.jurisdictions.jurisdictions
        row = rows.get(place) or rows.get(place.split("-")[0])
        ages.append(row.age_of_consent if row else policy.jurisdictions.default_age)
    return max(ages) if ages else policy.jurisdictions.default_age


def beats(policy, known, query, grant, refusal):
    if not believed(grant) > believed(refusal):
        return False
    if not at_least_as_specific(policy, grant.scope, refusal.scope):
        return False
    if grant.evidence.source_kind in ("import", "signal"):
        return False
    ended_by_the_hub = str(refusal.state) == "revoked" and refusal.evidence.actor == "controller"
    if grant.evidence.source_kind == "object" and grant.system != refusal.system:
        return False  # a row of a system against what was said elsewhere: a bulk import like any other
    is_row, was_row = grant.evidence.source_kind == "object", refusal.evidence.source_kind == "object"
    if is_row and not ended_by_the_hub and not was_row:
        return False
    nobody_refused = is_row and ended_by_the_hub  # an object was deleted: another one of the system may answer
    if not nobody_refused and was_row and grant.system == refusal.system and grant.object != refusal.object:
        return False
    if refusal.evidence.signal == "gpc" and not grant.evidence.explicit:
        return False
    if str(refusal.state) == "invalidated":
        new, old = grant.evidence.notice_version, refusal.evidence.notice_version
        if new is None or old is None or new <= old:
            return False
    if grant.subject != refusal.subject:
        return grant.recorded > joined_since(known, query.at, grant.subject, refusal.subject)
    return True


def at_least_as_specific(policy, narrow, wide):
    parents = {name: one.parent for name, one in policy.purposes.purposes.items()}
    if wide.purpose not in (None, "*") and wide.purpose not in (
        line(narrow.purpose, parents) if narrow.purpose in parents else []
    ):
        return False
    if wide.category not in (None, "*") and wide.category not in (
        line(narrow.category, policy.categories) if narrow.category in policy.categories else []
    ):
        return False
    if wide.channel not in (None, "*") and wide.channel != narrow.channel:
        return False
    return wide.recipient in (None, "*") or wide.recipient == narrow.recipient


# ── 6. merges ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def links(known, at):
    """Each pair that is one at the moment, and since when it is known; who was merged in the instant of a parting stays so."""
    found = {}
    events = [e for e in known if e.type == "merge" and said_or_known(e) <= at]
    events += [e for e in known if e.type == "unmerge" and believed(e) <= at]
    for instant in sorted({e.recorded for e in events}):
        here = [e for e in events if e.recorded == instant]
        for e in here:
            if e.type == "unmerge":
                found.pop(frozenset((e.a, e.b)), None)
        for e in here:
            if e.type == "merge":
                found.setdefault(frozenset((e.a, e.b)), instant)
    return found


def reachable(pairs, start):
    seen, todo = {start}, [start]
    while todo:
        one = todo.pop()
        for pair in pairs:
            if one in pair:
                for other in pair - seen:
                    seen.add(other)
                    todo.append(other)
    return seen


def component(known, subject, at):
    return reachable(links(known, at), subject)


def joined_since(known, at, one, other):
    """The earliest instant from which the links that still stand make the two one."""
    standing = links(known, at)
    for instant in sorted(set(standing.values())):
        if other in reachable([pair for pair, since in standing.items() if since <= instant], one):
            return instant
    raise AssertionError
