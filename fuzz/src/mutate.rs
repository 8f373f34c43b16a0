//! Mutations of inputs by a seeded generator, so that a run is the same everywhere.

use std::ops::Range;

/// The longest input that mutations make, in bytes.
pub const LONGEST: usize = 4_096;

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which must not be 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> Option<&'a T> {
        if all.is_empty() { None } else { Some(all[self.below(all.len())]) }
    }

    /// A part of a text with this length.
    fn range(&mut self, length: usize) -> Range<usize> {
        let (one, other) = (self.below(length + 1), self.below(length + 1));
        one.min(other)..one.max(other)
    }
}

/// Bytes at which parsers often decide.
const BYTES: &[u8] = b"\0\t\n\r\x1b\x1e \"#$%&'()*+,-./0189:;<=>?@AZ[\\]^_`az{|}~\x7f\x80\xbf\xc3\xff";

/// Texts that break parsers of many kinds.
const TOKENS: &[&str] = &[
    "-1",
    "0",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "1e400",
    "1e-400",
    "NaN",
    "null",
    "true",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{1f600}",
    "ß",
    "İ",
    "{}",
    "[]",
    "\"",
    "\\u0000",
    "\\ud800",
    "\r\n",
    "%00",
    "%2e%2e%2f",
    "://",
    "[::1]",
    "127.1",
];

/// An input made of seeds by one to four changes.
pub fn mutate(random: &mut Random, seeds: &[Vec<u8>], dictionary: &[&str]) -> Vec<u8> {
    let mut input = if seeds.is_empty() { Vec::new() } else { seeds[random.below(seeds.len())].clone() };
    for _ in 0..=random.below(4) {
        change(random, &mut input, seeds, dictionary);
        input.truncate(LONGEST);
    }
    input
}

fn change(random: &mut Random, input: &mut Vec<u8>, seeds: &[Vec<u8>], dictionary: &[&str]) {
    let at = random.below(input.len() + 1);
    match random.below(9) {
        0 if at < input.len() => input[at] ^= 1 << random.below(8),
        1 if at < input.len() => input[at] = BYTES[random.below(BYTES.len())],
        2 => input.insert(at, BYTES[random.below(BYTES.len())]),
        3 => drop(input.drain(random.range(input.len()))),
        4 => insert(input, at, random.of(dictionary).unwrap_or_default().as_bytes()),
        5 => insert(input, at, random.of(TOKENS).unwrap_or_default().as_bytes()),
        6 if !seeds.is_empty() => {
            let other = &seeds[random.below(seeds.len())];
            let part = other[random.range(other.len())].to_vec();
            insert(input, at, &part);
        }
        // A part many times: nesting, long names, long lists.
        7 => {
            let part = random.range(input.len().min(24));
            let repeated = input[part].repeat(1 + random.below(200));
            insert(input, at, &repeated);
        }
        _ => {
            let range = random.range(input.len());
            input[range].reverse();
        }
    }
}

fn insert(input: &mut Vec<u8>, at: usize, part: &[u8]) {
    let room = LONGEST.saturating_sub(input.len());
    let rest = input.split_off(at);
    input.extend_from_slice(&part[..part.len().min(room)]);
    input.extend_from_slice(&rest);
}
