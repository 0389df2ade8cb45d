"""Files of many formats as one kind of thing: columns of values and, where there are any, geometries."""

from importers.readers.choose import read_file
from importers.readers.source import Column, Source

__all__ = ["Column", "Source", "read_file"]
