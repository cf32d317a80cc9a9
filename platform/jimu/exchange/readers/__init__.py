"""Reading tables from files: CSV in any encoding and dialect, and Excel.

Knows no objects and no records. ``open_table(path)`` gives a ``TableFile``: headers and a stream of rows, read again
and again without holding the file in memory.
"""

from jimu.exchange.readers.encodings import decode_sample, find_encoding
from jimu.exchange.readers.open import open_table
from jimu.exchange.readers.table import Cell, ReadOptions, Row, TableFile, UnreadableFile

__all__ = ["Cell", "ReadOptions", "Row", "TableFile", "UnreadableFile", "decode_sample", "find_encoding", "open_table"]
