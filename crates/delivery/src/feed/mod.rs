//! The feed of live streams: what was committed, by this node and by others, as ids and states.
//!
//! Readers come by themselves and read from a bounded ring, so none of them can delay a commit. While nobody reads, a
//! commit costs the feed one look at a flag. The ring is kept for a minute after the last reader has left, so that it
//! can come back to its place.

mod change;
mod gather;
mod packet;
#[cfg(test)]
mod tests;

pub(crate) use change::Gathered;
pub use change::{Change, ChangeOf, Entry, Skipped};
pub(crate) use gather::Subject;
pub(crate) use packet::{decode, encode};

use model::{IdSource, SubscriptionId, TenantId};
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::time::Instant;

/// Maximum number of entries that are kept.
const KEPT: usize = 20_000;
/// Time for which the ring is kept without a reader.
const WARM: Duration = Duration::from_secs(60);

/// A place in the feed of a node. Displayed in the form that [`Position::parse`] reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Identifies the ring: other nodes, and this one after a pause, have another.
    epoch: u64,
    next: u64,
}

impl Position {
    /// A position that is never kept.
    pub const UNKNOWN: Self = Self { epoch: 0, next: u64::MAX };

    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, next) = text.split_once('-')?;
        Some(Self { epoch: u64::from_str_radix(epoch, 16).ok()?, next: u64::from_str_radix(next, 16).ok()? })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{:x}", self.epoch, self.next)
    }
}

/// The entries of one commit, with its number.
struct Piece {
    number: u64,
    entries: Arc<[Entry]>,
}

struct State {
    epoch: u64,
    /// The number of the next piece.
    next: u64,
    ring: VecDeque<Piece>,
    kept: usize,
    readers: usize,
    warm_until: Option<Instant>,
    /// Other nodes have readers.
    is_wanted: bool,
    /// Entries of this node for the other nodes.
    outgoing: Gathered,
}

pub struct Feed {
    /// Someone reads here or on another node.
    on: AtomicBool,
    state: Mutex<State>,
}

#[allow(clippy::disallowed_methods, reason = "only durations are measured")]
fn now() -> Instant {
    Instant::now()
}

impl State {
    fn is_read(&self) -> bool {
        self.readers > 0 || self.warm_until.is_some_and(|until| now() < until)
    }

    fn push(&mut self, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        self.kept += entries.len();
        self.ring.push_back(Piece { number: self.next, entries: entries.into() });
        self.next += 1;
        while self.kept > KEPT
            && let Some(oldest) = self.ring.pop_front()
        {
            self.kept -= oldest.entries.len();
        }
    }

    /// Drops what nobody reads any more. Returns false when nobody reads anywhere.
    fn tidy(&mut self) -> bool {
        let is_read = self.is_read();
        if !is_read && self.warm_until.take().is_some() {
            self.ring.clear();
            self.kept = 0;
            self.epoch = self.epoch.wrapping_add(1);
        }
        if !self.is_wanted {
            self.outgoing = Gathered::default();
        }
        is_read || self.is_wanted
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self::new(0)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").finish_non_exhaustive()
    }
}

impl Feed {
    /// With an epoch that no other process has.
    pub(crate) fn of_process(ids: &IdSource) -> Self {
        let mut epoch = [0; 8];
        ids.secret(&mut epoch);
        Self::new(u64::from_le_bytes(epoch))
    }

    /// `epoch` must differ from that of every other feed.
    fn new(epoch: u64) -> Self {
        let state = State {
            epoch,
            next: 0,
            ring: VecDeque::new(),
            kept: 0,
            readers: 0,
            warm_until: None,
            is_wanted: false,
            outgoing: Gathered::default(),
        };
        Self { on: AtomicBool::new(false), state: Mutex::new(state) }
    }

    /// True when changes must be recorded.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Relaxed)
    }

    /// Records what this node has committed.
    pub(crate) fn record(&self, gathered: Gathered) {
        if gathered.is_empty() {
            return;
        }
        let mut state = self.state.lock();
        let entries = gathered.entries();
        if state.is_wanted {
            entries.iter().cloned().for_each(|entry| state.outgoing.add(entry));
        }
        if state.is_read() {
            state.push(entries);
        }
        self.on.store(state.tidy(), Relaxed);
    }

    /// Records a change of a subscription, of which other nodes learn by themselves.
    pub(crate) fn subscription(&self, tenant: &TenantId, id: SubscriptionId) {
        if self.is_on() {
            self.record_here(vec![Entry::Change(Change::Subscription { tenant: tenant.clone(), id })]);
        }
    }

    /// Records entries that other nodes learn by themselves, or that come from them.
    pub(crate) fn record_here(&self, entries: Vec<Entry>) {
        let mut state = self.state.lock();
        if state.is_read() {
            state.push(entries);
        }
        self.on.store(state.tidy(), Relaxed);
    }

    /// Records that objects of a tenant have changed, without their ids.
    pub(crate) fn gap(&self, tenant: &TenantId) {
        if self.is_on() {
            let mut gathered = Gathered::default();
            gathered.add(Entry::Gap(Some(tenant.clone())));
            self.record(gathered);
        }
    }

    /// True when this node has readers, and what it has for the others since the last call.
    pub(crate) fn exchange(&self) -> (bool, Vec<Entry>) {
        let mut state = self.state.lock();
        let outgoing = std::mem::take(&mut state.outgoing);
        self.on.store(state.tidy(), Relaxed);
        (state.is_read(), outgoing.entries())
    }

    /// Sets whether other nodes have readers.
    pub(crate) fn want(&self, is_wanted: bool) {
        let mut state = self.state.lock();
        state.is_wanted = is_wanted;
        self.on.store(state.tidy(), Relaxed);
    }

    /// A reader of all entries from now on, or from a position.
    pub fn read(self: &Arc<Self>, from: Option<Position>) -> Reader {
        let mut state = self.state.lock();
        state.readers += 1;
        // Kept for the readers that come back.
        state.warm_until = Some(now() + WARM);
        self.on.store(true, Relaxed);
        let position = from.unwrap_or(Position { epoch: state.epoch, next: state.next });
        Reader { feed: self.clone(), position }
    }
}

/// The entries after the last call.
pub struct News {
    pub pieces: Vec<Arc<[Entry]>>,
    /// True when entries before these are not kept any more.
    pub is_lost: bool,
}

/// Reads the feed at its own pace.
pub struct Reader {
    feed: Arc<Feed>,
    position: Position,
}

impl Reader {
    pub const fn position(&self) -> Position {
        self.position
    }

    pub fn news(&mut self) -> News {
        let state = self.feed.state.lock();
        let oldest = state.ring.front().map_or(state.next, |piece| piece.number);
        let from = self.position.next;
        let is_lost = self.position.epoch != state.epoch || !(oldest..=state.next).contains(&from);
        self.position = Position { epoch: state.epoch, next: state.next };
        if is_lost {
            return News { pieces: Vec::new(), is_lost };
        }
        let skip = usize::try_from(from - oldest).unwrap_or(usize::MAX);
        News { pieces: state.ring.iter().skip(skip).map(|piece| piece.entries.clone()).collect(), is_lost }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.feed.state.lock();
        state.readers -= 1;
        state.warm_until = Some(now() + WARM);
    }
}
