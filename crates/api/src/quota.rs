//! The publish rate of a tenant in responses: `429`, `Retry-After`, and the headers `RateLimit-Policy` and `RateLimit` of
//! draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4.

use crate::{
    App,
    body::DATA_MAX,
    problem::{
        Problem,
        kinds::{RateLimited, TooLarge},
    },
};
use axum::response::{IntoResponseParts, ResponseParts};
use delivery::{Admitted, Limited, NotAdmitted, RateStatus};
use http::{HeaderName, HeaderValue, header};
use model::{TenantId, policy::TenantLimit};
use std::{convert::Infallible, sync::Arc, time::Duration};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The limits of the tenant that publishes, looked up once per request.
pub(crate) struct Quota<'a> {
    app: &'a App,
    tenant: &'a TenantId,
    limited: Option<Arc<Limited>>,
    /// Whether the operator learns that a limit was reached.
    reports: bool,
}

/// Events that may be published. They stay charged when the client hangs up.
pub(crate) struct Permit<'a> {
    app: &'a App,
    admitted: Option<Admitted>,
}

/// The headers of a response to a tenant with a publish limit; none for others.
#[derive(Debug)]
pub(crate) struct RateHeaders(Option<[(HeaderName, HeaderValue); 2]>);

impl<'a> Quota<'a> {
    pub(crate) fn of(app: &'a App, tenant: &'a TenantId) -> Self {
        Self { app, tenant, limited: app.engine.limits.of(tenant), reports: true }
    }

    /// The limits for a preview, which writes nothing.
    pub(crate) fn of_preview(app: &'a App, tenant: &'a TenantId) -> Self {
        Self { reports: false, ..Self::of(app, tenant) }
    }

    /// Checks the size of a payload; `field` is its name.
    pub(crate) fn check_size(&self, field: &str, bytes: usize) -> Result<(), Problem> {
        if bytes > DATA_MAX {
            return Err(TooLarge::problem(format!("{field}: must have at most {DATA_MAX} bytes")));
        }
        let own = self.limited.as_ref().and_then(|limited| limited.effective.payload_bytes);
        match own {
            Some(most) if bytes > most as usize => {
                if self.reports {
                    self.app.engine.limits.reached(self.tenant, TenantLimit::PayloadBytes);
                }
                let detail = format!("{field}: has {bytes} bytes; the tenant's limit payload_bytes is {most}");
                Err(TooLarge::problem(detail))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a tenant that may not publish a single event now, before any work is done for it.
    pub(crate) fn refuse_if_spent(&self) -> Result<(), Problem> {
        self.admit(0).map(drop)
    }

    /// Admits `events` events, all or none.
    pub(crate) fn admit(&self, events: usize) -> Result<Permit<'a>, Problem> {
        let Some(limited) = &self.limited else { return Ok(Permit { app: self.app, admitted: None }) };
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        match self.app.engine.limits.admit(self.tenant, limited, events) {
            Ok(admitted) => Ok(Permit { app: self.app, admitted }),
            Err(NotAdmitted::TooMany(limit)) => Err(Problem::invalid(
                "events",
                format!(
                    "has {events} events, and the tenant's publish limit admits at most {} at once (its burst): send \
                     smaller batches",
                    limit.burst()
                ),
            )),
            Err(NotAdmitted::Later { status, wait }) => {
                let seconds = whole_seconds(wait);
                let RateStatus { limit, remaining, .. } = status;
                let detail = format!(
                    "The tenant may publish {} events per {}; try again in {seconds} s",
                    limit.limit(),
                    limit.period().name()
                );
                // The effective window must not end after Retry-After (section 6).
                let headers = headers(&RateStatus { limit, remaining, next: wait });
                let problem = RateLimited::problem(detail).setting(header::RETRY_AFTER, seconds.into());
                Err(headers.into_iter().fold(problem, |problem, (name, value)| problem.setting(name, value)))
            }
        }
    }
}

impl Permit<'_> {
    /// Gives the charge back when nothing was published.
    pub(crate) fn unless_refused<T, E>(&mut self, result: Result<T, E>) -> Result<T, E> {
        if result.is_err()
            && let Some(admitted) = self.admitted.take()
        {
            admitted.charge(0);
        }
        result
    }

    /// Charges `events` of the admitted events; returns the headers of the response.
    pub(crate) fn charge(self, events: usize) -> RateHeaders {
        let Some(admitted) = self.admitted else { return RateHeaders(None) };
        let limited = admitted.charge(u32::try_from(events).unwrap_or(u32::MAX));
        RateHeaders(self.app.engine.limits.status(&limited).map(|status| headers(&status)))
    }
}

fn headers(status: &RateStatus) -> [(HeaderName, HeaderValue); 2] {
    let RateStatus { limit, remaining, next } = status;
    let policy = format!("\"publish\";q={};w={}", limit.limit(), limit.period().duration().as_secs());
    let current = format!("\"publish\";r={remaining};t={}", whole_seconds(*next));
    let value = |text: String| HeaderValue::try_from(text).unwrap_or_else(|_| unreachable!("numbers are ASCII"));
    [(POLICY, value(policy)), (LIMIT, value(current))]
}

/// Rounded up, at least 1.
fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}

impl IntoResponseParts for RateHeaders {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.headers_mut().extend(self.0.into_iter().flatten());
        Ok(parts)
    }
}
