//! The tokens of the platform's users, and the keys that verify them.
//!
//! Keys of a provider are read at the start, every five minutes, and when a token names a key that is not known, but at
//! most once in ten seconds. While the provider does not answer, the last keys stay valid for a day.

use async_trait::async_trait;
use bytes::Bytes;
use identity::{Key, Refusal, Rules, Token, User, parse_key_set};
use model::Timestamp;
use parking_lot::RwLock;
use std::{fmt, sync::Arc, time::Duration};

/// Interval between reads of the keys.
pub(crate) const REFRESH: Duration = Duration::from_secs(300);
/// The same while there are no keys, and the minimum interval between reads that tokens cause.
pub(crate) const RETRY: Duration = Duration::from_secs(10);
/// Time for which keys stay valid while they cannot be read again.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Where the keys of a provider come from.
#[async_trait]
pub trait KeySource: fmt::Debug + Send + Sync {
    /// The document of the key set; an error is a sentence for the log.
    async fn read(&self) -> Result<Bytes, String>;
}

/// Verifies tokens by the rules and keys of the installation.
#[derive(Debug)]
pub struct Tokens {
    rules: Rules,
    known: RwLock<Known>,
    source: Option<Box<dyn KeySource>>,
    /// Held while the keys are read; the time of the last read, also of a failed one.
    reading: tokio::sync::Mutex<Option<Timestamp>>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Arc<[Key]>,
    /// Time from which on the keys are not valid any more.
    until: Option<Timestamp>,
    /// Number of reads that succeeded.
    reads: u64,
}

/// Reason why no user was recognised.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoUser {
    Refused(Refusal),
    /// The keys of the provider are not known.
    NoKeys,
}

impl Tokens {
    /// Tokens that are verified with keys from the configuration.
    pub fn with_keys(rules: Rules, keys: Vec<Key>) -> Self {
        Self::new(rules, keys, None)
    }

    /// Tokens that are verified with the keys of a provider.
    pub fn with_source(rules: Rules, source: Box<dyn KeySource>) -> Self {
        Self::new(rules, Vec::new(), Some(source))
    }

    fn new(rules: Rules, keys: Vec<Key>, source: Option<Box<dyn KeySource>>) -> Self {
        let known = RwLock::new(Known { keys: keys.into(), until: None, reads: 0 });
        Self { rules, known, source, reading: tokio::sync::Mutex::default() }
    }

    pub(crate) fn has_source(&self) -> bool {
        self.source.is_some()
    }

    /// The user of a token.
    pub(super) async fn user(&self, text: &str, now: Timestamp) -> Result<User, NoUser> {
        let token = Token::parse(text).map_err(NoUser::Refused)?;
        let (first, reads) = self.verify(&token, now);
        // The provider may have new keys. It may also have put another one under the same name, or under none.
        let may_be_new =
            matches!(first, Err(NoUser::NoKeys | NoUser::Refused(Refusal::UnknownKey | Refusal::Signature)));
        if may_be_new && self.read_since(reads, now).await { self.verify(&token, now).0 } else { first }
    }

    /// The user, and the number of reads of the keys that it was verified with.
    fn verify(&self, token: &Token<'_>, now: Timestamp) -> (Result<User, NoUser>, u64) {
        let (keys, reads) = {
            let known = self.known.read();
            let are_stale = known.until.is_some_and(|until| now >= until);
            if self.source.is_some() && (are_stale || known.keys.is_empty()) {
                return (Err(NoUser::NoKeys), known.reads);
            }
            (known.keys.clone(), known.reads)
        };
        (self.rules.verify(token, &keys, now).map_err(NoUser::Refused), reads)
    }

    /// True when the keys were read after the first `reads` times: by this call, or by another one that it waited for.
    async fn read_since(&self, reads: u64, now: Timestamp) -> bool {
        if self.source.is_none() {
            return false;
        }
        let mut last = self.reading.lock().await;
        if self.known.read().reads == reads && last.is_none_or(|at| now >= at.after(RETRY)) {
            *last = Some(now);
            // The task logs a provider that does not answer.
            drop(self.read(now).await);
        }
        self.known.read().reads != reads
    }

    /// Reads the keys now.
    pub(crate) async fn refresh(&self, now: Timestamp) -> Result<(), String> {
        let mut last = self.reading.lock().await;
        *last = Some(now);
        self.read(now).await
    }

    async fn read(&self, now: Timestamp) -> Result<(), String> {
        let Some(source) = &self.source else { return Ok(()) };
        let document = source.read().await?;
        let keys = parse_key_set(&document, &self.rules.algorithms).map_err(|fault| fault.to_string())?;
        let mut known = self.known.write();
        *known = Known { keys: keys.into(), until: Some(now.after(STALE)), reads: known.reads + 1 };
        Ok(())
    }
}
