"""The data categories: how they nest, and which one each field of the canonical view belongs to."""

from hub.schema import DataCategory

CATEGORY_PARENTS: dict[str, str | None] = {
    DataCategory.CONTACT: None,
    DataCategory.CONTENT: None,
    DataCategory.BEHAVIOUR: None,
    DataCategory.LOYALTY: None,
    DataCategory.CONSENT: None,
    DataCategory.EMOTION: None,
    DataCategory.EMOTION_LABEL: DataCategory.EMOTION,
    DataCategory.EMOTION_DISTRESS: DataCategory.EMOTION,
    DataCategory.SPECIAL: None,
    DataCategory.HEALTH: DataCategory.SPECIAL,
}
"""Every category and the one it is part of; what is said of a category holds for its parts."""

SENSITIVE_ROOTS = frozenset({"emotion", "special"})
"""What always needs an explicit consent, or another ground that an impact assessment allows (GDPR Art. 9)."""

FIELDS: dict[str, DataCategory | None] = {
    **dict.fromkeys(
        ("person.id", "person.name", "person.email", "person.phone", "person.language", "person.country",
         "person.region", "person.birth_year", "person.customer_id"),
        DataCategory.CONTACT,
    ),
    "emotion.label": DataCategory.EMOTION_LABEL,
    "emotion.distress": DataCategory.EMOTION_DISTRESS,
    **dict.fromkeys(
        ("emotion.intensity", "emotion.confidence", "emotion.valence", "emotion.churn_risk", "emotion.as_of",
         "emotion.expires_at", "emotion.model", "emotion.channel", "emotion.tone_hint"),
        DataCategory.EMOTION,
    ),
    **dict.fromkeys(
        ("case.key", "case.status", "case.priority", "case.stage", "case.opened_at", "case.subject", "interaction.text"),
        DataCategory.CONTENT,
    ),
    "case.valence_shift": DataCategory.EMOTION,
    "loyalty.tier": DataCategory.LOYALTY,
    "loyalty.points": DataCategory.LOYALTY,
    "hub.now": None,
    "hub.policy": None,
}  # fmt: skip
"""Every field that can leave the hub and its category; None where it holds no personal data."""

FREE_TEXT = frozenset({"case.subject", "interaction.text"})
"""Fields that hold what people wrote: they may leave only after another look at the text."""

IDENTIFYING: dict[str, str] = {
    "person.email": "email",
    "person.phone": "phone",
    "person.customer_id": "customer_id",
    "person.name": "name",
}
"""Fields that are identifiers themselves, and the kind of identifier that each is."""

TIMES = frozenset({"emotion.as_of", "emotion.expires_at", "case.opened_at", "hub.now"})
"""Fields that hold a moment."""

NUMBERS = frozenset({
    "person.birth_year", "emotion.distress", "emotion.intensity", "emotion.confidence", "emotion.valence",
    "emotion.churn_risk", "case.valence_shift", "loyalty.points",
})  # fmt: skip
"""Fields that hold a number."""

GROUPS = frozenset({path.partition(".")[0] for path in FIELDS} | {"agent"})
"""Groups of fields that ``GROUP.*`` may name; nothing of an agent is ever part of a view, but a policy may say so."""
