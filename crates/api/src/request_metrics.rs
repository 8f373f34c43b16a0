//! Counts requests to the API, by route and status, and the requests to publish that were refused.

use crate::App;
use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use http::Method;
use metrics::NO_ROUTE;
use model::Timestamp;

/// The code of a response with a problem, and whether it has a cause in the server; left for this middleware by the writer
/// of problems.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    pub(crate) code: &'static str,
    pub(crate) has_cause: bool,
}

/// The routes by which events are published.
const PUBLISH: [&str; 3] = ["/api/v1/events", "/api/v1/events/batch", "/api/v1/tenant/webhooks/deliveries"];

/// A request that is counted when it is answered.
pub(crate) struct Counted {
    began: Timestamp,
    route: Option<MatchedPath>,
    method: Method,
}

impl Counted {
    pub(crate) fn begin(app: &App, request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        Self { began: app.clock.now(), route, method: request.method().clone() }
    }

    pub(crate) fn end(self, app: &App, response: &Response) {
        let route = self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        let status = response.status().as_u16();
        app.metrics.request(self.method.as_str(), route, status, app.clock.now().since(self.began));
        if status >= 400 && self.method == Method::POST && PUBLISH.contains(&route) {
            app.metrics.refused(reason(status, response.extensions().get().copied()));
        }
    }
}

/// The label `reason` of `postrider_events_refused_total`.
fn reason(status: u16, refused: Option<Refused>) -> &'static str {
    match (status, refused) {
        (429, _) => "rate_limited",
        (413, _) => "too_large",
        (401 | 403, _) => "unauthorized",
        (_, Some(Refused { code: "no_active_subscriptions", .. })) => "unmatched",
        (500.., Some(Refused { has_cause: true, .. })) => "unavailable",
        (503, _) => "backpressure",
        (500.., _) => "unavailable",
        (408, _) => "timeout",
        _ => "invalid",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_reason_of_the_closed_set() {
        let refused = |code, has_cause| Some(Refused { code, has_cause });
        for (status, refused, expected) in [
            (429, None, "rate_limited"),
            (413, None, "too_large"),
            (401, None, "unauthorized"),
            (403, None, "unauthorized"),
            (404, refused("no_active_subscriptions", false), "unmatched"),
            (404, refused("not_found", false), "invalid"),
            (422, refused("invalid", false), "invalid"),
            (408, None, "timeout"),
            (503, refused("unavailable", false), "backpressure"),
            (503, refused("unavailable", true), "unavailable"),
            (500, refused("internal", true), "unavailable"),
            (500, None, "unavailable"),
        ] {
            assert_eq!(reason(status, refused), expected, "{status} {refused:?}");
            assert!(metrics::REFUSALS.contains(&expected));
        }
    }
}
