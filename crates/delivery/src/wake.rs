//! Timers on the injected clock.

use futures_util::future::BoxFuture;
use model::{Clock, Timestamp};
use std::time::Duration;

/// A timer of a clock.
pub trait Sleeper: Send + Sync {
    /// Waits until `until`, or without end for `None`. May return early: callers compare the time again.
    fn sleep_until(&self, until: Option<Timestamp>) -> BoxFuture<'static, ()>;
}

/// Waits for `time`. A sleep that ends early is continued; a clock that was set back meanwhile ends the pause.
pub(crate) async fn pause(clock: &dyn Clock, sleeper: &dyn Sleeper, time: Duration) {
    let end = clock.now().after(time);
    while (Duration::from_micros(1)..=time).contains(&end.since(clock.now())) {
        sleeper.sleep_until(Some(end)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

    /// A clock whose sleeps end after 30 seconds at the latest, like those of the steady clock.
    #[derive(Debug, Default)]
    struct Napping {
        now: AtomicI64,
        naps: AtomicI64,
        /// The clock is set back after this number of naps.
        goes_back_after: Option<i64>,
    }

    impl Clock for Napping {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.now.load(Relaxed))
        }
    }

    impl Sleeper for Napping {
        fn sleep_until(&self, _: Option<Timestamp>) -> BoxFuture<'static, ()> {
            let naps = self.naps.fetch_add(1, Relaxed) + 1;
            let by = if self.goes_back_after == Some(naps) { -3_600 } else { 30 };
            self.now.fetch_add(by * 1_000_000, Relaxed);
            std::future::ready(()).boxed()
        }
    }

    #[test]
    fn a_pause_that_is_longer_than_a_sleep_lasts_for_its_whole_time() {
        let clock = Napping::default();
        pause(&clock, &clock, Duration::from_secs(100)).now_or_never().expect("it ends");
        assert_eq!(clock.now(), Timestamp::from_millis(120_000));
    }

    #[test]
    fn a_clock_that_is_set_back_ends_a_pause() {
        let clock = Napping { goes_back_after: Some(2), ..Napping::default() };
        pause(&clock, &clock, Duration::from_secs(100)).now_or_never().expect("it ends");
        assert_eq!(clock.naps.load(Relaxed), 2);
    }
}
