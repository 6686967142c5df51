"""Worksheets of calculus as a kind of lesson."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sheetnet.calculus.book import make_book
from sheetnet.calculus.decoding import Decoder
from sheetnet.calculus.knobs import knobs
from sheetnet.calculus.lesson import KIND, Lesson
from sheetnet.calculus.numbers import STEP, Numbers
from sheetnet.calculus.sheets.context import rectangle
from sheetnet.calculus.spelling import identifier
from sheetnet.calculus.worksheet import worksheets
from sheetnet.errors import SheetnetError
from sheetnet.lessons.subjects import Subject
from sheetnet.workbook.blocks import Block
from sheetnet.workbook.knobs import Array, Key


def _lesson(
    text: str, name: str, originals: Mapping[Key, Array] | None, folder: Any = None
) -> Lesson:
    lesson = Lesson.from_toml(text, name, folder=folder)
    try:
        worksheets(lesson)
    except SheetnetError as error:
        raise SheetnetError(f"{name}: {error}") from None
    return lesson


def _array(held: Numbers, block: Block) -> tuple[Array, float] | None:
    if block.layer is None:
        return (np.array([[held.step]]), 0.0) if block.quantity == STEP else None
    if block.layer > len(held.sections):
        return None
    section = held.sections[block.layer - 1]
    for name, value in section.values.items():
        if identifier(name) == block.quantity:
            return value.reshape(rectangle(value.shape)), 0.0
    for asked in section.sheet.asked:
        of, by = asked.of, asked.by
        shape = block.height, block.width
        if block.quantity == f"derivative_{identifier(of)}_by_{identifier(by)}":
            return section.derivative(of, by).reshape(shape), 0.0
        if block.quantity == f"difference_{identifier(of)}_by_{identifier(by)}":
            return section.difference(of, by).reshape(shape), section.scale(of, by)
    found = held.settings.get((block.quantity, block.layer))
    return None if found is None else (np.asarray(found).reshape(block.height, block.width), 0.0)


def _schema() -> dict[str, Any]:
    """The JSON Schema of lesson files of this kind."""
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return draft | Lesson.model_json_schema()


SUBJECT = Subject(
    KIND,
    _lesson,
    knobs,
    Numbers,
    make_book,
    _array,
    lambda numbers: True,
    Decoder,
    schema=_schema,
)
