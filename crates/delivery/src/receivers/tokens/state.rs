//! The state of one key (its token, its last fault and its fetch), and the rules for the next step of a caller.

use super::token::{Fetched, LIFETIME_DEFAULT, LIFETIME_MAX, Token, TokenFault};
use model::Timestamp;
use std::{ops::Range, sync::Arc, time::Duration};
use tokio::sync::watch;

/// The result of a fetch.
pub(super) type Outcome = Result<Arc<Token>, TokenFault>;
/// `None` until the fetch has ended. Closed without a result when the fetching caller was dropped.
type Flight = watch::Receiver<Option<Outcome>>;

/// A token is renewed when less than this fraction of its lifetime is left, within the bounds that follow.
const RENEWAL_FRACTION: u32 = 5;
const RENEWAL_MIN: Duration = Duration::from_secs(10);
const RENEWAL_MAX: Duration = Duration::from_secs(5 * 60);
/// A fault is remembered for this time, which doubles with each further fault up to the maximum.
pub(super) const BACKOFF_MIN: Duration = Duration::from_secs(5);
pub(super) const BACKOFF_MAX: Duration = Duration::from_secs(5 * 60);
/// Time in which refused tokens cause one fetch at most.
pub(super) const REFUSAL_PAUSE: Duration = Duration::from_secs(30);

/// Each range of time begins when it was set: a time before it shows that the clock was set back, which ends the range.
#[derive(Debug, Default)]
pub(super) struct State {
    token: Option<Arc<Token>>,
    /// The receiver refused the token.
    is_refused: bool,
    /// The time in which a refused token is used, because another one was replaced shortly before.
    pause: Option<Range<Timestamp>>,
    fault: Option<Remembered>,
    flight: Option<Flight>,
}

#[derive(Debug)]
struct Remembered {
    fault: TokenFault,
    backoff: Duration,
    during: Range<Timestamp>,
}

/// The next step of a caller.
#[derive(Debug)]
pub(super) enum Next {
    Use(Arc<Token>),
    Fail(TokenFault),
    Wait(Flight),
    /// The caller fetches, passes the result to [`State::land`], and sends the outcome to those who wait.
    Fetch(watch::Sender<Option<Outcome>>),
}

impl State {
    pub(super) fn next(&mut self, now: Timestamp) -> Next {
        let token = self.usable(now);
        let fault = self.fault.as_ref().filter(|last| last.during.contains(&now)).map(|last| &last.fault);
        // An error means that the fetching caller was dropped.
        let flight = self.flight.as_ref().filter(|flight| flight.has_changed().is_ok());
        match (token, fault, flight) {
            (Some(token), None, None) if now >= token.renewed_from => {}
            (Some(token), ..) => return Next::Use(Arc::clone(token)),
            (None, Some(fault), _) => return Next::Fail(fault.clone()),
            (None, None, Some(flight)) => return Next::Wait(flight.clone()),
            (None, None, None) => {}
        }
        let (sender, receiver) = watch::channel(None);
        self.flight = Some(receiver);
        Next::Fetch(sender)
    }

    /// The token, unless it has expired or must be replaced.
    fn usable(&self, now: Timestamp) -> Option<&Arc<Token>> {
        let is_paused = self.pause.as_ref().is_some_and(|pause| pause.contains(&now));
        self.token.as_ref().filter(|token| token.valid.contains(&now) && (!self.is_refused || is_paused))
    }

    /// Takes the result of the fetch that began at `started`. Returns the outcome for the fetching caller, which goes on
    /// using the old token when a renewal failed, and the outcome for those who wait.
    pub(super) fn land(
        &mut self,
        result: Result<Fetched, TokenFault>,
        started: Timestamp,
        now: Timestamp,
    ) -> (Outcome, Outcome) {
        self.flight = None;
        // The clock may have been set back during the fetch.
        let started = started.min(now);
        let pause = self.is_refused.then(|| started..started.after(REFUSAL_PAUSE));
        match result {
            Ok(fetched) => {
                let token = Arc::new(Token::new(fetched, started));
                let outlives_its_fetch = !token.valid.is_empty();
                self.token = outlives_its_fetch.then(|| Arc::clone(&token));
                (self.is_refused, self.fault) = (false, None);
                self.pause = pause.or(self.pause.take());
                (Ok(Arc::clone(&token)), Ok(token))
            }
            Err(fault) => {
                let backoff = self.fault.as_ref().map_or(BACKOFF_MIN, |last| (last.backoff * 2).min(BACKOFF_MAX));
                let until = now.after(backoff).max(pause.map_or(now, |pause| pause.end));
                let fault = TokenFault { retry_at: Some(until), ..fault };
                self.fault = Some(Remembered { fault: fault.clone(), backoff, during: now..until });
                let own = self.usable(now).map(Arc::clone).ok_or_else(|| fault.clone());
                (own, Err(fault))
            }
        }
    }

    pub(super) fn refuse(&mut self, token: &Token) {
        if self.token.as_deref().is_some_and(|current| std::ptr::eq(current, token)) {
            self.is_refused = true;
        }
    }
}

impl Token {
    pub(super) fn new(fetched: Fetched, started: Timestamp) -> Self {
        let lifetime = match fetched.expires_in {
            None => LIFETIME_DEFAULT,
            Some(seconds) => Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).min(LIFETIME_MAX),
        };
        // At most half of the lifetime, so that a short one is used, too.
        let early = (lifetime / RENEWAL_FRACTION).clamp(RENEWAL_MIN, RENEWAL_MAX).min(lifetime / 2);
        let end = started.after(lifetime);
        Self { access_token: fetched.access_token, valid: started..end, renewed_from: end.before(early) }
    }
}
