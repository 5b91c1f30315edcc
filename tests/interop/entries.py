"""Entries of a log in bulk, one a line (docs/spec.md 17.4): entries.py COUNT

Plans of one authority, each with one draw and a reason, of five different lengths.
"""

import json
import sys


def entry(number):
    common = {
        "body": "广州市市场监督管理局",
        "format": "dispatch/entry/1",
        "number": number,
        "time": "2026-07-01T00:00:00Z",
    }
    planned = {
        "document": f"{number:064x}",
        "draws": [{"draw": f"GZ-{number}", "latest": "2026-09-30", "title": f"第{number}次抽查" * (number % 5 + 1)}],
        "kind": "plan",
        "reason": "调整",
        "year": 2000 + number % 100,
    }
    fields = {**common, **planned}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


for number in range(1, int(sys.argv[1]) + 1):
    sys.stdout.write(entry(number) + "\n")
