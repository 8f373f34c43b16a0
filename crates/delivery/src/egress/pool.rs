//! The connection pool (keep-alive). Idle connections are limited per origin, in all, and by age; the least recently
//! used one is evicted first.

use super::{http1, http2::Shared, way::Way};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{sync::OwnedMutexGuard, time::Instant};

/// Idle connections of one origin, at most.
const IDLE_OF_ORIGIN: usize = 128;
/// Time after which an unused origin without connections is forgotten.
const FORGET: Duration = Duration::from_secs(600);

/// The HTTP version that an origin is known to speak over TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Speaks {
    #[default]
    Unknown,
    Http1,
    Http2,
    /// HTTP/1.1, although the origin offers HTTP/2: its HTTP/2 is broken, or refuses our requests.
    Http1Only,
}

/// A connection that a request can use.
pub(super) enum Connection {
    Http1(http1::Connection),
    Http2(Arc<Shared>),
}

impl Connection {
    pub(super) fn remote_ip(&self) -> Option<IpAddr> {
        match self {
            Self::Http1(connection) => Some(connection.remote_ip()),
            Self::Http2(shared) => shared.remote_ip(),
        }
    }
}

/// The result of an eviction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evicted {
    Closed,
    /// The connection's own task will close it soon.
    Closing,
    Nothing,
}

/// Limits of idle connections: their number in all, and their age.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) idle: usize,
    pub(super) keep_alive: Duration,
}

/// The pool, shared by all requests.
#[derive(Debug)]
pub(super) struct Pool {
    state: Mutex<State>,
    limits: Limits,
}

#[derive(Debug, Default)]
struct State {
    origins: HashMap<Arc<str>, Known>,
    /// Idle HTTP/1 connections of all origins, least recently used first.
    order: BTreeMap<u64, Arc<str>>,
    next: u64,
    is_swept: bool,
}

/// The state of an origin.
#[derive(Debug)]
struct Known {
    /// In the order in which they became idle.
    idle: VecDeque<Idle>,
    http2: Option<(Arc<Shared>, Instant)>,
    speaks: Speaks,
    /// Held while a connection is made that concurrent requests may share.
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

    /// Takes an open connection out of the pool; an HTTP/2 connection stays in and is shared.
    pub(super) fn take(&self, way: &Way<'_>) -> Option<Connection> {
        loop {
            let (mut idle, now) = {
                let mut state = self.state.lock();
                let known = state.origins.get_mut(way.key())?;
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
    pub(super) fn shared(&self, way: &Way<'_>) -> Option<Arc<Shared>> {
        self.state.lock().origins.get_mut(way.key())?.usable()
    }

    pub(super) fn speaks(&self, way: &Way<'_>) -> Speaks {
        self.state.lock().origins.get(way.key()).map_or(Speaks::Unknown, |known| known.speaks)
    }

    pub(super) fn learn(&self, way: &Way<'_>, speaks: Speaks) {
        let mut state = self.state.lock();
        let known = state.of(way.key());
        if known.speaks != Speaks::Http1Only {
            known.speaks = speaks;
        }
    }

    /// Waits until no other request makes a connection to this origin, if requests may share one: the origin speaks
    /// HTTP/2, or its version is not known yet. `None` if they do not.
    pub(super) async fn alone(&self, way: &Way<'_>) -> Option<OwnedMutexGuard<()>> {
        let making = {
            let mut state = self.state.lock();
            let known = state.of(way.key());
            match known.speaks {
                Speaks::Unknown | Speaks::Http2 if way.may_share() && !self.limits.keep_alive.is_zero() => {
                    known.making.clone()
                }
                _ => return None,
            }
        };
        Some(making.lock_owned().await)
    }

    /// Returns a connection to the pool after its request.
    pub(super) fn put(self: &Arc<Self>, way: &Way<'_>, connection: http1::Connection) {
        if self.limits.keep_alive.is_zero() {
            return;
        }
        let mut evicted = {
            let mut state = self.state.lock();
            let number = state.next;
            state.next += 1;
            let known = state.of(way.key());
            let idle = Idle { number, connection, since: now() };
            known.touched = idle.since;
            known.idle.push_back(idle);
            let full = known.idle.len() > IDLE_OF_ORIGIN;
            let oldest = if full { known.idle.pop_front() } else { None };
            state.order.insert(number, way.key().clone());
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

    /// Adds an HTTP/2 connection to the pool, for concurrent requests.
    pub(super) fn share(self: &Arc<Self>, way: &Way<'_>, shared: &Arc<Shared>) {
        if self.limits.keep_alive.is_zero() {
            return;
        }
        {
            let mut state = self.state.lock();
            let known = state.of(way.key());
            known.touched = now();
            known.http2 = Some((shared.clone(), known.touched));
        }
        self.sweep_by_and_by();
    }

    /// Closes the least recently used idle connection of all origins; HTTP/1.1 first, then HTTP/2.
    pub(super) fn evict(&self) -> Evicted {
        let mut state = self.state.lock();
        if let Some(mut connection) = state.evict() {
            drop(state);
            connection.say_goodbye();
            return Evicted::Closed;
        }
        // Dropping the last handle makes the connection's own task close it.
        if state.evict_shared().is_some() { Evicted::Closing } else { Evicted::Nothing }
    }

    /// Starts the sweep task, unless it runs already. The task ends when no origin is left.
    fn sweep_by_and_by(self: &Arc<Self>) {
        if std::mem::replace(&mut self.state.lock().is_swept, true) {
            return;
        }
        let every = (self.limits.keep_alive / 4).clamp(Duration::from_millis(250), Duration::from_secs(5));
        tokio::spawn(sweep(Arc::downgrade(self), every));
    }

    /// Closes idle connections that are too old or were closed by the receiver. Returns `false` when no origin is left.
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
