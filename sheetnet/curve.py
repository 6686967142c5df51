"""The cost curve of a run: printed, and as CSV, JSON or a picture."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from sheetnet.errors import LONGEST_WORD, SheetnetError, cut
from sheetnet.files.packing import whole_file
from sheetnet.network.engine import Trace
from sheetnet.network.lesson import Lesson

BAR = 40


def printed(lesson: Lesson, trace: Trace, rows: int = 20) -> str:
    """The curve as text: up to `rows` steps, evenly spread, with a bar for each cost."""
    steps = sorted({round(i * trace.steps / max(rows - 1, 1)) for i in range(rows)})
    highest = max(float(trace.costs.max()), 1e-300)
    lines = [cut(lesson.title, LONGEST_WORD), f"{'step':>8}  cost"]
    for step in steps:
        cost = float(trace.costs[step])
        lines.append(f"{step:>8}  {cost:<12.6g} {'█' * round(BAR * cost / highest)}".rstrip())
    return "\n".join(lines)


def write_curve(lesson: Lesson, trace: Trace, path: Path) -> None:
    """Write the curve; the path's ending says how. Raises `SheetnetError`."""
    makers = {".csv": _csv, ".json": _json, ".png": _png}
    make = makers.get(path.suffix.lower())
    if make is None:
        raise SheetnetError(
            f"{path}: unknown kind of file: let its name end in .csv, .json or .png"
        )
    content = make(lesson, trace)
    with whole_file(path) as file:
        file.write(content)


def _csv(lesson: Lesson, trace: Trace) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["step", "cost"])
    writer.writerows(enumerate(trace.costs.tolist()))
    return buffer.getvalue().encode()


def _json(lesson: Lesson, trace: Trace) -> bytes:
    content = {"title": lesson.title, "cost": trace.costs.tolist()}
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _png(lesson: Lesson, trace: Trace) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot(trace.costs, color="#C2410C")
    # A dollar sign would begin mathematics in matplotlib's text.
    axes.set(xlabel="step", ylabel="cost", title=lesson.title.replace("$", r"\$"))
    axes.grid(alpha=0.3)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    return buffer.getvalue()
