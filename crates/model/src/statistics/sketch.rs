//! A sketch of durations: counts in fixed logarithmic buckets, eight per octave of microseconds. Every sketch has the
//! same buckets, so sketches merge by adding counts, in any order, without a loss.

use super::varint::{Malformed, Reader, Writer};
use std::time::Duration;

/// Buckets per octave, as a power of two.
const BITS: u32 = 3;
const PER_OCTAVE: u64 = 1 << BITS;
/// Longer durations count as this one, 19 hours.
const LONGEST: u64 = (1 << 36) - 1;

/// Upper bound of the relative error of [`Sketch::percentile`], for durations up to 19 hours.
pub const RELATIVE_ERROR: f64 = 1.0 / 16.0;

/// The bucket of a duration. Durations below 16 µs have a bucket for each microsecond.
fn bucket_of(micros: u64) -> u16 {
    let micros = micros.min(LONGEST);
    if micros < PER_OCTAVE {
        return micros as u16;
    }
    let shift = micros.ilog2() - BITS;
    (u64::from(shift + 1) * PER_OCTAVE + ((micros >> shift) & (PER_OCTAVE - 1))) as u16
}

/// The middle of a bucket, in microseconds.
fn middle_of(bucket: u16) -> u64 {
    let bucket = u64::from(bucket);
    if bucket < PER_OCTAVE {
        return bucket;
    }
    let shift = bucket / PER_OCTAVE - 1;
    let low = (PER_OCTAVE + bucket % PER_OCTAVE) << shift;
    low + (1 << shift) / 2
}

/// Counts of durations by bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    /// Buckets with a count, in rising order.
    counts: Vec<(u16, u64)>,
}

impl Sketch {
    pub fn add(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.add_to(bucket_of(micros), 1);
    }

    fn add_to(&mut self, bucket: u16, count: u64) {
        match self.counts.binary_search_by_key(&bucket, |(known, _)| *known) {
            Ok(at) => self.counts[at].1 = self.counts[at].1.saturating_add(count),
            Err(at) => self.counts.insert(at, (bucket, count)),
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.counts {
            self.add_to(*bucket, *count);
        }
    }

    /// The number of durations.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// The least duration that `percent` per cent of all are not longer than, up to [`RELATIVE_ERROR`]; `None` for an
    /// empty sketch.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let all = u128::from(self.count());
        let rank = (all * u128::from(percent.min(100))).div_ceil(100).max(1);
        let mut below = 0u128;
        for (bucket, count) in &self.counts {
            below += u128::from(*count);
            if below >= rank {
                return Some(Duration::from_micros(middle_of(*bucket)));
            }
        }
        None
    }

    /// The form that stores keep: pairs of the distance to the previous bucket and the count.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.into_bytes()
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let mut last = 0;
        for (bucket, count) in &self.counts {
            writer.number(u64::from(bucket - last));
            writer.number(*count);
            last = *bucket;
        }
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let (mut reader, mut counts) = (Reader::new(bytes), Vec::<(u16, u64)>::new());
        while !reader.is_empty() {
            let distance = reader.number()?;
            let bucket = match counts.last() {
                Some(_) if distance == 0 => return Err(Malformed),
                last => last.map_or(0, |(bucket, _)| u64::from(*bucket)).saturating_add(distance),
            };
            let count = reader.number()?;
            if bucket > u64::from(bucket_of(LONGEST)) || count == 0 {
                return Err(Malformed);
            }
            counts.push((bucket as u16, count));
        }
        Ok(Self { counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn sketch(micros: &[u64]) -> Sketch {
        let mut sketch = Sketch::default();
        micros.iter().for_each(|one| sketch.add(Duration::from_micros(*one)));
        sketch
    }

    fn merged(one: &Sketch, other: &Sketch) -> Sketch {
        let mut sum = one.clone();
        sum.merge(other);
        sum
    }

    /// Durations of all magnitudes.
    fn micros() -> impl Strategy<Value = u64> {
        (0u32..37).prop_flat_map(|bits| 0..=(1u64 << bits).min(LONGEST))
    }

    proptest! {
        #[test]
        fn a_percentile_is_within_the_error_bound(mut all in vec(micros(), 1..200), percent in 0u64..=100) {
            let found = sketch(&all).percentile(percent).unwrap().as_micros() as f64;
            all.sort_unstable();
            let rank = (all.len() * percent as usize).div_ceil(100).max(1);
            let exact = all[rank - 1] as f64;
            prop_assert!((found - exact).abs() <= exact * RELATIVE_ERROR, "{} is not {}", found, exact);
        }

        #[test]
        fn a_merge_is_associative_and_commutative(a in vec(micros(), 0..50), b in vec(micros(), 0..50),
                                                  c in vec(micros(), 0..50)) {
            let all = [a.clone(), b.clone(), c.clone()].concat();
            let (a, b, c) = (sketch(&a), sketch(&b), sketch(&c));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), sketch(&all));
        }

        #[test]
        fn a_sketch_is_read_back(all in vec(micros(), 0..200)) {
            let sketch = sketch(&all);
            prop_assert_eq!(Sketch::decode(&sketch.encode()), Ok(sketch));
        }

        #[test]
        fn any_bytes_are_a_sketch_or_refused(bytes: Vec<u8>) {
            if let Ok(sketch) = Sketch::decode(&bytes) {
                prop_assert_eq!(Sketch::decode(&sketch.encode()), Ok(sketch));
            }
        }
    }

    #[test]
    fn buckets_are_contiguous_and_rise() {
        let mut last = 0;
        for micros in (0..100_000).chain((17..37).flat_map(|bits| [(1u64 << bits) - 1, 1 << bits])) {
            let bucket = bucket_of(micros);
            assert!(bucket == last || bucket == last + 1 || micros > 100_000, "{micros}");
            assert!(bucket >= last);
            last = bucket;
        }
        assert_eq!(bucket_of(u64::MAX), bucket_of(LONGEST));
    }

    #[test]
    fn an_empty_sketch_has_no_percentile() {
        assert_eq!(Sketch::default().percentile(50), None);
        assert!(Sketch::default().encode().is_empty());
    }

    #[test]
    fn a_sketch_of_an_hour_of_usual_latencies_is_small() {
        // A thousand durations from 20 to 120 ms.
        let all: Vec<u64> = (0..1_000).map(|one| 20_000 + one * 100).collect();
        assert!(sketch(&all).encode().len() < 64);
    }

    #[test]
    fn a_sketch_that_no_version_wrote_is_refused() {
        for bytes in [&[1][..], &[1, 0], &[1, 1, 0, 1], &[0xff, 0x7f, 1], &[0x80]] {
            assert_eq!(Sketch::decode(bytes), Err(Malformed), "{bytes:?}");
        }
    }
}
