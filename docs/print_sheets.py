"""Print each sheet of a workbook on one page of its own; runs in a Python that has uno.

Arguments: the program, the workbook, the folder for book.pdf. Prints the sheets' names.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue

LAST_ROW, LAST_COLUMN = 69, 28
#: Hundredths of a millimetre around the cells, and for the row and column headers.
MARGIN, HEADERS = 500, 2200


def value(name, content):
    return PropertyValue(Name=name, Value=content)


def connect(pipe, process):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(240):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            if process.poll() is not None:
                raise
            time.sleep(0.5)
    raise TimeoutError("the program did not answer")


def covered(sheet):
    """The cells to print: what is used, as far as a picture can show, and the charts."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    area = cursor.RangeAddress
    area.StartRow = area.StartColumn = 0
    for shape in (sheet.DrawPage.getByIndex(i) for i in range(sheet.DrawPage.Count)):
        right, bottom = shape.Position.X + shape.Size.Width, shape.Position.Y + shape.Size.Height
        while widths(sheet, area.EndColumn) < right:
            area.EndColumn += 1
        while heights(sheet, area.EndRow) < bottom:
            area.EndRow += 1
    area.EndRow, area.EndColumn = min(area.EndRow, LAST_ROW), min(area.EndColumn, LAST_COLUMN)
    return area


def widths(sheet, last):
    return sum(sheet.Columns.getByIndex(i).Width for i in range(last + 1))


def heights(sheet, last):
    return sum(sheet.Rows.getByIndex(i).Height for i in range(last + 1))


def lay_out(document, sheet, number):
    """A page that is as large as the sheet."""
    area = covered(sheet)
    page = document.createInstance("com.sun.star.style.PageStyle")
    document.StyleFamilies.getByName("PageStyles").insertByName(f"picture{number}", page)
    page.HeaderIsOn = page.FooterIsOn = False
    page.LeftMargin = page.RightMargin = page.TopMargin = page.BottomMargin = MARGIN
    page.ScaleToPagesX = page.ScaleToPagesY = 1
    page.PrintHeaders = True
    page.Width = widths(sheet, area.EndColumn) + 2 * MARGIN + HEADERS
    page.Height = heights(sheet, area.EndRow) + 2 * MARGIN + HEADERS
    sheet.PageStyle = f"picture{number}"
    sheet.setPrintAreas((area,))
    sheet.setPrintTitleRows(False)


def main(program, workbook, folder):
    pipe = "pictures" + secrets.token_hex(8)
    process = subprocess.Popen(
        [
            program,
            "--headless",
            "--norestore",
            f"-env:UserInstallation=file://{folder}/profile",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        context = connect(pipe, process)
        desktop = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", context
        )
        url = uno.systemPathToFileUrl(workbook)
        document = desktop.loadComponentFromURL(url, "_blank", 0, (value("Hidden", True),))
        document.calculateAll()
        for number, name in enumerate(document.Sheets.ElementNames):
            lay_out(document, document.Sheets.getByName(name), number)
        target = uno.systemPathToFileUrl(f"{folder}/book.pdf")
        document.storeToURL(target, (value("FilterName", "calc_pdf_Export"),))
        print("\n".join(document.Sheets.ElementNames))
        document.close(True)
    finally:
        # The program itself is a child of its starter.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
