//! The few parts of DER (X.690) that public keys are made of.

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OBJECT_ID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;

/// Reads values one after the other. Each method returns `None` for anything but the value that it asks for.
pub(crate) struct Reader<'d>(&'d [u8]);

impl<'d> Reader<'d> {
    pub(crate) const fn new(bytes: &'d [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The contents of the next value, which must have `tag`.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (&found, rest) = self.0.split_first()?;
        if found != tag {
            return None;
        }
        let (length, rest) = length(rest)?;
        let (contents, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(contents)
    }

    pub(crate) fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Self)
    }

    /// The contents of a bit string of whole bytes.
    pub(crate) fn bits(&mut self) -> Option<&'d [u8]> {
        self.take(BIT_STRING)?.strip_prefix(&[0])
    }

    /// The bytes of a positive integer, without leading zeros.
    pub(crate) fn positive(&mut self) -> Option<&'d [u8]> {
        let bytes = self.take(INTEGER)?;
        match bytes {
            [0, rest @ ..] if rest.first().is_some_and(|byte| *byte >= 0x80) => Some(rest),
            [first, ..] if (1..0x80).contains(first) => Some(bytes),
            _ => None,
        }
    }
}

/// A length in its shortest form, of at most 64 KiB; keys are smaller.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [short @ 0..=0x7f, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, one @ 0x80..=0xff, rest @ ..] => Some((usize::from(*one), rest)),
        [0x82, high @ 1..=0xff, low, rest @ ..] => Some((usize::from(u16::from_be_bytes([*high, *low])), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_values_are_read() {
        let taken = |bytes: &'static [u8], tag| Reader::new(bytes).take(tag);
        assert_eq!(taken(&[0x02, 1, 5], INTEGER), Some(&[5][..]));
        assert_eq!(taken(&[0x02, 1, 5], SEQUENCE), None);
        for bad in [&[][..], &[2], &[2, 2, 1], &[2, 0x80], &[2, 0x81, 1, 1], &[2, 0x82, 0, 1, 1], &[2, 0x83, 1, 1, 1]] {
            assert_eq!(taken(bad, INTEGER), None, "{bad:?}");
        }
        for (bytes, value) in [(&[2, 1, 0x7f][..], Some(&[0x7f][..])), (&[2, 2, 0, 0x80], Some(&[0x80]))] {
            assert_eq!(Reader::new(bytes).positive(), value);
        }
        for bad in [&[2, 0][..], &[2, 1, 0], &[2, 1, 0x80], &[2, 2, 0, 1]] {
            assert_eq!(Reader::new(bad).positive(), None, "{bad:?}");
        }
    }
}
