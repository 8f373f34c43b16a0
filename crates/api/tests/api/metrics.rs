//! `/metrics`.

use crate::support::{Answer, Reply, TestApp};
use serde_json::json;

/// The value of a series, written as in the text format; `None` when it is absent.
fn value(answer: &Answer, series: &str) -> Option<f64> {
    let line = answer.text().lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    Some(line.parse().unwrap())
}

async fn scrape(app: &TestApp) -> Answer {
    let answer = app.admin().get("/metrics").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

#[tokio::test]
async fn the_format_follows_the_accept_header() {
    let app = TestApp::start().await;
    let text = "text/plain; version=0.0.4; charset=utf-8";
    let open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    for (accept, expected) in [("*/*", text), ("application/openmetrics-text;version=1.0.0", open)] {
        let answer = app.admin().with("accept", accept).get("/metrics").await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some(expected)));
        assert_eq!(answer.text().ends_with("\n# EOF\n"), expected == open);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_tenants_key_reads_no_metrics() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    acme.get("/metrics").await.problem(403, "forbidden");
    app.nobody().get("/metrics").await.problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn an_attempt_is_counted_when_its_outcome_is_durable() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(200));
    acme.subscribe(&receiver.url("/")).await;
    let held = app.store.hold_next_commit();
    let series = r#"webhook_deliveries_total{event="invoice.created",status="delivered",tenant_id="acme"}"#;
    let published = tokio::spawn({
        let acme = acme.clone();
        async move { acme.publish().await }
    });
    let mut held = held;
    held.reached().await;
    assert_eq!(value(&scrape(&app).await, series), None);
    held.release();
    let event = published.await.unwrap();
    let commit = app.store.hold_next_commit();
    receiver.next().await;
    let mut commit = commit;
    commit.reached().await;
    assert_eq!(value(&scrape(&app).await, series), None, "the request has ended, and its outcome is not durable");
    commit.release();
    app.settled().await;
    let kind = event["type"].as_str().unwrap();
    let series = format!(r#"webhook_deliveries_total{{event="{kind}",status="delivered",tenant_id="acme"}}"#);
    assert_eq!(value(&scrape(&app).await, &series), Some(1.0));
    app.finish().await;
}

#[tokio::test]
async fn figures_that_the_store_does_not_give_are_absent_and_the_failure_is_counted() {
    let app = TestApp::start().await;
    let (waiting, failed) =
        ("postrider_deliveries_waiting{queue=\"normal\"}", "postrider_metrics_scrape_errors_total{part=\"backlog\"}");
    let before = scrape(&app).await;
    assert_eq!((value(&before, waiting), value(&before, failed)), (Some(0.0), Some(0.0)));
    app.store.set_broken(true);
    app.advance(60);
    let during = scrape(&app).await;
    assert_eq!((value(&during, waiting), value(&during, failed)), (None, Some(1.0)));
    assert_eq!(value(&during, "postrider_nodes{state=\"live\"}"), Some(1.0), "other parts are there");
    app.store.set_broken(false);
    let after = scrape(&app).await;
    assert_eq!((value(&after, waiting), value(&after, failed)), (Some(0.0), Some(1.0)));
    app.finish().await;
}

#[tokio::test]
async fn refused_requests_to_publish_are_counted_by_reason() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    acme.post("/api/v1/events", json!({"type": "a.b"})).await.problem(422, "invalid");
    app.nobody().post("/api/v1/events", json!({"type": "a.b", "data": {}})).await.problem(401, "unauthorized");
    let batch = acme.post("/api/v1/events/batch", json!({"events": [{"type": "a b", "data": {}}]})).await;
    batch.problem(422, "invalid");
    let unmatched = json!({"event": "a.b", "payload": {}});
    acme.post("/api/v1/tenant/webhooks/deliveries", unmatched).await.problem(404, "no_active_subscriptions");
    app.store.set_broken(true);
    acme.post("/api/v1/events", json!({"type": "a.b", "data": {}})).await.problem(503, "unavailable");
    app.store.set_broken(false);
    // A refusal of another call is no refusal of an event.
    acme.post("/api/v1/webhooks/subscriptions", json!({})).await.problem(422, "invalid");
    let answer = scrape(&app).await;
    for (reason, count) in
        [("invalid", 2.0), ("unauthorized", 1.0), ("unmatched", 1.0), ("unavailable", 1.0), ("rate_limited", 0.0)]
    {
        let series = format!("postrider_events_refused_total{{reason=\"{reason}\"}}");
        assert_eq!(value(&answer, &series), Some(count), "{reason}");
    }
    let requests = r#"postrider_http_requests_total{method="POST",route="/api/v1/events",status="503"}"#;
    assert_eq!(value(&answer, requests), Some(1.0));
    app.finish().await;
}

#[tokio::test]
async fn the_series_of_a_deleted_tenant_are_removed() {
    let app = TestApp::start().await;
    for tenant in ["acme", "gone"] {
        app.tenant(tenant).await.post("/api/v1/events", json!({"type": "a.b", "data": {}})).await.expect(202);
    }
    assert!(scrape(&app).await.text().contains("tenant_id=\"gone\""));
    app.admin().delete("/api/v1/tenants/gone").await.expect_nothing();
    let after = scrape(&app).await;
    assert!(!after.text().contains("tenant_id=\"gone\"") && after.text().contains("tenant_id=\"acme\""));
    app.finish().await;
}
