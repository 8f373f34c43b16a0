//! Recorded requests and behaviour per path.

use super::client::{Second, Select, Stats};
use crate::report::percentile::Percentiles;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

/// An accepted request.
#[derive(Clone, Copy)]
struct Sample {
    at_us: u64,
    latency_us: u32,
    seq: u32,
}

#[derive(Default)]
struct Path {
    accepted: Vec<Sample>,
    refused: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Behaviour {
    pub(super) status: u16,
    pub(super) delay_ms: u64,
}

const WELL: Behaviour = Behaviour { status: 200, delay_ms: 0 };

/// The board of all connections of a receiver.
pub(super) type SharedBoard = Arc<Mutex<Board>>;

#[derive(Default)]
pub(super) struct Board {
    paths: HashMap<String, Path>,
    /// By prefix of the path; the longest matching prefix applies.
    rules: BTreeMap<String, Behaviour>,
}

impl Board {
    /// Records a request and returns how to respond. A refused request does not count as arrived.
    pub(super) fn arrived(&mut self, path: &str, at_us: u64, seq: Option<u64>, t0: Option<u64>) -> Behaviour {
        let behaviour = self.behaviour(path);
        if !self.paths.contains_key(path) {
            self.paths.insert(path.to_owned(), Path::default());
        }
        let Some(kept) = self.paths.get_mut(path) else { return behaviour };
        if (200..300).contains(&behaviour.status) {
            let latency = t0.map_or(0, |t0| at_us.saturating_sub(t0));
            kept.accepted.push(Sample {
                at_us,
                latency_us: u32::try_from(latency).unwrap_or(u32::MAX),
                seq: seq.and_then(|seq| u32::try_from(seq).ok()).unwrap_or(u32::MAX),
            });
        } else {
            kept.refused += 1;
        }
        behaviour
    }

    fn behaviour(&self, path: &str) -> Behaviour {
        if self.rules.is_empty() {
            return WELL;
        }
        let fitting = self.rules.iter().filter(|(prefix, _)| path.starts_with(prefix.as_str()));
        fitting.max_by_key(|(prefix, _)| prefix.len()).map_or(WELL, |(_, behaviour)| *behaviour)
    }

    pub(super) fn set(&mut self, prefix: &str, behaviour: Behaviour) {
        self.rules.insert(prefix.to_owned(), behaviour);
    }

    /// Drops recorded requests; keeps the rules.
    pub(super) fn reset(&mut self) {
        self.paths.clear();
    }

    fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Path> {
        self.paths.iter().filter(move |(path, _)| path.starts_with(prefix)).map(|(_, kept)| kept)
    }

    /// Numbers of accepted and refused requests.
    pub(super) fn count(&self, prefix: &str) -> (u64, u64) {
        self.below(prefix).fold((0, 0), |(yes, no), path| (yes + path.accepted.len() as u64, no + path.refused))
    }

    fn chosen<'a>(&'a self, select: &'a Select) -> impl Iterator<Item = Sample> + 'a {
        self.below(&select.prefix).flat_map(|path| &path.accepted).copied().filter(|one| select.takes(one.seq))
    }

    pub(super) fn stats(&self, select: &Select) -> Stats {
        let mut unique = 0;
        for path in self.below(&select.prefix) {
            let seen: HashSet<u32> = path.accepted.iter().map(|one| one.seq).filter(|seq| select.takes(*seq)).collect();
            unique += seen.len() as u64;
        }
        let chosen: Vec<Sample> = self.chosen(select).collect();
        Stats {
            count: chosen.len() as u64,
            unique,
            refused: self.count(&select.prefix).1,
            first_us: chosen.iter().map(|one| one.at_us).min().unwrap_or_default(),
            last_us: chosen.iter().map(|one| one.at_us).max().unwrap_or_default(),
            latency: Percentiles::of(chosen.into_iter().map(|one| one.latency_us)),
        }
    }

    /// Latencies per second of arrival.
    pub(super) fn seconds(&self, select: &Select) -> Vec<Second> {
        let first = self.chosen(select).map(|one| one.at_us).min().unwrap_or_default();
        let mut buckets: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for one in self.chosen(select) {
            buckets.entry((one.at_us - first) / 1_000_000).or_default().push(one.latency_us);
        }
        buckets
            .into_iter()
            .map(|(second, latencies)| Second { second, latency: Percentiles::of(latencies.into_iter()) })
            .collect()
    }

    /// Sequence numbers of accepted requests, in order of arrival.
    pub(super) fn arrivals(&self, select: &Select) -> Vec<u32> {
        let mut chosen: Vec<Sample> = self.chosen(select).collect();
        chosen.sort_by_key(|one| one.at_us);
        chosen.into_iter().map(|one| one.seq).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(prefix: &str) -> Select {
        Select::below(prefix)
    }

    #[test]
    fn paths_are_counted_separately_and_by_prefix() {
        let mut board = Board::default();
        board.arrived("/a/1", 2_000_000, Some(0), Some(1_999_000));
        board.arrived("/a/1", 2_100_000, Some(0), Some(2_099_000));
        board.arrived("/a/2", 3_200_000, Some(0), Some(3_190_000));
        board.arrived("/b", 3_300_000, Some(7), None);
        assert_eq!((board.count("/a/"), board.count("/a/2"), board.count("/")), ((3, 0), (1, 0), (4, 0)));
        let stats = board.stats(&select("/a/"));
        assert_eq!((stats.count, stats.unique), (3, 2));
        assert_eq!((stats.first_us, stats.last_us), (2_000_000, 3_200_000));
        assert_eq!((stats.latency.p50_ms, stats.latency.max_ms), (1.0, 10.0));
        assert_eq!(board.seconds(&select("/a/")).iter().map(|one| one.latency.count).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(board.arrivals(&select("/")), [0, 0, 0, 7]);
    }

    #[test]
    fn refused_requests_do_not_count_as_arrived() {
        let mut board = Board::default();
        board.set("/", Behaviour { status: 503, delay_ms: 0 });
        board.set("/well", WELL);
        assert_eq!(board.arrived("/other", 1, Some(1), None).status, 503);
        assert_eq!(board.arrived("/well/1", 1, Some(1), None), WELL);
        assert_eq!((board.count("/other"), board.count("/well")), ((0, 1), (1, 0)));
        board.reset();
        assert_eq!(board.count("/"), (0, 0));
        assert_eq!(board.arrived("/other", 1, Some(1), None).status, 503);
    }

    #[test]
    fn a_range_of_numbers_can_be_selected() {
        let mut board = Board::default();
        for seq in 0..10 {
            board.arrived("/a", seq, Some(seq), Some(0));
        }
        let stats = board.stats(&select("/a").from(4).to(6));
        assert_eq!((stats.count, stats.first_us, stats.last_us), (2, 4, 5));
    }
}
