"""The command line: `sheetnet lessons · new · build · verify · inspect · train · gradcheck`.

Exit status 0: done; 1: the answer is no; 2: wrong usage or input, or the machine fails; above
128: a signal ended the run. Modules that take time to load are imported by the command that
needs them.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetnet import __version__
from sheetnet.asked import bar, beside, build_all, load, say_sizes, targets
from sheetnet.errors import LONGEST_WORD, SheetnetError, cut
from sheetnet.gradients import TOLERANCE
from sheetnet.network.notation import NOTATIONS
from sheetnet.terminal import Program, say, say_json, watched

if TYPE_CHECKING:
    from sheetnet.network.engine import Trace
    from sheetnet.proof.verification import Verification

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
overrides = click.option(
    "--set",
    "assignments",
    metavar="FIELD=VALUE",
    multiple=True,
    help="Override a field of the lesson, as training.steps=500. May be repeated.",
)


@click.group(
    cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, message="sheetnet %(version)s")
def main() -> None:
    """Build workbooks in which a neural network learns by formulas, and prove them.

    \b
    Example:
      sheetnet build mazur
      sheetnet verify output/mazur.xlsx
    """


@main.command()
@as_json
def lessons(as_json: bool) -> None:
    """List the lessons that come with the program.

    \b
    Example:
      sheetnet lessons
    """
    import tomllib

    from sheetnet.lessons.catalogue import shipped

    found = {
        name: tomllib.loads(file.read_text(encoding="utf-8")) for name, file in shipped().items()
    }
    if as_json:
        rows = [{"name": n, "title": c["title"], "source": c["source"]} for n, c in found.items()]
        say_json(rows)
        return
    width = max(map(len, found))
    for name, content in found.items():
        say(f"{name:{width}}  {content['title']}")


@main.command()
@click.argument("name")
@click.option("--from", "origin", default="mazur", help="The lesson to begin with.")
@click.option("--schema", is_flag=True, help="Also write lesson.schema.json, for your editor.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def new(name: str, origin: str, schema: bool, force: bool) -> None:
    """Write a lesson file to change: NAME.toml, a copy of an existing lesson, and of the file of
    its examples if it names one.

    \b
    Example:
      sheetnet new my-lesson --from happydustbunny
      sheetnet build my-lesson.toml
    """
    from sheetnet.files.packing import whole_file
    from sheetnet.lessons.subjects import load

    if not name.removesuffix(".toml").strip("./ "):
        raise SheetnetError(f"{name!r}: is no name: write for example my-lesson")
    path = Path(name if name.endswith(".toml") else f"{name}.toml")
    schema_path = path.with_name("lesson.schema.json")
    for target in [path, schema_path] if schema else [path]:
        if os.path.lexists(target) and not force:  # a link that leads nowhere is something, too
            raise SheetnetError(f"{target}: exists already: choose another name, or add --force")
    kind, lesson = load(origin)
    text, files = lesson.text, beside(lesson, path.parent, force)
    if schema:
        text = f"#:schema ./{schema_path.name}\n{text}"
        with whole_file(schema_path) as file:
            file.write(json.dumps(kind.schema(), indent=2).encode() + b"\n")
    for target, content in {**files, path: text.encode()}.items():
        with whole_file(target) as file:
            file.write(content)
    say(f"{path}: change it, then run: sheetnet build {path}")


in_notation = click.option(
    "--notation",
    type=click.Choice([*NOTATIONS]),
    help="Whose symbols and order, where not the lesson's own; its texts follow.",
)


@main.command()
@click.argument("lesson", required=False)
@click.option("--all", "every", is_flag=True, help="Build every lesson of `sheetnet lessons`.")
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="Where the workbook goes: its file, or a folder (with --all always one).",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["xlsx", "ods", "both"]),
    help="The format, where --output does not tell: xlsx (the default), ods, or both.",
)
@in_notation
@overrides
@click.option("--open", "open_it", is_flag=True, help="Open the workbook in your program.")
@click.option("--dry-run", is_flag=True, help="Make it in memory, say its size; write nothing.")
@as_json
def build(
    lesson: str | None,
    every: bool,
    output: str | None,
    kind: str | None,
    notation: str | None,
    assignments: tuple[str, ...],
    open_it: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Build the workbook of LESSON, a name of `sheetnet lessons` or a .toml file.

    \b
    Example:
      sheetnet build mazur
      sheetnet build mazur --set training.steps=500 -o monday.xlsx --open
      sheetnet build mazur --format both -o workbooks/
      sheetnet build mazur --notation sabine
      sheetnet build mazur --set training.steps=10000 --dry-run
      sheetnet build --all -o workbooks
    """
    from sheetnet.building import build_each, expect
    from sheetnet.lessons.subjects import subject

    if dry_run and open_it:
        raise SheetnetError("--dry-run: writes nothing that could be opened: leave --open out")
    if every:
        if lesson is not None or open_it:
            extra = f"the lesson {lesson}" if lesson is not None else "--open"
            raise SheetnetError(f"--all: builds every lesson: leave {extra} out")
        folder = None if output is None else Path(output)
        build_all(folder, kind, notation, assignments, dry_run, as_json)
        return
    if lesson is None:
        raise SheetnetError("no lesson: name one, for example mazur, or add --all for all of them")
    paths = targets(lesson, output, kind)
    loaded = load(lesson, assignments, notation)
    if dry_run:
        say_sizes(paths, expect(loaded, paths), as_json)
        return
    rows = subject(loaded.kind).steps(loaded) * len(paths)
    with bar(rows, f"building {paths[0].stem}") as progress:
        build_each(loaded, paths, progress=progress)
    if as_json:
        say_json({"workbooks": [str(target) for target in paths]}, indent=None)
    else:
        for target in paths:
            say(f"{target}: built. Next: sheetnet verify {target}")
    if open_it:
        click.launch(str(paths[0]))


@main.command()
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option(
    "--engine",
    default="ironcalc",
    show_default=True,
    help="ironcalc, libreoffice, gnumeric, or all that are installed.",
)
@as_json
def verify(workbook: Path, engine: str, as_json: bool) -> None:
    """Prove a WORKBOOK: recalculate its formulas and compare every cell with NumPy.

    Exit status 1 when something in it is missing, wrong or dead.

    \b
    Example:
      sheetnet verify output/mazur.xlsx
      sheetnet verify output/mazur.xlsx --engine all
    """
    from sheetnet.proof.verification import verify as verify_workbook

    result = verify_workbook(workbook, engine, progress=_tell)
    if as_json:
        say_json(_verdict_json(result))
    else:
        say(_verdict(result))
    sys.exit(0 if result.ok else 1)


def _tell(what: str) -> None:
    """Say what goes on, on a terminal; nothing in a pipe."""
    if watched():
        click.echo(f"{what} …", err=True)


@main.command()
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option("--loss", required=True, metavar="RANGE", help="The loss; of a range, its sum.")
@click.option(
    "--wrt",
    required=True,
    multiple=True,
    metavar="RANGE",
    help="The parameters: cells that hold numbers. May be repeated.",
)
@click.option(
    "--claimed",
    multiple=True,
    metavar="RANGE",
    help="The gradient that the workbook shows: a range for each --wrt, in the same order.",
)
@click.option("--transposed", is_flag=True, help="Rows of --claimed are columns of --wrt.")
@click.option(
    "--tolerance", default=TOLERANCE, show_default=True, help="What may differ, as a share."
)
@click.option(
    "--engine", default="ironcalc", show_default=True, help="ironcalc, libreoffice or gnumeric."
)
@as_json
def gradcheck(workbook: Path, as_json: bool, **asked: Any) -> None:
    """Check the gradient in any WORKBOOK, whoever made it: move each parameter, and look.

    Exit status 1 when what the workbook claims is wrong.

    \b
    Example:
      sheetnet gradcheck my.xlsx --loss 'Sheet1!B9' --wrt 'Sheet1!D15:H17' --claimed 'Sheet1!M5:Q7'
    """
    from sheetnet.gradients.checking import gradcheck as check
    from sheetnet.gradients.report import plain, printed

    result = check(workbook, **asked, progress=_tell)
    if as_json:
        say_json(plain(result))
    else:
        say(printed(result))
    sys.exit(0 if result.ok else 1)


@main.command()
@click.argument("workbook", type=click.Path(path_type=Path))
@as_json
def inspect(workbook: Path, as_json: bool) -> None:
    """Show where every quantity of the network stands in a WORKBOOK.

    \b
    Example:
      sheetnet inspect output/mazur.xlsx --json
    """
    from sheetnet.proof.index import inspect as inspect_workbook

    content = inspect_workbook(workbook)
    if as_json:
        say_json(content)
        return
    for block in content["blocks"]:
        layer = f"layer {block['layer']}" if block["layer"] else ""
        axes = " × ".join(f"{block['lengths'][a]} {a}" for a in block["rows"] + block["columns"])
        axes = cut(axes, LONGEST_WORD)
        kind = "formulas" if block["live"] else "yours to change"
        place = f"{cut(block['sheet'], LONGEST_WORD)}!{block['range']}"
        say(f"{block['quantity']:16} {layer:8} {place:24} {axes:32} {kind}")


@main.command()
@click.argument("lesson")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write the curve to a .csv, .json or .png file.",
)
@overrides
@as_json
def train(lesson: str, output: Path | None, assignments: tuple[str, ...], as_json: bool) -> None:
    """Train LESSON with NumPy and print its cost curve.

    \b
    Example:
      sheetnet train mazur
      sheetnet train mazur --set training.steps=10000 -o curve.png
    """
    from sheetnet.building import naming
    from sheetnet.curve import printed, write_curve
    from sheetnet.lessons.subjects import NETWORK
    from sheetnet.network.engine import train as run

    loaded = load(lesson, assignments)
    if loaded.kind != NETWORK:
        raise SheetnetError(
            f"{lesson}: is a lesson of {loaded.kind}, where nothing is trained: name a network"
        )
    with naming(loaded):
        trace: Trace = run(loaded)
    if output:
        write_curve(loaded, trace, output)
    if as_json:
        content = {"step": list(range(len(trace.costs))), "cost": trace.costs.tolist()}
        say_json(content, indent=None)
    else:
        say(printed(loaded, trace))
        if output:
            say(f"{output}: written")


#: So many cells are printed; `--json` has all.
MOST_PRINTED = 20


def _verdict(result: Verification) -> str:
    """What is wrong in words, the checks as a table, the cells, and the verdict."""
    lines = [*result.problems, *result.notes]
    if result.checks:
        lines.append(f"{'check':28} {'cells':>9}  {'worst difference':>16}  where")
    for check in result.checks:
        worst = f"{check.worst:.1e}" if check.worst else "0"
        outcome = f"{len(check.findings):,} WRONG" if check.findings else check.worst_cell
        lines.append(f"{check.name:28} {check.cells:>9,}  {worst:>16}  {outcome}")
    if result.claimed or result.unclaimed:
        lines.append(
            f"numeric formulas compared with NumPy: {result.claimed:,}, not compared: "
            f"{result.unclaimed:,}; branches never taken: {result.untaken:,} of {result.branches:,}"
        )
    named: dict[str, str] = {}
    for check in result.checks:
        for finding in check.findings:
            named.setdefault(f"{finding.sheet}!{finding.cell}", f"  {check.name}: {finding}")
    lines += list(named.values())[:MOST_PRINTED]
    if len(named) > MOST_PRINTED:
        lines.append(f"  … and {len(named) - MOST_PRINTED:,} more cells (--json names all)")
    lines += [f"not installed, so not asked: {name}" for name in result.missing]
    lines.append(f"{result.path}: {'verified' if result.ok else 'NOT verified'}")
    return "\n".join(lines)


def _verdict_json(result: Verification) -> dict[str, Any]:
    return {
        "workbook": str(result.path),
        "verified": result.ok,
        "problems": result.problems,
        "notes": result.notes,
        "claimed": result.claimed,
        "unclaimed": result.unclaimed,
        "branches": result.branches,
        "branches_never_taken": result.untaken,
        "not_installed": result.missing,
        "checks": [
            {
                "check": check.name,
                "ok": check.ok,
                "cells": check.cells,
                "worst_relative_difference": check.worst,
                "worst_cell": check.worst_cell,
                "findings": [
                    {"sheet": f.sheet, "cell": f.cell, "what": f.what} for f in check.findings
                ],
            }
            for check in result.checks
        ],
    }
