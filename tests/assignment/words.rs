//! A second ChaCha20 with the bounded integer and the permutation rule, for the oracle.
//!
//! Source: RFC 8439, section 2.3, and docs/spec.md; the shuffle is the plain one over a whole list.
//!
//! Invariant: nothing of the library is used.

/// ChaCha20 from RFC 8439, section 2.3, zero nonce, as little-endian 64-bit words.
pub(crate) struct Words {
    key: [u32; 8],
    counter: u32,
    buffered: Vec<u64>,
}

impl Words {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        let word = |i: usize| u32::from_le_bytes(key[4 * i..4 * i + 4].try_into().unwrap());
        Self {
            key: std::array::from_fn(word),
            counter: 0,
            buffered: Vec::new(),
        }
    }

    fn block(&mut self) -> [u32; 16] {
        let mut start = [0; 16];
        start[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
        start[4..12].copy_from_slice(&self.key);
        start[12] = self.counter;
        self.counter += 1;
        let mut s = start;
        for _ in 0..10 {
            for i in 0..4 {
                quarter_round(&mut s, [i, 4 + i, 8 + i, 12 + i]);
            }
            for i in 0..4 {
                quarter_round(
                    &mut s,
                    [i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4],
                );
            }
        }
        std::array::from_fn(|i| s[i].wrapping_add(start[i]))
    }

    pub(crate) fn next(&mut self) -> u64 {
        if self.buffered.is_empty() {
            let block = self.block();
            let pairs = block
                .chunks(2)
                .map(|c| u64::from(c[0]) | u64::from(c[1]) << 32);
            self.buffered = pairs.rev().collect();
        }
        self.buffered.pop().unwrap()
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let remainder = (1_u128 << 64) % u128::from(n);
        loop {
            let word = self.next();
            if u128::from(word) < (1_u128 << 64) - remainder {
                return word % n;
            }
        }
    }

    pub(crate) fn pick(&mut self, n: u32) -> u32 {
        u32::try_from(self.below(u64::from(n))).unwrap()
    }

    pub(crate) fn permutation(mut self, size: u32) -> Vec<u32> {
        let mut values: Vec<u32> = (0..size).collect();
        for i in 0..size {
            let j = i + self.pick(size - i);
            values.swap(i as usize, j as usize);
        }
        values
    }
}

fn quarter_round(s: &mut [u32; 16], [a, b, c, d]: [usize; 4]) {
    for (x, y, z, turn) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
        s[x] = s[x].wrapping_add(s[y]);
        s[z] = (s[z] ^ s[x]).rotate_left(turn);
    }
}
