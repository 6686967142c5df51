"""What may import what: one direction, and no circle."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "sheetnet"
#: Each tier (a folder, or a module at the top) may import those before it, and itself.
TIERS = (
    {"ending", "errors", "records", "sheetnet"},
    {"expressions"},
    {"workbook"},
    {"files", "lessons"},
    {"sheets", "recalc"},
    {"network", "calculus", "proof", "gradients"},
    {"curve", "estimate", "terminal"},
    {"building"},
    {"many"},
    {"asked"},
    {"cli"},
    {"__main__"},
)
#: Within a tier one folder may not know the other, but for what the table says.
#: The documents' notations stand with the networks.
BESIDE: dict[str, set[str]] = {"calculus": {"network"}}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tier(module: str) -> str:
    """The folder or top module that a module belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def imports(path: Path, known: set[str]) -> set[str]:
    """The modules of the package that a module imports when it is loaded."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sheetnet"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in known else str(node.module))
        elif isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.startswith("sheetnet")}
    return found


def graph() -> dict[str, set[str]]:
    files = {module_name(path): path for path in PACKAGE.rglob("*.py")}
    return {name: imports(path, set(files)) - {name} for name, path in files.items()}


def test_imports_run_one_way_through_the_tiers() -> None:
    rank = {name: number for number, names in enumerate(TIERS) for name in names}
    wrong = []
    for module, imported in graph().items():
        for other in imported:
            here, there = tier(module), tier(other)
            below = rank[there] < rank[here] or here == there
            if not below and there not in BESIDE.get(here, set()):
                wrong.append(f"{module} imports {other}")
    assert not wrong


def test_no_module_imports_itself_by_way_of_others() -> None:
    # A package that only gathers its modules is no step of its own.
    modules = {name: {m for m in imported if m != "sheetnet"} for name, imported in graph().items()}
    assert list(TopologicalSorter(modules).static_order())


def test_every_folder_has_its_tier() -> None:
    assert {tier(name) for name in graph()} == {name for names in TIERS for name in names}
