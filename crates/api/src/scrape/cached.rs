//! A value that is costly to read, for scrapes: kept for a while, read by one task at a time, and never waited for long.

use model::{Clock, Timestamp};
use parking_lot::Mutex;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::sync::watch;

/// Longest wait of a scrape for a read. The read goes on, for the next scrape.
const PATIENCE: Duration = Duration::from_secs(1);
/// Shortest time for which a value is kept.
const KEPT: Duration = Duration::from_secs(5);
/// Longest time for which a value is kept.
const KEPT_MOST: Duration = Duration::from_secs(600);
/// A value is kept for this many times as long as its read took, so that reads use at most 2 % of a reader.
const REST: u32 = 50;
/// Time for which an outdated value stands in while its successor is being read.
const STALE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Cached<T> {
    state: Arc<Mutex<State<T>>>,
}

#[derive(Debug)]
struct State<T> {
    value: Option<Kept<T>>,
    /// Changes when the read that is under way ends.
    reading: Option<watch::Receiver<()>>,
}

#[derive(Clone, Debug)]
struct Kept<T> {
    value: T,
    read_at: Timestamp,
    keep: Duration,
}

impl<T> Kept<T> {
    /// A clock that was set back makes a value old.
    fn is_younger(&self, now: Timestamp, than: Duration) -> bool {
        now >= self.read_at && now.since(self.read_at) < than
    }
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self { state: Arc::new(Mutex::new(State { value: None, reading: None })) }
    }
}

impl<T: Clone + Send + 'static> Cached<T> {
    /// The value; `None` when the read fails, or does not end in time.
    pub(super) async fn get<E: std::fmt::Display>(
        &self,
        clock: &Arc<dyn Clock>,
        part: &'static str,
        read: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Option<T> {
        let mut ended = {
            let mut state = self.state.lock();
            if let Some(known) = state.value.as_ref().filter(|known| known.is_younger(clock.now(), known.keep)) {
                return Some(known.value.clone());
            }
            let reading = state.reading.clone();
            reading.unwrap_or_else(|| self.start(&mut state, clock.clone(), part, read))
        };
        // Ends with an error when the read has ended: its sender is dropped.
        let is_late = tokio::time::timeout(PATIENCE, ended.changed()).await.is_err();
        if is_late {
            tracing::warn!(part, "the store does not answer a scrape of the metrics in time");
        }
        let (state, now) = (self.state.lock(), clock.now());
        let known = state.value.as_ref()?;
        let longest = if is_late { known.keep + STALE } else { known.keep };
        known.is_younger(now, longest).then(|| known.value.clone())
    }

    fn start<E: std::fmt::Display>(
        &self,
        state: &mut State<T>,
        clock: Arc<dyn Clock>,
        part: &'static str,
        read: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> watch::Receiver<()> {
        let (sender, ended) = watch::channel(());
        state.reading = Some(ended.clone());
        let state = self.state.clone();
        tokio::spawn(async move {
            // Dropped last, when the result is there.
            let _sender = sender;
            let began = clock.now();
            let result = read.await;
            let read_at = clock.now();
            let mut state = state.lock();
            state.reading = None;
            match result {
                Ok(value) => {
                    let keep = (read_at.since(began) * REST).clamp(KEPT, KEPT_MOST);
                    state.value = Some(Kept { value, read_at, keep });
                }
                Err(fault) => {
                    tracing::warn!(part, error = %fault, "failed to read the store's figures for the metrics")
                }
            }
        });
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::TestClock;
    use std::{
        convert::Infallible,
        future::{pending, ready},
    };
    use tokio::sync::oneshot;

    fn clock() -> (Arc<TestClock>, Arc<dyn Clock>) {
        let clock = TestClock::at(Timestamp::from_millis(1_000_000));
        (clock.clone(), clock)
    }

    fn good(value: u32) -> impl Future<Output = Result<u32, Infallible>> + Send + 'static {
        ready(Ok(value))
    }

    #[tokio::test]
    async fn a_value_is_kept_for_some_seconds_and_then_read_again() {
        let (test, clock) = clock();
        let cached = Cached::default();
        assert_eq!(cached.get(&clock, "a", good(1)).await, Some(1));
        test.advance(KEPT - Duration::from_millis(1));
        assert_eq!(cached.get(&clock, "a", good(2)).await, Some(1));
        test.advance(Duration::from_millis(1));
        assert_eq!(cached.get(&clock, "a", good(3)).await, Some(3));
        assert_eq!(cached.get(&clock, "a", good(4)).await, Some(3));
    }

    #[tokio::test]
    async fn a_failed_read_leaves_no_value_and_the_next_scrape_reads_again() {
        let (test, clock) = clock();
        let cached = Cached::default();
        assert_eq!(cached.get(&clock, "a", good(1)).await, Some(1));
        test.advance(KEPT);
        assert_eq!(cached.get(&clock, "a", ready(Err::<u32, _>("broken"))).await, None);
        assert_eq!(cached.get(&clock, "a", good(2)).await, Some(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_hangs_delays_a_scrape_by_a_second_and_is_not_started_twice() {
        let (test, clock) = clock();
        let cached = Cached::default();
        assert_eq!(cached.get(&clock, "a", good(1)).await, Some(1));
        test.advance(KEPT);
        // The old value stands in for a while.
        assert_eq!(cached.get(&clock, "a", pending::<Result<u32, Infallible>>()).await, Some(1));
        test.advance(STALE);
        assert_eq!(cached.get(&clock, "a", good(2)).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_read_ends_for_the_next_scrape_and_is_repeated_seldom() {
        let (test, clock) = clock();
        let cached = Cached::default();
        let (sender, receiver) = oneshot::channel();
        assert_eq!(cached.get(&clock, "a", receiver).await, None);
        test.advance(Duration::from_secs(2));
        sender.send(7).unwrap();
        assert_eq!(cached.get(&clock, "a", good(8)).await, Some(7));
        test.advance(Duration::from_secs(99));
        assert_eq!(cached.get(&clock, "a", good(9)).await, Some(7));
        test.advance(Duration::from_secs(1));
        assert_eq!(cached.get(&clock, "a", good(9)).await, Some(9));
    }
}
