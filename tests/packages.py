"""Small .xlsx packages, written part by part: as this program or that writes them, or broken."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"

#: IronCalc needs a style sheet with everything in it.
STYLES = f"""<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Arial"/>
</font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill>
<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/>
<top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0"
fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0"
borderId="0" xfId="0"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0"
builtinId="0"/></cellStyles></styleSheet>"""


def relations(entries: Sequence[tuple[str, str]], namespace: str = RELATIONS) -> str:
    """A part of relations rId1, rId2, …, given as (kind, target)."""
    lines = (
        f'<Relationship Id="rId{i}" Type="{namespace}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(entries, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def worksheet(rows: str, more: str = "", namespace: str = MAIN) -> str:
    return f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData>{more}</worksheet>'


def cells(*contents: str) -> str:
    """Row 1 of a sheet."""
    return worksheet(f'<row r="1">{"".join(contents)}</row>')


def parts(
    sheets: Mapping[str, str],
    strings: str | None = None,
    names: str = "",
    targets: Sequence[str] | None = None,
    namespace: str = MAIN,
) -> dict[str, str]:
    """The parts of a workbook whose sheets are given as XML; `targets` as the workbook says."""
    targets = targets or [f"worksheets/sheet{i}.xml" for i in range(1, len(sheets) + 1)]
    entries = [("worksheet", target) for target in targets] + [("styles", "styles.xml")]
    if strings is not None:
        entries.append(("sharedStrings", "sharedStrings.xml"))
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(sheets, 1)
    )
    paths = [t.lstrip("/") if t.startswith("/") else f"xl/{t}" for t in targets]
    types = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles"}
    types |= dict.fromkeys(paths, "worksheet")
    if strings is not None:
        types["xl/sharedStrings.xml"] = "sharedStrings"
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{SHEETML}.{kind}+xml"/>'
        for part, kind in types.items()
    )
    result = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{RELATIONS}"><sheets>{listed}'
        f"</sheets><definedNames>{names}</definedNames></workbook>",
        "xl/_rels/workbook.xml.rels": relations(entries),
        "xl/styles.xml": STYLES,
        **dict(zip(paths, sheets.values(), strict=True)),
    }
    if strings is not None:
        result["xl/sharedStrings.xml"] = f'<sst xmlns="{namespace}">{strings}</sst>'
    return result


def write(path: Path, contents: Mapping[str, str | bytes]) -> Path:
    """Zip the parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in contents.items():
            package.writestr(name, content)
    return path
