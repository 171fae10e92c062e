"""The frozen pydantic model under every canonical noun, and how a field names its data category."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from hub.schema.terms import DPV, DataCategory

SCHEMA_VERSION = "1.4.0"
"""SemVer of the canonical schema; a removed or renamed field is a major change."""


def _to_utc(value: datetime) -> datetime:
    try:
        return value if value.tzinfo is UTC else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("before the first year or after the last in UTC") from None


UtcTime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""An instant in UTC; a time without a zone is refused, because guessing one would move consent."""


class Model(BaseModel):
    """A frozen value object that refuses unknown fields and never prints its input in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, ser_json_timedelta="iso8601")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """This is the same with other values, which are not checked; pydantic's own way, but without looking for extras."""
        if deep or update is None:
            return super().model_copy(update=update, deep=deep)
        copied = type(self).__new__(type(self))
        object.__setattr__(copied, "__dict__", {**self.__dict__, **update})
        object.__setattr__(copied, "__pydantic_fields_set__", {*self.__pydantic_fields_set__, *update})
        object.__setattr__(copied, "__pydantic_extra__", None)
        object.__setattr__(copied, "__pydantic_private__", None)
        return copied


def personal(category: DataCategory, *, free_text: bool = False, default: Any = ..., **extra: Any) -> Any:
    """This field holds personal data of ``category``; ``free_text`` must be redacted before it rests."""
    marks: dict[str, JsonValue] = {"category": category.value, "dpv": DPV[category]}
    if free_text:
        marks["free_text"] = "true"
    return Field(default, json_schema_extra=marks, **extra)


def category_of(model: type[BaseModel], field: str) -> DataCategory | None:
    """This is the personal data category of a field, or None where the field holds none."""
    extra = model.model_fields[field].json_schema_extra
    return DataCategory(str(extra["category"])) if isinstance(extra, dict) and "category" in extra else None


@cache
def free_text_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """These fields of a model hold what people wrote and must be redacted before they rest."""
    return tuple(
        name
        for name, field in model.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("free_text")
    )
