//! Pressure: while several tenants publish, or beside background work, and the processor is saturated, no tenant may have
//! many requests in flight, so that tasks of quiet tenants need not wait behind hundreds of others. The measure is the time
//! for which a task that is ready waits for its turn on the runtime.

use super::Dispatcher;
use crate::{background::Background, contention::Contention, steady::uptime, tasks::Tasks};
use model::TenantId;
use std::{sync::Arc, time::Duration};

/// Interval between two measurements during contention.
const EVERY: Duration = Duration::from_millis(5);
/// A ready task waits for longer than this: the processor is saturated.
const LONG: Duration = Duration::from_micros(500);
/// A ready task waits for less than this: there is room for more requests.
const SHORT: Duration = Duration::from_micros(150);

/// The number of requests that a tenant may have in flight, by additive increase and multiplicative decrease (AIMD).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cap {
    cap: usize,
    max: usize,
}

impl Cap {
    const LEAST: usize = 4;

    const fn new(max: usize) -> Self {
        Self { cap: max, max }
    }

    /// Adapts the cap to the time for which a ready task waited.
    fn learn(&mut self, waited: Duration) {
        if waited > LONG {
            // The first decrease begins at a number that any lane can reach.
            self.cap = (self.cap.min(64) / 2).max(Self::LEAST);
        } else if waited < SHORT {
            self.cap = (self.cap + 1 + self.cap / 16).min(self.max);
        }
    }
}

impl Dispatcher {
    /// Starts the task that measures pressure. It sleeps while one tenant is alone and there is no background work.
    pub(crate) fn watch_pressure(
        self: &Arc<Self>,
        tasks: &Tasks,
        contention: Arc<Contention>,
        background: Arc<Background>,
        max: usize,
    ) {
        let dispatcher = self.clone();
        tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = contention.begun() => {}
                    () = background.limited() => {}
                }
                let mut cap = Cap::new(max);
                loop {
                    let is_limited = background.is_limited();
                    if !is_limited && !contention.is_on() {
                        break;
                    }
                    let gentle = if is_limited { background.tenants() } else { Vec::new() };
                    let began = uptime();
                    tokio::task::yield_now().await;
                    cap.learn(uptime().saturating_sub(began));
                    dispatcher.set_tenant_cap(cap.cap, &gentle);
                    tokio::time::sleep(EVERY).await;
                }
                dispatcher.set_tenant_cap(usize::MAX, &[]);
            }
        });
    }

    fn set_tenant_cap(self: &Arc<Self>, cap: usize, gentle: &[TenantId]) {
        self.start(self.lanes.set_tenant_cap(cap, gentle));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_falls_fast_and_rises_slowly() {
        let mut cap = Cap::new(512);
        let mut falls = Vec::new();
        for _ in 0..12 {
            cap.learn(Duration::from_millis(2));
            falls.push(cap.cap);
        }
        assert_eq!(falls, [32, 16, 8, 4, 4, 4, 4, 4, 4, 4, 4, 4]);
        cap.learn(Duration::from_micros(300));
        assert_eq!(cap.cap, 4, "between the bounds nothing changes");
        let mut rises = 0;
        while cap.cap < 512 {
            cap.learn(Duration::ZERO);
            rises += 1;
        }
        assert!((50..200).contains(&rises), "{rises}");
    }
}
