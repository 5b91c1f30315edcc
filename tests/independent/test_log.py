"""The log (17) with outside vectors: Ed25519, Merkle trees, a token that openssl makes; log policies.

    python3 -m unittest
"""
import base64
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from bundle_maker import cases_log, log  # noqa: E402
from dispatch_verifier import ed25519, proof, timestamp  # noqa: E402
from dispatch_verifier.log_policy import LogPolicy  # noqa: E402
from dispatch_verifier.primitives import Refused, merkle_root  # noqa: E402

SIGNED = (  # RFC 8032, 7.1, tests 1 to 3: public key, message, signature
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
     "655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
     "b00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc0"
     "27beceea1ec40a"))
LEAVES = [bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                          "606162636465666768696a6b6c6d6e6f")]
ROOTS = (  # the reference vectors of Certificate Transparency (RFC 6962) for the first 1, 2, ... of these leaves
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")


class Ed25519(unittest.TestCase):
    def test_vectors(self):
        for public, message, signature in SIGNED:
            public, message, signature = map(bytes.fromhex, (public, message, signature))
            self.assertTrue(ed25519.verifies(public, message, signature))
            self.assertFalse(ed25519.verifies(public, message + b"\0", signature))
            s = int.from_bytes(signature[32:], "little") + ed25519.ORDER
            self.assertFalse(ed25519.verifies(public, message, signature[:32] + s.to_bytes(32, "little")))

    def test_points(self):
        small = [bytes(32), b"\1" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"]
        spelled = [b"\xee" + b"\xff" * 30 + b"\x7f", b"\1" + bytes(30) + b"\x80"]  # y = P + 1; x = 0 with a sign
        for data in small + spelled:
            self.assertIsNone(ed25519.point(data))


class Tree(unittest.TestCase):
    def path(self, leaves, index) -> list:
        """RFC 6962, 2.1.1"""
        if len(leaves) == 1:
            return []
        k = proof.split(len(leaves))
        if index < k:
            return self.path(leaves[:k], index) + [merkle_root(leaves[k:])]
        return self.path(leaves[k:], index - k) + [merkle_root(leaves[:k])]

    def test_roots_and_paths(self):
        for size, root in enumerate(ROOTS, 1):
            leaves = LEAVES[:size]
            self.assertEqual(merkle_root(leaves).hex(), root)
            for index, leaf in enumerate(leaves):
                path = self.path(leaves, index)
                self.assertEqual(len(path), proof.path_length(index, size))
                self.assertEqual(proof.root_of(leaf, index, size, path).hex(), root)
                self.assertNotEqual(proof.root_of(leaf + b"\0", index, size, path).hex(), root)


class Policies(unittest.TestCase):
    def test_refused(self):
        LogPolicy(log.policy().encode())
        LogPolicy(cases_log.twins_policy().encode())
        good = cases_log.twins_policy()
        for old, new in (("group university 1", "group university 2"), ("quorum both", "quorum nobody"),
                         ("quorum both", "quorum both\nquorum none"), ("quorum both", ""), ("group both 2", "group both 3"),
                         ("group both 2", "group both 0"), ("group both 2", "group both 02"), ("log ", "lock "),
                         ("university press", "t1 press"), ("witness t2", "witness t1"), ("witness press", "witness none")):
            with self.subTest(new):
                self.assertIn(old, good)
                self.assertRaises(Refused, LogPolicy, good.replace(old, new).encode())


CONFIG = """[tsa]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1
[signer]
basicConstraints = critical,CA:false
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = name
[name]
"""


@unittest.skipUnless(timestamp.have_openssl(), "there is no openssl")
class Token(unittest.TestCase):
    TEXT = b"log.example.org/dispatch\n1\nAAAA\n"

    def run_openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def file(self, name) -> bytes:
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def authority(self, name) -> list:
        return [{"certificate": base64.b64encode(self.file(name)).decode(), "name": name}]

    def test_token(self):
        with tempfile.TemporaryDirectory() as self.folder:
            for name, content in (("config", CONFIG.encode()), ("serial", b"01\n"), ("text", self.TEXT)):
                with open(os.path.join(self.folder, name), "wb") as file:
                    file.write(content)
            for name in ("root", "other"):
                self.run_openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out",
                                 f"{name}.pem", "-subj", "/CN=root", "-days", "30")
                self.run_openssl("x509", "-in", f"{name}.pem", "-outform", "DER", "-out", name)
            self.run_openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "signer.key", "-out", "signer.csr",
                             "-subj", "/CN=signer", "-config", "config")
            self.run_openssl("ts", "-query", "-data", "text", "-sha256", "-cert", "-out", "query")
            for padding in ("pkcs1", "pss"):  # of the signature on the signer's certificate
                self.run_openssl("x509", "-req", "-in", "signer.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "20",
                                 "-set_serial", "7", "-extfile", "config", "-extensions", "signer", "-out", "signer.pem",
                                 "-sha256", "-sigopt", f"rsa_padding_mode:{padding}")
                self.run_openssl("x509", "-in", "signer.pem", "-outform", "DER", "-out", "signer")
                self.run_openssl("ts", "-reply", "-config", "config", "-section", "tsa", "-queryfile", "query", "-signer",
                                 "signer.pem", "-inkey", "signer.key", "-out", "response")
                self.judge(self.file("response"))

    def judge(self, token):
        for name in ("root", "signer"):
            told, time = timestamp.token_time(token, self.TEXT, self.authority("other") + self.authority(name))
            self.assertEqual((told, type(time)), (name, int))
        for wrong in ((token, self.TEXT + b"\n", "root"), (token, self.TEXT, "other"), (token + b"\0", self.TEXT, "root"),
                      (token[:-1] + bytes([token[-1] ^ 1]), self.TEXT, "root")):
            self.assertRaises(Refused, timestamp.token_time, *wrong[:2], self.authority(wrong[2]))

    def test_moment(self):
        """RFC 5280: two digits of a year are 1950 to 2049"""
        def value(tag, content):
            return timestamp.Value(tag, content, b"")
        self.assertEqual(timestamp.moment(value(timestamp.UTC_TIME, b"700101000000Z")), 0)
        self.assertEqual(timestamp.moment(value(timestamp.GENERALIZED_TIME, b"20230823155924.25Z")) * 4, 1692806364 * 4 + 1)
        for content in (b"20230823155924.250Z", b"20230823155924", b"20230230155924Z"):
            self.assertRaises(Refused, timestamp.moment, value(timestamp.GENERALIZED_TIME, content))


if __name__ == "__main__":
    unittest.main()
