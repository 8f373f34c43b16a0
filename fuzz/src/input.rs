//! Inputs of several parts: a target that needs two texts gets them from one input, separated by a byte.

use std::borrow::Cow;

/// Separates the parts of an input (ASCII's record separator), so that seeds are texts.
pub(crate) const SEPARATOR: u8 = 0x1e;

/// The parts of an input; parts that are absent are empty, and the last one has the rest.
pub(crate) fn parts<const N: usize>(input: &[u8]) -> [&[u8]; N] {
    let mut split = input.splitn(N, |byte| *byte == SEPARATOR);
    std::array::from_fn(|_| split.next().unwrap_or_default())
}

/// The same as texts; bytes that are not UTF-8 are replaced.
pub(crate) fn texts<const N: usize>(input: &[u8]) -> [Cow<'_, str>; N] {
    parts(input).map(String::from_utf8_lossy)
}

/// The whole input as a text.
pub(crate) fn text(input: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(input)
}

/// Cuts bytes into pieces as a network may: their lengths follow from the bytes themselves, and differ.
pub(crate) fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    let (mut rest, mut pieces) = (bytes, Vec::new());
    let mut state = bytes.iter().fold(0x9e37_79b9_u32, |state, byte| state.rotate_left(5) ^ u32::from(*byte));
    while !rest.is_empty() {
        state = state.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
        let most = if state >> 31 == 0 { 8 } else { 600 };
        let length = 1 + (state >> 8) as usize % most;
        let (piece, after) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}
