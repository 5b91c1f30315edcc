"""7.3 The word stream and permutations."""


def chacha20_block(key: bytes, counter: int, nonce: bytes = bytes(12)) -> bytes:
    """RFC 8439, 2.3"""
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574]
    start += [int.from_bytes(key[i:i + 4], "little") for i in range(0, 32, 4)]
    start += [counter & 0xFFFFFFFF] + [int.from_bytes(nonce[i:i + 4], "little") for i in range(0, 12, 4)]
    s = start[:]
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            w, x, y, z = s[a], s[b], s[c], s[d]
            w = w + x & 0xFFFFFFFF
            z ^= w
            z = (z << 16 | z >> 16) & 0xFFFFFFFF
            y = y + z & 0xFFFFFFFF
            x ^= y
            x = (x << 12 | x >> 20) & 0xFFFFFFFF
            w = w + x & 0xFFFFFFFF
            z ^= w
            z = (z << 8 | z >> 24) & 0xFFFFFFFF
            y = y + z & 0xFFFFFFFF
            x ^= y
            x = (x << 7 | x >> 25) & 0xFFFFFFFF
            s[a], s[b], s[c], s[d] = w, x, y, z
    return b"".join((x + y & 0xFFFFFFFF).to_bytes(4, "little") for x, y in zip(s, start))


def words(key: bytes):
    counter = 0
    while True:
        block = chacha20_block(key, counter)
        yield from (int.from_bytes(block[i:i + 8], "little") for i in range(0, 64, 8))
        counter += 1


def below(stream, n: int) -> int:
    bound = 2 ** 64 - 2 ** 64 % n
    while (word := next(stream)) >= bound:
        pass
    return word % n


class Permutation:
    """Of 0 ... m-1, made as far as it is read; every reader starts at its first element."""

    def __init__(self, key: bytes, m: int):
        self.stream, self.a, self.m, self.done = words(key), list(range(m)), m, 0

    def __iter__(self):
        for i in range(self.m):
            if i == self.done:
                j = i + below(self.stream, self.m - i)
                self.a[i], self.a[j] = self.a[j], self.a[i]
                self.done += 1
            yield self.a[i]
