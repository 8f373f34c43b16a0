//! Exact percentiles: every sample of a run is kept.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Percentiles {
    pub(crate) count: u64,
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Percentiles {
    /// Percentiles of microseconds in any order; zeros without samples.
    pub(crate) fn of(samples: impl Iterator<Item = u32>) -> Self {
        let mut sorted: Vec<u32> = samples.collect();
        sorted.sort_unstable();
        let at = |share| f64::from(nearest(&sorted, share)) / 1e3;
        Self { count: sorted.len() as u64, p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99), max_ms: at(1.0) }
    }
}

/// The smallest sample that at least this share of all samples does not exceed (nearest rank); zero without samples.
fn nearest(sorted: &[u32], share: f64) -> u32 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_use_the_nearest_rank() {
        let of = Percentiles::of((1..=100).rev().map(|ms| ms * 1_000));
        assert_eq!((of.p50_ms, of.p95_ms, of.p99_ms, of.max_ms), (50.0, 95.0, 99.0, 100.0));
        assert_eq!(of.count, 100);
    }

    #[test]
    fn one_sample_is_every_percentile() {
        let of = Percentiles::of([1_500].into_iter());
        assert_eq!((of.p50_ms, of.p99_ms, of.max_ms), (1.5, 1.5, 1.5));
    }

    #[test]
    fn percentiles_without_samples_are_zero() {
        assert_eq!(Percentiles::of(std::iter::empty()), Percentiles::default());
    }
}
