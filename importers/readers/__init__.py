"""Files of many formats as one kind of thing: columns of values and, where there are any, geometries."""

from importers.readers.choose import parts_of, read_file, read_portions
from importers.readers.parts import Part
from importers.readers.source import Column, Source

__all__ = ["Column", "Part", "Source", "parts_of", "read_file", "read_portions"]
