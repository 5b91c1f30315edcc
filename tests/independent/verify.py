#!/usr/bin/env python3
"""Independent verifier of Dispatch draws, written from docs/spec.md alone.

    python3 verify.py [--expect HEX] [--policy FILE] [--json] bundle.zip [more.zip ...]

It needs Python 3.11 or newer and nothing else. Only the signatures of drand pulses (checks C03 and C06) need a
pairing library: install `py_ecc` (pure Python, `pip install py_ecc`); without it these checks are `skipped`.

Exit code: 0 if no public and no auditor's verdict is `fail`, 1 if one is, 2 for usage errors.

The numbers in comments are the sections of docs/spec.md. The file reads from top to bottom: primitives, the shape
of every document, the draw rule, the container, and then the numbered checks in the order of section 11.
"""
from __future__ import annotations

import argparse
import datetime
import functools
import hashlib
import hmac
import json
import math
import os
import re
import struct
import sys
import zlib

try:  # the only optional dependency: BLS12-381 for drand pulses (5.3)
    from py_ecc.bls.g2_primitives import signature_to_G2
    from py_ecc.bls.hash_to_curve import hash_to_G1
    from py_ecc.fields import optimized_bls12_381_FQ as FQ, optimized_bls12_381_FQ12 as FQ12
    from py_ecc.optimized_bls12_381 import (G2, curve_order, field_modulus, final_exponentiate, is_inf, multiply, neg,
                                            pairing)
    HAVE_BLS = True
except Exception:  # absent or broken: the checks that need it are skipped
    HAVE_BLS = False
sys.setrecursionlimit(1000)  # py_ecc raises it so far that deeply nested JSON would overflow the stack

class Refused(Exception):
    """Something the specification refuses; the text says what and where."""

def refuse_if(fault, reason: str):
    if fault:
        raise Refused(reason)

class NotChecked(Exception):
    """This verifier cannot make the check; it is skipped."""

def show(value) -> str:
    """A value from a bundle, made harmless for a terminal."""
    line = ascii(value)
    return line if len(line) <= 80 else line[:77] + "..."

# ------------------------------------------------------------------------------------------------ 1 Primitives

def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()

def enc(label: str, *parts) -> bytes:
    """1.2: label, one byte 00, then every part behind its length."""
    out = [label.encode("ascii"), b"\0"]
    for part in parts:
        part = part.encode("utf-8") if isinstance(part, str) else part
        out += [len(part).to_bytes(8, "big"), part]
    return b"".join(out)

def H(label: str, *parts) -> bytes:
    return sha256(enc(label, *parts))

def M(key: bytes, label: str, *parts) -> bytes:
    return hmac.digest(key, enc(label, *parts), "sha256")

MAX_INT, MAX_LINE = 2 ** 53 - 1, 16384

def _no_float(literal):
    raise ValueError(f"number {literal[:20]} is not an integer from 0 to 2^53-1")

def _ordered_object(pairs):
    """Keys strictly ascending by UTF-16 code units, so also unique (1.3)."""
    last = None
    for key, _ in pairs:
        units = key.encode("utf-16-be")  # a lone surrogate raises UnicodeEncodeError, a ValueError
        if last is not None and units <= last:
            raise ValueError(f"key {show(key)} is not in order or not unique")
        last = units
    return dict(pairs)

_decode = json.JSONDecoder(object_pairs_hook=_ordered_object, parse_float=_no_float, parse_constant=_no_float).decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode

def canonical(value) -> bytes:
    """1.3: canonical JSON of a value whose objects already have their keys in order."""
    return _encode(value).encode("utf-8")

def parse_object(data: bytes, where: str) -> dict:
    """1.3: parse, write again, and refuse any difference. What passes has unique ordered keys and no other escapes or
    white space. `null`, large integers and deep nesting are refused by the closed shapes that every object goes through
    afterwards: none of them allows those."""
    try:
        value = _decode(data.decode("utf-8"))
        same = canonical(value) == data
    except (ValueError, RecursionError) as error:
        raise Refused(f"{where}: not canonical JSON ({show(str(error))})") from None
    if not same:
        raise Refused(f"{where}: not in canonical form")
    if type(value) is not dict:
        raise Refused(f"{where}: not an object")
    return value

def raw_lines(data: bytes) -> list[bytes]:
    """The bytes between LFs; a last line without LF counts as a line."""
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return lines

def parse_lines(data: bytes, name: str, shape=None) -> list[dict]:
    """1.3: a JSON-lines file."""
    if data and not data.endswith(b"\n"):
        raise Refused(f"{name}: the last line has no LF")
    rows = []
    for number, line in enumerate(raw_lines(data), 1):
        if len(line) > MAX_LINE:
            raise Refused(f"{name} line {number}: more than {MAX_LINE} bytes")
        row = parse_object(line, f"{name} line {number}")
        if shape:
            shape(row, f"{name} line {number}")
        rows.append(row)
    return rows

def need_ascending(keys, where: str):
    for a, b in zip(keys, keys[1:]):
        if not a < b:  # code point order of strings is the order of their UTF-8 bytes
            raise Refused(f"{where}: {show(b)} after {show(a)} is out of order or not unique")

def need_unique(keys, where: str):
    if len(set(keys)) != len(keys):
        raise Refused(f"{where}: not unique")

DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])Z")

@functools.lru_cache(maxsize=None)
def day_number(text: str) -> int:
    """1.6: days since 1970-01-01 of a date; ValueError if it is none."""
    match = DATE.fullmatch(text)
    if not match or text < "2000":
        raise ValueError("not a date")
    return datetime.date(*map(int, match.groups())).toordinal() - 719163

def unix(text: str) -> int:
    """1.6: seconds since 1970 of a time; ValueError if it is none."""
    match = TIME.fullmatch(text)
    if not match:
        raise ValueError("not a time")
    hours, minutes, seconds = map(int, match.groups()[1:])
    return day_number(match[1]) * 86400 + hours * 3600 + minutes * 60 + seconds

CREDIT = re.compile("[0-9ABCDEFGHJKLMNPQRTUWXY]{18}")
CREDIT_VALUE = {c: i for i, c in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
CREDIT_WEIGHT = [pow(3, i, 31) for i in range(17)]

def is_credit_code(text: str) -> bool:
    """1.7"""
    if not CREDIT.fullmatch(text):
        return False
    total = sum(CREDIT_VALUE[c] * w for c, w in zip(text, CREDIT_WEIGHT))
    return CREDIT_VALUE[text[17]] == (31 - total % 31) % 31

def merkle_root(leaves) -> bytes:
    """1.8: level by level; an odd last node moves up, which is the split at the largest power of two."""
    level = [sha256(b"\0" + data) for data in leaves]
    if not level:
        return sha256(b"")
    while len(level) > 1:
        above = [sha256(b"\1" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]

def items(value: str) -> list[str]:
    """1.5: the items of a list value."""
    return value.split(";") if value else []

# --------------------------------------------------------------- 1.4, 1.5 Shapes: functions that refuse other values

CONTROL = re.compile("[\x00-\x1f\x7f]")
NOT_IN_ID = re.compile("[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\"'`$\\\\]")
NOT_HEX = re.compile("[^0-9a-f]")

def string(low, high, what, refused=None):
    """A string of `low` to `high` code points without those that the pattern `refused` finds."""
    def shape(v, where):
        if type(v) is not str or not low <= len(v) <= high or refused and refused.search(v):
            raise Refused(f"{where}: not a {what}")
    return shape

def or_empty(plain):
    def shape(v, where):
        if type(v) is not str or v != "":
            plain(v, where)
    return shape

text = string(1, 2000, "text", CONTROL)
field_name = string(1, 64, "field name", CONTROL)
ident = string(1, 64, "valid id", NOT_IN_ID)
hex32, hex48 = (string(n, n, f"string of {n} lower-case hexadecimal characters", NOT_HEX) for n in (64, 96))
text_or_empty, field_or_empty, id_or_empty, hex32_or_empty = map(or_empty, (text, field_name, ident, hex32))
any_string = string(0, MAX_INT, "string")

def integer(low=0, high=MAX_INT):
    def shape(v, where):
        if type(v) is not int or not low <= v <= high:  # type(): True is not an integer
            raise Refused(f"{where}: not an integer from {low} to {high}")
    return shape

def boolean(v, where):
    if type(v) is not bool:
        raise Refused(f"{where}: not true or false")

def one_of(*values):
    def shape(v, where):
        if type(v) is not str or v not in values:
            raise Refused(f"{where}: {show(v)} is none of {', '.join(values)}")
    return shape

def parsed_by(parser, what):
    def shape(v, where):
        try:
            parser(v)
        except (ValueError, TypeError):
            raise Refused(f"{where}: not a {what}") from None
    return shape

date, time = parsed_by(day_number, "date"), parsed_by(unix, "time")

def list_of(shape_of_item, low=0, high=MAX_INT):
    def shape(v, where):
        if type(v) is not list or not low <= len(v) <= high:
            raise Refused(f"{where}: not a list of {low} to {high} items")
        for i, item in enumerate(v):
            shape_of_item(item, f"{where}[{i}]")
    return shape

def sorted_list_of(shape_of_item, high=MAX_INT):
    plain = list_of(shape_of_item, 0, high)

    def shape(v, where):
        plain(v, where)
        need_ascending(v, where)
    return shape

def closed(**fields):
    """1.4: exactly these fields. A trailing underscore is dropped from names (`from_`)."""
    fields = {name.rstrip("_"): shape for name, shape in fields.items()}

    def shape(v, where):
        if type(v) is not dict or v.keys() != fields.keys():
            raise Refused(f"{where}: not exactly the fields {', '.join(fields)}")
        for name, field_shape in fields.items():
            field_shape(v[name], f"{where}.{name}")
    return shape

def by_kind(**shapes):
    shapes = {name.replace("_", "-"): shape for name, shape in shapes.items()}

    def shape(v, where):
        kind = v.get("kind") if type(v) is dict else None
        if type(kind) is not str or kind not in shapes:
            raise Refused(f"{where}: no known kind")
        shapes[kind](v, where)
    return shape

BILLION = 10 ** 9

# ------------------------------------------------------------------------------- 2 Rosters, 3 Plan, 4 Announcement

def no_semicolon(v, where):
    text(v, where)
    refuse_if(";" in v, f"{where}: has a semicolon")

def condition(v, where):
    """3.1"""
    closed(field=field_name, op=one_of("in", "not-in", "prefix", "at-least", "at-most", "has-any"),
           values=list_of(string(0, 2000, "string of at most 2000 characters"), 1, 1000))(v, where)
    refuse_if(v["op"] in ("at-least", "at-most") and len(v["values"]) != 1, f"{where}: {v['op']} has exactly one value")
    refuse_if(v["op"] not in ("in", "not-in") and "" in v["values"], f"{where}: an empty value")
    if v["op"] == "has-any" and any(";" in value for value in v["values"]):
        raise Refused(f"{where}: a value of has-any has a semicolon")

def sealed_list(v, where):
    sorted_list_of(field_name)(v, where)
    refuse_if("id" in v, f"{where}: `id` is never sealed")

def fraction(v, where):
    closed(denominator=integer(1, BILLION), numerator=integer(1, BILLION))(v, where)
    refuse_if(v["numerator"] > v["denominator"], f"{where}: more than the whole")

def quota(v, where):
    """3.2"""
    by_kind(count=closed(count=integer(1, BILLION), kind=any_string),
            ratio=closed(denominator=integer(1, BILLION), kind=any_string, minimum=integer(0, BILLION),
                         numerator=integer(1, BILLION), rounding=one_of("down", "up", "nearest")))(v, where)
    refuse_if(v["kind"] == "ratio" and v["numerator"] > v["denominator"], f"{where}: more than the whole")

def slot(v, where):
    """3.3"""
    closed(count=integer(1, 20), department=text, expert=or_empty(no_semicolon), lead=boolean,
           match=list_of(closed(officer=field_name, rule=one_of("same", "differ", "covers"), subject=field_name), 0, 10),
           matters=sorted_list_of(no_semicolon, 100), name=text, role=one_of("officer", "expert"),
           skills=sorted_list_of(no_semicolon, 100))(v, where)
    refuse_if((v["role"] == "expert") != (v["expert"] != ""), f"{where}: `expert` does not go with the role")

def team(v, where):
    """3.3"""
    closed(group=list_of(closed(officer=field_name, subject=field_name), 0, 4), min_days=integer(1, 366),
           slack=integer(0, 1000), slots=list_of(slot, 1, 20))(v, where)
    refuse_if(sum(s["count"] for s in v["slots"] if s["role"] == "officer") < 2, f"{where}: fewer than two officers")

QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
SOURCE = by_kind(  # 5.1
    drand=closed(chain=one_of(QUICKNET), kind=any_string),
    public_numbers=closed(bits=integer(1), count=integer(1, 100), from_=integer(0, BILLION), kind=any_string, name=text,
                          published=text, shape=one_of("set", "sequence"), time=time, to=integer(0, BILLION)),
    contribution=closed(body=text, hash=hex32, kind=any_string, outside=boolean))

CONDITIONS = list_of(condition, 0, 20)
PLAN = closed(
    format=one_of("dispatch/plan/1"), draw=ident, sequence=integer(1), title=text, authority=text,
    annual_plan=text_or_empty, temporary_reason=text_or_empty, repeats=hex32_or_empty, mode=one_of("sample"),
    matters=list_of(closed(basis=text, ceiling=list_of(fraction, 0, 1), code=ident, kind=one_of("general", "key"),
                           name=text), 1, 100),
    subjects=closed(ids=one_of("credit-code", "other"), sealed=sealed_list), officers=closed(sealed=sealed_list),
    exclusions=list_of(closed(basis=text, code=ident, label=text, reference=field_or_empty, where=CONDITIONS), 0, 100),
    strata=list_of(closed(name=text, quota=quota, where=CONDITIONS), 1, 1000), team=team, seed=list_of(SOURCE, 1, 100),
    schedule=closed(disclosure_time=time, draw_time=time, lead_minutes=integer(1, 525600), stages=list_of(time, 0, 100),
                    window_end=date, window_start=date))

CHANGE = one_of("added", "changed", "removed")
SUMMARY = closed(added=integer(), changed=integer(), previous_count=integer(), previous_root=hex32,
                 reasons=list_of(closed(change=CHANGE, count=integer(1), reason=text)), removed=integer(), root=hex32)
ROSTER = closed(count=integer(), diff=list_of(SUMMARY, 0, 1), root=hex32)
ANNOUNCEMENT = closed(
    format=one_of("dispatch/announcement/1"), suite=one_of("sha256-chacha20"), created=time, replay=boolean, plan=PLAN,
    subjects=ROSTER, officers=ROSTER, recusals=closed(count=integer(), root=hex32),
    excluded=list_of(closed(code=ident, count=integer())), outside_strata=integer(), secret_hash=hex32,
    strata=list_of(closed(name=text, pool=integer(), quota=integer())), round=integer(),
    recent_pulse=list_of(closed(round=integer(1), signature=hex48), 0, 1), policy=hex32_or_empty)

RESULT = closed(commitment=hex32, count=integer(), format=one_of("dispatch/result/1"), root=hex32)
DISCLOSED = by_kind(drand=closed(kind=any_string, round=integer(), signature=hex48),
                    public_numbers=closed(kind=any_string, values=list_of(integer())),
                    contribution=closed(kind=any_string, value=hex32))
DISCLOSURE = closed(commitment=hex32, format=one_of("dispatch/disclosure/1"), secret=hex32, sources=list_of(DISCLOSED))
AUDIT = closed(commitment=hex32, format=one_of("dispatch/audit/1"), roster_key=hex32)
RECORD = closed(officers=list_of(id_or_empty), subject=ident, ticket=hex32)
CLOSED_RECUSAL = closed(leaf=hex32)
OPEN_RECUSAL = closed(officer=ident, reason=hex32, salt=hex32, subject=ident)
DIFF_LINE = closed(change=CHANGE, id=ident, reason=text)
POLICY = closed(format=one_of("dispatch/policy/1"), slips=list_of(closed(commitment=hex32, draw=ident, received=time)))

def schedule_rules(s, min_days):
    """3, below the table, and 3.3"""
    draw, disclosure = unix(s["draw_time"]), unix(s["disclosure_time"])
    stages, after_window = [unix(t) for t in s["stages"]], (day_number(s["window_end"]) + 1) * 86400
    refuse_if(day_number(s["window_start"]) > day_number(s["window_end"]), "schedule: the window ends before it starts")
    if min_days > day_number(s["window_end"]) - day_number(s["window_start"]) + 1:
        raise Refused("team: min_days is more than the days of the window")
    refuse_if(draw >= after_window, "schedule: the draw is after the window")
    refuse_if(disclosure < after_window, "schedule: the disclosure is before the end of the window")
    need_ascending(stages, "schedule.stages")
    refuse_if(any(not draw < t < disclosure for t in stages), "schedule: a stage is not between draw and disclosure")

def seed_rules(sources, draw_time):
    """5.1"""
    kinds = [s["kind"] for s in sources]
    refuse_if(kinds.count("drand") > 1, "seed: more than one drand source")
    numbers = [s for s in sources if s["kind"] == "public-numbers"]
    bodies = [s for s in sources if s["kind"] == "contribution"]
    need_unique([s["name"] for s in numbers], "seed: names of public numbers")
    need_unique([s["body"] for s in bodies], "seed: contributing bodies")
    for s in numbers:
        size = s["to"] - s["from"] + 1
        if size < 1 or (s["shape"] == "set" and s["count"] > size):
            raise Refused(f"seed: {show(s['name'])} has no possible outcome")
        outcomes = math.comb(size, s["count"]) if s["shape"] == "set" else size ** s["count"]
        if s["bits"] >= outcomes.bit_length():  # 2^bits <= outcomes
            raise Refused(f"seed: {show(s['name'])} has fewer outcomes than 2^bits")
        refuse_if(unix(s["time"]) < unix(draw_time), f"seed: {show(s['name'])} is earlier than the draw")
    bits = 128 * kinds.count("drand") + sum(s["bits"] for s in numbers)
    if sum(s["outside"] for s in bodies) >= 2:
        bits += 256
    refuse_if(bits < 128, f"seed: only {bits} outside bits")

def announcement_rules(a):
    """Rules between the fields of an announcement that has the right shape."""
    plan = a["plan"]
    if (plan["annual_plan"] == "") == (plan["temporary_reason"] == ""):
        raise Refused("plan: exactly one of annual_plan and temporary_reason must be empty")
    need_unique([m["code"] for m in plan["matters"]], "plan.matters: codes")
    need_unique([e["code"] for e in plan["exclusions"]], "plan.exclusions: codes")
    need_unique([s["name"] for s in plan["strata"]], "plan.strata: names")
    schedule_rules(plan["schedule"], plan["team"]["min_days"])
    seed_rules(plan["seed"], plan["schedule"]["draw_time"])
    if [e["code"] for e in a["excluded"]] != [e["code"] for e in plan["exclusions"]]:
        raise Refused("excluded: not the codes of the plan")
    if [s["name"] for s in a["strata"]] != [s["name"] for s in plan["strata"]]:
        raise Refused("strata: not the names of the plan")
    placed = a["outside_strata"] + sum(e["count"] for e in a["excluded"]) + sum(s["pool"] for s in a["strata"])
    if placed != a["subjects"]["count"]:
        raise Refused(f"excluded, pools and outside_strata add up to {placed}, not to subjects.count")
    for announced, stratum in zip(a["strata"], plan["strata"]):
        if quota_size(stratum["quota"], announced["pool"]) != announced["quota"]:  # None for a fault
            raise Refused(f"strata: {show(stratum['name'])} has not the quota of its pool")
    refuse_if(sum(s["quota"] for s in a["strata"]) < 1, "strata: nobody is to be selected")
    for name in ("subjects", "officers"):
        for d in a[name]["diff"]:
            summary_rules(d, a[name]["count"], f"{name}.diff")

def summary_rules(d, count, where):
    """2.5"""
    need_ascending([(r["change"], r["reason"]) for r in d["reasons"]], f"{where}.reasons")
    for change in ("added", "changed", "removed"):
        if sum(r["count"] for r in d["reasons"] if r["change"] == change) != d[change]:
            raise Refused(f"{where}: the reasons do not add up to {change}")
    if d["previous_count"] + d["added"] - d["removed"] != count:
        raise Refused(f"{where}: previous_count + added - removed is not the count")

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

# ------------------------------------------------------------------------ 3.1, 3.2 Conditions, strata, quotas; 6

def condition_holds(c, row) -> bool:
    """3.1"""
    v, values = row.get(c["field"], ""), c["values"]
    match c["op"]:
        case "in":
            return v in values
        case "not-in":
            return v not in values
        case "prefix":
            return v.startswith(tuple(values))
        case "at-least":
            return v != "" and v >= values[0]
        case "at-most":
            return v != "" and v <= values[0]
        case "has-any":
            return any(item in values for item in items(v))

def matches(conditions, row) -> bool:
    return all(condition_holds(c, row) for c in conditions)

def quota_size(q, pool: int):
    """3.2: how many of a pool are drawn, or None for a fault."""
    if q["kind"] == "count":
        return q["count"] if q["count"] <= pool else None
    n, d = q["numerator"], q["denominator"]
    x = {"down": pool * n // d, "up": -(-pool * n // d), "nearest": (2 * pool * n + d) // (2 * d)}[q["rounding"]]
    return min(pool, max(q["minimum"], x))

def stratify(plan, rows):
    """3.2: (ids in each stratum, number excluded by each exclusion, number outside, ids without their reference)."""
    pools, excluded = [[] for _ in plan["strata"]], [0] * len(plan["exclusions"])
    outside, no_reference = 0, []
    for row in rows:
        hit = next((i for i, e in enumerate(plan["exclusions"]) if matches(e["where"], row)), None)
        if hit is not None:
            excluded[hit] += 1
            reference = plan["exclusions"][hit]["reference"]
            if reference and not row.get(reference):
                no_reference.append(row["id"])
            continue
        hit = next((i for i, s in enumerate(plan["strata"]) if matches(s["where"], row)), None)
        if hit is None:
            outside += 1
        else:
            pools[hit].append(row["id"])
    return pools, excluded, outside, no_reference

def ticket(subject_key: bytes, subject: str) -> bytes:
    """6"""
    return sha256((subject_key.hex() + subject).encode("utf-8"))

def select(plan, rows, seed: bytes):
    """6: the selected ids, or None when a quota is at fault."""
    key, selected = H("dispatch/v1/subject-key", seed), []
    for stratum, pool in zip(plan["strata"], stratify(plan, rows)[0]):
        size = quota_size(stratum["quota"], len(pool))
        if size is None:
            return None
        selected += sorted(pool, key=lambda s: (ticket(key, s), s))[:size]
    return selected

# --------------------------------------------------------------------------------------------- 5 Round, pulse, seed

GENESIS, PERIOD = 1692803367, 3
DRAND_KEY = bytes.fromhex("83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
                          "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a")
DRAND_DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"

def round_at(t: int) -> int:
    """5.2"""
    return 1 if t <= GENESIS else -(-(t - GENESIS) // PERIOD) + 1

def round_time(r: int) -> int:
    return GENESIS + PERIOD * (r - 1)

def g1_point(data: bytes):
    """5.3: the point of a canonical compressed encoding, or None; infinity is refused."""
    number = int.from_bytes(data, "big")
    compressed, infinity, larger = data[0] >> 7 & 1, data[0] >> 6 & 1, data[0] >> 5 & 1
    x = number & (2 ** 381 - 1)
    if len(data) != 48 or not compressed or infinity or x >= field_modulus:
        return None
    square = (x ** 3 + 4) % field_modulus
    y = pow(square, (field_modulus + 1) // 4, field_modulus)
    if y * y % field_modulus != square:
        return None
    if (y > (field_modulus - 1) // 2) != bool(larger):
        y = field_modulus - y
    point = (FQ(x), FQ(y), FQ(1))
    return point if is_inf(multiply(point, curve_order)) else None

@functools.lru_cache(maxsize=None)
def pulse_is_genuine(round_number: int, signature: bytes) -> bool:
    """5.3: e(signature, generator) = e(hash of the message, public key)"""
    if len(signature) != 48:
        return False
    point = g1_point(signature)
    if point is None:
        return False
    message = hash_to_G1(sha256(round_number.to_bytes(8, "big")), DRAND_DST, hashlib.sha256)
    product = (pairing(neg(G2), point, final_exponentiate=False)
               * pairing(signature_to_G2(DRAND_KEY), message, final_exponentiate=False))
    return final_exponentiate(product) == FQ12.one()

def need_pulse(round_number: int, signature: str):
    if not HAVE_BLS:
        raise NotChecked("not checked: the signature needs the package py_ecc")
    if not pulse_is_genuine(round_number, bytes.fromhex(signature)):
        raise Refused(f"the signature of round {round_number} does not verify")

def seed_of(plan, commitment: bytes, disclosure) -> bytes:
    """5.4"""
    values = []
    for source, given in zip(plan["seed"], disclosure["sources"]):
        if source["kind"] == "drand":
            values.append(bytes.fromhex(source["chain"]) + given["round"].to_bytes(8, "big")
                          + bytes.fromhex(given["signature"]))
        elif source["kind"] == "public-numbers":
            numbers = given["values"]
            values.append(canonical(sorted(numbers) if source["shape"] == "set" else numbers))
        else:
            values.append(bytes.fromhex(given["value"]))
    return H("dispatch/v1/seed", commitment, bytes.fromhex(disclosure["secret"]), *values)

# -------------------------------------------------------------------------------- 7.3 Word stream and permutation

def chacha20_block(key: bytes, counter: int, nonce: bytes = bytes(12)) -> bytes:
    """RFC 8439, 2.3"""
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574]
    start += [int.from_bytes(key[i:i + 4], "little") for i in range(0, 32, 4)]
    start += [counter & 0xFFFFFFFF] + [int.from_bytes(nonce[i:i + 4], "little") for i in range(0, 12, 4)]
    s = start[:]
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            w, x, y, z = s[a], s[b], s[c], s[d]
            w = w + x & 0xFFFFFFFF; z ^= w; z = (z << 16 | z >> 16) & 0xFFFFFFFF
            y = y + z & 0xFFFFFFFF; x ^= y; x = (x << 12 | x >> 20) & 0xFFFFFFFF
            w = w + x & 0xFFFFFFFF; z ^= w; z = (z << 8 | z >> 24) & 0xFFFFFFFF
            y = y + z & 0xFFFFFFFF; x ^= y; x = (x << 7 | x >> 25) & 0xFFFFFFFF
            s[a], s[b], s[c], s[d] = w, x, y, z
    return b"".join((x + y & 0xFFFFFFFF).to_bytes(4, "little") for x, y in zip(s, start))

def words(key: bytes):
    counter = 0
    while True:
        block = chacha20_block(key, counter)
        yield from (int.from_bytes(block[i:i + 8], "little") for i in range(0, 64, 8))
        counter += 1

def below(stream, n: int) -> int:
    bound = 2 ** 64 - 2 ** 64 % n
    while (word := next(stream)) >= bound:
        pass
    return word % n

class Permutation:
    """Of 0 ... m-1, made as far as it is read; every reader starts at its first element."""

    def __init__(self, key: bytes, m: int):
        self.stream, self.a, self.m, self.done = words(key), list(range(m)), m, 0

    def __iter__(self):
        for i in range(self.m):
            if i == self.done:
                j = i + below(self.stream, self.m - i)
                self.a[i], self.a[j] = self.a[j], self.a[i]
                self.done += 1
            yield self.a[i]

# ------------------------------------------------------------------------------------------ 7.4 The assignment rule

def bits(mask: int):
    """The positions of the ones of a mask, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low

class Matching:
    """Slots filled with officers. An officer fills at most one slot of a subject and at most its capacity in all.

    Sets of officers are bit masks. `allowed[t]` are the officers who may fill slot t, `subject[t]` is whose slot it is.
    """

    def __init__(self, subject, allowed, capacity):
        self.subject, self.allowed = subject, allowed
        self.officer = [None] * len(allowed)           # who fills the slot
        self.filled = [set() for _ in capacity]        # slots of the officer
        self.by_pair = {}                              # (subject, officer): slot
        self.busy = dict.fromkeys(subject, 0)          # officers who have a slot of the subject
        self.fixed = [False] * len(allowed)            # decided slots are not moved any more
        self.set_capacity(capacity)

    def set_capacity(self, capacity):
        self.capacity, self.free = capacity, 0
        for o in range(len(capacity)):
            self.count(o)

    def count(self, o):
        bit = 1 << o
        self.free = self.free | bit if len(self.filled[o]) < self.capacity[o] else self.free & ~bit

    def put(self, t, o):
        self.officer[t] = o
        self.filled[o].add(t)
        self.by_pair[self.subject[t], o] = t
        self.busy[self.subject[t]] |= 1 << o
        self.count(o)

    def drop(self, t):
        o, self.officer[t] = self.officer[t], None
        self.filled[o].discard(t)
        del self.by_pair[self.subject[t], o]
        self.busy[self.subject[t]] &= ~(1 << o)
        self.count(o)

    def replace(self, sources, seen=0) -> bool:
        """Give one of the slots `sources` another officer, moving other slots as needed, or change nothing.

        A search for an alternating path. From a slot we come to the officers who may fill it. One who has a slot of the
        same subject can only come here if that very slot moves. Another who is free ends the path; of one who is not
        free any slot may move."""
        came_from = dict.fromkeys(sources)
        queue = list(sources)
        for t in queue:
            s, allowed = self.subject[t], self.allowed[t]
            busy = self.busy[s]
            others = allowed & ~busy & ~seen
            if others & self.free:
                self.shift(t, next(bits(others & self.free)), came_from)
                return True
            seen |= others
            moving = [self.by_pair[s, o] for o in bits(allowed & busy)]
            for o in bits(others):
                moving += self.filled[o]
            for u in moving:
                if u not in came_from and not self.fixed[u]:
                    came_from[u] = t
                    queue.append(u)
        return False

    def shift(self, t, o, came_from):
        """Along the path, backwards: t goes to o, the slot before it to the officer t leaves, and so on."""
        while t is not None:
            left = self.officer[t]
            if left is not None:
                self.drop(t)
            self.put(t, o)
            t, o = came_from[t], left

    def decide(self, t, o) -> bool:
        """Fix slot t on officer o if all slots can still be filled, else change nothing."""
        now, rival = self.officer[t], self.by_pair.get((self.subject[t], o))
        if now != o:
            if rival is not None and self.fixed[rival]:
                return False
            self.drop(t)
            if rival is not None:  # the same subject's other slot must go elsewhere
                self.drop(rival)
            was_free = rival is not None or self.free >> o & 1
            self.put(t, o)
            self.fixed[t] = True
            if rival is not None:
                done = self.replace([rival])
            else:
                done = was_free or self.replace([u for u in self.filled[o] if not self.fixed[u]], 1 << o)
            if not done:
                self.fixed[t] = False
                self.drop(t)
                self.put(t, now)
                if rival is not None:
                    self.put(rival, o)
                return False
        self.fixed[t] = True
        return True

UNLIMITED = 2 ** 32

def assign(subject, allowed, limits, slack, permutation_of):
    """7.4 for one load group. Slot t, in order, belongs to subject[t]; the officers in the mask allowed[t] may fill it.
    The answer has an officer's number or None (open) for every slot."""
    coverage = Matching(subject, allowed, limits)                                    # 1. Coverage
    covered = [t for t in range(len(allowed)) if coverage.replace([t])]
    base = -(-len(covered) // max(1, len(limits)))                                   # 2. Cap
    matching = Matching(subject, allowed, [min(n, base) for n in limits])
    for t in covered:
        while not matching.replace([t]):
            base += 1
            matching.set_capacity([min(n, base) for n in limits])
    matching.set_capacity([min(n, base + slack) for n in limits])
    for t in covered:                                                                # 3. Choice
        for o in permutation_of(subject[t]):
            if allowed[t] >> o & 1 and matching.decide(t, o):
                break
    return [matching.officer[t] if matching.fixed[t] else None for t in range(len(allowed))]

# -------------------------------------------------------------------------------------------------- 7.1, 7.2 Officers

class LoadGroup:
    """7.1: officers with the same group strings, numbered in roster order."""

    def __init__(self, plan, officers):
        self.plan, self.officers, self.everyone = plan, officers, (1 << len(officers)) - 1
        self.number = {o["id"]: i for i, o in enumerate(officers)}
        self.slot_masks, self.match_masks = {}, {}
        self.limits = [officer_limit(o) for o in officers]

    def mask(self, test) -> int:
        return sum(1 << i for i, o in enumerate(self.officers) if test(o))

    def allowed(self, slot_number, slot, subject, recused) -> int:
        """7.2: the officers of the group who may fill the slot for the subject, as a mask."""
        if slot_number not in self.slot_masks:
            self.slot_masks[slot_number] = self.mask(lambda o: has_qualities(o, slot, self.plan))
        result = self.slot_masks[slot_number]
        for rule in slot["match"]:
            result &= self.matching(rule["rule"], subject.get(rule["subject"], ""), rule["officer"])
        for o in recused:
            if o in self.number:
                result &= ~(1 << self.number[o])
        return result

    def matching(self, rule, a, officer_field) -> int:
        key = (rule, a, officer_field)
        if key not in self.match_masks:
            self.match_masks[key] = self.mask(lambda o: match_holds(rule, a, o.get(officer_field, "")))
        return self.match_masks[key]

def match_holds(rule, a, b) -> bool:
    if rule == "same":
        return a == b and a != ""
    if rule == "differ":
        return a != b or a == ""
    return set(items(a)) <= set(items(b))

def officer_limit(officer) -> int:
    return limit_number(officer["limit"]) if "limit" in officer else UNLIMITED

def has_qualities(officer, slot, plan) -> bool:
    """7.2: what does not depend on the subject"""
    schedule = plan["schedule"]
    return (officer["expires"] >= schedule["window_end"]
            and days_present(officer.get("leave", ""), schedule) >= plan["team"]["min_days"]
            and (not slot["lead"] or officer.get("lead", "") == "yes")
            and set(slot["skills"]) <= set(items(officer.get("skills", "")))
            and set(slot["matters"]) <= set(items(officer.get("matters", "")))
            and (slot["expert"] == "" or slot["expert"] in items(officer.get("expert", ""))))

def days_present(leave: str, schedule) -> int:
    """Days of the window, both ends included, that are in none of the leave ranges."""
    day, end, present = day_number(schedule["window_start"]), day_number(schedule["window_end"]), 0
    for first, last in sorted(leave_days(leave)):
        present += max(0, min(first, end + 1) - day)
        day = max(day, last + 1)
    return present + max(0, end + 1 - day)

def expanded_slots(plan) -> list:
    """3.3: (number of the plan's slot, slot) for every single slot"""
    return [(i, s) for i, s in enumerate(plan["team"]["slots"]) for _ in range(s["count"])]

def load_groups(plan, officers) -> dict:
    members = {}
    for o in officers:
        key = (o.get("department", ""), *(o.get(g["officer"], "") for g in plan["team"]["group"]))
        members.setdefault(key, []).append(o)
    return {key: LoadGroup(plan, rows) for key, rows in members.items()}

def slot_group(plan, slot, subject) -> tuple:
    return (slot["department"], *(subject.get(g["subject"], "") for g in plan["team"]["group"]))

def draw_teams(plan, seed: bytes, subjects, officers, recused) -> dict:
    """7.4: the officers of every subject, "" for an open slot. `recused` has a set of officers for every subject."""
    key, groups = H("dispatch/v1/subject-key", seed), load_groups(plan, officers)
    slots, work, teams = expanded_slots(plan), {}, {}
    for s in sorted(subjects, key=lambda row: (ticket(key, row["id"]), row["id"])):
        teams[s["id"]] = [""] * len(slots)
        for position, (number, slot) in enumerate(slots):
            name = slot_group(plan, slot, s)
            if name in groups:
                mask = groups[name].allowed(number, slot, s, recused.get(s["id"], ()))
                work.setdefault(name, []).append((s["id"], position, mask))
    for name, entries in work.items():
        group, label = groups[name], canonical(list(name))

        @functools.lru_cache(maxsize=None)
        def permutation_of(subject_id):
            return Permutation(H("dispatch/v1/permutation", seed, label, subject_id), len(group.officers))

        answer = assign([e[0] for e in entries], [e[2] for e in entries], group.limits, plan["team"]["slack"],
                        permutation_of)
        for (subject_id, position, _), o in zip(entries, answer):
            if o is not None:
                teams[subject_id][position] = group.officers[o]["id"]
    return teams

# ------------------------------------------------------------------------------------------- 8 Order of the records

def result_key(seed: bytes) -> bytes:
    return H("dispatch/v1/result-key", seed)

def order_key(key: bytes, subject_id: str) -> bytes:
    return M(key, "dispatch/v1/order", subject_id)

def record_leaf(key: bytes, subject_id: str, record: bytes) -> bytes:
    return H("dispatch/v1/assignment", M(key, "dispatch/v1/salt", subject_id), record)

# ----------------------------------------------------------------------------------------------- 10 The container

ALWAYS = ("announcement.json", "result.json", "disclosure.json", "subjects.jsonl", "officers.jsonl", "recusals.jsonl",
          "assignments.jsonl")
DIFFS = {"subjects": "subjects-diff.jsonl", "officers": "officers-diff.jsonl"}
AUDITORS = ("audit.json", "cells.jsonl")
KNOWN = (*ALWAYS, *DIFFS.values(), *AUDITORS)
MAX_ENTRIES, MAX_JSON, MAX_ALL = 16, 16 * 2 ** 20, 8 * 2 ** 30
STORED, DEFLATED = 0, 8

def fields_at(file, position: int, form: str) -> tuple:
    """The little-endian fields at a position of a file; ValueError or struct.error if they are not there."""
    file.seek(position)
    return struct.unpack("<" + form, file.read(struct.calcsize("<" + form)))

class Container:
    """The entries of a zip file that could be unpacked, and what is wrong with it. Of an entry's local header only the
    place of its data is read; the directory says everything else."""

    def __init__(self, source):
        self.readable, self.names, self.entries, self.faults, self.total = False, [], {}, [], 0
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
        if name not in KNOWN:
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
            length, self.total, check = length + len(chunk), self.total + len(chunk), zlib.crc32(chunk, check)
            if self.total > MAX_ALL:
                raise ValueError("the bundle unpacks to too much")
            if name.endswith(".json") and length > MAX_JSON:
                raise ValueError("more than 16 MiB")
            if length > size:
                break
        if length != size:
            raise ValueError(f"not the declared size of {size} bytes")
        if check != crc:
            raise ValueError("wrong CRC-32")
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

# --------------------------------------------------------------------------------------------------- 11 The checks

CHECKS = (  # id, section, what must have passed or be there ("+" and "*" mark the hidden ones: ◐ and ●)
    ("A01", "10", ""), ("A02", "4", "announcement.json"), ("A03", "2.1", "A02 subjects.jsonl"),
    ("A04", "2.1", "A02 officers.jsonl"), ("A05", "10", "A02 recusals.jsonl"), ("A06", "8", "result.json"),
    ("A07", "8", "A02 assignments.jsonl"), ("A08", "9", "disclosure.json"), ("A09", "10", "A02 audit.json cells.jsonl"),
    ("B01", "4", "A02 A06 A08"), ("B02", "2.2", "A02 subjects.jsonl"), ("B03", "2.2", "A02 officers.jsonl"),
    ("B04", "2.4", "A02 A05"), ("B05", "2.5", "A02 A03"), ("B06", "2.5", "A02 A04"), ("B07", "3.2", "A02 A03 +"),
    ("B08", "4", "A02 A08"), ("B09", "3", "A02"), ("C01", "9", "A02 A08"), ("C02", "5.2", "A02"),
    ("C03", "5.3", "A02 C01"), ("C04", "5.1", "A02 C01"), ("C05", "5.1", "A02 C01"), ("C06", "5.3", "A02"),
    ("D01", "6", "A02 A03 A07 C01"), ("D02", "6", "A02 A03 A07 C01 +"), ("D03", "6", "A02 A07"),
    ("D04", "7.2", "A02 A03 A04 A05 A07 *"), ("D05", "7.4", "A02 A03 A04 A05 A07 C01 *"),
    ("D06", "8", "A02 A06 A07 C01"), ("E01", "2.3", "A02 A03 A04 A09"), ("E02", "2.4", "A02 A05 A09"),
    ("F01", "12", "A02"), ("F02", "12", "A02"))
NEEDS = {name: needs.split() for name, _, needs in CHECKS}
AUDITORS_ONLY = ("A09", "E01", "E02")

class Verification:
    """One bundle. Every check is a method of its name: it returns its detail, or raises Refused (fail) or NotChecked."""

    def __init__(self, source, expect=None, slips=None):
        self.box, self.expect, self.slips = Container(source), expect, slips
        self.auditors_form = any(name in self.box.names for name in AUDITORS)
        self.outcome = {}

    def run(self) -> dict:
        return {name: self.check(name) for name, _, _ in CHECKS}

    def check(self, name) -> tuple[str, str]:
        """Status and detail of a check, made when it is first asked for."""
        if name not in self.outcome:
            self.outcome[name] = self.make(name)
        return self.outcome[name]

    def passed(self, name) -> bool:
        return self.check(name)[0] == "pass"

    def make(self, name):
        if name != "A01" and not self.box.readable:
            return "skipped", "no readable zip file"
        if self.is_hidden(name):
            return "hidden", "the public form does not show this"
        for need in self.needs(name):
            if need[0].isupper() and not self.passed(need):
                return "skipped", f"{need} did not pass"
            if need[0].islower() and need not in self.box.entries:
                return "skipped", f"{need} is missing"
        try:
            return "pass", getattr(self, name)()
        except Refused as error:
            return "fail", str(error)
        except NotChecked as error:
            return "skipped", str(error)
        except Exception as error:  # should not happen; never crash
            return "fail", f"unexpected: {show(repr(error))}"

    def needs(self, name) -> list[str]:
        needs = [n for n in NEEDS[name] if n not in "+*"]
        if name == "B01" and self.auditors_form:
            needs.append("A09")
        if name in ("B05", "B06") and self.passed("A02"):
            roster = "subjects" if name == "B05" else "officers"
            needs += [DIFFS[roster]] if self.a[roster]["diff"] else []
        if self.is_marked(name) and self.auditors_form:
            needs.append("E01")
        return needs

    def is_marked(self, name) -> bool:
        """Does the check read sealed columns in this draw? (Only known when A02 passed.)"""
        if not self.passed_before(name):
            return False
        return "+" in NEEDS[name] and self.sealed_strata() or "*" in NEEDS[name] and self.sealed_team()

    def passed_before(self, name) -> bool:
        return name not in ("A01", "A02") and "A02" in NEEDS[name] and self.passed("A02")

    def is_hidden(self, name) -> bool:
        if self.auditors_form:
            return False
        return name in AUDITORS_ONLY or self.is_marked(name)

    def sealed_strata(self) -> bool:
        sealed = set(self.plan["subjects"]["sealed"])
        groups = self.plan["exclusions"] + self.plan["strata"]
        used = {c["field"] for g in groups for c in g["where"]} | {e["reference"] for e in self.plan["exclusions"]}
        return bool(sealed & used)

    def sealed_team(self) -> bool:
        subjects, officers = set(self.plan["subjects"]["sealed"]), set(self.plan["officers"]["sealed"])
        pairs = self.plan["team"]["group"] + [m for s in self.plan["team"]["slots"] for m in s["match"]]
        fixed = {"department", "limit", "expires", "leave", "lead", "skills", "matters", "expert"}
        return bool(subjects & {p["subject"] for p in pairs} or officers & (fixed | {p["officer"] for p in pairs}))

    # ---- A: form

    def A01(self):
        faults = list(self.box.faults)
        required = list(ALWAYS) + (list(AUDITORS) if self.auditors_form else [])
        if self.box.readable:
            if self.passed("A02"):
                for roster, name in DIFFS.items():
                    if self.a[roster]["diff"]:
                        required.append(name)
                    elif name in self.box.names:
                        faults.append(f"unexpected entry {name}: no difference is announced")
            faults += [f"no {name}" for name in required if name not in self.box.names]
        refuse_if(faults, "; ".join(faults))
        return f"{len(self.box.names)} entries"

    def A02(self):
        self.announcement = self.box.entries["announcement.json"]
        self.a = parse_object(self.announcement, "announcement.json")
        ANNOUNCEMENT(self.a, "announcement")
        announcement_rules(self.a)
        self.plan, self.commitment = self.a["plan"], H("dispatch/v1/commitment", self.announcement)
        return f"draw {self.plan['draw']}, number {self.plan['sequence']}"

    def A03(self):
        self.subjects, self.subject = self.roster("subjects")
        return f"{len(self.subjects)} subjects"

    def A04(self):
        self.officers, self.officer = self.roster("officers")
        return f"{len(self.officers)} officers"

    def roster(self, roster):
        """2.1 to 2.3: the rows of a roster file, and the same by id"""
        name, rows = f"{roster}.jsonl", []
        sealed = set(self.plan[roster]["sealed"])
        rows = parse_lines(self.box.entries[name], name,
                           lambda row, where: need_row(row, where, roster, sealed, self.credit_codes(roster)))
        need_ascending([row["id"] for row in rows], name)
        return rows, {row["id"]: row for row in rows}

    def credit_codes(self, roster):
        return roster == "subjects" and self.plan["subjects"]["ids"] == "credit-code"

    def A05(self):
        def either(row, where):
            (CLOSED_RECUSAL if "leaf" in row else OPEN_RECUSAL)(row, where)
        self.recusals = parse_lines(self.box.entries["recusals.jsonl"], "recusals.jsonl", either)
        opened = [row for row in self.recusals if "leaf" not in row]
        need_ascending([pair_id(row) for row in opened], "recusals.jsonl")
        if self.auditors_form and len(opened) < len(self.recusals):
            raise Refused(f"{len(self.recusals) - len(opened)} recusals are closed in the auditor's form")
        self.recused = {}
        for row in opened:
            self.recused.setdefault(row["subject"], set()).add(row["officer"])
        return f"{len(self.recusals)} recusals, {len(opened)} of them opened"

    def A06(self):
        self.result = parse_object(self.box.entries["result.json"], "result.json")
        RESULT(self.result, "result")
        return f"{self.result['count']} records, root {self.result['root']}"

    def A07(self):
        data, length = self.box.entries["assignments.jsonl"], len(expanded_slots(self.plan))
        self.records = parse_lines(data, "assignments.jsonl", RECORD)
        self.record_bytes = raw_lines(data)
        for record in self.records:
            if len(record["officers"]) != length:
                raise Refused(f"assignments.jsonl: {show(record['subject'])} has not {length} slots")
        need_unique([record["subject"] for record in self.records], "assignments.jsonl: subjects")
        return f"{len(self.records)} records"

    def A08(self):
        self.disclosure = parse_object(self.box.entries["disclosure.json"], "disclosure.json")
        DISCLOSURE(self.disclosure, "disclosure")
        return f"{len(self.disclosure['sources'])} sources"

    def A09(self):
        self.audit = parse_object(self.box.entries["audit.json"], "audit.json")
        AUDIT(self.audit, "audit")
        self.roster_key = bytes.fromhex(self.audit["roster_key"])

        def line(row, where):
            closed(cells=lambda v, w: None, id=any_string, roster=one_of("officers", "recusals", "subjects"))(row, where)
            roster = row["roster"]
            sealed = {"reason"} if roster == "recusals" else set(self.plan[roster]["sealed"])
            if type(row["cells"]) is not dict or not sealed or row["cells"].keys() != sealed:
                raise Refused(f"{where}: not exactly the sealed columns of {roster}")
            for column, v in row["cells"].items():
                text_or_empty(v, f"{where}: {show(column)}")
            parts = row["id"].split(" ")
            if len(parts) != (2 if roster == "recusals" else 1):
                raise Refused(f"{where}: {show(row['id'])} is no id of {roster}")
            for part in parts:
                ident(part, f"{where}: id")

        lines = parse_lines(self.box.entries["cells.jsonl"], "cells.jsonl", line)
        need_ascending([(row["roster"], row["id"]) for row in lines], "cells.jsonl")
        self.cells = {"officers": {}, "recusals": {}, "subjects": {}}
        for row in lines:
            self.cells[row["roster"]][row["id"]] = row["cells"]
        return f"{len(lines)} lines of open values"

    # ---- B: what was announced

    def B01(self):
        documents = {"result.json": self.result, "disclosure.json": self.disclosure}
        if self.auditors_form:
            documents["audit.json"] = self.audit
        wrong = [name for name, d in documents.items() if d["commitment"] != self.commitment.hex()]
        refuse_if(wrong, f"another commitment in {', '.join(wrong)}")
        return f"{', '.join(documents)} name the commitment"

    def need_root(self, count, root, announced, what):
        refuse_if(count != announced["count"], f"{what}: {count} lines, announced {announced['count']}")
        refuse_if(root.hex() != announced["root"], f"{what}: root {root.hex()}, announced {announced['root']}")
        return f"{count} lines, root {root.hex()}"

    def roster_root(self, roster):
        lines = raw_lines(self.box.entries[f"{roster}.jsonl"])
        return self.need_root(len(lines), merkle_root(lines), self.a[roster], roster)

    def B02(self):
        return self.roster_root("subjects")

    def B03(self):
        return self.roster_root("officers")

    def B04(self):
        leaves = [bytes.fromhex(r["leaf"]) if "leaf" in r else recusal_leaf(bytes.fromhex(r["salt"]), r)
                  for r in self.recusals]
        return self.need_root(len(leaves), merkle_root(leaves), self.a["recusals"], "recusals")

    def difference(self, roster, known):
        """2.5"""
        if not self.a[roster]["diff"]:
            return "no difference announced"
        summary, name = self.a[roster]["diff"][0], DIFFS[roster]
        data = self.box.entries[name]
        lines, tally = parse_lines(data, name, DIFF_LINE), {}
        need_ascending([line["id"] for line in lines], name)
        for line in lines:
            if (line["id"] in known) == (line["change"] == "removed"):
                raise Refused(f"{name}: {line['change']} {show(line['id'])} does not agree with the roster")
            key = (line["change"], line["reason"])
            tally[key] = tally.get(key, 0) + 1
        announced = {(r["change"], r["reason"]): r["count"] for r in summary["reasons"]}
        refuse_if(tally != announced, f"{name}: changes and reasons differ from the announced summary")
        refuse_if(merkle_root(raw_lines(data)).hex() != summary["root"], f"{name}: another root than announced")
        return f"{len(lines)} differences"

    def B05(self):
        return self.difference("subjects", self.subject)

    def B06(self):
        return self.difference("officers", self.officer)

    def B07(self):
        pools, excluded, outside, no_reference = stratify(self.plan, self.open_rows("subjects"))
        faults = [f"exclusion of {show(s)} without reference" for s in no_reference]
        for announced, count in zip(self.a["excluded"], excluded):
            if announced["count"] != count:
                faults.append(f"{count} excluded by {announced['code']}, announced {announced['count']}")
        total = 0
        for announced, stratum, pool in zip(self.a["strata"], self.plan["strata"], pools):
            size = quota_size(stratum["quota"], len(pool))
            if size is None:
                faults.append(f"stratum {show(stratum['name'])}: the quota is more than the pool of {len(pool)}")
            elif (announced["pool"], announced["quota"]) != (len(pool), size):
                faults.append(f"stratum {show(stratum['name'])}: {size} of {len(pool)}, announced "
                              f"{announced['quota']} of {announced['pool']}")
            total += size or 0
        if outside != self.a["outside_strata"]:
            faults.append(f"{outside} outside the strata, announced {self.a['outside_strata']}")
        if total < 1:
            faults.append("nobody is selected")
        refuse_if(faults, "; ".join(faults[:10]))
        return f"{total} to be selected, {sum(excluded)} excluded, {outside} outside the strata"

    def B08(self):
        if H("dispatch/v1/secret", bytes.fromhex(self.disclosure["secret"])).hex() != self.a["secret_hash"]:
            raise Refused("the secret is not the announced one")
        return "the secret is the announced one"

    def B09(self):
        schedule = self.plan["schedule"]
        if self.a["replay"]:
            return "a replay: no lead time"
        if unix(self.a["created"]) + 60 * schedule["lead_minutes"] > unix(schedule["draw_time"]):
            raise Refused(f"made at {self.a['created']}, less than {schedule['lead_minutes']} minutes before the draw")
        return f"made at {self.a['created']} (a claim), draw at {schedule['draw_time']}"

    # ---- C: the seed

    def C01(self):
        planned = [s["kind"] for s in self.plan["seed"]]
        given = [s["kind"] for s in self.disclosure["sources"]]
        refuse_if(planned != given, f"disclosed {', '.join(given) or 'nothing'}; planned {', '.join(planned)}")
        self.seed = seed_of(self.plan, self.commitment, self.disclosure)
        self.subject_key = H("dispatch/v1/subject-key", self.seed)
        return f"{', '.join(given)}; seed {self.seed.hex()}"

    def due_round(self):
        return round_at(unix(self.plan["schedule"]["draw_time"]))

    def sources(self, kind):
        return [(s, d) for s, d in zip(self.plan["seed"], self.disclosure["sources"]) if s["kind"] == kind]

    def C02(self):
        due = self.due_round() if any(s["kind"] == "drand" for s in self.plan["seed"]) else 0
        refuse_if(self.a["round"] != due, f"announced round {self.a['round']}, by the draw time it is {due}")
        return f"round {due}"

    def C03(self):
        for _, given in self.sources("drand"):
            if given["round"] != self.due_round():
                raise Refused(f"disclosed round {given['round']}, by the draw time it is {self.due_round()}")
            need_pulse(given["round"], given["signature"])
            return f"the signature of round {given['round']} verifies"
        return "no drand source"

    def C04(self):
        for source, given in self.sources("public-numbers"):
            values, name = given["values"], show(source["name"])
            refuse_if(len(values) != source["count"], f"{name}: {len(values)} numbers, not {source['count']}")
            refuse_if(any(not source["from"] <= v <= source["to"] for v in values), f"{name}: a number out of range")
            if source["shape"] == "set":
                need_ascending(values, name)
        return f"{len(self.sources('public-numbers'))} sources of public numbers"

    def C05(self):
        for source, given in self.sources("contribution"):
            value = bytes.fromhex(given["value"])
            if H("dispatch/v1/contribution", self.plan["draw"], source["body"], value).hex() != source["hash"]:
                raise Refused(f"the contribution of {show(source['body'])} does not open its hash")
        return f"{len(self.sources('contribution'))} contributions"

    def C06(self):
        for pulse in self.a["recent_pulse"]:
            late = round_time(pulse["round"]) > unix(self.plan["schedule"]["draw_time"])
            refuse_if(late and not self.a["replay"], f"round {pulse['round']} is later than the draw")
            need_pulse(pulse["round"], pulse["signature"])
            return f"the signature of round {pulse['round']} verifies"
        return "no recent pulse"

    # ---- D: the draw

    def open_rows(self, roster):
        """The rows with open values in place of sealed cells, where cells.jsonl has them (E01 has passed then)."""
        if self.auditors_form and self.plan[roster]["sealed"] and self.passed("E01"):
            return self.opened(roster)
        return self.subjects if roster == "subjects" else self.officers

    def opened(self, roster):
        rows, cells = self.subjects if roster == "subjects" else self.officers, self.cells[roster]
        return [{key: v for key, v in {**row, **cells[row["id"]]}.items() if v} for row in rows]

    def D01(self):
        for record in self.records:
            refuse_if(record["subject"] not in self.subject, f"{show(record['subject'])} is not in the roster")
            if ticket(self.subject_key, record["subject"]).hex() != record["ticket"]:
                raise Refused(f"{show(record['subject'])} has another ticket")
        return f"{len(self.records)} tickets"

    def D02(self):
        selected = select(self.plan, self.open_rows("subjects"), self.seed)
        refuse_if(selected is None, "a quota is more than its pool: nothing can be selected")
        selected, recorded = set(selected), {record["subject"] for record in self.records}
        for subject in sorted(selected - recorded):
            raise Refused(f"{show(subject)} is selected and has no record")
        for subject in sorted(recorded - selected):
            raise Refused(f"{show(subject)} has a record and is not selected")
        return f"{len(selected)} selected"

    def D03(self):
        total = sum(s["quota"] for s in self.a["strata"])
        refuse_if(len(self.records) != total, f"{len(self.records)} records, {total} announced")
        return f"{total} records"

    def recorded_subjects(self):
        """The roster rows, with open values, of the records' subjects."""
        rows = {row["id"]: row for row in self.open_rows("subjects")}
        for record in self.records:
            refuse_if(record["subject"] not in rows, f"{show(record['subject'])} is not in the roster")
        return [rows[record["subject"]] for record in self.records]

    def D04(self):
        slots, officers, load = expanded_slots(self.plan), self.open_rows("officers"), {}
        groups, limits = load_groups(self.plan, officers), {o["id"]: officer_limit(o) for o in officers}
        for record, subject in zip(self.records, self.recorded_subjects()):
            named = [o for o in record["officers"] if o]
            need_unique(named, f"officers of {show(subject['id'])}")
            for (number, slot), officer in zip(slots, record["officers"]):
                if officer:
                    self.need_allowed(groups, number, slot, subject, officer)
                    load[officer] = load.get(officer, 0) + 1
        for officer, count in load.items():
            refuse_if(count > limits[officer], f"{show(officer)} has {count} records, its limit is {limits[officer]}")
        return f"{sum(load.values())} officers named, each may fill its slot"

    def need_allowed(self, groups, number, slot, subject, officer):
        refuse_if(officer not in self.officer, f"{show(officer)} is not in the roster")
        group = groups.get(slot_group(self.plan, slot, subject))
        if group is None or officer not in group.number:
            raise Refused(f"{show(officer)} is not of the group of {show(slot['name'])} for {show(subject['id'])}")
        allowed = group.allowed(number, slot, subject, self.recused.get(subject["id"], ()))
        if not allowed >> group.number[officer] & 1:
            raise Refused(f"{show(officer)} may not fill {show(slot['name'])} for {show(subject['id'])}")

    def D05(self):
        teams = draw_teams(self.plan, self.seed, self.recorded_subjects(), self.open_rows("officers"), self.recused)
        for record in self.records:
            due = teams[record["subject"]]
            if record["officers"] != due:
                raise Refused(f"{show(record['subject'])}: recomputed {show(due)}, recorded {show(record['officers'])}")
        return f"{len(teams)} teams, {sum(t.count('') for t in teams.values())} open slots"

    def D06(self):
        key = result_key(self.seed)
        ids = [record["subject"] for record in self.records]
        need_ascending([order_key(key, s) for s in ids], "assignments.jsonl: order of the records")
        root = merkle_root([record_leaf(key, s, line) for s, line in zip(ids, self.record_bytes)])
        return self.need_root(len(ids), root, self.result, "assignments")

    # ---- E: what only the auditor's form shows

    def E01(self):
        rosters, opened = {"officers": self.officers, "subjects": self.subjects}, 0
        for roster, rows in rosters.items():
            sealed, cells = self.plan[roster]["sealed"], self.cells[roster]
            if not sealed:
                continue
            due = {row["id"] for row in rows}
            for row_id in due ^ cells.keys():
                raise Refused(f"cells.jsonl: {roster} {show(row_id)} is "
                              f"{'missing' if row_id in due else 'not in the roster'}")
            for row, full in zip(rows, self.opened(roster)):
                where = f"{roster} {show(row['id'])}"
                for column in sealed:
                    if cell_hash(self.roster_key, roster, row["id"], column, cells[row["id"]][column]) != row[column]:
                        raise Refused(f"{where}: {show(column)} is not what the cell seals")
                    opened += 1
                need_row(full, f"{where}, opened", roster, (), self.credit_codes(roster))
                refuse_if(len(canonical(full)) > MAX_LINE, f"{where}, opened: more than {MAX_LINE} bytes")
        return f"{opened} cells"

    def E02(self):
        cells, due = self.cells["recusals"], {pair_id(row) for row in self.recusals}
        for pair in due ^ cells.keys():
            raise Refused(f"cells.jsonl: recusal {show(pair)} is {'missing' if pair in due else 'unknown'}")
        for row in self.recusals:
            pair = pair_id(row)
            if cell_hash(self.roster_key, "recusals", pair, "reason", cells[pair]["reason"]) != row["reason"]:
                raise Refused(f"recusal {show(pair)}: the reason is not what the cell seals")
            refuse_if(recusal_salt(self.roster_key, pair).hex() != row["salt"], f"recusal {show(pair)}: another salt")
        return f"{len(due)} recusals"

    # ---- F: what the verifier brings

    def F01(self):
        if self.expect is None:
            raise NotChecked("not asked: no commitment was given")
        if self.expect != self.commitment.hex():
            raise Refused(f"the commitment is {self.commitment.hex()}, expected {self.expect}")
        return "the commitment is the expected one"

    def F02(self):
        if self.slips is None:
            raise NotChecked("not asked: no policy was given")
        slips = [s for s in self.slips if s["draw"] == self.plan["draw"]]
        refuse_if(not slips, f"no slip for draw {show(self.plan['draw'])}")
        if any(s["commitment"] != self.commitment.hex() for s in slips):
            raise Refused("a slip for this draw names another commitment")
        earliest, schedule = min(s["received"] for s in slips), self.plan["schedule"]
        if unix(earliest) > unix(schedule["draw_time"]) - 60 * schedule["lead_minutes"]:
            raise Refused(f"the earliest slip was received at {earliest}: too late")
        return f"received at {earliest}"

    # ---- 11 verdicts, 12 grade, 13 report

    def verdict(self, names) -> str:
        statuses = {name: self.check(name)[0] for name in names}
        if "fail" in statuses.values():
            return "fail"
        skipped = [name for name, status in statuses.items() if status == "skipped" and name not in ("F01", "F02")]
        return "incomplete" if skipped else "pass"

    def verdicts(self) -> dict:
        public = [name for name, _, _ in CHECKS if name not in AUDITORS_ONLY and not self.is_marked(name)]
        auditor = self.verdict([c[0] for c in CHECKS]) if self.auditors_form else "hidden"
        return {"auditor": auditor, "public": self.verdict(public)}

    def grade(self) -> str:
        if not self.passed("A02"):
            return "failed"
        if self.a["replay"]:
            return "replay"
        overall = self.verdict(NEEDS)
        if overall != "pass":
            return {"fail": "failed"}.get(overall, overall)
        if self.passed("F02"):
            return "frozen-first"
        return "expected" if self.passed("F01") else "consistent"

    def report(self, file_name) -> dict:
        checks = [{"detail": self.check(name)[1], "id": name, "section": section, "status": self.check(name)[0]}
                  for name, section, _ in CHECKS]
        return {"bundle": file_name, "checks": checks, "commitment": self.commitment.hex() if self.passed("A02") else "",
                "form": "auditor" if self.auditors_form else "public", "grade": self.grade(), "verdicts": self.verdicts()}

def verify(source, file_name, expect=None, slips=None) -> dict:
    """The report (section 13) on one bundle: a path or a binary file."""
    return Verification(source, expect, slips).report(file_name)

def read_policy(path) -> list:
    """12: the slips of a trust policy; ValueError or OSError if it is none."""
    def unique(pairs):
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("duplicate keys")
        return dict(pairs)
    with open(path, "rb") as file:
        data = file.read(2 ** 20 + 1)
    if len(data) > 2 ** 20:
        raise ValueError("more than 1 MiB")
    try:
        policy = json.loads(data.decode("utf-8"), object_pairs_hook=unique)
        POLICY(policy, "policy")
        canonical(policy)  # refuses lone surrogates
    except (Refused, RecursionError) as error:
        raise ValueError(str(error)) from None
    return policy["slips"]

def human(report) -> str:
    lines = [report["bundle"]]
    lines += [f"  {c['id']}  {c['status']:7}  {c['detail']}" for c in report["checks"]]
    lines += [f"  commitment        {report['commitment'] or '-'}", f"  public verdict    {report['verdicts']['public']}",
              f"  auditor's verdict {report['verdicts']['auditor']}", f"  grade             {report['grade']}"]
    return "\n".join(lines)

def main(arguments) -> int:
    parser = argparse.ArgumentParser(description="Verify bundles of Dispatch draws.", allow_abbrev=False)
    parser.add_argument("--expect", metavar="HEX", help="the commitment that was received before the draw")
    parser.add_argument("--policy", metavar="FILE", help="the verifier's own policy: received commitment slips")
    parser.add_argument("--json", action="store_true", help="one report object per line")
    parser.add_argument("bundles", nargs="+", metavar="bundle.zip")
    options, slips, failed = parser.parse_args(arguments), None, False
    try:
        if options.expect is not None:
            hex32(options.expect, "--expect")
        if options.policy is not None:
            slips = read_policy(options.policy)
    except (Refused, ValueError, OSError) as error:
        parser.error(show(str(error)))
    for path in options.bundles:
        report = verify(path, os.path.basename(path), options.expect, slips)
        failed = failed or "fail" in report["verdicts"].values()
        line = _encode(report) if options.json else human(report) + "\n"
        sys.stdout.buffer.write((line + "\n").encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    return 1 if failed else 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
