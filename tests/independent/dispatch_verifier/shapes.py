"""1.4, 1.5 Closed sets: functions `shape(value, where)` that refuse every other value."""
import re

from .canonical import MAX_INT
from .primitives import Refused, day_number, need_ascending, show, unix

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
