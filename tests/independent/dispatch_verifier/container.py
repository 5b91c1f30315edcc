"""10 The container: the entries of a zip file."""
import os
import struct
import zlib

from .primitives import show

ALWAYS = ("announcement.json", "result.json", "disclosure.json", "officers.jsonl", "recusals.jsonl", "assignments.jsonl")
SUBJECTS = "subjects.jsonl"  # in every bundle but that of a child draw (16.3)
DIFFS = {"subjects": "subjects-diff.jsonl", "officers": "officers-diff.jsonl"}
STAGE_FILES = ("stages.jsonl", "drops.jsonl", "stage-records.jsonl")
AUDITORS = ("audit.json", "cells.jsonl")
LOG, TIMELOCK = "log.jsonl", "timelock.json"
CHILDREN = {f"child-{number}.zip": number for number in range(1, 101)}
KNOWN = (*ALWAYS, SUBJECTS, *DIFFS.values(), *STAGE_FILES, *AUDITORS, LOG, TIMELOCK)
MAX_ENTRIES, MAX_JSON, MAX_ALL = 128, 16 * 2 ** 20, 8 * 2 ** 30
STORED, DEFLATED = 0, 8


def fields_at(file, position: int, form: str) -> tuple:
    """The little-endian fields at a position of a file; ValueError or struct.error if they are not there."""
    file.seek(position)
    return struct.unpack("<" + form, file.read(struct.calcsize("<" + form)))


class Container:
    """The entries of a zip file that could be unpacked, and what is wrong with it. Of an entry's local header only the
    place of its data is read; the directory says everything else. `left` is how much it may unpack: an entry that cannot
    be unpacked takes nothing from it. A bundle inside another one has no children (16.3)."""

    def __init__(self, source, left=MAX_ALL, inside=False):
        self.readable, self.names, self.entries, self.faults = False, [], {}, []
        self.left, self.known = left, {*KNOWN} if inside else {*KNOWN, *CHILDREN}
        try:
            with open(source, "rb") if isinstance(source, str) else source as file:
                headers = self.directory(file)
                self.readable, self.names = True, [header[0] for header in headers]
                for name, *header in headers:
                    self.read_entry(file, name, header)
        except Exception as error:  # damaged files raise many kinds
            self.faults.append(f"no readable zip file: {show(str(error))}")

    def directory(self, file) -> list:
        """The headers, which the end record counts and follows at once."""
        end = file.seek(0, os.SEEK_END) - 22
        signature, *fields, comment = fields_at(file, end, "4s4H2LH")
        if signature != b"PK\5\6" or comment:
            raise ValueError("no end record, or not at the end, or with a comment")
        ones = [0xFFFF] * 4 + [0xFFFFFFFF] * 2
        if any(field == one for field, one in zip(fields, ones)):  # the true values are in the ZIP64 record
            signature, _, position, _ = fields_at(file, end - 20, "4sLQL")
            mark, size, _, *wide = fields_at(file, position, "4sQL2L4Q")
            if (signature, mark) != (b"PK\6\7", b"PK\6\6") or position + 12 + size != end - 20:
                raise ValueError("no ZIP64 records before the end record")
            if any(field not in (one, true) for field, one, true in zip(fields, ones, wide)):
                raise ValueError("the end records differ")
            end, fields = position, wide
        disk, directory_disk, count_here, count, size, position = fields
        if disk or directory_disk or count_here != count:
            raise ValueError("more than one disk")
        if position + size != end:
            raise ValueError("the directory is not directly before the end record")
        if count > MAX_ENTRIES:
            raise ValueError(f"{count} entries, more than {MAX_ENTRIES}")
        headers, names = [], []
        for _ in range(count):
            signature, *header, name_length, extra_length, comment_length, offset = fields_at(
                file, position, "4s4x2H4x3L3H8xL")
            variable = file.read(name_length + extra_length + comment_length)
            position += 46 + len(variable)
            if signature != b"PK\1\2" or position > end:
                raise ValueError("the end record counts more headers than the directory has")
            names.append(variable[:name_length].decode("latin-1"))
            headers.append((names[-1], *header, offset, variable[name_length:name_length + extra_length]))
        if position != end:
            raise ValueError("the end record counts fewer headers than the directory has")
        if len(set(names)) != count:
            raise ValueError("names are not unique")
        return headers

    def read_entry(self, file, name, header):
        if name not in self.known:
            self.faults.append(f"unexpected entry {show(name)}")
            return
        try:
            self.entries[name] = self.unpack(file, name, *header)
        except Exception as error:
            self.faults.append(f"{name}: cannot be unpacked: {show(str(error))}")

    def unpack(self, file, name, flags, method, crc, packed, size, offset, extra) -> bytes:
        if flags & 1:
            raise ValueError("encrypted")
        if method not in (STORED, DEFLATED):
            raise ValueError("neither stored nor deflated")
        size, packed, offset = wide_fields(extra, size, packed, offset)
        signature, name_length, extra_length = fields_at(file, offset, "4s22x2H")
        if signature != b"PK\3\4":
            raise ValueError("no local header")
        file.seek(name_length + extra_length, os.SEEK_CUR)
        chunks, length, check = [], 0, 0
        for chunk in (inflated if method == DEFLATED else pieces)(file, packed):
            chunks.append(chunk)
            length, check = length + len(chunk), zlib.crc32(chunk, check)
            if length > self.left:
                raise ValueError("the bundle unpacks to too much")
            if name.endswith(".json") and length > MAX_JSON:
                raise ValueError("more than 16 MiB")
            if length > size:
                break
        if length != size:
            raise ValueError(f"not the declared size of {size} bytes")
        if check != crc:
            raise ValueError("wrong CRC-32")
        self.left -= length
        return b"".join(chunks)


def wide_fields(extra: bytes, *values):
    """Sizes and offset of a header; those that are all ones stand in its ZIP64 extra field, in this order."""
    while len(extra) >= 4:
        kind, length = struct.unpack("<2H", extra[:4])
        if kind == 1:
            wide = struct.iter_unpack("<Q", extra[4:4 + length // 8 * 8])
            return [next(wide)[0] if value == 0xFFFFFFFF else value for value in values]
        extra = extra[4 + length:]
    return values


def pieces(file, length: int):
    while length:
        data = file.read(min(length, 2 ** 16))
        if not data:
            raise ValueError("cut off")
        length -= len(data)
        yield data


def inflated(file, length: int):
    inflate = zlib.decompressobj(-15)
    for data in pieces(file, length):
        while data and not inflate.eof:
            yield inflate.decompress(data, 2 ** 16)
            data = inflate.unconsumed_tail
    while not inflate.eof:
        data = inflate.decompress(b"", 2 ** 16)
        if not data:
            raise ValueError("cut off")
        yield data
