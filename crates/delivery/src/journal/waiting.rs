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

/// The waiting entries. Publishing tenants take turns (round robin), however many appends each has waiting. While both
/// wait, appends and outcomes get half of a batch each.
pub(super) struct Waiting {
    appends: HashMap<TenantId, VecDeque<Entry>>,
    turns: VecDeque<TenantId>,
    /// Outcomes, cancellations and flushes.
    pub(super) rest: VecDeque<Entry>,
    /// Entries of `rest` that were put back and have no permit of their own.
    pub(super) put_back: usize,
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
            put_back: 0,
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

    pub(super) fn push(&mut self, entry: Entry) {
        let Entry::Append { append, .. } = &entry else { return self.rest.push_back(entry) };
        match self.appends.get_mut(&append.tenant) {
            Some(queue) => queue.push_back(entry),
            None => {
                self.turns.push_back(append.tenant.clone());
                self.appends.insert(append.tenant.clone(), VecDeque::from([entry]));
            }
        }
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
    pub(super) fn learn(&mut self, took: Duration, size: Size) {
        let rows = match (took > COMMIT, size) {
            (true, _) => self.rows - self.rows / 8,
            (false, Size::Full) => self.rows + self.rows / 16,
            (false, Size::Part) => return,
        };
        self.rows = rows.clamp(*ROWS.start(), *ROWS.end());
    }

    /// Takes a batch. Returns its entries, the permits of appends and of the rest that it frees, and its size.
    pub(super) fn take(&mut self) -> (Vec<Entry>, usize, usize, Size) {
        let (mut batch, mut rows, mut appends, mut rest) = (Vec::new(), 0, 0, 0);
        while rows < self.rows / 2
            && let Some(entry) = self.next_of_rest()
        {
            (rows, rest) = (rows + entry.rows(), rest + 1);
            batch.push(entry);
        }
        while rows < self.rows
            && let Some(entry) = self.next_append()
        {
            (rows, appends) = (rows + entry.rows(), appends + 1);
            batch.push(entry);
        }
        while rows < self.rows
            && let Some(entry) = self.next_of_rest()
        {
            (rows, rest) = (rows + entry.rows(), rest + 1);
            batch.push(entry);
        }
        let put_back = self.put_back.min(rest);
        self.put_back -= put_back;
        (batch, appends, rest - put_back, if rows < self.rows { Size::Part } else { Size::Full })
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
    use model::DeliveryId;
    use std::sync::Arc;
    use storage::{Append, Write};

    /// Rows of the first batch.
    const BATCH: usize = 512;
    const HALF: usize = BATCH / 2;

    fn append(tenant: &str) -> Entry {
        let append = Append { tenant: TenantId::trusted(tenant), events: Arc::new(vec![]) };
        Entry::Append { append, recipients: vec![], bytes: 0, answer: tokio::sync::oneshot::channel().0 }
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
        (0..5_000).for_each(|_| waiting.push(append("flood")));
        (0..2).for_each(|_| waiting.push(append("quiet")));
        assert_eq!(waiting.len(), 5_002);
        let (batch, appends, rest, _) = waiting.take();
        assert_eq!((batch.len(), appends, rest), (BATCH, BATCH, 0));
        assert_eq!(tenants(&batch)[..5], ["flood", "quiet", "flood", "quiet", "flood"]);
        assert!(tenants(&batch)[5..].iter().all(|tenant| *tenant == "flood"));
    }

    #[test]
    fn publishers_and_outcomes_have_half_of_a_batch_each_while_both_wait() {
        let mut waiting = Waiting::default();
        (0..5_000).for_each(|_| waiting.push(other()));
        (0..5_000).for_each(|_| waiting.push(append("a")));
        let (batch, appends, rest, _) = waiting.take();
        assert_eq!((batch.len(), appends, rest), (BATCH, HALF, HALF));
        let mut taken = 0;
        while !waiting.is_empty() {
            taken += waiting.take().0.len();
        }
        assert_eq!(taken, 10_000 - BATCH);
    }

    #[test]
    fn a_flush_comes_after_all_that_was_there_before_it() {
        let mut waiting = Waiting::default();
        (0..2 * BATCH).for_each(|_| waiting.push(append("a")));
        waiting.push(Entry::Flush(tokio::sync::oneshot::channel().0));
        let is_flush = |batch: &[Entry]| batch.iter().any(|entry| matches!(entry, Entry::Flush(_)));
        assert!(!is_flush(&waiting.take().0));
        let last = waiting.take().0;
        assert!(!is_flush(&last[..BATCH]) && waiting.len() <= 1);
        assert!(is_flush(&last[BATCH..]) || is_flush(&waiting.take().0));
    }

    #[test]
    fn what_was_put_back_gives_no_permit_free() {
        let mut waiting = Waiting::default();
        waiting.push(other());
        waiting.rest.push_front(other());
        waiting.put_back = 1;
        let (batch, _, rest, _) = waiting.take();
        assert_eq!((batch.len(), rest, waiting.put_back), (2, 1, 0));
    }

    #[test]
    fn batches_are_as_large_as_the_store_is_quick() {
        let mut waiting = Waiting::default();
        (0..50).for_each(|_| waiting.learn(Duration::from_millis(40), Size::Full));
        assert_eq!(waiting.rows, *ROWS.start());
        (0..50).for_each(|_| waiting.learn(Duration::from_millis(1), Size::Part));
        assert_eq!(waiting.rows, *ROWS.start(), "small ones are always quick");
        (0..50).for_each(|_| waiting.learn(Duration::from_millis(4), Size::Full));
        assert_eq!(waiting.rows, *ROWS.end());
    }
}
