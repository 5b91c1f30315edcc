#!/usr/bin/env python3
"""Independent verifier of Dispatch draws, written from docs/spec.md alone.

    python3 verify.py [--expect HEX] [--policy FILE] [--log-policy FILE] [--json] bundle.zip [more.zip ...]

It needs Python 3.11 or newer and nothing else. Only the signatures of drand pulses and the time lock (checks C03, C06, G04
and K02) need a pairing library: install `py_ecc` (pure Python, `pip install py_ecc`); and only time-stamp tokens (L05) need
the program `openssl`. Without them these checks are `skipped`.

Exit code: 0 if no public and no auditor's verdict is `fail`, 1 if one is, 2 for usage errors (a file that cannot be
opened is one). The rules are in dispatch_verifier/, a module for each part of docs/spec.md; here is the command line.
"""
from __future__ import annotations

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from dispatch_verifier.log_policy import read_log_policy  # noqa: E402
from dispatch_verifier.policy import read_policy  # noqa: E402
from dispatch_verifier.primitives import Refused, show  # noqa: E402
from dispatch_verifier.report import human, verify  # noqa: E402
from dispatch_verifier.shapes import hex32  # noqa: E402


def arguments_of(arguments):
    """The options, and what is pinned; ends the program with status 2 if that is wrong."""
    parser = argparse.ArgumentParser(description="Verify bundles of Dispatch draws.", allow_abbrev=False)
    parser.add_argument("--expect", metavar="HEX", help="the commitment that was received before the draw")
    parser.add_argument("--policy", metavar="FILE", help="the verifier's own policy: received commitment slips, "
                        "authorities, custodians")
    parser.add_argument("--log-policy", metavar="FILE", help="the log and the witnesses that count (C2SP tlog-policy)")
    parser.add_argument("--json", action="store_true", help="one report object per line")
    parser.add_argument("bundles", nargs="+", metavar="bundle.zip")
    options = parser.parse_args(arguments)
    pinned = {"expect": options.expect}
    try:
        if options.expect is not None:
            hex32(options.expect, "--expect")
        if options.policy is not None:
            pinned["policy"] = read_policy(options.policy)
        if options.log_policy is not None:
            pinned["log_policy"] = read_log_policy(options.log_policy)
        for path in options.bundles:
            open(path, "rb").close()
    except (Refused, ValueError, OSError) as error:
        parser.error(show(str(error)))
    return options, pinned


def main(arguments) -> int:
    options, pinned = arguments_of(arguments)
    failed = False
    for path in options.bundles:
        report = verify(path, os.path.basename(path), **pinned)
        failed = failed or "fail" in report["verdicts"].values()
        line = json.dumps(report, ensure_ascii=False, separators=(",", ":")) if options.json else human(report) + "\n"
        sys.stdout.buffer.write((line + "\n").encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
