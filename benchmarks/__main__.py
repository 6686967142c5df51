"""Measure sheetnet and print each figure beside the reach that it should have.

The exit status is 0 whether or not a reach is met: a machine under load must not turn
a figure into a failure.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module
from time import perf_counter, process_time

import click

from benchmarks.measuring import Result, Run

#: In this order: what is sensitive to the state of this process comes first.
NAMES = (
    "memory",
    "startup",
    "training",
    "limit",
    "opendocument",
    "writing",
    "proof",
    "scaling",
    "follow",
    "gradcheck",
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--quick",
    is_flag=True,
    help="Small sizes, so no verdicts: what a build needs once weighs too much in them.",
)
@click.option("--cpu", is_flag=True, help="The processor's time, not the wall's, where it can be.")
@click.option("--only", multiple=True, type=click.Choice(NAMES), help="May be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def main(rounds: int, quick: bool, cpu: bool, only: tuple[str, ...], as_json: bool) -> None:
    """Print ratios from one run, contenders by turns, as medians of the rounds.

    \b
    Example:
      python -m benchmarks --quick
      python -m benchmarks --only writing --rounds 9
    """
    run = Run(rounds, quick, process_time if cpu else perf_counter)
    rows = []
    for name in only or NAMES:
        for result in import_module(f"benchmarks.{name}").measure(run):
            rows.append(asdict(result) | {"met": None if quick else result.met})
            if not as_json:
                click.echo(_line(result, quick))
    if as_json:
        report = {"rounds": rounds, "quick": quick, "cpu": cpu, "results": rows}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))


def _line(result: Result, quick: bool) -> str:
    """The figure, whether it is met, what it is, and in grey where it comes from."""
    verdict = "" if quick else {True: "met", False: "NOT MET", None: ""}[result.met]
    reach = f"{result.sense} {result.reach:g}{result.unit}" if result.reach is not None else ""
    note = result.note
    if result.spread:
        least, largest = result.spread
        note = f"{_shown(least)} to {_shown(largest)}; {note}"
    figure = f"{_shown(result.figure)}{result.unit}"
    return f"{result.name:9} {figure:>9}  {reach:9} {verdict:8} {result.what}\n" + click.style(
        f"{'':39} {note}", dim=True
    )


def _shown(figure: float) -> str:
    """Three digits, as many as a measurement is worth."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


if __name__ == "__main__":
    main()
