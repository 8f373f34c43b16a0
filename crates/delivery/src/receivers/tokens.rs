//! Cache of OAuth 2.0 access tokens: one fetch at a time per key, early renewal, and backoff after faults.
//!
//! [`state::State`] has the rules and does no I/O; [`Tokens`] runs fetches by them. Time comes from the caller's clock alone.

mod cache;
mod state;
#[cfg(test)]
mod tests;
mod token;

use cache::Cache;
use model::Timestamp;
use parking_lot::Mutex;
use state::Next;
use std::{future::Future, sync::Arc};
pub(crate) use token::{Fetched, Token, TokenFault, TokenKey};

/// Keys in the cache, at most. More only while that many fetches run.
pub(crate) const KEYS_MAX: usize = 10_000;

/// The access tokens of all subscriptions. Clones share the cache.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    cache: Arc<Mutex<Cache>>,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        Self::with_capacity(KEYS_MAX)
    }

    fn with_capacity(keys: usize) -> Self {
        Self { cache: Arc::new(Mutex::new(Cache::new(keys))) }
    }

    /// The key's token: from the cache, or by `fetch`, which must end within a time. Callers with the same key wait for a
    /// fetch that is under way, and share its result; a token that is only due for renewal is used meanwhile. After a
    /// fault, callers get the same fault without a fetch until its backoff is over.
    ///
    /// A dropped future that fetches lets another caller fetch. One that is kept without being polled blocks the others.
    pub(crate) async fn get<F>(
        &self,
        key: &TokenKey,
        now: impl Fn() -> Timestamp,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<Token>, TokenFault>
    where
        F: Future<Output = Result<Fetched, TokenFault>>,
    {
        loop {
            let (state, started) = (self.cache.lock().entry(key), now());
            let next = state.lock().next(started);
            match next {
                Next::Use(token) => return Ok(token),
                Next::Fail(fault) => return Err(fault),
                Next::Wait(mut flight) => {
                    // An error means that the fetching caller was dropped: this one may fetch now.
                    if let Ok(outcome) = flight.wait_for(Option::is_some).await
                        && let Some(outcome) = &*outcome
                    {
                        return outcome.clone();
                    }
                }
                Next::Fetch(flight) => {
                    let result = fetch().await;
                    let ended = now();
                    let (own, shared) = state.lock().land(result, started, ended);
                    flight.send_replace(Some(shared));
                    return own;
                }
            }
        }
    }

    /// The receiver refused this token (with 401): the next [`Self::get`] fetches another one, at most once in 30 seconds
    /// per key. Without effect when the token has been replaced meanwhile.
    pub(crate) fn refuse(&self, key: &TokenKey, token: &Token) {
        let state = self.cache.lock().known(key);
        if let Some(state) = state {
            state.lock().refuse(token);
        }
    }
}
