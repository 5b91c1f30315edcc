"""17.1, 17.2 Names and keys."""
import dataclasses
import re

from .ed25519 import point
from .encoding import base64_bytes
from .primitives import Refused, refuse_if, sha256, show

SIGNATURE, COSIGNATURE = 1, 4
NOT_IN_NAME = re.compile("[+\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
KEY_ID = re.compile("[0-9a-f]{8}")


def need_name(name: str, where: str):
    """17.1"""
    if not 1 <= len(name.encode("utf-8")) <= 255 or NOT_IN_NAME.search(name):
        raise Refused(f"{where}: {show(name)} is no name of a key")


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + public)[:4]


@dataclasses.dataclass(frozen=True)
class Key:
    name: str
    kind: int        # SIGNATURE or COSIGNATURE
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    @property
    def hierarchy(self) -> str:
        return self.name.split("/")[0]


def parse_key(text, where: str, *kinds) -> Key:
    """17.2: a key of one of these types"""
    parts = text.split("+", 2) if type(text) is str else ()
    refuse_if(len(parts) != 3, f"{where}: not <name>+<key id>+<base64>")
    name, written, coded = parts
    need_name(name, where)
    refuse_if(not KEY_ID.fullmatch(written), f"{where}: the key id is not 8 characters 0-9a-f")
    data = base64_bytes(coded, where, 33)
    key = Key(name, data[0], data[1:])
    refuse_if(key.kind not in kinds, f"{where}: a key of type {key.kind:02x}")
    refuse_if(key.id.hex() != written, f"{where}: the key id is {key.id.hex()}, not {written}")
    refuse_if(point(key.public) is None, f"{where}: no public key of Ed25519, or one of small order")
    return key


def key_shape(*kinds):
    def shape(v, where):
        parse_key(v, where, *kinds)
    return shape
