"""8 The order of the records and the root of a list."""
from .canonical import canonical
from .primitives import H, M, merkle_root


def result_key(seed: bytes) -> bytes:
    return H("dispatch/v1/result-key", seed)


def order_key(key: bytes, subject_id: str) -> bytes:
    return M(key, "dispatch/v1/order", subject_id)


def record_leaf(key: bytes, subject_id: str, record: bytes) -> bytes:
    return H("dispatch/v1/assignment", M(key, "dispatch/v1/salt", subject_id), record)


def list_root(seed: bytes, records) -> bytes:
    """8, 15.5: the root over records, in the order of the result key of a seed"""
    key = result_key(seed)
    ordered = sorted(records, key=lambda record: order_key(key, record["subject"]))
    return merkle_root([record_leaf(key, record["subject"], canonical(record)) for record in ordered])
