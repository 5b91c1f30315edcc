"""16 Child draws: which of the parent's subjects are the child's."""
from .selection import matches


def list_after(parent_lists: dict, parent_stage: int) -> set:
    """16.2: the parent's list after the stage of that number, or after its last one with a lower number. `parent_lists`
    has the subjects of the parent's list by stage number, 0 being the draw."""
    return parent_lists[max(number for number in parent_lists if number <= parent_stage)]


def matching_subjects(ids, rows: dict, where) -> set:
    """16.2: those whose rows match `where`; a subject that is not in the roster matches nothing."""
    return {s for s in ids if s in rows and matches(where, rows[s])}
