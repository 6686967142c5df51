"""What an optimiser keeps of a parameter: a name, and a letter for equations."""

from __future__ import annotations


class State(str):
    """The name of a state; `letter` is its letter in front of the parameter, as v in v(w).

    `signless` says that it is never below 0.
    """

    __slots__ = ("letter", "signless")
    letter: str
    signless: bool

    def __new__(cls, name: str, letter: str, signless: bool = False) -> State:
        state = super().__new__(cls, name)
        state.letter, state.signless = letter, signless
        return state


def letter_of(state: str) -> str:
    """The letter of a state: its own, or else the first of its name."""
    return state.letter if isinstance(state, State) else state[0]


def is_signless(state: str) -> bool:
    """Whether a state is never below 0."""
    return isinstance(state, State) and state.signless


def titled(state: str) -> str:
    """A state's name in words."""
    return state.replace("_", " ")
