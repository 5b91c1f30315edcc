"""3.1, 3.2 Conditions, exclusions, strata, quotas; 6 batches, tickets, selection."""
from .primitives import H, items, sha256


def condition_holds(c, row) -> bool:
    """3.1"""
    v, values = row.get(c["field"], ""), c["values"]
    match c["op"]:
        case "in":
            return v in values
        case "not-in":
            return v not in values
        case "prefix":
            return v.startswith(tuple(values))
        case "at-least":
            return v != "" and v >= values[0]
        case "at-most":
            return v != "" and v <= values[0]
        case "has-any":
            return any(item in values for item in items(v))


def matches(conditions, row) -> bool:
    return all(condition_holds(c, row) for c in conditions)


def quota_size(q, pool: int):
    """3.2: how many of a pool are drawn, or None for a fault."""
    if q["kind"] == "count":
        return q["count"] if q["count"] <= pool else None
    n, d = q["numerator"], q["denominator"]
    x = {"down": pool * n // d, "up": -(-pool * n // d), "nearest": (2 * pool * n + d) // (2 * d)}[q["rounding"]]
    return min(pool, max(q["minimum"], x))


def stratify(plan, rows):
    """3.2: (ids in each stratum, number excluded by each exclusion, number outside, ids without their reference)."""
    pools, excluded = [[] for _ in plan["strata"]], [0] * len(plan["exclusions"])
    outside, no_reference = 0, []
    for row in rows:
        hit = next((i for i, e in enumerate(plan["exclusions"]) if matches(e["where"], row)), None)
        if hit is not None:
            excluded[hit] += 1
            reference = plan["exclusions"][hit]["reference"]
            if reference and not row.get(reference):
                no_reference.append(row["id"])
            continue
        hit = next((i for i, s in enumerate(plan["strata"]) if matches(s["where"], row)), None)
        if hit is None:
            outside += 1
        else:
            pools[hit].append(row["id"])
    return pools, excluded, outside, no_reference


def ticket(subject_key: bytes, subject: str) -> bytes:
    """6"""
    return sha256((subject_key.hex() + subject).encode("utf-8"))


def batch_share(plan, quota: int, batch: int) -> int:
    """6: how much of a quota batch number `batch` (from 1) takes"""
    batches = 1 + len(plan["schedule"]["stages"]) if plan["mode"] == "order" else 1
    return -(-quota * batch // batches) - -(-quota * (batch - 1) // batches)


def smallest(key: bytes, pool, number: int) -> list:
    """Those of a pool with the smallest tickets (equal ones by id), or all, if there are fewer."""
    return sorted(pool, key=lambda s: (ticket(key, s), s))[:number]


def select(plan, rows, seed: bytes):
    """6: the selected ids, or None when a quota is at fault."""
    key, selected = H("dispatch/v1/subject-key", seed), []
    for stratum, pool in zip(plan["strata"], stratify(plan, rows)[0]):
        size = quota_size(stratum["quota"], len(pool))
        if size is None:
            return None
        selected += smallest(key, pool, batch_share(plan, size, 1))
    return selected


def due_officers(plan, row, own: int) -> int:
    """3.4: how many officers a subject in a stratum is due; `own` are the plan's own."""
    return own + sum(child["officers"] for child in plan["children"] if matches(child["where"], row))
