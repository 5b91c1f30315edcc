"""The real pulses of ../../vectors/drand-quicknet.tsv, the only ones there are here."""
import datetime
import os

from dispatch_verifier.pulse import round_time

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "vectors", "drand-quicknet.tsv")


def read_pulses() -> dict:
    with open(FILE, encoding="utf-8") as file:
        rows = [line.split("\t") for line in file if not line.startswith("#")]
    return {int(row[0]): row[1] for row in rows}


def time_at(seconds: int) -> str:
    """1.6"""
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of(round_number: int) -> str:
    """1.6: the time of a round"""
    return time_at(round_time(round_number))


PULSES = read_pulses()
