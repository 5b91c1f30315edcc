#!/usr/bin/env python3
"""Independent verifier of Dispatch draws, written from docs/spec.md alone.

    python3 verify.py [--expect HEX] [--policy FILE] [--json] bundle.zip [more.zip ...]

It needs Python 3.11 or newer and nothing else. Only the signatures of drand pulses (checks C03, C06 and G04) need a
pairing library: install `py_ecc` (pure Python, `pip install py_ecc`); without it these checks are `skipped`.

Exit code: 0 if no public and no auditor's verdict is `fail`, 1 if one is, 2 for usage errors (a file that cannot be
opened is one). The rules are in dispatch_verifier/, a module for each part of docs/spec.md; here is the command line.
"""
from __future__ import annotations

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from dispatch_verifier.policy import read_policy  # noqa: E402
from dispatch_verifier.primitives import Refused, show  # noqa: E402
from dispatch_verifier.report import human, verify  # noqa: E402
from dispatch_verifier.shapes import hex32  # noqa: E402


def arguments_of(arguments):
    """The options, and the slips of the policy; leaves the program with status 2 where they are wrong."""
    parser = argparse.ArgumentParser(description="Verify bundles of Dispatch draws.", allow_abbrev=False)
    parser.add_argument("--expect", metavar="HEX", help="the commitment that was received before the draw")
    parser.add_argument("--policy", metavar="FILE", help="the verifier's own policy: received commitment slips")
    parser.add_argument("--json", action="store_true", help="one report object per line")
    parser.add_argument("bundles", nargs="+", metavar="bundle.zip")
    options, slips = parser.parse_args(arguments), None
    try:
        if options.expect is not None:
            hex32(options.expect, "--expect")
        if options.policy is not None:
            slips = read_policy(options.policy)
        for path in options.bundles:
            open(path, "rb").close()
    except (Refused, ValueError, OSError) as error:
        parser.error(show(str(error)))
    return options, slips


def main(arguments) -> int:
    options, slips = arguments_of(arguments)
    failed = False
    for path in options.bundles:
        report = verify(path, os.path.basename(path), options.expect, slips)
        failed = failed or "fail" in report["verdicts"].values()
        line = json.dumps(report, ensure_ascii=False, separators=(",", ":")) if options.json else human(report) + "\n"
        sys.stdout.buffer.write((line + "\n").encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
