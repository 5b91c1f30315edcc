#!/usr/bin/env python3
"""Complete bundles from small hand-made rosters: test vectors for every implementation of docs/spec.md.

    python3 make_bundles.py [--all] DIRECTORY

writes the bundles of SELECTED (with --all: the public and the auditor's form of every case) and those with a log; for
each, what the verifier pins, if anything, and the report that verify.py gives, with the texts of `detail` as it words
them. Everything is deterministic: the secrets and roster keys are fixed, so nothing here is evidence of anything. It
ends with status 0 only if every verdict and grade is the one that is due, and no check was skipped for want of py_ecc.
The cases are in bundle_maker/.
"""
import argparse
import io
import json
import os
import sys
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from bundle_maker import cases, cases_log, cases_stages  # noqa: E402
from bundle_maker.prover import make  # noqa: E402
from dispatch_verifier.log_policy import LogPolicy  # noqa: E402
from dispatch_verifier.primitives import H  # noqa: E402
from dispatch_verifier.pulse import HAVE_BLS  # noqa: E402
from dispatch_verifier.report import verify  # noqa: E402
from dispatch_verifier.stages import stage_commitment  # noqa: E402

CASES = {**cases.CASES, **cases_stages.CASES}
SELECTED = (
    "plain-public", "early-public", "sealed-risk-public", "sealed-risk-auditor", "joint-auditor", "scarce-public",
    "numbers-public", "numbers-drand-auditor", "sealed-all-auditor", "differences-auditor", "other-ids-auditor",
    "stages-public", "stages-auditor", "order-public", "standing-auditor", "standing-stages-public", "campaign-public",
    "campaign-auditor", "campaign-bare-public", "campaign-early-public", "child-alone-public", "sealed-stages-public",
    "sealed-stages-auditor", "campaign-frozen-public")
WITH_POLICY = ("campaign-frozen-public",)  # the verifier holds slips: frozen-first
INCOMPLETE = ("campaign-early", "child-alone")  # a child, or the parent, is not there
BLS_IS_MISSING = "py_ecc is missing: the reports have C03, C06, G04 and K02 as skipped, time locks are not made"


def write(directory, stem, data, slips=None, policy=None, log_policy=None) -> dict:
    """A bundle, its report, and what the verifier pins, if anything: a policy (slips alone make one), a log policy"""
    if slips:
        policy = {"format": "dispatch/policy/1", "slips": slips}
    report = verify(io.BytesIO(data), f"{stem}.zip", policy=policy,
                    log_policy=LogPolicy(log_policy.encode()) if log_policy else None)

    def put(ending, content: bytes | None):
        path = os.path.join(directory, f"{stem}.{ending}")
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        elif os.path.exists(path):
            os.remove(path)  # of an earlier version

    def pretty(value):
        return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
    put("zip", data)
    put("report.json", pretty(report))
    put("policy.json", pretty(policy) if policy else None)
    put("log-policy", log_policy.encode() if log_policy else None)
    return report


def entries_of(data) -> dict:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def due_of(name, form, data, slips) -> tuple:
    """The verdicts and the grade that a bundle must have"""
    verdict = "incomplete" if name in INCOMPLETE else "pass"
    grade = "incomplete" if name in INCOMPLETE else "frozen-first" if slips else "consistent"
    replay = json.loads(entries_of(data)["announcement.json"])["replay"]
    return verdict, "hidden" if form == "public" else verdict, "replay" if replay else grade


def slips_of(data) -> list:
    """12: slips of everything in a bundle, each received when it says that it was made"""
    entries = entries_of(data)
    announcement = json.loads(entries["announcement.json"])
    made = [(H("dispatch/v1/commitment", entries["announcement.json"]), announcement["created"], 0)]
    for line in entries.get("stages.jsonl", b"").splitlines():
        stage = json.loads(line)["stage"]
        made.append((stage_commitment(stage), stage["created"], stage["number"]))
    slips = [{"commitment": commitment.hex(), "draw": announcement["plan"]["draw"], "received": received, "stage": stage}
             for commitment, received, stage in made]
    return slips + [slip for name, inner in entries.items() if name.endswith(".zip") for slip in slips_of(inner)]


def forms(name) -> dict:
    """The public and the auditor's form of a case"""
    return cases_stages.child_alone() if name == "child-alone" else make(name, CASES[name]())


def main(arguments) -> int:
    parser = argparse.ArgumentParser(description="Make bundles that are test vectors.", allow_abbrev=False)
    parser.add_argument("--all", action="store_true", help="both forms of every case, not only the selected ones")
    parser.add_argument("directory")
    options = parser.parse_args(arguments)
    os.makedirs(options.directory, exist_ok=True)
    if not HAVE_BLS:
        print(BLS_IS_MISSING, file=sys.stderr)
    wrong = not HAVE_BLS
    for name in (*CASES, "child-alone"):
        stems = {f"{name}-{form}": form for form in ("public", "auditor")}
        if not options.all and not set(stems) & set(SELECTED):
            continue
        bundles = forms(name)
        for stem, form in stems.items():
            if options.all or stem in SELECTED:
                slips = slips_of(bundles[form]) if stem in WITH_POLICY else None
                report = write(options.directory, stem, bundles[form], slips)
                found, due = (*(report["verdicts"][v] for v in ("public", "auditor")), report["grade"]), due_of(
                    name, form, bundles[form], slips)
                print(f"{stem}: {' / '.join(found)}, {len(bundles[form])} bytes"
                      f"{'' if found == due else f' EXPECTED {due}'}")
                wrong |= found != due
    for name, (maker, grade, verdict) in cases_log.CASES.items():
        made = maker()
        report = write(options.directory, name, made.data, policy=made.policy, log_policy=made.log_policy)
        found, due = (report["verdicts"]["public"], report["grade"]), (verdict, grade)
        print(f"{name}: {' / '.join(found)}, {len(made.data)} bytes{'' if found == due else f' EXPECTED {due}'}")
        wrong |= found != due
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
