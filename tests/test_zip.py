"""The zip packages: plain headers, the same in both places, and smaller than zlib's."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest

from sheetnet.building import build, make_book
from sheetnet.files import packing
from sheetnet.files.formats import type_into
from sheetnet.files.packing import Package
from sheetnet.network.lesson import Lesson

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def strictly_read(content: bytes) -> dict[str, bytes]:
    """The parts, by a reader that takes nothing but a zip's plain headers.

    Every field of a local header must be what the directory says, and nothing may stand
    between or behind the parts.
    """
    end = content.rindex(END)
    count, size, start = struct.unpack_from("<HII", content, end + 10)
    assert start + size == end and len(content) == end + 22
    parts = {}
    place, following = start, 0
    for _ in range(count):
        assert content[place : place + 4] == CENTRAL
        fields = struct.unpack_from("<HHHHHIIIHHHHHII", content, place + 6)
        needed, flags, method, _, _, crc, packed, unpacked, name_size, extra, comment = fields[:11]
        offset = fields[14]
        assert needed <= 20 and extra == comment == 0 and not flags & ~0x800
        name = content[place + 46 : place + 46 + name_size]
        assert offset == following and content[offset : offset + 4] == LOCAL
        local = struct.unpack_from("<HHHHHIIIHH", content, offset + 4)
        assert local == (needed, flags, method, *fields[3:5], crc, packed, unpacked, name_size, 0)
        assert content[offset + 30 : offset + 30 + name_size] == name
        following = offset + 30 + name_size + packed
        data = content[following - packed : following]
        inflated = zlib.decompress(data, -15) if method == 8 else data
        assert len(inflated) == unpacked and zlib.crc32(inflated) == crc
        parts[name.decode()] = inflated
        place += 46 + name_size
    assert following == start
    return parts


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_strict_reader_reads_what_is_built_and_what_is_typed_into(
    ending: str, tmp_path: Path
) -> None:
    path = build("mazur", tmp_path / f"book.{ending}")
    built = strictly_read(path.read_bytes())
    [block] = [b for b in make_book(Lesson.load("mazur")).blocks if b.quantity == "learning_rate"]
    place = (block.sheet, block.top, block.left)
    typed = tmp_path / f"typed.{ending}"
    type_into(path, typed, {place: 0.25})
    assert strictly_read(typed.read_bytes()).keys() == built.keys()
    zlibs = sum(len(zlib.compress(part, 6)) for part in built.values())
    assert path.stat().st_size < 1.05 * zlibs + 200 * len(built)


@pytest.mark.parametrize(("whole", "waiting"), [(10, 0), (10, 10**6), (10**6, 0), (10**6, 10**6)])
def test_parts_stand_in_their_order_packed_whole_or_as_they_come(
    whole: int, waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "MOST_WHOLE", whole)
    monkeypatch.setattr(packing, "MOST_WAITING", waiting)
    parts = {f"part {n}": [bytes([65 + n]) * size for size in (n, 4, 7)] for n in range(12)}
    file = io.BytesIO()
    with Package(file) as package:
        package.add("kind", b"first", stored=True)
        for name, pieces in parts.items():
            with package.open(name) as part:
                for piece in pieces:
                    part.write(piece)
    whole_parts = {name: b"".join(pieces) for name, pieces in parts.items()}
    read = strictly_read(file.getvalue())
    assert list(read.items()) == [("kind", b"first"), *whole_parts.items()]
