"""What the tables of lesson files of every kind have in common."""

from __future__ import annotations

import json
from abc import abstractmethod
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr
from pydantic_core import PydanticCustomError

from sheetnet.lessons.files import find, folder_of, read_text

LONGEST_TEXT = 32_000


def _fits_a_cell(text: str) -> str:
    """Excel counts 𝑎 and 😀 as two characters, and opens no file with more than a cell holds."""
    count = len(text.encode("utf-16-le")) // 2
    if count > LONGEST_TEXT:
        context = {"count": count, "max_length": LONGEST_TEXT}
        raise PydanticCustomError("text_too_wide", "too long for a cell", context)
    return text


LongText = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_fits_a_cell)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class File(Part):
    """A lesson file of some kind: its text, and the name that errors call it by."""

    _text: str | None = PrivateAttr(default=None)
    _name: str = PrivateAttr(default="")
    _folder: Any = PrivateAttr(default=None)

    @classmethod
    @abstractmethod
    def from_toml(cls, text: str, name: str = "lesson", *, folder: Any = None) -> Self:
        """A lesson from its file's text; `name` is what errors call it. Raises `SheetnetError`.

        Files that it names are looked for in `folder`, and nowhere where that is None.
        """

    @classmethod
    def load(cls, name: str | Path) -> Self:
        """Read a lesson: a shipped one by its name, any other by its path.

        Raises `SheetnetError` with one sentence that names the file, the field and the
        remedy.
        """
        path = find(name)
        return cls.from_toml(read_text(path), str(path), folder=folder_of(path))

    @property
    def name(self) -> str:
        """What errors call it: its file; empty for a lesson that was built in Python."""
        return self._name

    @property
    def folder(self) -> Any:
        """Where its file stands; None for a lesson that was built in Python."""
        return self._folder

    @property
    def beside(self) -> tuple[str, ...]:
        """The files that it names, which stand in its folder."""
        return ()

    @property
    def text(self) -> str:
        """The lesson file's text; written anew for a lesson that was built in Python."""
        if self._text is None:
            import tomlkit

            content = self.model_dump(by_alias=True, exclude_none=True, exclude_unset=True)
            return tomlkit.dumps(json.loads(json.dumps(content)))
        return self._text


class Try(Part):
    """Something to try, with an answer that a learner can uncover."""

    ask: LongText = Field(min_length=1, description="what to try")
    answer: LongText = Field(min_length=1, description="what is seen then, and why")
