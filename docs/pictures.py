"""Pictures of every sheet of the shipped lessons, for these docs.

`python -m docs.pictures [LESSON…]` writes docs/pictures/LESSON-SHEET.png, as LibreOffice
shows the workbook after a hard recalculation. It needs LibreOffice with its Python bridge
and poppler's pdftoppm.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sheetnet import build
from sheetnet.lessons.catalogue import shipped
from sheetnet.recalc.libreoffice import python_with_uno, soffice_command

HERE = Path(__file__).parent
FOLDER = HERE / "pictures"
SHEETS = (
    "Start",
    "Compare",
    "Network",
    "Chain rule",
    "Descent",
    "Surface",
    "Matrices",
    "Progress",
    "Weights",
    "Training",
    "Gradient check",
    "Notation",
)


def take(workbook: Path, folder: Path, prefix: str) -> list[Path]:
    """A PNG of each sheet that the docs show; returns their paths."""
    soffice, python = soffice_command(), python_with_uno()
    with tempfile.TemporaryDirectory() as scratch:
        script = HERE / "print_sheets.py"
        command = [python, str(script), soffice, str(workbook.resolve()), scratch]
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        listed = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=300, env=environment
        )
        names = listed.stdout.splitlines()
        pages = f"{scratch}/page"
        subprocess.run(
            ["pdftoppm", "-r", "96", "-png", f"{scratch}/book.pdf", pages], check=True, timeout=300
        )
        found = sorted(Path(scratch).glob("page*.png"), key=lambda p: (len(p.name), p.name))
        targets = []
        for name, page in zip(names, found, strict=True):
            if name not in SHEETS:
                continue
            target = folder / f"{prefix}-{name.lower().replace(' ', '-')}.png"
            shutil.copyfile(page, target)
            targets.append(target)
    return targets


def main(lessons: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in lessons or sorted(shipped()):
        with tempfile.TemporaryDirectory() as scratch:
            path = build(name, Path(scratch) / f"{name}.xlsx")
            for picture in take(path, FOLDER, name):
                print(picture)


if __name__ == "__main__":
    main(sys.argv[1:])
