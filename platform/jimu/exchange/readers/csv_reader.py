"""CSV files as tables (RFC 4180 and what people call CSV): any encoding, separator and line end, quoted line breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from jimu.exchange.readers.dialect import find_delimiter
from jimu.exchange.readers.encodings import decode_sample, find_encoding, known_encoding
from jimu.exchange.readers.table import ReadOptions, Row, TableFile, UnreadableFile, distinct_headers, fit_row, is_empty
from jimu.messages import Message

MAX_CELL = 4_000_000
"""Characters in one cell. A quotation mark that is never closed would otherwise swallow the rest of the file."""


def open_csv(path: Path, options: ReadOptions) -> TableFile:
    """The table in a CSV file; raises UnreadableFile."""
    encoding = _encoding(path, options)
    sample, whole = decode_sample(path, encoding)
    if not sample.strip("\ufeff \t\r\n"):
        raise UnreadableFile(Message("The file {file} is empty.", {"file": path.name}))
    if "\0" in sample:
        raise UnreadableFile(Message("The file {file} is not a text file.", {"file": path.name}))
    delimiter = options.delimiter or find_delimiter(sample.lstrip("\ufeff"), whole)
    raw = _first_row(path, encoding, delimiter)
    headers = distinct_headers(raw)

    def read() -> Iterator[Row]:
        return _rows(path, encoding, delimiter, len(headers))

    return TableFile(path, headers, raw, "csv", read, path.stat().st_size, encoding=encoding, delimiter=delimiter)


def _encoding(path: Path, options: ReadOptions) -> str:
    if options.encoding is None:
        return find_encoding(path)
    known = known_encoding(options.encoding)
    if known is None:
        raise UnreadableFile(Message("There is no encoding called {name}.", {"name": options.encoding}))
    return known


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[list[str] | Message]:
    """Every record that is not blank, the header first; a Message in place of one that cannot be read."""
    csv.field_size_limit(MAX_CELL)
    # newline="" leaves line breaks inside cells as they are and still ends records at \n, \r\n and a bare \r.
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        reader = csv.reader(file, delimiter=delimiter)
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Message("The row cannot be read: {reason}.", {"reason": str(error)})
                continue
            except UnicodeDecodeError as error:
                raise UnreadableFile(
                    Message(
                        "{file} is not written in {encoding}: byte {position} does not fit.",
                        {"file": path.name, "encoding": encoding, "position": error.start},
                    )
                ) from None
            yield record


def _first_row(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    for record in _records(path, encoding, delimiter):
        if isinstance(record, Message):
            raise UnreadableFile(record)
        if not is_empty(record):
            return tuple(cell.lstrip("\ufeff") if i == 0 else cell for i, cell in enumerate(record))
    raise UnreadableFile(Message("The file {file} is empty.", {"file": path.name}))


def _rows(path: Path, encoding: str, delimiter: str, width: int) -> Iterator[Row]:
    header_seen = False
    number = 0
    for record in _records(path, encoding, delimiter):
        if isinstance(record, Message):
            number += 1
            yield Row(number, ("",) * width, broken=record)
        elif is_empty(record):
            number += 1 if header_seen else 0
        else:
            number += 1
            if header_seen:
                yield fit_row(number, record, width)
            header_seen = True
