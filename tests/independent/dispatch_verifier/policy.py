"""12 What a verifier pins: a commitment, a log policy, and a policy of its own (slips, authorities, custodians)."""
import dataclasses
import json
import re

from .canonical import canonical
from .encoding import base64_bytes
from .key import SIGNATURE, key_shape
from .log_policy import LogPolicy
from .primitives import Refused
from .shapes import closed, hex32, ident, integer, list_of, one_of, string, text, time

MAX_POLICY, MAX_CERTIFICATE = 2 ** 20, 40000


@dataclasses.dataclass
class Pins:
    """`policy` is the object of 12; a child has no commitment of its own (F01)."""
    expect: str = None
    policy: dict = None
    log_policy: LogPolicy = None

    @property
    def slips(self):
        """None if no policy with `slips` was given"""
        return (self.policy or {}).get("slips")

    @property
    def authorities(self) -> list:
        return (self.policy or {}).get("authorities", [])

    @property
    def custodians(self) -> list:
        return (self.policy or {}).get("custodians", [])


def with_optional(optional: dict, **required):
    """A closed set in which some fields may be left out"""
    def shape(v, where):
        present = {name: field for name, field in optional.items() if type(v) is dict and name in v}
        closed(**required, **present)(v, where)
    return shape


def certificate(v, where):
    string(1, MAX_CERTIFICATE, "certificate")(v, where)
    base64_bytes(v, where)


SLIP = with_optional({"stage": integer(0, 100)}, commitment=hex32, draw=ident, received=time)
POLICY = with_optional({"authorities": list_of(closed(certificate=certificate, name=text), 0, 100),
                        "custodians": list_of(key_shape(SIGNATURE), 0, 100), "slips": list_of(SLIP)},
                       format=one_of("dispatch/policy/1"))


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


def read_policy(path) -> dict:
    """12: a policy; ValueError or OSError if the file is none."""
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
    return policy
