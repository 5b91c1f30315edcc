#!/usr/bin/env python3
"""Bundles of operators who cheat through stages, child draws or the log: each is as consistent as the cheater can make it.

    python3 make_abuses.py DIRECTORY

writes every bundle with the report that verify.py gives, and the verifier's policy and log policy where the cheat shows
only with them; prints a table; and ends with status 0 only if the checks that fail are exactly those that must, and
none was skipped for want of py_ecc.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from bundle_maker import abuses_children, abuses_log, abuses_stages, cases_log  # noqa: E402
from dispatch_verifier.pulse import HAVE_BLS  # noqa: E402
from make_bundles import BLS_IS_MISSING, write  # noqa: E402

ABUSES = {  # name: (maker, checks that must fail in the bundle, and in its children by number)
    "stage-created-late": (abuses_stages.created_late, "G02", {}),
    "stage-redone": (abuses_stages.redone, "F03", {}),
    "stage-left-out": (abuses_stages.left_out, "F03", {}),
    "stage-before-the-draw": (abuses_stages.before_the_draw, "G02", {}),
    "stage-one-too-many": (abuses_stages.one_too_many, "G01 G02", {}),
    "stage-after-window": (abuses_stages.after_window, "A02", {}),
    "stage-other-round": (abuses_stages.other_round, "G01", {}),
    "stage-other-result": (abuses_stages.other_result, "G09", {}),
    "drop-removed": (abuses_stages.drop_removed, "G03", {}),
    "drop-changed": (abuses_stages.drop_changed, "G03", {}),
    "drop-not-in-list": (abuses_stages.not_in_list, "G05 G07", {}),
    "drop-nobody-there": (abuses_stages.nobody_there, "A10", {}),
    "drop-miscounted": (abuses_stages.miscounted, "G03", {}),
    "drop-all-but-two": (abuses_stages.all_but_two, "G05", {}),
    "drop-one-by-one": (abuses_stages.one_by_one, "G05", {}),
    "drop-both-kinds": (abuses_stages.both_kinds, "G05", {}),
    "drop-whole-team": (abuses_stages.whole_team, "G05", {}),
    "drop-again-and-again": (abuses_stages.again_and_again, "G05", {}),
    "picked-subject": (abuses_stages.picked_subject, "G07", {}),
    "picked-officer": (abuses_stages.picked_officer, "G08", {}),
    "quiet-swap": (abuses_stages.quiet_swap, "G08", {}),
    "batch-skipped": (abuses_stages.batch_skipped, "G01", {}),
    "standing-swap": (abuses_stages.standing_swap, "D05", {}),
    "child-announced-again": (abuses_children.child_announced_again, "", {1: "F02"}),
    "child-other-roster": (abuses_children.child_other_roster, "", {1: "B03"}),
    "child-late": (abuses_children.child_late, "", {2: "H02"}),
    "child-late-slip": (abuses_children.child_late_slip, "", {2: "F02"}),
    "child-other-subjects": (abuses_children.child_other_subjects, "", {1: "D02 H03"}),
    "child-before": (abuses_children.child_before, "", {1: "H02"}),
    "child-same-pulse": (abuses_children.child_same_pulse, "", {1: "H02"}),
    "child-other-parent": (abuses_children.child_other_parent, "", {1: "H01"}),
    "child-other-draw": (abuses_children.child_other_draw, "", {1: "H01"}),
    "child-twice": (abuses_children.child_twice, "", {2: "H01"}),
    "child-one-officer": (abuses_children.child_one_officer, "", {1: "H01"}),
    "child-same-officer": (abuses_children.same_officer, "", {2: "H05"}),
    "child-stranger": (abuses_children.stranger, "", {1: "H01"}),
    "child-nested": (abuses_children.nested, "", {1: "A01 H01"}),
    "child-stays-behind": (abuses_children.child_stays_behind, "", {1: "H03"}),
    "child-drops-subject": (abuses_children.child_drops_subject, "", {1: "G05"}),
    "child-goes-back": (abuses_children.child_goes_back, "", {1: "H03"}),
    "due-less-than-two": (abuses_children.due_less_than_two, "B07", {}),
    **abuses_log.ABUSES,
}


def failing(report) -> list:
    return [check["id"] for check in report["checks"] if check["status"] == "fail"]


def main(arguments) -> int:
    parser = argparse.ArgumentParser(description="Make bundles of operators who cheat.", allow_abbrev=False)
    parser.add_argument("directory")
    directory = parser.parse_args(arguments).directory
    os.makedirs(directory, exist_ok=True)
    if not HAVE_BLS:
        print(BLS_IS_MISSING, file=sys.stderr)
    wrong = not HAVE_BLS
    for name, (maker, own, of_children) in ABUSES.items():
        made = maker()
        if isinstance(made, cases_log.Made):
            report = write(directory, name, made.data, policy=made.policy, log_policy=made.log_policy)
        else:
            report = write(directory, name, *made)
        found = {0: failing(report)}
        for entry in report["children"]:
            found[int(entry["report"]["bundle"][6:-4])] = failing(entry["report"])
        found = {number: ids for number, ids in found.items() if ids}
        due = {number: ids.split() for number, ids in {0: own, **of_children}.items() if ids}
        told = "; ".join((f"child {n}: " if n else "") + " ".join(ids) for n, ids in found.items())
        print(f"{name:24} {told or '-':20} {'' if found == due else f'EXPECTED {due}'}")
        wrong += found != due
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
