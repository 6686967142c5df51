"""What goes wrong because of what somebody gave us, said in one sentence."""

from __future__ import annotations


class SheetnetError(Exception):
    """Wrong usage or input: the message names the file, the field and the remedy."""
