#!/usr/bin/env python3
"""Unpacks the workbooks of fixtures/intake into corpus/xlsx, in the form that the target `xlsx` takes."""
import io
import pathlib
import zipfile

here = pathlib.Path(__file__).parent
corpus = here / "corpus" / "xlsx"
corpus.mkdir(parents=True, exist_ok=True)
for path in sorted((here.parent / "fixtures" / "intake").glob("*/*.xls*")):
    try:
        book = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
        parts = [(entry.filename, book.read(entry)) for entry in book.infolist()]
    except Exception:  # what is damaged cannot be unpacked, and is no seed
        continue
    seed = b"".join(b"\x1e" + name.encode() + b"\n" + data for name, data in parts)
    if len(seed) < 20_000:
        (corpus / path.name).write_bytes(seed)
