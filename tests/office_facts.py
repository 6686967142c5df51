"""What LibreOffice says of workbooks, as JSON, a line a file: `office_facts.py SOFFICE FILE …`.

A script for the Python that has LibreOffice's `uno` module.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time


def main(soffice, *paths):
    import uno
    from com.sun.star.beans import PropertyValue

    pipe = f"facts{os.getpid()}"
    with tempfile.TemporaryDirectory() as folder:
        profile = uno.systemPathToFileUrl(folder)
        options = ["--headless", "--norestore", "--nologo", "--nodefault"]
        options += [f"-env:UserInstallation={profile}", f"--accept=pipe,name={pipe};urp;"]
        quiet = subprocess.DEVNULL
        office = subprocess.Popen([soffice, *options], stdout=quiet, stderr=quiet)
        desktop = connect(uno, pipe)
        hidden = PropertyValue()
        hidden.Name, hidden.Value = "Hidden", True
        try:
            for path in paths:
                url = uno.systemPathToFileUrl(path)
                document = desktop.loadComponentFromURL(url, "_blank", 0, (hidden,))
                print(json.dumps(facts(document)))
                document.close(True)
        finally:
            with contextlib.suppress(Exception):
                desktop.terminate()
            office.wait(30)


def connect(uno, pipe):
    manager = uno.getComponentContext().ServiceManager
    resolver = manager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(400):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:
            time.sleep(0.3)
    manager = context.ServiceManager
    return manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def facts(document):
    document.calculateAll()
    names, properties = document.NamedRanges, document.DocumentProperties
    found = {
        "names": {name: names.getByName(name).Content for name in names.ElementNames},
        "properties": [properties.Title, properties.Subject, properties.Author],
        "sheets": {sheet.Name: about(sheet, document) for sheet in document.Sheets},
    }
    view = document.CurrentController
    for name in document.Sheets.ElementNames:
        view.setActiveSheet(document.Sheets.getByName(name))
        found["sheets"][name]["view"] = [
            view.SplitRow,
            view.SplitColumn,
            view.hasFrozenPanes(),
            view.ZoomValue,
            view.Selection.AbsoluteName,
        ]
    return found


def about(sheet, document):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    facts = {"protected": sheet.isProtected(), "tab": sheet.TabColor}
    facts["widths"] = [sheet.Columns.getByIndex(c).Width for c in range(8)]
    facts["heights"] = [sheet.Rows.getByIndex(r).Height for r in range(8)]
    unlocked, validated, joined, links = [], [], [], []
    for row in range(last.EndRow + 1):
        for column in range(last.EndColumn + 1):
            cell = sheet.getCellByPosition(column, row)
            at = [row + 1, column + 1]
            if not cell.CellProtection.IsLocked:
                unlocked.append(at)
            rule = cell.Validation
            if rule.Type.value != "ANY":
                validated.append(
                    at
                    + [
                        rule.Type.value,
                        rule.getFormula1(),
                        rule.getFormula2(),
                        rule.ErrorTitle,
                        rule.ErrorMessage,
                        rule.InputMessage,
                        rule.IgnoreBlankCells,
                    ]
                )
            if cell.IsMerged:
                joined.append(at)
            if hasattr(cell, "TextFields"):
                fields = cell.TextFields
                links += [at + [fields.getByIndex(k).URL] for k in range(fields.Count)]
    facts.update(unlocked=unlocked, validated=validated, joined=joined, links=links)
    facts["notes"] = [
        [n.Position.Row + 1, n.Position.Column + 1, n.String, n.IsVisible]
        for n in sheet.Annotations
    ]
    facts["formats"] = sorted(
        [f.Range.RangeAddressesAsString, [f.getByIndex(k).getType() for k in range(f.getCount())]]
        for f in sheet.ConditionalFormats.getConditionalFormats()
    )
    page = document.StyleFamilies.getByName("PageStyles").getByName(sheet.PageStyle)
    facts["page"] = [
        page.IsLandscape,
        page.ScaleToPagesX,
        page.ScaleToPagesY,
        page.FooterIsOn,
        page.HeaderIsOn,
        sheet.PrintTitleRows,
        sheet.TitleRows.StartRow,
        sheet.TitleRows.EndRow,
    ]
    facts["printed"] = [
        [a.StartRow, a.StartColumn, a.EndRow, a.EndColumn] for a in sheet.PrintAreas
    ]
    shapes = [sheet.DrawPage.getByIndex(k) for k in range(sheet.DrawPage.Count)]
    shapes = [s for s in shapes if s.ShapeType.endswith("OLE2Shape")]
    facts["described"] = [[s.Title, s.Description] for s in shapes]
    facts["charts"] = [
        [round(s.Size.Width, -1), round(s.Size.Height, -1), s.Anchor.AbsoluteName] for s in shapes
    ]
    facts["series"] = [
        series(sheet.Charts.getByIndex(k).EmbeddedObject) for k in range(sheet.Charts.Count)
    ]
    return facts


def series(chart):
    found = [chart.HasMainTitle and chart.Title.String, chart.HasLegend]
    [system] = chart.FirstDiagram.CoordinateSystems
    for axis in (0, 1):
        axis = system.getAxisByDimension(axis, 0)
        scale = axis.ScaleData
        found.append(
            [
                axis.Show,
                scale.Minimum,
                scale.Maximum,
                axis.GridProperties.Show,
                scale.Scaling is not None and "Log" in scale.Scaling.ImplementationName,
            ]
        )
    for line in system.ChartTypes[0].DataSeries:
        roles = {}
        for sequence in line.DataSequences:
            roles[sequence.Values.Role] = [
                sequence.Values.SourceRangeRepresentation,
                [None if v != v else v for v in sequence.Values.Data],
            ]
            if sequence.Label:
                roles["label"] = sequence.Label.SourceRangeRepresentation
        found.append(
            [
                roles,
                hex(line.Color),
                line.LineStyle.value,
                line.Symbol.Style.value,
                line.Symbol.StandardSymbol,
                line.Label.ShowNumber,
                getattr(line.Label, "ShowSeriesName", None),
            ]
        )
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
