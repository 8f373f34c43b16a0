//! Parts of the symbol table: interned names, a memo, the classes that are made from others, and the trail that ends cyclic re-exports.

use crate::resolve::ClassId;
use parking_lot::Mutex;
use std::{
    collections::{HashMap, HashSet, hash_map::RandomState},
    hash::{BuildHasher, Hash},
};

/// Items by name; each name has a number (interning).
pub(super) struct Names<T> {
    by_name: HashMap<String, (u32, Vec<T>)>,
}

impl<T> Names<T> {
    pub(super) fn new() -> Self {
        Self { by_name: HashMap::new() }
    }

    pub(super) fn add(&mut self, name: &str, one: T) {
        if let Some((_, all)) = self.by_name.get_mut(name) {
            return all.push(one);
        }
        let number = u32::try_from(self.by_name.len()).unwrap_or(u32::MAX);
        self.by_name.insert(name.to_owned(), (number, vec![one]));
    }

    /// The items of a name, in the order in which they were added.
    pub(super) fn all(&self, name: &str) -> &[T] {
        self.by_name.get(name).map_or(&[], |(_, all)| all)
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).map(|(number, _)| *number)
    }
}

/// The classes that are made from each class.
#[derive(Default)]
pub(super) struct Children {
    pub(super) by_base: HashMap<ClassId, Vec<ClassId>>,
    /// Classes with a base outside of the tree, or with one that is not clear, by the base's name.
    pub(super) by_name: HashMap<String, Vec<ClassId>>,
}

/// The names that one look-up has visited. Each is visited once: modules that re-export each other have many paths
/// between them, and all lead to the same definition.
#[derive(Default)]
pub(super) struct Trail {
    seen: HashSet<(usize, String)>,
    depth: usize,
}

impl Trail {
    pub(super) fn enter<T>(&mut self, file: usize, name: &str, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= TRAIL_MAX || !self.seen.insert((file, name.to_owned())) {
            return None;
        }
        self.depth += 1;
        let found = inside(self);
        self.depth -= 1;
        Some(found)
    }
}

/// Maximum length of a chain of re-exports.
const TRAIL_MAX: usize = 64;

const SHARDS: usize = 16;

/// A concurrent memo. Only for queries whose result depends on the key alone.
pub(super) struct Memo<K, V> {
    shards: Vec<Mutex<HashMap<K, V>>>,
    hasher: RandomState,
}

impl<K: Hash + Eq, V: Clone> Memo<K, V> {
    pub(super) fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }

    /// The value of a key. `find` runs without the lock, so it may query the memo; two threads may both compute a
    /// value.
    pub(super) fn get(&self, key: K, find: impl FnOnce() -> V) -> V {
        let shard = &self.shards[(self.hasher.hash_one(&key) >> 32) as usize % SHARDS];
        let known = shard.lock().get(&key).cloned();
        known.unwrap_or_else(|| {
            let found = find();
            shard.lock().insert(key, found.clone());
            found
        })
    }
}
