"""Archives from strangers: nothing leaves the folder, nothing explodes."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from importers.problems import ImportRefusedError, ProblemCode

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
LARGEST_BYTES = 4_000_000_000
LARGEST_RATIO = 200
"""Shapefiles shrink by 2 to 20; a bomb by a thousand."""
MOST_MEMBERS = 1_000
BLOCK = 1 << 20


def unpack_shapefile(path: Path, folder: Path) -> Path:
    """Write the parts of the one shapefile in the archive `path` to `folder` and return its .shp.

    Raises
    ------
    ImportRefusedError
        It is no archive, holds none or several shapefiles, names places outside it, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            check_members(members)
            chosen = shapefile_of(members)
            for suffix, member in chosen.items():
                unpack(archive, member, folder / f"layer{suffix}")
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise ImportRefusedError(ProblemCode.UNREADABLE_FILE, format="zip", detail=str(error) or "damaged") from error
    except (NotImplementedError, RuntimeError) as error:  # another compression; a password
        raise ImportRefusedError(ProblemCode.UNSAFE_ARCHIVE, detail=str(error)) from error
    return folder / "layer.shp"


def check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuse names that lead out of the archive and sizes that no shapefile has."""
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise ImportRefusedError(ProblemCode.UNSAFE_ARCHIVE, detail=f"“{member.filename}” leads out of it")
    size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if len(members) > MOST_MEMBERS or size > LARGEST_BYTES or size > LARGEST_RATIO * max(packed, BLOCK):
        raise ImportRefusedError(ProblemCode.UNSAFE_ARCHIVE, detail=f"{len(members)} files, {size:,} bytes unpacked")


def shapefile_of(members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the parts of the one shapefile by ending."""
    names = {member.filename: PurePosixPath(member.filename.replace("\\", "/")) for member in members}
    drawn = [m for m in members if names[m.filename].suffix.lower() == ".shp" and "__MACOSX" not in m.filename]
    if len(drawn) != 1:
        found = ", ".join(names[m.filename].name for m in (drawn or members)[:10]) or "0"
        raise ImportRefusedError(ProblemCode.ARCHIVE_CONTENT, detail=found)
    stem = names[drawn[0].filename].with_suffix("")
    return {
        names[m.filename].suffix.lower(): m
        for m in members
        if names[m.filename].with_suffix("") == stem and names[m.filename].suffix.lower() in PARTS
    }


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Write one member, and no more of it than it announced."""
    left = member.file_size
    with archive.open(member) as packed, target.open("wb") as out:
        while block := packed.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise ImportRefusedError(
                    ProblemCode.UNSAFE_ARCHIVE, detail=f"“{member.filename}” is larger than it says"
                )
            out.write(block)
