"""Slips of the documents, one list a document; Notation shows those that a lesson meets."""

from sheetnet.network.sheets.slips import bhadani, happydustbunny, sabine, wichmann
from sheetnet.network.sheets.slips.slip import Slip

#: By notation, in the order of the document.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "happydustbunny": happydustbunny.SLIPS,
    "sabine": sabine.SLIPS,
    "bhadani": bhadani.SLIPS,
    "wichmann": wichmann.SLIPS,
}
