"""Rows that tell what symbols are, proved: by what knows the symbols of a kind of lesson."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sheetnet.proof import readings
from sheetnet.proof.comparison import Comparison
from sheetnet.workbook.book import Book


class Decoder(Protocol):
    """What knows whether something that is told of symbols is so."""

    def wrong(self, about: str, lines: Mapping[str, str]) -> str:
        """What is wrong with a row, in words; empty where nothing is."""
        ...

    def on(self, sheet: str) -> Decoder:
        """What knows the symbols of one sheet."""
        ...


def check_told(book: Book, decoder: Decoder) -> Comparison:
    """Each row of the book that tells something of symbols."""
    check = Comparison("what is told of symbols")
    for told in book.told:
        check.cells += 1
        sheet = book[told.sheet]
        lines = {
            key: readings.written(sheet, (told.row, column))
            or str(book.value(sheet, told.row, column))
            for key, column in told.columns.items()
        }
        empty = [key for key, at in told.columns.items() if (told.row, at) not in sheet.cells]
        try:
            what = f"has nothing under {empty[0]}" if empty else ""
            what = what or decoder.on(told.sheet).wrong(told.about, lines)
        except readings.UNREADABLE as error:
            what = str(error)
        if what:
            check.add(told.sheet, told.row, min(told.columns.values()), what)
    return check
