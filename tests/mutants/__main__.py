"""`python -m tests.mutants N [SEED]`: N random mutants of the builder, and who notices."""

from __future__ import annotations

import sys
import time
from collections import Counter

from tests.mutants.differences import ALTERED, FORMULA, KINDS, PLACE
from tests.mutants.source import draw
from tests.mutants.trials import Outcome, laboratory

#: Of the mutants that alter a number, the part that verify must notice.
ENOUGH = 0.95


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2 or not all(a.isdigit() for a in arguments):
        print("usage: python -m tests.mutants N [SEED]", file=sys.stderr)
        return 2
    count, seed = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 1
    began = time.monotonic()
    outcomes: list[Outcome] = []
    with laboratory() as room:
        for outcome in room.run(draw(count, seed)):
            outcomes.append(outcome)
            if sys.stderr.isatty():
                print(f"\r{len(outcomes)} of {count}", end="\r", file=sys.stderr)
    seconds = time.monotonic() - began
    print(f"{len(outcomes)} mutants of the builder, seed {seed}, {seconds:.0f} s")
    return report(outcomes)


def report(outcomes: list[Outcome]) -> int:
    """Print the table and the survivors; 1 where too many survive, else 0."""
    whole = [outcome for outcome in outcomes if not outcome.broken]
    print(f"{len(outcomes) - len(whole):5} broken: build no workbook")
    print(f"{sum(not o.kind for o in whole):5} same: every workbook is as it was")
    made = Counter(outcome.kind for outcome in whole)
    noticed = Counter(outcome.kind for outcome in whole if outcome.noticed)
    print(f"\n{'what differs (the gravest)':28}{'mutants':>8}{'noticed':>8}")
    for kind in KINDS:
        line = "" if kind in ALTERED else "  (counts not)"
        print(f"{kind:28}{made[kind]:8}{noticed[kind]:8}{line}")
    altered = [outcome for outcome in whole if outcome.altered]
    part = _part("altered a number", altered)
    for title, survivors in (
        ("Survivors:", [o for o in altered if not o.noticed]),
        ("Survivors that moved numbers:", [o for o in whole if o.kind == PLACE and not o.noticed]),
        ("Survivors of equal value:", [o for o in whole if o.kind == FORMULA and not o.noticed]),
    ):
        if survivors:
            print(f"\n{title}")
        for outcome in survivors:
            _print_survivor(outcome)
    return 0 if part >= ENOUGH else 1


def _part(title: str, altered: list[Outcome]) -> float:
    """Print and return the part that was noticed."""
    found = sum(bool(outcome.noticed) for outcome in altered)
    part = found / len(altered) if altered else 1.0
    print(f"{title:28}{len(altered):8}{found:8}  {part:.0%}")
    return part


def _print_survivor(outcome: Outcome) -> None:
    print(f"\n{outcome.mutant.place}: {outcome.mutant.kind}; {outcome.kind}")
    print("\n".join(f"    {line}" for line in outcome.mutant.diff.splitlines()))
    print(f"    {outcome.changed[outcome.kind][:150]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
