"""Patterns for what rows hold, as we, LibreOffice, Gnumeric and Excel write it."""

from __future__ import annotations

from sheetnet.files.stretches import CHARACTERS, PLAIN, attributes

_TEXT = rb"<t(?: xml:space=%b)?+(?:/>|>%b</t>)" % (PLAIN, CHARACTERS)
_LOOK = rb'<rPr>(?:<[A-Za-z]++(?: [A-Za-z]++="[^<>&"]*+")?+/>)*+</rPr>'
#: What an `is` holds: a text, or one in parts of several looks.
TEXTS = rb"(?:%b|(?:<r>(?:%b)?+%b</r>)++)" % (_TEXT, _LOOK, _TEXT)
#: The attributes of a row, but for its number.
ROW = attributes(
    *("spans", "s", "customFormat", "customHeight", "ht", "hidden", "customHeight"),
    *("outlineLevel", "collapsed", "thickTop", "thickBot", "x14ac:dyDescent"),
)
