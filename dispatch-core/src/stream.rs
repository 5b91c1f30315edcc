//! Random words, bounded integers and permutations from a 32-byte key.
//!
//! Source: RFC 8439 (ChaCha20). The stream of a key is the plain ChaCha20 key stream with the zero
//! nonce and the block counter from 0, read as consecutive little-endian 64-bit words. The bounded
//! integer and the permutation are defined here word by word, never by a library's `shuffle` or
//! `range`, whose results change between versions.
//!
//! Invariant: what a key yields depends on the key alone, and every bounded integer is exactly
//! uniform if the words are.

use std::collections::BTreeMap;
use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The ChaCha20 key stream of one key, as 64-bit words.
#[derive(Clone)]
pub struct WordStream {
    blocks: ChaCha20Rng,
}

impl WordStream {
    /// Starts the stream of `key` at block 0 under the zero nonce (RFC 8439, section 2.4).
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        // The generator's seed is the ChaCha20 key as it stands; its stream number 0 is the zero
        // nonce. Its counter has 64 bits where the RFC's has 32: the same for the first 256 GiB.
        Self {
            blocks: ChaCha20Rng::from_seed(key),
        }
    }

    /// The next eight bytes of the key stream, little-endian.
    pub fn next_word(&mut self) -> u64 {
        self.blocks.next_u64()
    }

    /// An exactly uniform integer in `0..n`; `n = 0` is read as 1.
    ///
    /// Rule: let `r = 2^64 mod n`. Read words until one is below `2^64 - r`; the answer is that word
    /// modulo `n`. At least one word is always read, also when `n` is 1.
    pub fn next_below(&mut self, n: u64) -> u64 {
        let n = n.max(1);
        let excess = n.wrapping_neg() % n; // 2^64 - n and 2^64 leave the same remainder
        let last_accepted = u64::MAX - excess;
        loop {
            let word = self.next_word();
            if word <= last_accepted {
                return word % n;
            }
        }
    }
}

impl fmt::Debug for WordStream {
    /// Names the type only: the key is secret until the draw is disclosed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WordStream").finish_non_exhaustive()
    }
}

/// A uniformly random permutation of `0..len`, computed only as far as it is asked for.
///
/// It is the forward Fisher-Yates shuffle of the positions `0..len`, each holding its own number:
/// for i = 0, 1, 2, … let `j = i + next_below(len - i)` and swap positions i and j; element i is
/// then the value at position i. The last element, too, reads a word. Time and memory grow with
/// the elements asked for, not with `len`.
#[derive(Clone, Debug)]
pub struct LazyPermutation {
    stream: WordStream,
    len: u32,
    drawn: Vec<u32>,
    /// Values of the positions not yet drawn that no longer hold their own number.
    moved: BTreeMap<u32, u32>,
}

impl LazyPermutation {
    /// The permutation of `0..len` that the word stream of `key` defines.
    #[must_use]
    pub fn new(key: [u8; 32], len: u32) -> Self {
        Self {
            stream: WordStream::new(key),
            len,
            drawn: Vec::new(),
            moved: BTreeMap::new(),
        }
    }

    /// The element at `index`, drawing as many as needed; `None` from `len` on.
    pub fn get(&mut self, index: usize) -> Option<u32> {
        while self.drawn.len() <= index {
            let next = self.draw()?;
            self.drawn.push(next);
        }
        self.drawn.get(index).copied()
    }

    fn draw(&mut self) -> Option<u32> {
        let i = u32::try_from(self.drawn.len()).ok()?;
        let left = self.len.checked_sub(i).filter(|&left| left > 0)?;
        let offset = u32::try_from(self.stream.next_below(u64::from(left))).ok()?;
        let j = i + offset; // below len, as offset is below len - i
        let value_i = self.moved.remove(&i).unwrap_or(i);
        if j == i {
            return Some(value_i);
        }
        Some(self.moved.insert(j, value_i).unwrap_or(j))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn stream_hex(key: [u8; 32], blocks: usize) -> String {
        let mut stream = WordStream::new(key);
        (0..blocks * 8)
            .flat_map(|_| stream.next_word().to_le_bytes())
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The key 00 01 02 … 1f of RFC 8439, section 2.3.2.
    fn counting_key() -> [u8; 32] {
        std::array::from_fn(|i| u8::try_from(i).unwrap())
    }

    #[test]
    fn key_stream_is_that_of_rfc_8439() {
        // Appendix A.1, test vectors 1 and 2: zero key, zero nonce, counters 0 and 1.
        let expected = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7\
                        da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586\
                        9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed\
                        29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f";
        assert_eq!(stream_hex([0; 32], 2), expected);
        // Appendix A.1, test vector 4: key 00 ff 00 … 00, zero nonce, counter 2.
        let mut key = [0; 32];
        key[1] = 0xff;
        let third = "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca\
                     13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096";
        assert_eq!(&stream_hex(key, 3)[256..], third);
    }

    // The numbers of the next four tests come from a ChaCha20 written in Python from RFC 8439
    // (checked there against section 2.3.2 and appendix A.1), with the two rules on top of it.

    #[test]
    fn words_are_little_endian_and_consecutive_over_many_blocks() {
        let mut stream = WordStream::new(counting_key());
        let words: Vec<u64> = (0..40).map(|_| stream.next_word()).collect();
        for (index, expected) in [
            (0, 0x6a19_c5d9_7d2b_fd39),
            (1, 0x494a_dcb8_7703_bd8d),
            (7, 0x0c41_5b48_a062_27c2),
            (8, 0xd1a6_e6ad_3142_b818),
            (31, 0x2c3b_aee4_a81c_d806),
            (32, 0x438c_5827_18a1_dbff),
            (39, 0x6555_a0e5_9120_9ef9_u64),
        ] {
            assert_eq!(words[index], expected, "word {index}");
        }
    }

    #[test]
    fn small_bounds_take_the_remainder() {
        let mut stream = WordStream::new(counting_key());
        let digits: Vec<u64> = (0..12).map(|_| stream.next_below(10)).collect();
        assert_eq!(digits, [3, 3, 8, 0, 7, 1, 1, 6, 6, 9, 4, 8]);
    }

    #[test]
    fn words_beyond_the_last_multiple_are_rejected() {
        // 2^64 mod (2^63 + 1) is 2^63 - 1, so about half of the words are rejected.
        let mut stream = WordStream::new(counting_key());
        let numbers: Vec<u64> = (0..6).map(|_| stream.next_below((1 << 63) + 1)).collect();
        let expected: [u64; 6] = [
            0x6a19_c5d9_7d2b_fd39,
            0x494a_dcb8_7703_bd8d,
            0x647f_c83a_69ef_0e3f,
            0x2da3_f7b1_ea35_8225,
            0x0c41_5b48_a062_27c2,
            0x274e_43af_615c_6113,
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn permutations_follow_the_forward_shuffle() {
        let mut ten = LazyPermutation::new(counting_key(), 10);
        let all: Vec<u32> = (0..).map_while(|i| ten.get(i)).collect();
        assert_eq!(all, [3, 8, 4, 6, 9, 0, 7, 2, 1, 5]);

        let mut many = LazyPermutation::new(counting_key(), 20_000);
        let first: Vec<u32> = (0..8).map_while(|i| many.get(i)).collect();
        assert_eq!(first, [17593, 19288, 514, 10802, 18279, 11426, 15181, 6214]);
        assert!(
            many.moved.len() <= 8,
            "two elements of many cost two entries, not all"
        );
        // The sum of index times element over the whole permutation, from the same program.
        let sum: u64 = (0..20_000u32)
            .map(|i| u64::from(i) * u64::from(many.get(usize::try_from(i).unwrap()).unwrap()))
            .sum();
        assert_eq!(sum, 1_998_367_117_224);
        assert_eq!(many.get(20_000), None);
    }

    #[test]
    fn edges_are_defined() {
        assert_eq!(LazyPermutation::new([7; 32], 0).get(0), None);
        let mut one = LazyPermutation::new([7; 32], 1);
        assert_eq!((one.get(1), one.get(0)), (None, Some(0)));
        // A bound of 1, and of 0 read as 1, still consumes a word.
        let mut stream = WordStream::new([7; 32]);
        let mut plain = WordStream::new([7; 32]);
        assert_eq!((stream.next_below(1), stream.next_below(0)), (0, 0));
        let words = (plain.next_word(), plain.next_word(), plain.next_word());
        assert_eq!(stream.next_word(), words.2);
    }
}
