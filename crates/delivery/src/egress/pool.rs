//! Connections that are kept for further requests. Idle ones have a limit for each origin, one in all, and an age; the
//! one that was idle longest makes room.

use super::{http1, http2::Shared, origin::Origin};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{sync::OwnedMutexGuard, time::Instant};

/// Idle connections of one origin, at most.
const IDLE_OF_ORIGIN: usize = 128;
/// What is known of an origin without connections is forgotten after this.
const FORGET: Duration = Duration::from_secs(600);

/// What an origin is known to speak over TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Speaks {
    #[default]
    Unknown,
    Http1,
    Http2,
    /// HTTP/1.1, though it offers HTTP/2: that is broken, or not wanted for our requests.
    Http1Only,
}

/// A connection that a request can use.
pub(super) enum Connection {
    Http1(http1::Connection),
    Http2(Arc<Shared>),
}

/// What came of making room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evicted {
    Closed,
    /// It will be closed in a moment.
    Closing,
    Nothing,
}

/// How many idle connections are kept, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) idle: usize,
    pub(super) keep_alive: Duration,
}

/// Shared by all requests.
#[derive(Debug)]
pub(super) struct Pool {
    state: Mutex<State>,
    limits: Limits,
}

#[derive(Debug, Default)]
struct State {
    origins: HashMap<Arc<str>, Known>,
    /// Idle HTTP/1 connections of all origins, the one that was idle longest first.
    order: BTreeMap<u64, Arc<str>>,
    next: u64,
    is_swept: bool,
}

/// What there is of an origin.
#[derive(Debug)]
struct Known {
    /// In the order in which they became idle.
    idle: VecDeque<Idle>,
    http2: Option<(Arc<Shared>, Instant)>,
    speaks: Speaks,
    /// Held by who makes a connection, where one may be enough for everybody.
    making: Arc<tokio::sync::Mutex<()>>,
    touched: Instant,
}

#[derive(Debug)]
struct Idle {
    number: u64,
    connection: http1::Connection,
    since: Instant,
}

#[allow(clippy::disallowed_methods, reason = "only durations are measured")]
fn now() -> Instant {
    Instant::now()
}

impl Pool {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), limits })
    }

    /// A connection that is there and open.
    pub(super) fn take(&self, origin: &Origin) -> Option<Connection> {
        loop {
            let (mut idle, now) = {
                let mut state = self.state.lock();
                let known = state.origins.get_mut(&origin.key)?;
                if let Some(shared) = known.usable() {
                    return Some(Connection::Http2(shared));
                }
                let idle = known.idle.pop_back()?;
                state.order.remove(&idle.number);
                (idle, now())
            };
            if now.duration_since(idle.since) < self.limits.keep_alive && idle.connection.is_alive() {
                return Some(Connection::Http1(idle.connection));
            }
        }
    }

    /// The HTTP/2 connection of an origin.
    pub(super) fn shared(&self, origin: &Origin) -> Option<Arc<Shared>> {
        self.state.lock().origins.get_mut(&origin.key)?.usable()
    }

    pub(super) fn speaks(&self, origin: &Origin) -> Speaks {
        self.state.lock().origins.get(&origin.key).map_or(Speaks::Unknown, |known| known.speaks)
    }

    pub(super) fn learn(&self, origin: &Origin, speaks: Speaks) {
        let mut state = self.state.lock();
        let known = state.of(&origin.key);
        if known.speaks != Speaks::Http1Only {
            known.speaks = speaks;
        }
    }

    /// Waits until nobody else makes a connection to this origin, where one may be enough for everybody: one that speaks
    /// HTTP/2, or of which nothing is known yet.
    pub(super) async fn alone(&self, origin: &Origin) -> Option<OwnedMutexGuard<()>> {
        let making = {
            let mut state = self.state.lock();
            let known = state.of(&origin.key);
            match known.speaks {
                Speaks::Unknown | Speaks::Http2 if origin.tls.is_some() && !self.limits.keep_alive.is_zero() => {
                    known.making.clone()
                }
                _ => return None,
            }
        };
        Some(making.lock_owned().await)
    }

    /// Keeps a connection that has served its request.
    pub(super) fn put(self: &Arc<Self>, origin: &Origin, connection: http1::Connection) {
        if self.limits.keep_alive.is_zero() {
            return;
        }
        let mut evicted = {
            let mut state = self.state.lock();
            let number = state.next;
            state.next += 1;
            let known = state.of(&origin.key);
            let idle = Idle { number, connection, since: now() };
            known.touched = idle.since;
            known.idle.push_back(idle);
            let full = known.idle.len() > IDLE_OF_ORIGIN;
            let oldest = if full { known.idle.pop_front() } else { None };
            state.order.insert(number, origin.key.clone());
            match oldest {
                Some(oldest) => {
                    state.order.remove(&oldest.number);
                    Some(oldest.connection)
                }
                None if state.order.len() > self.limits.idle => state.evict(),
                None => None,
            }
        };
        if let Some(connection) = &mut evicted {
            connection.say_goodbye();
        }
        self.sweep_by_and_by();
    }

    /// Lets others use an HTTP/2 connection.
    pub(super) fn share(self: &Arc<Self>, origin: &Origin, shared: &Arc<Shared>) {
        if self.limits.keep_alive.is_zero() {
            return;
        }
        {
            let mut state = self.state.lock();
            let known = state.of(&origin.key);
            known.touched = now();
            known.http2 = Some((shared.clone(), known.touched));
        }
        self.sweep_by_and_by();
    }

    /// Closes the idle connection that was not used for longest, of all origins.
    pub(super) fn evict(&self) -> Evicted {
        let mut state = self.state.lock();
        if let Some(mut connection) = state.evict() {
            drop(state);
            connection.say_goodbye();
            return Evicted::Closed;
        }
        // Its own task closes it.
        if state.evict_shared().is_some() { Evicted::Closing } else { Evicted::Nothing }
    }

    /// Closes what was idle too long, or was closed at the other end. Runs while there is anything.
    fn sweep_by_and_by(self: &Arc<Self>) {
        if std::mem::replace(&mut self.state.lock().is_swept, true) {
            return;
        }
        let every = (self.limits.keep_alive / 4).clamp(Duration::from_millis(250), Duration::from_secs(5));
        tokio::spawn(sweep(Arc::downgrade(self), every));
    }

    /// Answers whether anything is left.
    fn sweep(&self) -> bool {
        let (now, keep_alive) = (now(), self.limits.keep_alive);
        let mut state = self.state.lock();
        let State { origins, order, is_swept, .. } = &mut *state;
        origins.retain(|_, known| {
            known.idle.retain_mut(|idle| {
                let keep = now.duration_since(idle.since) < keep_alive && idle.connection.is_alive();
                if !keep {
                    order.remove(&idle.number);
                    idle.connection.say_goodbye();
                }
                keep
            });
            known.http2.take_if(|(shared, used)| {
                !shared.is_usable() || (shared.is_idle() && now.duration_since(*used) >= keep_alive)
            });
            let has_any = !known.idle.is_empty() || known.http2.is_some();
            has_any || now.duration_since(known.touched) < FORGET
        });
        *is_swept = !origins.is_empty();
        *is_swept
    }
}

async fn sweep(pool: Weak<Pool>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        match pool.upgrade() {
            Some(pool) if pool.sweep() => {}
            _ => return,
        }
    }
}

impl State {
    fn of(&mut self, key: &Arc<str>) -> &mut Known {
        self.origins.entry(key.clone()).or_insert_with(|| Known {
            idle: VecDeque::new(),
            http2: None,
            speaks: Speaks::Unknown,
            making: Arc::default(),
            touched: now(),
        })
    }

    fn evict(&mut self) -> Option<http1::Connection> {
        let (_, key) = self.order.pop_first()?;
        Some(self.origins.get_mut(&key)?.idle.pop_front()?.connection)
    }

    fn evict_shared(&mut self) -> Option<Arc<Shared>> {
        let idle = self.origins.values_mut().filter(|known| known.http2.as_ref().is_some_and(|(one, _)| one.is_idle()));
        let oldest = idle.min_by_key(|known| known.http2.as_ref().map(|(_, since)| *since))?;
        oldest.http2.take().map(|(shared, _)| shared)
    }
}

impl Known {
    fn usable(&mut self) -> Option<Arc<Shared>> {
        let (shared, used) = self.http2.as_mut()?;
        if !shared.is_usable() {
            self.http2 = None;
            return None;
        }
        *used = now();
        self.touched = *used;
        Some(shared.clone())
    }
}
