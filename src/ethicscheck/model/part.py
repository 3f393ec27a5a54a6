"""What every part of the record is made of: frozen, strict, and silent about what is not there."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer


class Part(BaseModel):
    """A frozen part of the record; None means "not there" except for the fields in `keep_null`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    keep_null: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _leave_out_nothing(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None or key in self.keep_null}


class Interval(Part):
    """A confidence interval; `high` is null when there is no finite limit."""

    keep_null = frozenset({"high"})

    low: float = Field(description="Lower limit.")
    high: float | None = Field(description="Upper limit; null when there is none.")
    level: float = Field(description="Nominal coverage, such as 0.95.")
    method: str = Field(description="How it was made; docs/statistics.md explains each name.")
