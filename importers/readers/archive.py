"""Archives from strangers: nothing leaves the folder, nothing explodes, and names are read as they were written."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from django.utils.translation import gettext as _

from importers.problems import ImportRefusedError, ProblemCode

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
PHOTOS = (".jpg", ".jpeg")
LARGEST_BYTES = 4_000_000_000
LARGEST_RATIO = 200
"""Shapefiles and tables shrink by 2 to 20; a bomb by a thousand."""
MOST_MEMBERS = 10_000
BLOCK = 1 << 20
UTF8_NAME = 0x800
"""Flag of a member whose name is UTF-8; without it Chinese programs write GBK."""
SHOWN = 10


class Dataset(NamedTuple):
    """One thing in an archive that may be imported.

    `format` is "gdb" or "photos", which only an archive can hold; None: the file at `path` says what it is.
    """

    name: str
    path: Path
    format: str | None


class Member(NamedTuple):
    """A file in an archive under its name as written."""

    info: zipfile.ZipInfo
    name: PurePosixPath


def datasets(path: Path, folder: Path, endings: Sequence[str]) -> list[Dataset]:
    """Return the data sets in an archive, unpacked into `folder`.

    Parameters
    ----------
    endings
        Of files that are read by themselves.

    Raises
    ------
    ImportRefusedError
        It is no archive, holds nothing that is read, names places outside it, or unpacks to too much.
    """
    with opened(path) as archive:
        members = members_of(archive)
        found = [
            *geodatabases(archive, members, folder, path),
            *shapefiles(archive, members, folder),
            *single_files(archive, members, folder, endings),
        ]
        if not found and any(member.name.suffix.lower() in PHOTOS for member in members):
            found = [Dataset("", path, "photos")]
    if not found:
        detail = ", ".join(member.name.name for member in members[:SHOWN]) or _("nothing")
        raise ImportRefusedError(ProblemCode.ARCHIVE_CONTENT, detail=detail)
    return found


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Give an archive whose members have been checked; what goes wrong with it inside the block becomes a refusal."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_members([member for member in archive.infolist() if not member.is_dir()])
            yield archive
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise ImportRefusedError(
            ProblemCode.UNREADABLE_FILE, format=_("an archive"), detail=str(error) or _("damaged")
        ) from error
    except NotImplementedError as error:  # another compression
        raise ImportRefusedError(ProblemCode.UNSAFE_ARCHIVE, detail=str(error)) from error
    except RuntimeError as error:
        if "password" not in str(error):
            raise
        raise ImportRefusedError(ProblemCode.ENCRYPTED) from error


def check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuse names that lead out of the archive, links, and sizes that no data have."""
    for member in members:
        name = PurePosixPath(written_name(member).replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise ImportRefusedError(ProblemCode.UNSAFE_ARCHIVE, detail=_("“%s” leads out of it") % name)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ImportRefusedError(ProblemCode.UNSAFE_ARCHIVE, detail=_("“%s” is a link to another file") % name)
    size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if len(members) > MOST_MEMBERS or size > LARGEST_BYTES or size > LARGEST_RATIO * max(packed, BLOCK):
        detail = _("%(files)d files, %(bytes)s bytes unpacked") % {"files": len(members), "bytes": f"{size:,}"}
        raise ImportRefusedError(ProblemCode.UNSAFE_ARCHIVE, detail=detail)


def written_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member as its sender typed it: zipfile takes what is not marked as UTF-8 for CP437."""
    if member.flag_bits & UTF8_NAME or member.filename.isascii():
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def members_of(archive: zipfile.ZipFile) -> list[Member]:
    """Return the files in an archive, without what macOS and Windows add by themselves."""
    members = [
        Member(info, PurePosixPath(written_name(info).replace("\\", "/")))
        for info in archive.infolist()
        if not info.is_dir()
    ]
    return [
        member
        for member in members
        if "__MACOSX" not in member.name.parts
        and not member.name.name.startswith("._")
        and member.name.name not in {".DS_Store", "Thumbs.db"}
    ]


def shapefiles(archive: zipfile.ZipFile, members: list[Member], folder: Path) -> Iterator[Dataset]:
    """Unpack every shapefile with its parts and yield it under its name."""
    drawn = [member for member in members if member.name.suffix.lower() == ".shp"]
    for number, shp in enumerate(drawn):
        stem = shp.name.with_suffix("")
        for member in members:
            suffix = member.name.suffix.lower()
            if member.name.with_suffix("") == stem and suffix in SHAPEFILE_PARTS:
                unpack(archive, member.info, folder / f"shape{number}{suffix}")
        yield Dataset(stem.name, folder / f"shape{number}.shp", None)


def geodatabases(archive: zipfile.ZipFile, members: list[Member], folder: Path, path: Path) -> Iterator[Dataset]:
    """Unpack every File Geodatabase and yield it under the name of its folder."""
    tables = [member for member in members if member.name.suffix.lower() == ".gdbtable"]
    for number, inside in enumerate(dict.fromkeys(table.name.parent for table in tables)):
        target = folder / f"database{number}.gdb"
        target.mkdir()
        for member in members:
            if member.name.parent == inside:
                unpack(archive, member.info, target / member.name.name)
        yield Dataset(inside.stem or path.stem, target, "gdb")


def single_files(
    archive: zipfile.ZipFile, members: list[Member], folder: Path, endings: Sequence[str]
) -> Iterator[Dataset]:
    """Unpack every file that is read by itself and yield it under its name."""
    for number, member in enumerate(members):
        suffix = member.name.suffix.lower()
        readable = suffix in endings and suffix not in {".shp", ".zip"}
        if readable and member.name.name.casefold() not in {"readme.txt", "说明.txt", "license.txt"}:
            target = folder / f"file{number}{suffix}"
            unpack(archive, member.info, target)
            yield Dataset(member.name.name, target, None)


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Write one member, and no more of it than it announced."""
    left = member.file_size
    with archive.open(member) as packed, target.open("wb") as out:
        while block := packed.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise ImportRefusedError(
                    ProblemCode.UNSAFE_ARCHIVE, detail=_("“%s” is larger than it says") % written_name(member)
                )
            out.write(block)
