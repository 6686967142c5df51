"""What the tables of lesson files of every kind have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LONGEST_TEXT = 32_000

LongText = Annotated[str, Field(max_length=LONGEST_TEXT)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Try(Part):
    """Something to try, with an answer that a learner can uncover."""

    ask: LongText = Field(min_length=1, description="what to try")
    answer: LongText = Field(min_length=1, description="what is seen then, and why")
