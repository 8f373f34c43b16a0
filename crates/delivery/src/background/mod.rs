//! Background work: replays, and the batches of a tenant that publishes much while others publish too. It goes as fast as
//! the machine can while nothing else is published, and otherwise only as fast as single events hardly notice.

mod control;

use crate::steady::uptime;
use control::Control;
use model::TenantId;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};
use tokio::sync::Notify;

/// Deliveries that a replay queues per second at speed 1, and bytes of batches.
const DELIVERIES: f64 = 40_000.0;
const BYTES: f64 = 20e6;
/// Background work has ended when nobody asked for its speed for this long.
const ENDS: Duration = Duration::from_secs(2);
/// A batch waits for no longer than this, so that its publisher does not give up.
const LONGEST: Duration = Duration::from_secs(5);
/// Bytes of batches that a tenant may publish per second, and at once, before they are background work.
const FREE: f64 = 256.0 * 1024.0;
/// Tenants that are remembered, at most, before those that have published nothing for a while are forgotten.
const TENANTS: usize = 1_000;

/// Gives background work its speed.
#[derive(Debug, Default)]
pub struct Background {
    /// True while there is background work, so that single events cost nothing otherwise.
    is_active: AtomicBool,
    is_limited: AtomicBool,
    /// Notified when the speed becomes limited.
    limited: Notify,
    work: Mutex<Option<Work>>,
    tenants: Mutex<HashMap<TenantId, OfTenant>>,
}

/// The background work of a tenant, as uptimes.
#[derive(Clone, Copy, Debug, Default)]
struct OfTenant {
    /// The time up to which the free bytes of batches are used.
    used: Duration,
    /// The time from which on the next batch that is background work may be processed.
    next: Duration,
    /// The time at which a replay asked for its speed.
    replayed: Option<Duration>,
}

impl OfTenant {
    /// True while there are batches that are background work.
    fn has_batches(&self, now: Duration) -> bool {
        self.next + Duration::from_secs(1) > now
    }

    fn has_replays(&self, now: Duration) -> bool {
        self.replayed.is_some_and(|at| at + ENDS > now)
    }
}

#[derive(Debug)]
struct Work {
    control: Control,
    /// The uptime at which somebody asked for the speed.
    asked: Duration,
}

/// The speed of background work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Speed {
    Unlimited,
    /// This number of deliveries per second.
    Limited(f64),
    /// None for this time.
    Rest(Duration),
}

impl Background {
    /// The time at which a single event begins to wait for its commit; `None` while nobody needs to know.
    pub(crate) fn watch(&self) -> Option<Duration> {
        self.is_active.load(Relaxed).then(uptime)
    }

    /// A single event, which began to wait at this time, is durable.
    pub(crate) fn waited(&self, since: Option<Duration>) {
        let Some(since) = since else { return };
        let now = uptime();
        let mut work = self.work.lock();
        match &mut *work {
            Some(at_work) if now.saturating_sub(at_work.asked) < ENDS => {
                at_work.control.waited(now.saturating_sub(since), now);
            }
            _ => {
                *work = None;
                self.is_active.store(false, Relaxed);
            }
        }
    }

    /// The speed of a tenant's replay from now on, when there is this number of running replays.
    pub(crate) fn speed(&self, tenant: &TenantId, replays: usize) -> Speed {
        self.tenants.lock().entry(tenant.clone()).or_default().replayed = Some(uptime());
        self.ask(|share, rest| match share {
            _ if !rest.is_zero() => Speed::Rest(rest),
            share if share >= 1.0 => Speed::Unlimited,
            share => Speed::Limited(DELIVERIES * share / replays.max(1) as f64),
        })
    }

    /// Waits until a batch of this size may be processed. Each tenant has a speed of its own, and small or few batches
    /// are no background work.
    pub async fn pace(&self, tenant: &TenantId, bytes: usize) {
        let mut waited = Duration::ZERO;
        while let Some(pause) = self.pause(tenant, bytes)
            && waited < LONGEST
        {
            let pause = pause.min(LONGEST - waited);
            tokio::time::sleep(pause).await;
            waited += pause;
        }
    }

    /// The time after which to ask again; `None` if the batch may be processed now, which counts it.
    fn pause(&self, tenant: &TenantId, bytes: usize) -> Option<Duration> {
        let (now, bytes) = (uptime(), bytes as f64);
        let mut tenants = self.tenants.lock();
        if tenants.len() > TENANTS {
            tenants.retain(|_, one| one.used > now || one.next > now || one.has_replays(now));
        }
        let one = tenants.entry(tenant.clone()).or_default();
        let used = one.used.max(now) + Duration::from_secs_f64(bytes / FREE);
        // The first batch is free whatever its size.
        if !one.has_batches(now) && (one.used <= now || used - now <= Duration::from_secs(1)) {
            one.used = used;
            return None;
        }
        if one.next > now {
            return Some(one.next - now);
        }
        self.ask(|share, rest| match share {
            _ if !rest.is_zero() => {
                one.next = now + rest;
                Some(rest)
            }
            share if share >= 1.0 => None,
            share => {
                one.next = now + Duration::from_secs_f64(bytes / (BYTES * share));
                None
            }
        })
    }

    /// The tenants that have background work.
    pub(crate) fn tenants(&self) -> Vec<TenantId> {
        let now = uptime();
        let tenants = self.tenants.lock();
        let working = tenants.iter().filter(|(_, one)| one.has_batches(now) || one.has_replays(now));
        working.map(|(tenant, _)| tenant.clone()).collect()
    }

    /// Completes when the speed of background work becomes limited.
    pub(crate) async fn limited(&self) {
        self.limited.notified().await;
    }

    /// True while background work has a limited speed, or rests.
    pub(crate) fn is_limited(&self) -> bool {
        if !self.is_limited.load(Relaxed) {
            return false;
        }
        let goes_on = self.work.lock().as_ref().is_some_and(|at_work| uptime().saturating_sub(at_work.asked) < ENDS);
        self.is_limited.store(goes_on, Relaxed);
        goes_on
    }

    /// Passes the speed, from 0 to 1, and the remaining time of a rest.
    fn ask<T>(&self, answer: impl FnOnce(f64, Duration) -> T) -> T {
        let now = uptime();
        let mut work = self.work.lock();
        let at_work = match &mut *work {
            Some(at_work) if now.saturating_sub(at_work.asked) < ENDS => at_work,
            _ => work.insert(Work { control: Control::begin(now), asked: now }),
        };
        at_work.asked = now;
        self.is_active.store(true, Relaxed);
        let speed = at_work.control.speed(now);
        if speed < 1.0 && !self.is_limited.swap(true, Relaxed) {
            self.limited.notify_one();
        } else if speed >= 1.0 {
            self.is_limited.store(false, Relaxed);
        }
        answer(speed, at_work.control.rest(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_watched_only_while_there_is_background_work() {
        let background = Background::default();
        assert_eq!(background.watch(), None);
        let speed = background.speed(&TenantId::trusted("acme"), 1);
        assert!(matches!(speed, Speed::Rest(_)), "it begins with a rest");
        let since = background.watch();
        assert!(since.is_some());
        background.work.lock().as_mut().unwrap().asked = Duration::ZERO;
        background.waited(since);
        assert_eq!(background.watch(), None, "the work has ended");
    }

    #[test]
    fn a_tenant_with_few_batches_never_waits() {
        let background = Background::default();
        let (flood, quiet) = (TenantId::trusted("flood"), TenantId::trusted("quiet"));
        assert_eq!(background.tenants(), []);
        let pauses = |tenant| (0..20).filter_map(|_| background.pause(tenant, 16 * 1024)).count();
        assert_eq!(pauses(&flood), 4, "beyond the free bytes");
        assert_eq!(background.pause(&quiet, 16 * 1024), None);
        assert_eq!(background.tenants(), [flood]);
    }
}
