//! Limits of a filter and of its evaluation.

/// Characters of a filter.
pub const LENGTH: usize = 4_000;

/// Levels of brackets, chained operators and conditionals around any place of a filter.
pub const DEPTH: usize = 64;

/// Steps of one evaluation. Each operator, field and function is a step, and each element of a loop or comparison.
pub const STEPS: usize = 100_000;

/// Bytes of strings that one step reads.
pub const BYTES_PER_STEP: usize = 32;

/// Bytes of all compiled regular expressions of a filter.
pub const PATTERNS: usize = 1 << 18;

/// Sizes of compiled regular expressions in bytes, with the steps that `matches` takes for a byte of the string. The search
/// is linear in the string, but the worst patterns need time in proportion to their size for each byte: 0.16 ns for each
/// byte of the pattern, so that a step takes 1 µs at most.
pub(crate) const PATTERN_STEPS: [(usize, usize); 4] = [(1 << 12, 1), (1 << 14, 3), (1 << 16, 10), (1 << 18, 42)];
