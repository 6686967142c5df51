"""Examples out of CSV files and generators: what is read, and one sentence for what cannot be."""

from __future__ import annotations

import csv
import io
import os
import pickle
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetnet import many
from sheetnet.building import build
from sheetnet.cli import main
from sheetnet.errors import SheetnetError
from sheetnet.lessons.catalogue import shipped
from sheetnet.lessons.text import with_keys, without_arrays
from sheetnet.many import Job
from sheetnet.network.data.columns import Wanted, examples_of
from sheetnet.network.data.generators import GENERATORS
from sheetnet.network.data.split import split
from sheetnet.network.data.table import read_table
from sheetnet.network.lesson import Lesson
from sheetnet.network.losses import LOSSES
from sheetnet.network.schema import json_schema
from sheetnet.network.translation import in_notation
from sheetnet.proof.verification import verify
from tests.test_lesson import assert_one_sentence

IRIS = Path(str(shipped()["mazur"])).with_name("iris.csv")
SMALL = "x,y,kind\n1,2,red\n3,4,green\n5,6,red\n7,8.5,green\n"


def lesson(
    data: str, inputs: int = 2, units: int = 2, loss: str = "cross_entropy", more: str = "steps = 2"
) -> str:
    """A lesson file with that table of data, whose last layer fits the loss."""
    last = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "perceptron": "step"}
    return f"""
title = "t"
source = "s"
notation = "bhadani"
[network]
inputs = {inputs}
loss = "{loss}"
layers = [{{units = {units}, activation = "{last.get(loss, "identity")}"}}]
[data]  # the examples
{data}

# how it learns
[training]
learning_rate = 0.1
{more}
"""


def loaded(folder: Path, table: str | bytes, data: str = "", **what: Any) -> Lesson:
    content = table if isinstance(table, bytes) else table.encode()
    (folder / "t.csv").write_bytes(content)
    (folder / "lesson.toml").write_text(
        lesson(f'csv = "t.csv"\n{data}', **what), encoding="utf-8", newline=""
    )
    return Lesson.load(folder / "lesson.toml")


def refused(folder: Path, table: str | bytes, data: str = "", **what: Any) -> str:
    with pytest.raises(SheetnetError) as caught:
        loaded(folder, table, data, **what)
    assert_one_sentence(str(caught.value))
    return str(caught.value).removeprefix(f"{folder / 'lesson.toml'}: ")


# What is read ---------------------------------------------------------------------------


def test_iris_is_fishers() -> None:
    """His table, not the copy with two slips, whose widths of sepals sum to 458.1."""
    with IRIS.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    sums = {name: round(sum(float(row[name]) for row in rows), 9) for name in [*rows[0]][:4]}
    assert [*sums.values()] == [876.5, 458.6, 563.7, 179.9]
    assert [row["species"] for row in rows] == sum(
        ([name] * 50 for name in ("setosa", "versicolor", "virginica")), []
    )


def test_a_csv_file_gives_examples_classes_and_names(tmp_path: Path) -> None:
    (tmp_path / "iris.csv").write_bytes(IRIS.read_bytes())
    said = 'csv = "iris.csv"\ntest = 0.3\nstandardise = true'
    (tmp_path / "a.toml").write_text(lesson(said, 4, 3), encoding="utf-8")
    data = Lesson.load(tmp_path / "a.toml").data
    assert (len(data.inputs), len(data.targets)) == (105, 105)
    assert (len(data.test_inputs), len(data.test_targets)) == (45, 45)
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.columns == ("sepal length", "sepal width", "petal length", "petal width")
    assert data.standardise
    assert data.source == "iris.csv"
    assert set(data.targets) == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


NAMES = (
    st.text("abc XYZ,;\"'é日=", min_size=1, max_size=6)
    .map(str.strip)
    .filter(lambda name: name != "" and not set(name) <= set(",'"))
)
NUMBERS = st.floats(-1e6, 1e6).map(lambda x: x if abs(x) > 1e-300 else 0.0)


@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, NAMES), min_size=2, max_size=8),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_what_the_csv_module_writes_is_read_as_it_was(
    rows: list[tuple[float, float, str]], delimiter: str, end: str, quoting: Any, header: bool
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([("first", "a b", "kind")] * header + rows)
    table = read_table(file.getvalue().encode("utf-8-sig"), "t.csv", header)
    assert table.names == (("first", "a b", "kind") if header else ())
    classes = tuple(sorted({name for *_, name in rows}))
    wanted = Wanted(2, len(classes), LOSSES["cross_entropy"])
    if len(classes) == 1:
        return
    found = examples_of(table, wanted, None, None, ())
    assert found.inputs == [[x, y] for x, y, _ in rows]
    assert found.classes == classes
    answers = [classes[row.index(1.0)] for row in found.targets]
    assert answers == [name for *_, name in rows]
    assert all(sum(row) == 1 and set(row) <= {0, 1} for row in found.targets)


@given(st.binary(max_size=200) | st.text("1,;\t\n\r\"a. -eE'", max_size=80).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_table_or_a_sentence(content: bytes) -> None:
    try:
        table = read_table(content, "t.csv", None)
        found = examples_of(table, Wanted(1, 1, LOSSES["squared_error"]), [1], None, ())
    except ValueError as error:
        assert str(error).removeprefix("data.csv: ").startswith(("t.csv: ", "data.t"))
        assert_one_sentence(str(error))
    else:
        assert np.isfinite(found.inputs).all() and np.isfinite(found.targets).all()


def test_a_header_is_found_out(tmp_path: Path) -> None:
    assert loaded(tmp_path, SMALL).data.columns == ("x", "y")
    bare = loaded(tmp_path, SMALL.split("\n", 1)[1]).data
    assert (bare.columns, len(bare.inputs)) == ((), 4)
    assert bare.inputs == loaded(tmp_path, SMALL, "header = true").data.inputs
    years = "2019,2020,kind\n1,2,a\n3,4,b\n"
    assert "has 3 classes ('a', 'b', 'kind')" in refused(tmp_path, years)
    assert loaded(tmp_path, years, "header = true").data.columns == ("2019", "2020")


def test_columns_are_chosen_by_name_or_number(tmp_path: Path) -> None:
    table = "name,a,b,c\nu,1,2,3\nv,4,5,6\n"
    both = 'input_columns = ["c", 2]\ntarget_columns = "b"'
    data = loaded(tmp_path, table, both, units=1, loss="squared_error").data
    assert data.inputs == ((3, 1), (6, 4))
    assert (data.targets, data.columns, data.classes) == (((2,), (5,)), ("c", "a"), ())
    two = 'input_columns = ["a"]\ntarget_columns = ["b", "c"]'
    data = loaded(tmp_path, table, two, inputs=1, loss="squared_error").data
    assert data.targets == ((2, 3), (5, 6))
    named = 'input_columns = ["a"]\ntarget_columns = ["b", "c"]\ncolumns = ["α"]\nheader = true'
    assert loaded(tmp_path, table, named, inputs=1, loss="squared_error").data.columns == ("α",)


CLASSES = [
    # column, loss, units, further keys → targets, classes
    ("b a b", "binary_cross_entropy", 1, "", [1, 0, 1], "a b"),
    ("b a b", "cross_entropy", 2, "", [[0, 1], [1, 0], [0, 1]], "a b"),
    ("b a b", "half_squared_error", 1, "", [1, 0, 1], "a b"),
    ("b a b", "binary_cross_entropy", 1, 'classes = ["b", "a"]', [0, 1, 0], "b a"),
    ("10 9 10.0", "cross_entropy", 2, "", [[0, 1], [1, 0], [0, 1]], "9 10"),
    ("-1 1 -1", "perceptron", 1, "", [0, 1, 0], "-1 1"),
    ("1 0 1", "binary_cross_entropy", 1, "", [1, 0, 1], "0 1"),
    ("0.2 0.9 1", "binary_cross_entropy", 1, "", [0.2, 0.9, 1], ""),
    ("2 1 2", "half_squared_error", 1, "", [2, 1, 2], ""),
    ("2 1 2", "half_squared_error", 1, 'classes = ["1", "2"]', [1, 0, 1], "1 2"),
]


@pytest.mark.parametrize(("column", "loss", "units", "data", "targets", "classes"), CLASSES)
def test_the_loss_says_what_a_column_of_targets_holds(
    tmp_path: Path, column: str, loss: str, units: int, data: str, targets: Any, classes: str
) -> None:
    table = "x,t\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(column.split()))
    found = loaded(tmp_path, table, data, inputs=1, units=units, loss=loss).data
    assert found.targets == tuple(
        tuple(row) if isinstance(row, list) else (row,) for row in targets
    )
    assert found.classes == tuple(classes.split())


# What is wrong with a file: row, column, remedy -------------------------------------------

BAD = [
    # what, table, beginning, remedy
    ("empty", "", "t.csv: is empty", "write a row"),
    ("blank", " \n\n,,\n", "t.csv: is empty", "write a row"),
    ("only a header", "x,y,kind\n", "t.csv: holds only a header", "write a row"),
    ("ragged, short", "x,y,k\n1,2,a\n3,b\n", "t.csv: row 3: has 2 cells, and row 1 has 3", "many"),
    ("ragged, long", "x,y,k\n1,5,2,a\n", "t.csv: row 2: has 4 cells", "points in numbers"),
    ("blank row", "x,y,k\n1,2,a\n\n3,4,b\n", "t.csv: row 3: is empty", "take it out"),
    ("text", "x,y,k\n1,2,a\n3,z,b\n5,6,a\n", "t.csv: row 3, column 2 ('y'): 'z'", "write one"),
    ("text, no header", "1,2,a\n3,4,b\n5,z,a\n", "t.csv: row 3, column 2: 'z' is no", "write one"),
    ("missing", "x,y,k\n1,2,a\n,4,b\n", "t.csv: row 3, column 1 ('x'): is empty", "take the row"),
    ("missing class", "x,y,k\n1,2,a\n3,4,\n", "t.csv: row 3, column 3 ('k'): is empty", "class"),
    ("NA", "x,y,k\n1,2,a\n3,NA,b\n4,5,b\n", "t.csv: row 3, column 2 ('y'): 'NA' is no", "write"),
    ("nan", "x,y,k\n1,2,a\n3,nan,b\n", "t.csv: row 3, column 2 ('y'): is 'nan'", "finite"),
    ("inf", "x,y,k\n1,2,a\n-Inf,4,b\n", "t.csv: row 3, column 1 ('x'): is '-Inf'", "finite"),
    ("comma", 'x,y,k\n"1,5",2,a\n3,4,b\n', "t.csv: row 2, column 1 ('x'): '1,5'", "point (1.5)"),
    ("commas", "x;y;k\n1,5;2,5;a\n3;4;b\n", "t.csv: row 2, column 1 ('x'): '1,5'", "point (1.5)"),
    ("either", 'x,y,k\n"1,500",2,a\n', "t.csv: row 2, column 1 ('x'): '1,500'", "or 1.500 if"),
    ("all text", "n,x,k\nada,2,a\nbo,1,b\n", "t.csv: row 2, column 1 ('n')", "columns leaves"),
    ("capitals", "x,y,k\n1,2,A\n3,4,b\n5,6,B\n", "t.csv: column 3 ('k'): has 3", "'b' alike"),
    ("thousands", 'x,y,k\n"1,500.5",2,a\n', "t.csv: row 2, column 1 ('x'): '1,500.5'", "marks"),
    ("huge", "x,y,k\n1e999,2,a\n3,4,b\n", "t.csv: row 2, column 1 ('x'): is beyond 1e+300", ""),
    ("tiny", "x,y,k\n1e-310,2,a\n3,4,b\n", "t.csv: row 2, column 1 ('x'): is 1e-310", "write 0"),
    ("underscore", "x,y,k\n1_000,2,a\n3,4,b\n5,6,a\n", "t.csv: row 2, column 1 ('x'): '1_0", "one"),
    ("digits", "x,y,k\n١,2,a\n3,4,b\n5,6,a\n", "t.csv: row 2, column 1 ('x'): '١' is no", "one"),
    ("latin-1", b"x,y,k\n1,2,a\n3,4,\xe9\n", "t.csv: row 3: byte 5 of it is no UTF-8", "UTF-8"),
    ("UTF-16", SMALL.encode("utf-16"), "t.csv: row 1: byte 1 of it is no UTF-8", "save the file"),
    ("NUL", "x,y,k\n1,2,a\0\n", "t.csv: row 2: holds the character U+0000", "plain text"),
    ("twice", "x,x,k\n1,2,a\n3,4,b\n", "t.csv: row 1, column 1: 'x' is the name of 2", "its own"),
    ("no name", "x,,k\n1,2,a\n3,4,b\n", "t.csv: row 1, column 2: has no name", "write one"),
    ("long name", f"{'x' * 101},y,k\n1,2,a\n3,4,b\n", "t.csv: row 1, column 1: has 101", "100"),
    ("open quote", 'x,y,k\n1,2,"a\n3,4,b\n', "t.csv: row 2: opens a quotation mark", "close it"),
    ("quote", 'x,y,k\n1,2,"a"b"\n3,4,b\n', "t.csv: row 2: has a text behind", "twice"),
    ("line break", 'x,y,k\n1,2,"a\nc"\n', "t.csv: row 2, column 3: holds a line break", "one line"),
    ("long cell", f"x,y,k\n1,2,{'a' * 1001}\n", "t.csv: row 2, column 3: has 1,001", "at most"),
    ("long number", f"x,y,k\n{'1' * 5000},2,a\n", "t.csv: row 2, column 1: has 5,000", "at most"),
    ("very long", f'x,y,k\n1,2,"{"a" * 200_000}\n', "t.csv: row 2: has a cell of more", "closed?"),
    ("one class", "x,y,k\n1,2,a\n3,4,a\n", "t.csv: column 3 ('k') has one class, 'a'", "another"),
    ("a class", "x,y,k\n1,2,a\n3,4,b\n5,6,c\n", "t.csv: column 3 ('k'): has 3 classes", "to 3"),
    ("one column", "x\n1\n2\n", "t.csv: has one column", "parted by commas"),
    ("three inputs", "x,y,z,k\n1,2,3,a\n4,5,6,b\n", "t.csv: has 3 inputs", "network.inputs = 3"),
    ("unsure", "x,2,k\n1,2,a\n3,4,b\n", "t.csv: row 1, column 1: 'x' is no number", "header = tr"),
    ("many columns", ",".join(["1"] * 16_385), "t.csv: row 1: has 16,385 cells", "take fewer"),
    ("many rows", "1,2,a\n" * 100_002, "t.csv: has more than 100,000 rows", "fewer examples"),
    ("escape", "x,y,k\n1,2,a\n3,z\u202e,b\n4,5,a\n", "t.csv: row 3, column 2 ('y'): 'z\\u202e", ""),
]


@pytest.mark.parametrize(
    ("table", "begins", "remedy"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_a_bad_file_is_one_sentence(
    tmp_path: Path, table: str | bytes, begins: str, remedy: str
) -> None:
    message = refused(tmp_path, table)
    assert message.startswith(f"data.csv: {begins}"), message
    assert remedy in message.removeprefix(f"data.csv: {begins}"), message


TOGETHER = [
    # what stands in [data], the field and the remedy
    ('csv = "t.csv"\ngenerator = "xor"', "data.generator: data.csv is given", "take one of"),
    ('csv = "t.csv"\ninputs = [[1, 2]]', "data.inputs: data.csv is given as well", "take one"),
    ('generator = "xor"\ntest_inputs = []', "data.test_inputs: data.generator is given", "take"),
    ('generator = "xor"\nheader = true', "data.header: is for a data.csv", "take it out"),
    ('csv = "t.csv"\nnoise = 0.1', "data.noise: is for a data.generator", "take it out"),
    ('generator = "spiral"', "data.generator: unknown generator 'spiral'", "mean 'spirals'?"),
    ('generator = "xor"\nexamples = 3', "data.examples: is 3", "at least 4"),
    ('generator = "xor"\nnoise = -1', "data.noise: is -1", "at least 0"),
    ('generator = "xor"\nnoise = nan', "data.noise: is nan", "finite"),
    ('generator = "xor"\nseed = 0.5', "data.seed: write a whole number", "not 0.5"),
    ('generator = "xor"\ntest = 1.5', "data.test: write the share", "not 1.5"),
    ('generator = "xor"\ntest = true', "data.test: write the share", "not True"),
    ('generator = "xor"\ntest = 4', "data.test: is 4, and there are 4", "at most 3"),
    ('generator = "xor"\nclasses = ["a"]', "data.classes: has 1 names", "as many"),
    ('generator = "blobs"', "data.generator: blobs: has 3 classes", "set it to 3"),
    ('generator = "sine"', "data.generator: sine: has 1 input, ", "network.inputs = 1"),
    ('csv = "t.csv"\ninput_columns = []', "data.input_columns: is empty", "name a column"),
    ('csv = "t.csv"\ninput_columns = [true]', "data.input_columns[0]: write the", "not True"),
    ('csv = "t.csv"\ninput_columns = ["X"]', "data.input_columns[0]: t.csv has no", "x, y, kind"),
    ('csv = "t.csv"\ninput_columns = ["kin"]', "data.input_columns[0]: t.csv has", "mean 'kind'?"),
    ('csv = "t.csv"\ninput_columns = [0]', "data.input_columns[0]: is 0", "columns 1 to 3"),
    ('csv = "t.csv"\ninput_columns = ["x", 1]', "data.input_columns[1]: names column 1", "again"),
    ('csv = "t.csv"\ninput_columns = [2, 3]', "data.target_columns: is left out", "name the tar"),
    ('csv = "t.csv"\ntarget_columns = [1]', "data.csv: t.csv: row 2, column 3 ('kind'): 'red'", ""),
    ('csv = "t.csv"\nclasses = ["red", "blue"]', "data.csv: t.csv: row 3, column 3", "none of da"),
    ('csv = "t.csv"\nclasses = ["red", "gren"]', "data.csv: t.csv: row 3, column 3", "'gren'?"),
    ('csv = "t.csv"\nclasses = ["1", "1.0"]', "data.classes: names one class twice", "take one"),
    ('csv = "t.csv"\ncolumns = ["a"]', "data.columns: has 1 name: write 2", "each input"),
    ('csv = "t.csv"\ncolumns = ["a", "a"]', "data.columns[1]: 'a' stands there twice", "change"),
    ('csv = "t.csv"\ncolumns = ["a", ""]', "data.columns[1]: is empty", "write a text"),
    ('csv = "t.csv"\nclass = "kind"', "data.class: unknown key", "'classes'?"),
    ('csv = "t.csv"\ntest_size = 0.2', "data.test_size: unknown key", "called 'test' here"),
    ('csv = "t.csv"\nsep = ";"', "data.sep: sheetnet does not have it", "found out"),
    (
        "inputs = [[1, 2]]\ntargets = [[1, 0]]\ntest = 0.5",
        "data.test: there is one example",
        "more",
    ),
    ("inputs = [[1, 2]]\ntest = 0.5", "data.targets: is missing", "add it"),
    ("", "data.inputs: is missing", "add it"),
    (
        "inputs = [[1, 2]]\ntargets = [[1, 0]]\ntest_inputs = [[1, 2]]",
        "data.test_targets: has 0 rows",
        "write 1",
    ),
    (
        "inputs = [[1, 2]]\ntargets = [[1, 0]]\ntest_inputs = [[1]]\ntest_targets = [[1, 0]]",
        "data.test_inputs[0]: has 1 number",
        "write 2",
    ),
]


@pytest.mark.parametrize(("data", "begins", "remedy"), TOGETHER)
def test_keys_that_do_not_fit_are_one_sentence(
    tmp_path: Path, data: str, begins: str, remedy: str
) -> None:
    (tmp_path / "t.csv").write_text(SMALL, encoding="utf-8")
    (tmp_path / "lesson.toml").write_text(lesson(data), encoding="utf-8")
    with pytest.raises(SheetnetError) as caught:
        Lesson.load(tmp_path / "lesson.toml")
    message = str(caught.value).removeprefix(f"{tmp_path / 'lesson.toml'}: ")
    assert_one_sentence(message)
    assert message.startswith(begins), message
    assert remedy in message, message


def test_numbers_that_the_loss_does_not_take_name_the_cell(tmp_path: Path) -> None:
    table = "x,a,b\n1,0,1\n2,1,3\n"
    message = refused(tmp_path, table, "target_columns = [2, 3]", inputs=1)
    assert message.startswith(
        "data.csv: t.csv: row 3, column 3 ('b'): is 3, but cross_entropy asks"
    )
    message = refused(tmp_path, "x,a\n1,0.5\n2,7\n", inputs=1, units=2, loss="squared_error")
    assert 'network.loss = "cross_entropy"' in message


# Files of strangers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../t.csv", "leads out"),
        ("a/../../t.csv", "leads out"),
        ("/etc/passwd", "leads out"),
        ("C:\\\\t.csv", "leads out"),
        ("C:t.csv", "leads out"),
        ("a\\\\t.csv", "leads out"),
        ("", "is no name of a file"),
        ("t\\u0000.csv", "is no"),
        ("x" * 201, "is no name of a file"),
        ("none.csv", "there is no such file"),
        ("t.csv/t.csv", "cannot be read"),
        ("folder", "is no file"),
        (".", "is no file"),
        ("pipe", "is no file"),
        ("out.csv", "is a link out"),
        ("out/t.csv", "is a link out"),
        ("circle", "is a link out"),
        ("large.csv", "is larger than 16 MiB"),
    ],
)
def test_a_lesson_reads_no_other_file_than_one_beside_it(
    tmp_path: Path, name: str, said: str
) -> None:
    home = tmp_path / "home"
    (home / "folder").mkdir(parents=True)
    for place in (tmp_path / "t.csv", home / "t.csv"):
        place.write_text(SMALL, encoding="utf-8")
    if hasattr(os, "mkfifo"):
        os.mkfifo(home / "pipe")
    (home / "out.csv").symlink_to(tmp_path / "t.csv")
    (home / "out").symlink_to(tmp_path)
    (home / "circle").symlink_to(home / "circle")
    with (home / "large.csv").open("wb") as file:
        file.truncate(16 * 2**20 + 1)
    path = home / "lesson.toml"
    path.write_text(lesson(f'csv = "{name}"'), encoding="utf-8")
    with pytest.raises(SheetnetError) as caught:
        Lesson.load(path)
    assert f": {said}" in str(caught.value) or said in str(caught.value), str(caught.value)
    assert_one_sentence(str(caught.value))


def test_a_file_within_the_folder_is_read_through_links_too(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.csv").write_text(SMALL, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "data" / "t.csv")
    for name in ("data/t.csv", "link.csv"):
        (tmp_path / "a.toml").write_text(lesson(f'csv = "{name}"'), encoding="utf-8")
        assert len(Lesson.load(tmp_path / "a.toml").data.inputs) == 4
    with pytest.raises(SheetnetError, match=r"^a: data\.csv: t\.csv: this lesson has no folder"):
        Lesson.from_toml(lesson('csv = "t.csv"'), "a")


@pytest.mark.parametrize("piece", ["1,", '"', "1\n", "1;1,\n", '"a""', "\n", "1'"])
def test_files_of_nothing_but_marks_are_answered_soon(piece: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ValueError, match="t.csv"):
        table = read_table((piece * (2**22 // len(piece))).encode(), "t.csv", None)
        examples_of(table, Wanted(3, 1, LOSSES["squared_error"]), None, None, ())
    assert time.perf_counter() - start < 5


# Generators --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GENERATORS)
def test_generators_give_what_they_say(name: str) -> None:
    rule = GENERATORS[name]

    def make(seed: int, count: int, noise: float) -> Any:
        return rule.make(np.random.default_rng(seed), count, noise)

    for count in (rule.least, 7, 60):
        for noise in (0.0, 0.3):
            inputs, targets, classes = make(1, count, noise)
            assert len(inputs) == len(targets) == count
            np.testing.assert_array_equal(inputs, np.round(inputs, 4))
            np.testing.assert_array_equal(inputs, make(1, count, noise)[0])
            np.testing.assert_array_equal(targets, make(1, count, noise)[1])
            assert not np.signbit(inputs[inputs == 0]).any()
            if classes:
                assert targets.shape == (count,) and set(targets) <= set(range(len(classes)))
            else:
                np.testing.assert_array_equal(targets, np.round(targets, 4))
    inputs, targets, classes = make(1, 60, 0.3)
    if classes and name not in ("and", "or"):
        assert len(set(np.bincount(targets))) == 1
    other = make(2, 60, 0.3)
    assert not np.array_equal(inputs, other[0]) or not np.array_equal(targets, other[1])


def test_shapes_of_the_generators() -> None:
    def made(name: str, count: int = 50) -> Any:
        return GENERATORS[name].make(np.random.default_rng(0), count, 0.0)

    for name, table in (("and", (0, 0, 0, 1)), ("or", (0, 1, 1, 1)), ("xor", (0, 1, 1, 0))):
        inputs, targets, _ = made(name, 4)
        np.testing.assert_array_equal(inputs, [[0, 0], [0, 1], [1, 0], [1, 1]])
        np.testing.assert_array_equal(targets, table)
    (x, y), classes = made("moons")[0].T, made("moons")[1]
    upper = np.where(classes == 0, x**2 + y**2, (1 - x) ** 2 + (0.5 - y) ** 2)
    np.testing.assert_allclose(upper, 1, atol=5e-4)
    assert (y[classes == 0] >= 0).all() and (y[classes == 1] <= 0.5).all()
    points, classes, _ = made("circles")
    radius = np.hypot(*points.T)
    np.testing.assert_allclose(radius, np.where(classes == 0, 1, 0.5), atol=1e-3)
    points, classes, _ = made("spirals")
    angle = 3.5 * np.pi * np.hypot(*points.T) / 5 + np.pi * classes
    np.testing.assert_allclose(points[:, 0], np.hypot(*points.T) * np.sin(angle), atol=5e-3)
    points, classes, _ = made("blobs", 60)
    assert len({(*point, kind) for point, kind in zip(points.tolist(), classes, strict=True)}) == 3
    x, y, _ = made("sine")
    np.testing.assert_allclose(y, np.sin(x), atol=1e-4)


@given(st.integers(2, 60), st.floats(0.001, 0.999) | st.integers(1, 59), st.integers(0, 9))
@settings(max_examples=80, deadline=None)
def test_a_split_leaves_out_none_and_takes_none_twice(count: int, test: float, seed: int) -> None:
    if test >= count:
        with pytest.raises(ValueError, match=r"data\.test: is"):
            split(count, test, seed)
        return
    train, tested = split(count, test, seed)
    assert sorted(train + tested) == [*range(count)]
    assert train == sorted(train) and tested == sorted(tested) and train and tested
    assert (train, tested) == split(count, test, seed)
    if test >= 1:
        assert len(tested) == test


# What travels in a workbook ----------------------------------------------------------------


def arrays(made: Lesson) -> dict[Any, Any]:
    data = made.data
    held = {"input": data.inputs, "target": data.targets}
    held |= {"test_input": data.test_inputs, "test_target": data.test_targets}
    first = {(key, None): np.array(rows) for key, rows in held.items() if rows}
    return first | {k: v for k, v in made.settings.items() if k[0] in ("weight", "bias")}


@pytest.mark.parametrize(
    "data",
    [
        'csv = "t.csv"  # four\ntest = 1\nstandardise = true',
        'generator = "moons"\nexamples = 12\ntest = 0.25\nclasses = ["up", "down"]',
        "inputs = [[1, 2], [3, 4]]\ntargets = [[1, 0], [0, 1]]\ntest = 1",
        "inputs = [[1, 2]]\ntargets = [[1, 0]]\ntest_inputs = [[3, 4]]\ntest_targets = [[0, 1]]",
        'csv = "t.csv"\nclasses = ["red", "green"]\ncolumns = ["u", "v"]\nsource = "mine"',
    ],
)
def test_a_workbooks_text_and_arrays_are_the_lesson_without_its_file(
    tmp_path: Path, data: str
) -> None:
    (tmp_path / "t.csv").write_text(SMALL, encoding="utf-8")
    text = lesson(data)
    (tmp_path / "lesson.toml").write_text(text, encoding="utf-8")
    made = Lesson.load(tmp_path / "lesson.toml")
    assert made.text == text
    carried = without_arrays(made.workbook_text)
    assert "# how it learns\n[training]" in carried and "# the examples" in carried
    again = Lesson.from_toml(carried, "book.xlsx", arrays(made))
    assert again.data == made.data
    assert without_arrays(again.workbook_text) == carried
    # In another notation, and from its own text alone, it has the same examples.
    other = in_notation(made, "sabine")
    assert other.data == made.data
    assert Lesson.from_toml(other.text) == other
    assert in_notation(made.shortened(1), "sabine").data == made.data


def test_what_a_strangers_workbook_names_is_not_read() -> None:
    """A workbook has its examples in it: nothing is looked for, nothing is made."""
    for data in ('csv = "../../etc/passwd"', 'generator = "moons"\nexamples = 100000', "test = 2"):
        with pytest.raises(SheetnetError, match=r"^book: data\.inputs: is missing: add it$"):
            Lesson.from_toml(lesson(data), "book", {})


def test_keys_are_added_to_a_table_in_any_way_of_writing_it() -> None:
    added = {"classes": ["a", "b"], "csv": "other"}
    for text in ('data = {csv = "x"}\n', 'data.csv = "x"\ntitle = "t"\n', '[data]\ncsv = "x"'):
        assert 'classes = ["a", "b"]' in with_keys(text, "data", added)
        assert '"x"' in with_keys(text, "data", added)
    text = '[data]\ncsv = "x"  # mine\n\n# yours\n[training]\n'
    longer = '[data]\ncsv = "x"  # mine\nclasses = ["a", "b"]\n\n# yours\n[training]\n'
    assert with_keys(text, "data", added) == longer
    assert with_keys(longer, "data", added) == longer


def test_a_workbook_is_verified_where_its_csv_file_is_gone(tmp_path: Path) -> None:
    made = loaded(tmp_path, SMALL, "test = 1")
    job = Job(made.text, made.name, (tmp_path / "a.xlsx",), made.folder)
    many._done(many._build, pickle.loads(pickle.dumps(job)))  # as in a process of its own
    build(tmp_path / "lesson.toml", tmp_path / "b.xlsx")
    (tmp_path / "t.csv").unlink()
    result = verify(tmp_path / "a.xlsx", "ironcalc")
    assert result.ok, result.problems
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_new_takes_the_csv_file_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded(tmp_path, SMALL)
    monkeypatch.chdir(tmp_path)
    command = ["new", "copy/mine", "--from", "lesson.toml"]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert (tmp_path / "copy" / "t.csv").read_text(encoding="utf-8") == SMALL
    assert Lesson.load("copy/mine.toml") == Lesson.load("lesson.toml")
    (tmp_path / "copy" / "t.csv").write_text("mine", encoding="utf-8")
    command[1] = "copy/yours"
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "t.csv: exists already" in result.output
    assert not (tmp_path / "copy" / "yours.toml").exists()
    assert CliRunner().invoke(main, [*command, "--force"]).exit_code == 0
    changed = CliRunner().invoke(main, ["train", "copy/yours.toml", "--set", "data.test=1"])
    assert changed.exit_code == 0, changed.output


def test_epochs_count_the_examples_of_a_file(tmp_path: Path) -> None:
    more = 'epochs = 3\nrule = "perceptron"'
    made = loaded(tmp_path, SMALL, "test = 1", units=1, loss="perceptron", more=more)
    assert made.training.steps == 9


def test_the_schema_has_the_keys_and_the_ways() -> None:
    data = json_schema()["$defs"]["Data"]
    assert {"csv", "generator", "test", "standardise", "inputs", "classes"} <= set(
        data["properties"]
    )
    assert data["properties"]["generator"]["enum"] == sorted(GENERATORS)
    assert [way["required"] for way in data["oneOf"]] == [
        ["inputs", "targets"],
        ["csv"],
        ["generator"],
    ]


@pytest.mark.parametrize(
    ("loss", "targets"),
    [("binary_cross_entropy", "[[0], [1]]"), ("cross_entropy", "[[0, 1], [1, 0]]")],
)
def test_costs_of_z_beyond_all_bounds_are_right(tmp_path: Path, loss: str, targets: str) -> None:
    """Where an exponent or a logarithm ends, Evaluation's costs have guards, and nowhere else."""
    units = len(targets.split("]")[0].split(","))
    text = lesson(f"inputs = [[900, 1], [-700, 2]]\ntargets = {targets}\ntest = 1", 2, units, loss)
    text = text.replace("units =", f"weights = {[[1, 1], [-1, 2]][:units]}, units =")
    made = Lesson.from_toml(text.replace("learning_rate = 0.1", "learning_rate = 1e-6"))
    result = verify(build(made, tmp_path / "large.xlsx"))
    assert result.ok and not result.unclaimed and not result.untaken
