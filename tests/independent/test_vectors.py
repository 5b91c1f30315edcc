"""The stored bundles, those of cheaters included, still give the stored reports, apart from the free text of `detail`; and
what the makers write into an empty directory is what is stored.

    python3 -m unittest
"""
import glob
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from bundle_maker import cases_log  # noqa: E402
from dispatch_verifier.log_policy import read_log_policy  # noqa: E402
from dispatch_verifier.policy import read_policy  # noqa: E402
from dispatch_verifier.pulse import HAVE_BLS  # noqa: E402
from dispatch_verifier.report import verify  # noqa: E402
from make_abuses import ABUSES  # noqa: E402
from make_bundles import SELECTED, entries_of  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "..", "vectors")


def without_details(report) -> dict:
    checks = [{key: value for key, value in check.items() if key != "detail"} for check in report["checks"]]
    children = [{**child, "report": without_details(child["report"])} for child in report["children"]]
    return {**report, "checks": checks, "children": children}


@unittest.skipUnless(HAVE_BLS, "py_ecc is missing: C03, C06, G04 and K02 would be skipped")
class Vectors(unittest.TestCase):
    def compare(self, folder):
        paths = sorted(glob.glob(os.path.join(VECTORS, folder, "*.zip")))
        for path in paths:
            stem = path.removesuffix(".zip")
            policy = f"{stem}.policy.json"
            pinned = {"policy": read_policy(policy)} if os.path.exists(policy) else {}
            if os.path.exists(f"{stem}.log-policy"):
                pinned["log_policy"] = read_log_policy(f"{stem}.log-policy")
            with self.subTest(os.path.basename(path)), open(f"{stem}.report.json", encoding="utf-8") as file:
                due = json.load(file)
                self.assertEqual(without_details(verify(path, os.path.basename(path), **pinned)), without_details(due))

    def stored(self, folder) -> dict:
        """The files of a folder; a zip file as its entries, as another zlib may deflate otherwise"""
        files = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as file:
                files[name] = self.opened(name, file.read())
        return files

    def opened(self, name, data):
        if not name.endswith(".zip"):
            return data
        return {inner: self.opened(inner, content) for inner, content in entries_of(data).items()}

    def made_again(self, folder, program):
        """`program` fills an empty directory with exactly the files of the folder, and is content."""
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([sys.executable, os.path.join(HERE, program), "."], cwd=empty, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            made, stored = self.stored(empty), self.stored(os.path.join(VECTORS, folder))
            self.assertEqual(made.keys(), stored.keys())
            for name in made:
                self.assertTrue(made[name] == stored[name], name)

    def test_bundles(self):
        self.compare("bundles")
        self.made_again("bundles", "make_bundles.py")

    def test_abuses(self):
        self.compare("abuses")
        self.made_again("abuses", "make_abuses.py")

    def test_names(self):
        """Every bundle has its report, and there is nothing else but what the verifier pins."""
        for folder, names in (("bundles", (*SELECTED, *cases_log.CASES)), ("abuses", ABUSES)):
            found = set(os.listdir(os.path.join(VECTORS, folder)))
            due = {f"{name}{ending}" for name in names for ending in (".zip", ".report.json")}
            pinned = {f"{name}{ending}" for name in names for ending in (".policy.json", ".log-policy")}
            self.assertLessEqual(due, found)
            self.assertLessEqual(found - due, pinned)

    def test_worked_example(self):
        """14"""
        report = verify(os.path.join(VECTORS, "worked-example.zip"), "worked-example.zip")
        self.assertEqual((report["verdicts"], report["grade"]), ({"auditor": "hidden", "public": "pass"}, "replay"))
        self.assertEqual(report["commitment"], "9d8c59c568854296dc10dc4dc12473326494f27a6aa0c08dc8977650b730be39")
        details = {check["id"]: check["detail"] for check in report["checks"]}
        self.assertIn("354aa36077e5aa98cdc7c60e75cbb2430f75cc494d214a148ed3e1be022a5ed9", details["C01"])
        self.assertIn("8e40bab6b3dcf817bee87073db4e701bb5c9ec5cccca0dd8f4478bfc8e6f3506", details["D06"])


if __name__ == "__main__":
    unittest.main()
