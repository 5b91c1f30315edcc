"""12 The trust policy of a verifier."""
import json
import re

from .canonical import canonical
from .documents import POLICY
from .primitives import Refused

MAX_POLICY = 2 ** 20


def plain_integer(literal: str) -> int:
    """1.3: decimal, no sign, no leading zero"""
    if not re.fullmatch("0|[1-9][0-9]{0,15}", literal):
        raise ValueError("not a plain integer")
    return int(literal)


def refused(literal: str):
    raise ValueError(f"not a plain integer: {literal[:20]}")


def unique(pairs) -> dict:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("duplicate keys")
    return dict(pairs)


def read_policy(path) -> list:
    """12: the slips of a trust policy; ValueError or OSError if it is none."""
    with open(path, "rb") as file:
        data = file.read(MAX_POLICY + 1)
    if len(data) > MAX_POLICY:
        raise ValueError("more than 1 MiB")
    try:
        policy = json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_int=plain_integer,
                            parse_float=refused, parse_constant=refused)
        POLICY(policy, "policy")
        canonical(policy)  # refuses lone surrogates
    except (Refused, RecursionError) as error:
        raise ValueError(str(error)) from None
    return policy["slips"]
