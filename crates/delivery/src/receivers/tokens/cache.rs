//! The states of keys, at most a number of them. The least recently used ones are evicted.

use super::{state::State, token::TokenKey};
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};

#[derive(Debug)]
pub(super) struct Cache {
    entries: HashMap<TokenKey, Entry>,
    capacity: usize,
    /// Number of uses so far, which orders the entries.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    state: Arc<Mutex<State>>,
    used: u64,
}

impl Entry {
    /// True when no caller holds the state. Callers clone it under the lock of the cache only.
    fn is_idle(&self) -> bool {
        Arc::strong_count(&self.state) == 1
    }
}

impl Cache {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), capacity, uses: 0 }
    }

    /// The state of a key, which is created when it is absent.
    pub(super) fn entry(&mut self, key: &TokenKey) -> Arc<Mutex<State>> {
        self.uses += 1;
        if let Some(entry) = self.entries.get_mut(key) {
            entry.used = self.uses;
            return Arc::clone(&entry.state);
        }
        if self.entries.len() >= self.capacity {
            self.evict();
        }
        let state = Arc::default();
        self.entries.insert(key.clone(), Entry { state: Arc::clone(&state), used: self.uses });
        state
    }

    /// The state of a key, if it has one. Not counted as a use.
    pub(super) fn known(&self, key: &TokenKey) -> Option<Arc<Mutex<State>>> {
        self.entries.get(key).map(|entry| Arc::clone(&entry.state))
    }

    /// Removes the least recently used tenth, so that one search serves many insertions. Keeps states that a caller
    /// holds, since a second state of the same key would allow a second fetch at the same time.
    fn evict(&mut self) {
        let mut idle: Vec<u64> =
            self.entries.values().filter(|entry| entry.is_idle()).map(|entry| entry.used).collect();
        if idle.is_empty() {
            return;
        }
        let last = (self.capacity / 10).min(idle.len() - 1);
        let last = *idle.select_nth_unstable(last).1;
        self.entries.retain(|_, entry| entry.used > last || !entry.is_idle());
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
