//! Section of the platform API (`/api/v1/webhooks`): every line of its table, and the rules for all calls.

mod delayed;
mod deliveries;
mod limits;
mod replays;
mod subscriptions;
mod subscriptions_id;
mod types;

use crate::{
    rows::{Row, row, run},
    server::{On, Server, on_both},
};
use serde_json::json;

on_both!(platform_api);

async fn platform_api(on: On) {
    let server = Server::for_loopback(on, &[]);
    let mut rows = general();
    rows.extend(subscriptions::rows());
    rows.extend(subscriptions_id::rows());
    rows.extend(delayed::rows());
    rows.extend(deliveries::rows());
    rows.extend(replays::rows());
    rows.extend(types::rows());
    rows.extend(limits::rows());
    run(&server, 8, rows).await;
}

/// The rules before the table.
fn general() -> Vec<Row> {
    vec![
        row("Platform API, Who is calling", "no credential 401, and a wrong one", |w| async move {
            w.with_key(None).p("GET /subscriptions", ()).await.is(401);
            w.with_key(Some("pk_wrong")).p("GET /subscriptions", ()).await.is(401);
            w.with_key(None).p("POST /subscriptions", "{").await.is(401);
        }),
        row("Platform API, Who is calling", "the admin key needs X-Tenant-Id, else 400", |w| async move {
            w.in_tenant(None).p("GET /subscriptions", ()).await.is(400).says("Tenant ID is required");
        }),
        row("Platform API, Who is calling", "403: webhooks:manage to change, webhooks:read to read", |w| async move {
            let reader = w.with_scopes(&["webhooks:read", "events:publish"]).await;
            let id = w.subscribe("https://example.com/p-scope", json!({})).await.text_of("id");
            for call in ["PATCH", "DELETE"] {
                reader.p(&format!("{call} /subscriptions/{id}"), json!({})).await.is(403);
            }
            for action in ["test", "rotate-secret", "pause", "activate"] {
                reader.p(&format!("POST /subscriptions/{id}/{action}"), json!({})).await.is(403);
            }
            let publisher = w.with_scopes(&["events:publish"]).await;
            let one = format!("/subscriptions/{id}");
            for path in ["/subscriptions", "/deliveries", "/events", "/events/invoice.paid", "", &one] {
                publisher.p(&format!("GET {path}"), ()).await.is(403);
                reader.p(&format!("GET {path}"), ()).await.is(200);
            }
            reader.p("POST /subscriptions", json!({ "url": "https://e.example/", "events": ["*"] })).await.is(403);
            let manager = w.with_scopes(&["webhooks:manage"]).await;
            manager.p("GET /subscriptions", ()).await.is(200);
            manager.p("GET /events", ()).await.is(200);
        }),
        row("Platform API, Who is calling", "a key with an X-Tenant-Id of another tenant 403", |w| async move {
            let manager = w.with_scopes(&["webhooks:manage"]).await;
            manager.in_tenant(Some("another")).p("GET /subscriptions", ()).await.is(403);
            manager.in_tenant(None).p("GET /subscriptions", ()).await.is(200);
        }),
        row("Platform API, Who is calling", "another tenant's object 404, never 403", |w| async move {
            let id = w.subscribe("https://example.com/mine", json!({})).await.text_of("id");
            let stranger = w.in_tenant(Some("stranger"));
            for call in ["GET", "PATCH", "DELETE"] {
                stranger.p(&format!("{call} /subscriptions/{id}"), json!({})).await.is(404);
            }
            stranger.p(&format!("POST /subscriptions/{id}/pause"), ()).await.is(404);
            stranger.p(&format!("GET /subscriptions/{id}/deliveries"), ()).await.is(404);
            assert_eq!(stranger.p("GET /subscriptions", ()).await.is(200).body, json!([]));
            w.p(&format!("GET /subscriptions/{id}"), ()).await.is(200);
        }),
        row("Platform API", "every error body is problem+json with detail as a plain string", |w| async move {
            // `Answer::is` checks the rest for every error response of every row.
            w.p("POST /subscriptions", "{not json").await.is(422);
            w.p("POST /subscriptions", json!({ "url": 5, "events": "x" })).await.is(422);
            w.p("GET /nothing/like/this", ()).await.is(404);
            w.p("PUT /subscriptions", ()).await.is(405);
        }),
    ]
}
