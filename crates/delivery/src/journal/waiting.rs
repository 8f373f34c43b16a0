//! The entries that wait to be written, and their order.

use super::entry::Entry;
use model::TenantId;
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

/// Approximate rows of a batch: as many as commit in about [`COMMIT`], so that no entry waits long for the others.
const ROWS: std::ops::RangeInclusive<usize> = 128..=1_024;
const COMMIT: Duration = Duration::from_millis(10);
/// The same while several tenants publish: a quiet one waits for the commit that is under way, and for its own.
const COMMIT_OF_SEVERAL: Duration = Duration::from_millis(4);
/// The largest batch while several tenants publish.
const ROWS_OF_SEVERAL: usize = 256;
/// The largest batch beside background work with a limited speed. A larger append is then committed alone.
const ROWS_BESIDE_BACKGROUND: usize = 32;
/// Outcomes beside background work wait for each other for this long, or until so many wait: otherwise those of gentle
/// tenants would need a commit each, and events would wait for it. A batch with an append takes them along.
const LINGER: Duration = Duration::from_millis(10);
const OUTCOMES: usize = ROWS_BESIDE_BACKGROUND / 2;

/// The load that shares the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sharing {
    /// One tenant publishes.
    Alone,
    /// Several tenants publish.
    Several,
    /// Single events are published beside background work, which goes slowly for their sake.
    BesideBackground,
}

/// The waiting entries. Publishing tenants take turns (round robin), however many appends each has waiting. While both
/// wait, appends and outcomes get half of a batch each.
pub(super) struct Waiting {
    appends: HashMap<TenantId, VecDeque<Entry>>,
    turns: VecDeque<TenantId>,
    /// Outcomes, cancellations and flushes.
    pub(super) rest: VecDeque<Entry>,
    /// The uptime at which the oldest entry of `rest` came, if no batch has been taken since.
    oldest: Option<Duration>,
    /// Entries of `rest` that were put back and have no permit of their own.
    pub(super) put_back: usize,
    /// True if the last batch beside background work had no large append.
    was_small: bool,
    /// True while a started commit has not taken its batch.
    pub(super) asked: bool,
    /// Rows of the next batch.
    rows: usize,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            appends: HashMap::new(),
            turns: VecDeque::new(),
            rest: VecDeque::new(),
            oldest: None,
            put_back: 0,
            was_small: false,
            asked: false,
            rows: *ROWS.end() / 2,
        }
    }
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty() && self.rest.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.rest.len() + self.appends.values().map(VecDeque::len).sum::<usize>()
    }

    pub(super) fn push(&mut self, entry: Entry, now: Duration) {
        let Entry::Append { append, .. } = &entry else {
            if self.rest.is_empty() {
                self.oldest = Some(now);
            }
            return self.rest.push_back(entry);
        };
        match self.appends.get_mut(&append.tenant) {
            Some(queue) => queue.push_back(entry),
            None => {
                self.turns.push_back(append.tenant.clone());
                self.appends.insert(append.tenant.clone(), VecDeque::from([entry]));
            }
        }
    }

    /// The time for which the entries, few outcomes beside background work, wait for more.
    pub(super) fn linger(&self, sharing: Sharing, now: Duration) -> Option<Duration> {
        let is_few = self.turns.is_empty() && self.rest.len() < OUTCOMES;
        let are_outcomes = || self.rest.iter().all(|entry| matches!(entry, Entry::Outcome { .. }));
        if sharing != Sharing::BesideBackground || !is_few || !are_outcomes() {
            return None;
        }
        let until = self.oldest? + LINGER;
        (until > now).then(|| until - now)
    }

    /// The oldest append of the tenant whose turn it is.
    fn next_append(&mut self) -> Option<Entry> {
        let tenant = self.turns.pop_front()?;
        let queue = self.appends.get_mut(&tenant)?;
        let entry = queue.pop_front();
        if queue.is_empty() {
            self.appends.remove(&tenant);
        } else {
            self.turns.push_back(tenant);
        }
        entry
    }

    /// A flush waits for all entries before it, so it is taken only when no append is left.
    fn next_of_rest(&mut self) -> Option<Entry> {
        match self.rest.front()? {
            Entry::Flush(_) if !self.turns.is_empty() => None,
            _ => self.rest.pop_front(),
        }
    }

    /// Adapts the size of batches to the duration of a commit. A fast commit of a small batch proves nothing about large ones.
    pub(super) fn learn(&mut self, took: Duration, size: Size, sharing: Sharing) {
        let target = match sharing {
            Sharing::Alone => COMMIT,
            Sharing::Several => COMMIT_OF_SEVERAL,
            Sharing::BesideBackground => return,
        };
        let rows = match (took > target, size) {
            (true, _) => self.rows - self.rows / 8,
            (false, Size::Full) => self.rows + self.rows / 16,
            (false, Size::Part) => return,
        };
        self.rows = rows.clamp(*ROWS.start(), *ROWS.end());
    }

    /// Takes a batch. Returns its entries, the permits of appends and of the rest that it frees, and its size.
    pub(super) fn take(&mut self, sharing: Sharing) -> (Vec<Entry>, usize, usize, Size) {
        self.oldest = None;
        let most = match sharing {
            Sharing::Alone => self.rows,
            Sharing::Several => self.rows.min(ROWS_OF_SEVERAL),
            Sharing::BesideBackground => return self.take_small(),
        };
        let (mut batch, mut rows, mut appends, mut rest) = (Vec::new(), 0, 0, 0);
        while rows < most / 2
            && let Some(entry) = self.next_of_rest()
        {
            (rows, rest) = (rows + entry.rows(), rest + 1);
            batch.push(entry);
        }
        while rows < most
            && let Some(entry) = self.next_append()
        {
            (rows, appends) = (rows + entry.rows(), appends + 1);
            batch.push(entry);
        }
        while rows < most
            && let Some(entry) = self.next_of_rest()
        {
            (rows, rest) = (rows + entry.rows(), rest + 1);
            batch.push(entry);
        }
        let put_back = self.put_back.min(rest);
        self.put_back -= put_back;
        (batch, appends, rest - put_back, if rows < most { Size::Part } else { Size::Full })
    }
}

impl Waiting {
    /// Takes a small batch, or one large append. The two alternate while both wait.
    fn take_small(&mut self) -> (Vec<Entry>, usize, usize, Size) {
        let most = ROWS_BESIDE_BACKGROUND;
        let is_small = |rows: usize| rows <= most;
        let has_small = !self.rest.is_empty() || self.turns.iter().any(|tenant| is_small(self.rows_of_next(tenant)));
        if (self.was_small || !has_small)
            && let Some(entry) = self.next_append_of(|rows| !is_small(rows))
        {
            self.was_small = false;
            return (vec![entry], 1, 0, Size::Part);
        }
        self.was_small = true;
        let (mut batch, mut rows, mut appends, mut rest) = (Vec::new(), 0, 0, 0);
        while rows < most
            && let Some(entry) = self.next_append_of(is_small)
        {
            (rows, appends) = (rows + entry.rows(), appends + 1);
            batch.push(entry);
        }
        // Outcomes have a half, so that they make progress beside any number of appends.
        while (rows < most || rest < most / 4)
            && let Some(entry) = self.next_of_rest()
        {
            (rows, rest) = (rows + entry.rows(), rest + 1);
            batch.push(entry);
        }
        let put_back = self.put_back.min(rest);
        self.put_back -= put_back;
        (batch, appends, rest - put_back, Size::Part)
    }

    /// The oldest append of the first tenant whose oldest append has such a number of rows.
    fn next_append_of(&mut self, fits: impl Fn(usize) -> bool) -> Option<Entry> {
        let at = self.turns.iter().position(|tenant| fits(self.rows_of_next(tenant)))?;
        let tenant = self.turns.remove(at)?;
        self.turns.push_front(tenant);
        self.next_append()
    }

    fn rows_of_next(&self, tenant: &TenantId) -> usize {
        self.appends.get(tenant).and_then(VecDeque::front).map_or(0, Entry::rows)
    }
}

/// Whether a batch has reached its maximum size, so that entries may have been left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Full,
    Part,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        draft::Draft, fan_out::new_event, feed::Subject, journal::tally::Tally, numbers::LaneNumber, outgoing::Outgoing,
    };
    use bytes::Bytes;
    use model::{DeliveryId, EventId, EventType, Priority, SubscriptionId, Timestamp};
    use std::sync::Arc;
    use storage::{Append, Write};

    /// Rows of the first batch.
    const BATCH: usize = 512;
    const HALF: usize = BATCH / 2;
    const AT: Duration = Duration::from_secs(100);

    fn append(tenant: &str) -> Entry {
        append_of(tenant, 0)
    }

    /// An append with this number of events, and so of rows.
    fn append_of(tenant: &str, events: usize) -> Entry {
        let tenant = TenantId::trusted(tenant);
        let draft = Draft {
            event_type: EventType::trusted("invoice.paid"),
            data: Bytes::new(),
            metadata: Bytes::new(),
            given_id: None,
            timestamp: None,
            priority: Priority::Normal,
            deliver_at: None,
            idempotency_key: None,
            broke_schema: false,
            trace: None,
            channels: Default::default(),
        };
        let event = || new_event(&tenant, EventId::from_bytes([1; 16]), &draft, vec![], Timestamp::from_millis(1));
        let append = Append { tenant: tenant.clone(), events: Arc::new((0..events).map(|_| event()).collect()) };
        Entry::Append { append, recipients: vec![], bytes: 0, answer: tokio::sync::oneshot::channel().0 }
    }

    fn subject() -> Subject {
        let Entry::Append { append, .. } = append_of("a", 1) else { panic!("an append") };
        let outgoing = Arc::new(Outgoing::new((*append.events[0].event).clone()));
        Subject { outgoing, subscription: SubscriptionId::from_bytes([1; 16]) }
    }

    fn other() -> Entry {
        Entry::Cancel(Write::Cancel { tenant: TenantId::trusted("a"), delivery: DeliveryId::from_bytes([1; 16]) })
    }

    fn tenants(batch: &[Entry]) -> Vec<&str> {
        fn tenant(entry: &Entry) -> Option<&str> {
            match entry {
                Entry::Append { append, .. } => Some(append.tenant.as_str()),
                _ => None,
            }
        }
        batch.iter().filter_map(tenant).collect()
    }

    #[test]
    fn tenants_take_turns_whatever_each_has_waiting() {
        let mut waiting = Waiting::default();
        (0..5_000).for_each(|_| waiting.push(append("flood"), AT));
        (0..2).for_each(|_| waiting.push(append("quiet"), AT));
        assert_eq!(waiting.len(), 5_002);
        let (batch, appends, rest, _) = waiting.take(Sharing::Alone);
        assert_eq!((batch.len(), appends, rest), (BATCH, BATCH, 0));
        assert_eq!(tenants(&batch)[..5], ["flood", "quiet", "flood", "quiet", "flood"]);
        assert!(tenants(&batch)[5..].iter().all(|tenant| *tenant == "flood"));
    }

    #[test]
    fn publishers_and_outcomes_have_half_of_a_batch_each_while_both_wait() {
        let mut waiting = Waiting::default();
        (0..5_000).for_each(|_| waiting.push(other(), AT));
        (0..5_000).for_each(|_| waiting.push(append("a"), AT));
        let (batch, appends, rest, _) = waiting.take(Sharing::Alone);
        assert_eq!((batch.len(), appends, rest), (BATCH, HALF, HALF));
        let mut taken = 0;
        while !waiting.is_empty() {
            taken += waiting.take(Sharing::Alone).0.len();
        }
        assert_eq!(taken, 10_000 - BATCH);
    }

    #[test]
    fn a_flush_comes_after_all_that_was_there_before_it() {
        let mut waiting = Waiting::default();
        (0..2 * BATCH).for_each(|_| waiting.push(append("a"), AT));
        waiting.push(Entry::Flush(tokio::sync::oneshot::channel().0), AT);
        let is_flush = |batch: &[Entry]| batch.iter().any(|entry| matches!(entry, Entry::Flush(_)));
        assert!(!is_flush(&waiting.take(Sharing::Alone).0));
        let last = waiting.take(Sharing::Alone).0;
        assert!(!is_flush(&last[..BATCH]) && waiting.len() <= 1);
        assert!(is_flush(&last[BATCH..]) || is_flush(&waiting.take(Sharing::Alone).0));
    }

    #[test]
    fn what_was_put_back_gives_no_permit_free() {
        let mut waiting = Waiting::default();
        waiting.push(other(), AT);
        waiting.rest.push_front(other());
        waiting.put_back = 1;
        let (batch, _, rest, _) = waiting.take(Sharing::Alone);
        assert_eq!((batch.len(), rest, waiting.put_back), (2, 1, 0));
    }

    #[test]
    fn batches_are_as_large_as_the_store_is_quick() {
        let mut waiting = Waiting::default();
        (0..50).for_each(|_| waiting.learn(Duration::from_millis(40), Size::Full, Sharing::Alone));
        assert_eq!(waiting.rows, *ROWS.start());
        (0..50).for_each(|_| waiting.learn(Duration::from_millis(1), Size::Part, Sharing::Alone));
        assert_eq!(waiting.rows, *ROWS.start(), "small ones are always quick");
        (0..50).for_each(|_| waiting.learn(Duration::from_millis(4), Size::Full, Sharing::Alone));
        assert_eq!(waiting.rows, *ROWS.end());
    }

    #[test]
    fn beside_background_work_batches_are_small_and_alternate_with_large_appends() {
        let mut waiting = Waiting::default();
        (0..3).for_each(|_| waiting.push(append_of("flood", 100), AT));
        (0..40).for_each(|_| waiting.push(append("quiet"), AT));
        (0..500).for_each(|_| waiting.push(other(), AT));
        let mut taken = Vec::new();
        while !waiting.is_empty() {
            let (batch, appends, rest, _) = waiting.take(Sharing::BesideBackground);
            let rows: usize = batch.iter().map(Entry::rows).sum();
            assert!(rows <= 2 * ROWS_BESIDE_BACKGROUND || batch.len() == 1, "{rows}");
            taken.push((appends, rest, rows >= 100));
        }
        let large: Vec<usize> = (0..taken.len()).filter(|at| taken[*at].2).collect();
        assert_eq!(large, [1, 3, 5], "{taken:?}");
        assert!(taken[0].0 > 0 && taken[0].1 > 0, "outcomes too: {taken:?}");
        assert_eq!(taken.iter().map(|one| one.0).sum::<usize>(), 43);
        assert_eq!(taken.iter().map(|one| one.1).sum::<usize>(), 500);
    }

    #[test]
    fn few_outcomes_beside_background_work_wait_for_more() {
        let outcome = || {
            let write = Write::Cancel { tenant: TenantId::trusted("a"), delivery: DeliveryId::from_bytes([1; 16]) };
            Entry::Outcome { lane: LaneNumber(0), write, recipients: vec![], tally: Tally::Nothing, subject: subject() }
        };
        let mut waiting = Waiting::default();
        assert_eq!(waiting.linger(Sharing::BesideBackground, AT), None);
        waiting.push(outcome(), AT);
        assert_eq!(waiting.linger(Sharing::BesideBackground, AT), Some(LINGER));
        assert_eq!(waiting.linger(Sharing::Several, AT), None);
        waiting.push(outcome(), AT + LINGER / 2);
        assert_eq!(waiting.linger(Sharing::BesideBackground, AT + LINGER / 2), Some(LINGER / 2), "of the oldest");
        assert_eq!(waiting.linger(Sharing::BesideBackground, AT + LINGER), None);
        for more in [append("a"), Entry::Flush(tokio::sync::oneshot::channel().0)] {
            let mut waiting = Waiting::default();
            waiting.push(outcome(), AT);
            waiting.push(more, AT);
            assert_eq!(waiting.linger(Sharing::BesideBackground, AT), None, "an append or a flush takes it along");
        }
        (2..OUTCOMES).for_each(|_| waiting.push(outcome(), AT));
        assert_eq!(waiting.linger(Sharing::BesideBackground, AT), None, "enough");
        assert_eq!(waiting.take(Sharing::BesideBackground).0.len(), OUTCOMES);
    }
}
