"""The time lock (18.3), with its vector; ChaCha20-Poly1305 and HKDF with those of their RFCs.

    python3 -m unittest
"""
import base64
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from bundle_maker import locker  # noqa: E402
from bundle_maker.pulses import PULSES  # noqa: E402
from dispatch_verifier import aead, timelock  # noqa: E402
from dispatch_verifier.primitives import H, Refused, sha256  # noqa: E402
from dispatch_verifier.pulse import HAVE_BLS, g1_point  # noqa: E402

SECRET = bytes(range(32))


def vector() -> bytes:
    """The lock that the specification has, so that both are one text"""
    with open(os.path.join(HERE, "..", "..", "docs", "spec.md"), encoding="utf-8") as file:
        return base64.b64decode(re.search("`(YWdlLWVuY3J5cHRpb24[^`]+)`", file.read())[1], validate=True)


def changed(data: bytes, place: int, byte=None) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 if byte is None else byte]) + data[place + 1:]


class Aead(unittest.TestCase):
    def test_encrypt(self):
        """RFC 8439, 2.5.2 and 2.4.2"""
        key = bytes.fromhex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b")
        self.assertEqual(aead.poly1305(key, b"Cryptographic Forum Research Group").hex(), "a8061dc1305136c6c22b8baf0c0127a9")
        sunscreen = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
                     b"sunscreen would be it.")
        self.assertEqual(aead.chacha20(SECRET, bytes.fromhex("000000000000004a00000000"), sunscreen)[:16].hex(),
                         "6e2e359a2568f98041ba0728dd0d6981")
        sealed = aead.encrypt(SECRET, bytes(12), sunscreen)
        self.assertEqual(aead.decrypt(SECRET, bytes(12), sealed), sunscreen)
        for place in (0, len(sealed) - 1):
            self.assertRaises(Refused, aead.decrypt, SECRET, bytes(12), changed(sealed, place))

    def test_hkdf(self):
        """RFC 5869, A.1 and A.3, the first 32 bytes"""
        self.assertEqual(aead.hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xf0, 0xfa))).hex(),
                         "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
        self.assertEqual(aead.hkdf(b"\x0b" * 22, b"", b"").hex(),
                         "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")


class Spelling(unittest.TestCase):
    def test_parse(self):
        lock = timelock.parse_lock(vector())
        self.assertEqual((lock.round, len(lock.u), len(lock.v), len(lock.w)), (1000, 96, 16, 16))

    def test_refused(self):
        data = vector()
        mac = data.index(b"\n--- ") + 47  # the last character of the MAC: two bits are unused
        wrong = [data + b"\0", data[:-1], data.replace(b"\n", b"\r\n"), data.replace(b"tlock 1000", b"tlock 01000"),
                 data.replace(b"tlock 1000", b"tlock 0"), data.replace(b"tlock 1000", b"tlock 18446744073709551616"),
                 data.replace(b"52db9b", b"52DB9B"), data.replace(b"\n---", b"\n-> grease\n\n---"),
                 changed(data, mac, ord("d")), b""]
        for number, other in enumerate(wrong):
            with self.subTest(number):
                self.assertRaises(Refused, timelock.parse_lock, other)


@unittest.skipUnless(HAVE_BLS, "py_ecc is missing")
class Opening(unittest.TestCase):
    def test_vector(self):
        lock, signature = timelock.parse_lock(vector()), bytes.fromhex(PULSES[1000])
        shared = timelock.pairing_bytes(g1_point(signature), timelock.subgroup_point(lock.u))
        self.assertEqual(sha256(shared).hex(), "37a43002463f24cdcc6adab0561d4c09c079488d31c13081f03389e7d5355189")
        sigma, file_key = bytes(range(0x30, 0x40)), bytes(range(0x20, 0x30))
        self.assertEqual(timelock.scalar(sigma, file_key),
                         0x4cd20c8ef19ab53998d76ab17a7154c3221609e4d65c4c275d2678a068b4aceb)
        self.assertEqual(timelock.open_lock(lock, signature), SECRET)
        self.assertEqual(locker.lock(1000, SECRET, file_key, sigma, bytes(range(0x40, 0x50))), vector())

    def test_secret(self):
        coded, pulse = base64.b64encode(vector()).decode(), {"round": 1000, "signature": PULSES[1000]}
        due = H("dispatch/v1/secret", SECRET).hex()
        timelock.need_secret(coded, pulse, due)
        self.assertRaises(Refused, timelock.need_secret, coded, pulse, "00" * 32)
        self.assertRaises(Refused, timelock.need_secret, coded, {"round": 1001, "signature": PULSES[1001]}, due)

    def test_does_not_open(self):
        data, signature = vector(), bytes.fromhex(PULSES[1000])
        body = data.index(b"\n", 30) + 1
        for place in (body + 2, body + 140, body + 160, data.index(b"\n--- ") + 5, len(data) - 64, len(data) - 1):
            other = changed(data, place, ord("A") if place < len(data) - 64 and data[place] != ord("A") else None)
            with self.subTest(place):
                self.assertRaises(Refused, lambda: timelock.open_lock(timelock.parse_lock(other), signature))


if __name__ == "__main__":
    unittest.main()
