//! The rights of portal links: every operation of the OpenAPI document, with every capability. A new route without a row
//! here fails the test.

use crate::support::{Caller, Operation, TestApp};
use model::portal::Capability::{
    self, DeliveriesCancel, DeliveriesRetry, ReplaysWrite, SecretsRead, SecretsRotate, SubscriptionsWrite, TestSend,
};
use serde_json::json;

/// The portal links that an operation admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admits {
    /// No key and no link is needed.
    Anybody,
    /// Every link.
    View,
    /// Links with this capability.
    With(Capability),
    /// No link.
    Nobody,
}

#[rustfmt::skip]
fn admits(operation: &Operation) -> Admits {
    use Admits::{Anybody, Nobody, View, With};
    match operation.name().as_str() {
        "GET /healthz" | "GET /readyz" | "POST /api/v1/session"
        | "GET /api/v1/payloads/{reference}"
        | "GET /api/v1/webhooks/subscriptions/{id}/jwks.json" => Anybody,
        "GET /api/v1/session" | "DELETE /api/v1/session" => View,

        "GET /metrics" | "GET /api/v1/audit/coverage" | "POST /api/v1/events" | "POST /api/v1/events/batch"
        | "POST /api/v1/events/{id}/cancel" | "DELETE /api/v1/events/{id}/payload"
        | "POST /api/v1/tenant/webhooks/deliveries" | "GET /api/v1/webhooks/events/misfits"
        | "POST /api/v1/webhooks/events" | "PUT /api/v1/webhooks/events/{event_type}"
        | "DELETE /api/v1/webhooks/events/{event_type}" => Nobody,
        name if ["tenants", "keys", "portal-sessions", "nodes", "admin", "audit/report", "master-key"].iter()
            .any(|part| name.contains(&format!("/api/v1/{part}"))) => Nobody,

        "POST /api/v1/webhooks/subscriptions" | "PATCH /api/v1/webhooks/subscriptions/{id}"
        | "DELETE /api/v1/webhooks/subscriptions/{id}" | "POST /api/v1/webhooks/subscriptions/{id}/pause"
        | "POST /api/v1/webhooks/subscriptions/{id}/activate"
        | "POST /api/v1/webhooks/subscriptions/{id}/breaker/reset"
        | "POST /api/v1/webhooks" | "DELETE /api/v1/webhooks/{id}"
        | "POST /api/v1/tenant/webhooks/subscriptions" | "DELETE /api/v1/tenant/webhooks/subscriptions/{id}" =>
            With(SubscriptionsWrite),
        "POST /api/v1/webhooks/subscriptions/check"
        | "POST /api/v1/webhooks/subscriptions/transformation-test" => With(SubscriptionsWrite),
        "POST /api/v1/webhooks/subscriptions/filter-test" => View,
        "POST /api/v1/webhooks/subscriptions/{id}/test" => With(TestSend),
        "GET /api/v1/webhooks/subscriptions/{id}/secret" => With(SecretsRead),
        "POST /api/v1/webhooks/subscriptions/{id}/rotate-secret" => With(SecretsRotate),
        "POST /api/v1/webhooks/deliveries/{id}/retry" | "POST /api/v1/tenant/webhooks/deliveries/{id}/retry" =>
            With(DeliveriesRetry),
        "POST /api/v1/webhooks/deliveries/{id}/cancel" | "POST /api/v1/webhooks/deliveries/cancel" =>
            With(DeliveriesCancel),
        "POST /api/v1/webhooks/replays" | "POST /api/v1/webhooks/replays/{id}/pause"
        | "POST /api/v1/webhooks/replays/{id}/resume" | "POST /api/v1/webhooks/replays/{id}/cancel" =>
            With(ReplaysWrite),

        "GET /api/v1/events" | "GET /api/v1/events/{id}" | "GET /api/v1/events/{id}/payload"
        | "POST /api/v1/events/preview" | "GET /api/v1/stream" | "GET /api/v1/backlog"
        | "GET /api/v1/egress-addresses" => View,
        name if name.starts_with("GET /api/v1/webhooks") || name.starts_with("GET /api/v1/tenant/webhooks") => View,
        name => panic!("{name} has no row in this table: may a portal link use it?"),
    }
}

/// A link of acme that has these capabilities; one that may only view without any.
async fn link(app: &TestApp, capabilities: &[Capability]) -> Caller {
    let names: Vec<_> = capabilities.iter().map(|one| one.name()).collect();
    let mode = if names.is_empty() { "view" } else { "manage" };
    let body = json!({"tenant_id": "acme", "mode": mode, "capabilities": names});
    let made = app.admin().post("/api/v1/portal-sessions", body).await.expect(201);
    app.nobody().bearing(made["token"].as_str().unwrap())
}

#[tokio::test]
async fn a_link_may_do_what_its_mode_and_capabilities_say_and_nothing_else() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    app.tenant("globex").await;
    let without = |left_out: Option<Capability>| {
        Capability::ALL.into_iter().filter(|one| Some(*one) != left_out).collect::<Vec<_>>()
    };
    let (view, all) = (link(&app, &[]).await, link(&app, &without(None)).await);
    for operation in Operation::all() {
        let path = operation.with("x");
        let call = async |caller: &Caller| caller.send(operation.method(), &path, "{}").await;
        let is_refused = |answer: &crate::support::Answer| matches!(answer.status.as_u16(), 401 | 403);
        match admits(&operation) {
            Admits::Anybody => {}
            Admits::View => {
                for caller in [&view, &all] {
                    assert!(!is_refused(&call(caller).await), "{}", operation.name());
                }
            }
            Admits::With(capability) => {
                let lacking = link(&app, &without(Some(capability))).await;
                for caller in [&view, &lacking] {
                    let detail = call(caller).await.detail(403, "forbidden");
                    assert!(detail.ends_with(capability.name()), "{}: {detail}", operation.name());
                }
                for caller in [&link(&app, &[capability]).await, &all] {
                    let answer = call(caller).await;
                    assert!(!is_refused(&answer), "{}: {}", operation.name(), answer.text());
                }
            }
            Admits::Nobody => {
                for caller in [&view, &all] {
                    call(caller).await.problem(403, "forbidden");
                }
            }
        }
        // No link leaves its tenant.
        let elsewhere = call(&all.with("X-Tenant-Id", "globex")).await;
        let is_public = operation.path.ends_with("/jwks.json") || operation.path.ends_with("/{reference}");
        let is_own = is_public || matches!(operation.path.as_str(), "/healthz" | "/readyz" | "/api/v1/session");
        assert!(is_own || is_refused(&elsewhere), "{}: {}", operation.name(), elsewhere.text());
    }
    app.finish().await;
}
