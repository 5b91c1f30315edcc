"""7.4 The assignment rule."""


def bits(mask: int):
    """The positions of the ones of a mask, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Matching:
    """Slots filled with officers. An officer fills at most one slot of a subject and at most its capacity in all.

    Sets of officers are bit masks. `allowed[t]` are the officers who may fill slot t, `subject[t]` is whose slot it is.
    """

    def __init__(self, subject, allowed, capacity):
        self.subject, self.allowed = subject, allowed
        self.officer = [None] * len(allowed)           # who fills the slot
        self.filled = [set() for _ in capacity]        # slots of the officer
        self.by_pair = {}                              # (subject, officer): slot
        self.busy = dict.fromkeys(subject, 0)          # officers who have a slot of the subject
        self.fixed = [False] * len(allowed)            # decided slots are not moved any more
        self.set_capacity(capacity)

    def set_capacity(self, capacity):
        self.capacity, self.free = capacity, 0
        for o in range(len(capacity)):
            self.count(o)

    def count(self, o):
        bit = 1 << o
        self.free = self.free | bit if len(self.filled[o]) < self.capacity[o] else self.free & ~bit

    def put(self, t, o):
        self.officer[t] = o
        self.filled[o].add(t)
        self.by_pair[self.subject[t], o] = t
        self.busy[self.subject[t]] |= 1 << o
        self.count(o)

    def drop(self, t):
        o, self.officer[t] = self.officer[t], None
        self.filled[o].discard(t)
        del self.by_pair[self.subject[t], o]
        self.busy[self.subject[t]] &= ~(1 << o)
        self.count(o)

    def replace(self, sources, seen=0) -> bool:
        """Give one of the slots `sources` another officer, moving other slots as needed, or change nothing.

        A search for an alternating path. From a slot we come to the officers who may fill it. One who has a slot of the
        same subject can only come here if that very slot moves. Another who is free ends the path; of one who is not
        free any slot may move."""
        came_from = dict.fromkeys(sources)
        queue = list(sources)
        for t in queue:
            s, allowed = self.subject[t], self.allowed[t]
            busy = self.busy[s]
            others = allowed & ~busy & ~seen
            if others & self.free:
                self.shift(t, next(bits(others & self.free)), came_from)
                return True
            seen |= others
            moving = [self.by_pair[s, o] for o in bits(allowed & busy)]
            for o in bits(others):
                moving += self.filled[o]
            for u in moving:
                if u not in came_from and not self.fixed[u]:
                    came_from[u] = t
                    queue.append(u)
        return False

    def shift(self, t, o, came_from):
        """Along the path, backwards: t goes to o, the slot before it to the officer t leaves, and so on."""
        while t is not None:
            left = self.officer[t]
            if left is not None:
                self.drop(t)
            self.put(t, o)
            t, o = came_from[t], left

    def decide(self, t, o) -> bool:
        """Fix slot t on officer o if all slots can still be filled, else change nothing."""
        now, rival = self.officer[t], self.by_pair.get((self.subject[t], o))
        if now != o:
            if rival is not None and self.fixed[rival]:
                return False
            self.drop(t)
            if rival is not None:  # the same subject's other slot must go elsewhere
                self.drop(rival)
            was_free = rival is not None or self.free >> o & 1
            self.put(t, o)
            self.fixed[t] = True
            if rival is not None:
                done = self.replace([rival])
            else:
                done = was_free or self.replace([u for u in self.filled[o] if not self.fixed[u]], 1 << o)
            if not done:
                self.fixed[t] = False
                self.drop(t)
                self.put(t, now)
                if rival is not None:
                    self.put(rival, o)
                return False
        self.fixed[t] = True
        return True


def assign(visit, allowed, limits, slack, permutation_of, earlier=None):
    """7.4 for one load group. Slot t, in order, belongs to visit[t] (a subject's visit; 7.5: a team); the officers in the
    mask allowed[t] may fill it. The answer has an officer's number or None (open) for every slot."""
    earlier = earlier or [0] * len(limits)

    def capacities(cap):
        return [max(0, min(limit, cap) - load) for limit, load in zip(limits, earlier)]

    coverage = Matching(visit, allowed, capacities(max(limits, default=0)))          # 1. Coverage
    covered = [t for t in range(len(allowed)) if coverage.replace([t])]
    base = -(-len(covered) // max(1, len(limits)))                                   # 2. Cap: it cannot be lower
    matching = Matching(visit, allowed, capacities(base))
    for t in covered:
        while not matching.replace([t]):
            base += 1
            matching.set_capacity(capacities(base))
    matching.set_capacity(capacities(base + slack))
    for t in covered:                                                                # 3. Choice
        for o in permutation_of(visit[t]):
            if allowed[t] >> o & 1 and matching.decide(t, o):
                break
    return [matching.officer[t] if matching.fixed[t] else None for t in range(len(allowed))]
