//! The policies of a subscription in the platform API: their fields, their checks, and how they are shown.

use crate::body::{Patch, text, whole};
use model::{
    FieldErrors, Invalid, Timestamp,
    policy::{BreakerSettings, OpenBreaker, Period, RateLimit},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rate limit.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct RateLimitFields {
    /// Requests per period.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000)]
    limit: Patch<i64>,
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = PeriodName, example = "second")]
    period: Patch<String>,
    /// Requests that may be made at once after a time of rest, at most the limit. Default: a tenth of a second's
    /// worth, at least 1.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000)]
    burst: Patch<i64>,
}

/// A rate limit.
#[derive(Serialize, ToSchema)]
#[schema(as = RateLimit)]
pub(crate) struct RateLimitShown {
    limit: u32,
    #[schema(value_type = PeriodName)]
    period: &'static str,
    burst: u32,
}

/// The period of a rate limit.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only the schema is used")]
pub(crate) enum PeriodName {
    Second,
    Minute,
    Hour,
}

impl From<RateLimit> for RateLimitShown {
    fn from(limit: RateLimit) -> Self {
        Self { limit: limit.limit(), period: limit.period().name(), burst: limit.burst() }
    }
}

impl RateLimitFields {
    /// The same limit, with the whole limit as burst unless another one is given.
    pub(crate) fn with_full_burst(&self) -> Self {
        let burst = if self.burst.value().is_none() { self.limit } else { self.burst };
        Self { limit: self.limit, period: self.period.clone(), burst }
    }

    /// The limit; faults name their field below `name`.
    pub(crate) fn check(&self, name: &str, faults: &mut FieldErrors) -> Option<RateLimit> {
        let before = faults.0.len();
        let limit = required(&self.limit, &format!("{name}.limit"), faults);
        let period = match &self.period {
            Patch::Value(text) => {
                let known = || Period::ALL.map(Period::name).join(", ");
                let parsed = Period::parse(text).ok_or_else(|| format!("must be one of {}", known()));
                faults.take(&format!("{name}.period"), parsed)
            }
            Patch::Absent | Patch::Null => {
                faults.add(format!("{name}.period"), "is missing; it must be second, minute or hour");
                None
            }
        };
        if faults.0.len() > before {
            return None;
        }
        // A negative number is as wrong as zero.
        let positive = |number: i64| u64::try_from(number).unwrap_or(0);
        let made = RateLimit::try_new(positive(limit?), period?, self.burst.value().map(positive));
        made.map_err(|fault| faults.0.push(below(name, fault))).ok()
    }
}

/// When the circuit breaker opens, and how long it pauses.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct CircuitBreakerFields {
    /// False: the breaker never opens.
    #[serde(default, deserialize_with = "crate::body::boolean")]
    #[schema(value_type = bool, default = true)]
    enabled: Patch<bool>,
    /// Connection failures in a row after which it opens.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = u16, minimum = 1, maximum = 1000)]
    connection_failures: Patch<i64>,
    /// Percentage of failed attempts in the window at which it opens. A failed attempt is one without a response, or
    /// with a 5xx, 408 or 429.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = u8, minimum = 1, maximum = 100)]
    failure_percent: Patch<i64>,
    /// Attempts that the window must contain before the percentage counts.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = u16, minimum = 1, maximum = 10_000)]
    minimum: Patch<i64>,
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = u16, minimum = 5, maximum = 3600)]
    window_seconds: Patch<i64>,
    /// The first pause; each further one is twice as long.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = u16, minimum = 1, maximum = 3600)]
    pause_seconds: Patch<i64>,
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = u32, minimum = 1, maximum = 86_400)]
    longest_pause_seconds: Patch<i64>,
}

/// When the circuit breaker opens, and how long it pauses.
#[derive(Serialize, ToSchema)]
#[schema(as = CircuitBreaker)]
pub(crate) struct CircuitBreakerShown {
    enabled: bool,
    connection_failures: u16,
    failure_percent: u8,
    minimum: u16,
    window_seconds: u16,
    pause_seconds: u32,
    longest_pause_seconds: u32,
}

impl From<BreakerSettings> for CircuitBreakerShown {
    fn from(of: BreakerSettings) -> Self {
        Self {
            enabled: of.enabled,
            connection_failures: of.connection_failures,
            failure_percent: of.failure_percent,
            minimum: of.minimum,
            window_seconds: of.window,
            pause_seconds: of.pause,
            longest_pause_seconds: of.longest_pause,
        }
    }
}

impl CircuitBreakerFields {
    /// The settings; fields that are absent keep the value that `base` has.
    pub(super) fn check(&self, name: &str, base: BreakerSettings, faults: &mut FieldErrors) -> Option<BreakerSettings> {
        let before = faults.0.len();
        let mut settings = base;
        settings.enabled = self.enabled.value().unwrap_or(base.enabled);
        // A number that does not fit becomes 0, which is out of the bounds of each field.
        settings.connection_failures = number(self.connection_failures, base.connection_failures);
        settings.failure_percent = number(self.failure_percent, base.failure_percent);
        settings.minimum = number(self.minimum, base.minimum);
        settings.window = number(self.window_seconds, base.window);
        settings.pause = number(self.pause_seconds, base.pause);
        settings.longest_pause = number(self.longest_pause_seconds, base.longest_pause);
        if let Err(fault) = settings.check() {
            faults.0.push(below(name, fault));
        }
        (faults.0.len() == before).then_some(settings)
    }
}

fn number<N: TryFrom<i64> + Default>(given: Patch<i64>, base: N) -> N {
    given.value().map_or(base, |number| N::try_from(number).unwrap_or_default())
}

/// The circuit breaker of a subscription.
#[derive(Serialize, ToSchema)]
#[schema(as = Breaker)]
pub(crate) struct BreakerShown {
    /// `closed`: deliveries are sent. `open`: they wait until `next_probe_at`. `half_open`: one delivery is sent as a
    /// probe.
    #[schema(value_type = BreakerState)]
    state: &'static str,
    /// When it opened.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    reason: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    next_probe_at: Option<Timestamp>,
}

/// The state of a circuit breaker.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only the schema is used")]
pub(crate) enum BreakerState {
    Closed,
    Open,
    HalfOpen,
}

impl BreakerShown {
    pub(crate) fn new(breaker: Option<&OpenBreaker>, now: Timestamp) -> Self {
        let state = match breaker {
            None => "closed",
            Some(open) if open.next_probe_at > now => "open",
            Some(_) => "half_open",
        };
        Self {
            state,
            since: breaker.map(|open| open.since),
            reason: breaker.map(|open| open.reason.clone()),
            next_probe_at: breaker.map(|open| open.next_probe_at),
        }
    }
}

/// The number of a field that must be given.
fn required(given: &Patch<i64>, name: &str, faults: &mut FieldErrors) -> Option<i64> {
    let value = given.value();
    if value.is_none() {
        faults.add(name, "is missing");
    }
    value
}

/// The fault of a field of the object `name`.
fn below(name: &str, fault: Invalid) -> Invalid {
    Invalid { field: format!("{name}.{}", fault.field), ..fault }
}
