"""Signers of notes (17.1, 17.2) with fixed keys that everybody knows."""
import base64
import hashlib

from dispatch_verifier.ed25519 import BASE, ORDER, challenge, encode, multiply
from dispatch_verifier.encoding import BECH32, bech32_sum
from dispatch_verifier.key import COSIGNATURE, SIGNATURE, Key
from dispatch_verifier.primitives import unix

from .prover import fixed


def base64_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Signer:
    """`secret` names the secret key; another one under the same name is a forger's."""

    def __init__(self, name, kind=SIGNATURE, secret=None):
        wide = hashlib.sha512(fixed("signer", secret or name)).digest()  # RFC 8032, 5.1.5
        self.scalar = int.from_bytes(wide[:32], "little") & (2 ** 254 - 8) | 2 ** 254
        self.prefix = wide[32:]
        self.key = Key(name, kind, encode(multiply(self.scalar, BASE)))

    @property
    def text(self) -> str:
        """17.2: the key as policies and announcements have it"""
        coded = base64_text(bytes([self.key.kind]) + self.key.public)
        return f"{self.key.name}+{self.key.id.hex()}+{coded}"

    def signature(self, message: bytes) -> bytes:
        """RFC 8032, 5.1.6"""
        r = challenge(self.prefix, message)
        point = encode(multiply(r, BASE))
        s = (r + challenge(point, self.key.public, message) * self.scalar) % ORDER
        return point + s.to_bytes(32, "little")

    def line(self, text: str, time: str = "") -> str:
        """The signature line of a text; a witness says when."""
        message, stamp = text.encode(), b""
        if self.key.kind == COSIGNATURE:
            stamp = unix(time).to_bytes(8, "big")
            message = f"cosignature/v1\ntime {unix(time)}\n".encode() + message
        return f"\u2014 {self.key.name} {base64_text(self.key.id + stamp + self.signature(message))}\n"


class Witness(Signer):
    def __init__(self, name, secret=None):
        super().__init__(name, COSIGNATURE, secret)


def bech32(prefix: str, data: bytes) -> str:
    """BIP 173"""
    spare = -len(data) * 8 % 5
    number, values = int.from_bytes(data, "big") << spare, []
    for _ in range((len(data) * 8 + spare) // 5):
        values.insert(0, number & 31)
        number >>= 5
    total = bech32_sum(prefix, values + [0] * 6) ^ 1
    values += [total >> 5 * (5 - i) & 31 for i in range(6)]
    return f"{prefix}1" + "".join(BECH32[value] for value in values)
