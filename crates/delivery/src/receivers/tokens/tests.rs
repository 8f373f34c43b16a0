//! The cache of tokens, on a clock that stands still until it is moved, with fetches that the tests complete.

use super::{
    state::{BACKOFF_MAX, BACKOFF_MIN, REFUSAL_PAUSE, State},
    *,
};
use crate::test_clock::TestClock;
use futures_util::future::BoxFuture;
use model::{
    Clock, SubscriptionId, TenantId,
    credentials::{ClientAuthentication, OAuth2},
};
use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::sync::oneshot;

mod bounds;
mod rules;
mod waiting;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn oauth() -> OAuth2 {
    OAuth2 {
        token_url: "https://id.example/token".into(),
        client_id: "me".into(),
        client_secret: "hush".into(),
        scope: None,
        audience: None,
        client_authentication: ClientAuthentication::Header,
    }
}

fn key(number: u8) -> TokenKey {
    TokenKey::new(TenantId::trusted("t"), SubscriptionId::from_bytes([number; 16]), &oauth())
}

fn fetched(access_token: &str, expires_in: Option<i64>) -> Result<Fetched, TokenFault> {
    Ok(Fetched { access_token: access_token.into(), expires_in })
}

fn down() -> Result<Fetched, TokenFault> {
    Err(TokenFault::new("HTTP 502 from the token endpoint"))
}

/// A cache with its clock. Counts fetches.
struct Scene {
    tokens: Tokens,
    clock: Arc<TestClock>,
    fetches: AtomicUsize,
}

impl Scene {
    fn new() -> Self {
        Self { tokens: Tokens::new(), clock: TestClock::at(START), fetches: AtomicUsize::new(0) }
    }

    fn fetches(&self) -> usize {
        self.fetches.load(SeqCst)
    }

    /// Gets a token; a fetch ends at once with this result.
    async fn get(&self, key: &TokenKey, result: Result<Fetched, TokenFault>) -> Result<Arc<Token>, TokenFault> {
        let fetch = || {
            self.fetches.fetch_add(1, SeqCst);
            async { result }
        };
        let get = self.tokens.get(key, || self.clock.now(), fetch);
        tokio::time::timeout(secs(60), get).await.expect("the caller waits for no fetch")
    }

    /// The text of the token that a caller gets.
    async fn text(&self, result: Result<Fetched, TokenFault>) -> String {
        self.get(&key(1), result).await.map_or_else(|fault| fault.to_string(), |token| token.access_token().to_owned())
    }

    /// A caller whose fetch ends when the sender is used.
    fn caller(&self) -> (Caller<'_>, oneshot::Sender<Result<Fetched, TokenFault>>) {
        let (sender, receiver) = oneshot::channel();
        let fetch = || {
            self.fetches.fetch_add(1, SeqCst);
            async { receiver.await.unwrap() }
        };
        let get = async { self.tokens.get(&key(1), || self.clock.now(), fetch).await };
        (Box::pin(get), sender)
    }
}

type Caller<'s> = BoxFuture<'s, Result<Arc<Token>, TokenFault>>;

fn poll(caller: &mut Caller<'_>) -> Poll<Result<Arc<Token>, TokenFault>> {
    caller.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn text(polled: Poll<Result<Arc<Token>, TokenFault>>) -> Option<String> {
    match polled {
        Poll::Pending => None,
        Poll::Ready(Ok(token)) => Some(token.access_token().to_owned()),
        Poll::Ready(Err(fault)) => Some(fault.to_string()),
    }
}
