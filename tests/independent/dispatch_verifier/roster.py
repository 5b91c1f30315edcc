"""2 Rosters: rows, sealed columns, recusals."""
import re

from .canonical import canonical
from .primitives import H, M, Refused, day_number, is_credit_code, items, show
from .shapes import date, field_name, hex32, ident, one_of, parsed_by, string


def leave_days(value: str) -> list[tuple[int, int]]:
    """2.1: the ranges of a `leave` field; ValueError if it has not that form."""
    ranges = []
    for item in items(value):
        first, last = item.split("/")
        ranges.append((day_number(first), day_number(last)))
        if first > last:
            raise ValueError
    return ranges


def limit_number(value: str) -> int:
    if not re.fullmatch("0|[1-9][0-9]{0,9}", value) or int(value) > 4294967294:
        raise ValueError
    return int(value)


OFFICER_FIELDS = {"expires": date, "lead": one_of("yes", "no"), "limit": parsed_by(limit_number, "limit"),
                  "leave": parsed_by(leave_days, "list of date/date")}
REQUIRED = {"subjects": ("id", "name"), "officers": ("id", "name", "department", "expires")}
FORMS = {"subjects": {}, "officers": OFFICER_FIELDS}
cell_value = string(1, 2000, "value of 1 to 2000 characters")


def need_row(row, where, roster, sealed, credit_codes):
    """2.1, 2.3: a row of a roster with these columns sealed"""
    for key, value in row.items():
        field_name(key, f"{where}: field {show(key)}")
        cell_value(value, f"{where}: {key}")
        if key in sealed:
            hex32(value, f"{where}: sealed {key}")
        elif key in FORMS[roster]:
            FORMS[roster][key](value, f"{where}: {key}")
    for key in (*REQUIRED[roster], *sealed):
        if key not in row:
            raise Refused(f"{where}: no {show(key)}")
    ident(row["id"], f"{where}: id")
    if credit_codes and not is_credit_code(row["id"]):
        raise Refused(f"{where}: {show(row['id'])} is no credit code")


def pair_id(row) -> str:
    """2.4"""
    return f"{row['subject']} {row['officer']}"


def cell_hash(key: bytes, roster: str, row_id: str, column: str, value: str) -> str:
    """2.3"""
    salt = M(key, "dispatch/v1/cell-salt", roster, row_id, column)
    return H("dispatch/v1/cell", salt, value).hex()


def recusal_salt(key: bytes, pair: str) -> bytes:
    return M(key, "dispatch/v1/row-salt", "recusals", pair)


def recusal_leaf(salt: bytes, row) -> bytes:
    """2.4: leaf data of a recusal"""
    row = {"officer": row["officer"], "reason": row["reason"], "subject": row["subject"]}
    return H("dispatch/v1/sealed-row", salt, canonical(row))
