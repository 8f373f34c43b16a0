//! `GET /api/v1/webhooks/stats`, of one subscription, and of all tenants.

use crate::support::{Receiver, TestApp, each};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/webhooks/stats";

#[tokio::test]
async fn statistics_are_counted_by_subscription_type_and_hour() {
    let app = TestApp::start().await;
    let mut receiver = Receiver::start().await;
    let caller = app.tenant("acme").await;
    let good = caller.subscribe(&receiver.url("/good")).await;
    let bad = caller.subscribe("http://127.0.0.1:1/").await;
    caller.publish().await;
    receiver.take(1).await;
    app.settled().await;
    app.advance(3_600);
    caller.publish_with(json!({"type": "invoice.paid", "data": {}})).await;
    receiver.take(1).await;
    app.settled().await;

    let all = caller.get(&format!("{PATH}?step=hour")).await.expect(200);
    let total = &all["total"];
    assert_eq!((&total["created"], &total["by_status"]["success"]), (&json!(4), &json!(2)));
    assert!(total["attempts"].as_u64() >= Some(4) && total["failed_attempts"].as_u64() >= Some(2), "{total}");
    assert!(
        total["latency_ms"]["p99"].is_number()
            && total["first_attempt_at"].as_str() < total["last_attempt_at"].as_str(),
        "{total}"
    );
    let series = all["series"].as_array().unwrap();
    let created: Vec<_> = series.iter().map(|one| one["created"].as_u64().unwrap()).collect();
    assert_eq!((series.len(), &created[created.len() - 2..]), (25, &[2, 2][..]));
    assert!(all.get("groups").is_none());

    let by = caller.get(&format!("{PATH}?by=subscription&limit=1")).await.expect(200);
    assert_eq!((&by["groups_total"], by["groups"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(by["groups"][0]["subscription_id"], bad["id"], "most attempts first");
    let by = caller.get(&format!("{PATH}?by=event_type&step=day")).await.expect(200);
    let mut types = each(&by["groups"], "event_type");
    types.sort_unstable();
    assert_eq!(types, ["invoice.created", "invoice.paid"]);
    assert!(by["groups"][0]["series"].as_array().is_some_and(|days| !days.is_empty()));

    let id = good["id"].as_str().unwrap();
    let own = caller.get(&format!("/api/v1/webhooks/subscriptions/{id}/stats?by=event_type")).await.expect(200);
    assert_eq!((&own["total"]["success_rate"], &own["groups_total"]), (&json!(1.0), &json!(2)));
    let same = caller.get(&format!("{PATH}?subscription_id={id}&event_type=invoice.paid")).await.expect(200);
    assert_eq!(same["total"]["by_status"]["success"], 1);
    app.finish_leaving(2).await;
}

#[tokio::test]
async fn the_operator_sees_statistics_of_all_tenants() {
    let app = TestApp::start().await;
    let mut receiver = Receiver::start().await;
    for name in ["one", "two"] {
        let caller = app.tenant(name).await;
        caller.subscribe(&receiver.url("/")).await;
        caller.publish().await;
    }
    app.tenant("one").await.publish().await;
    receiver.take(3).await;
    app.settled().await;
    let path = "/api/v1/admin/stats";
    let all = app.admin().get(&format!("{path}?by=tenant")).await.expect(200);
    assert_eq!((each(&all["groups"], "tenant_id"), &all["total"]["attempts"]), (vec!["one", "two"], &json!(3)));
    let one = app.admin().get(&format!("{path}?tenant_id=two")).await.expect(200);
    assert_eq!(one["total"]["created"], 1);
    let none = app.admin().get(&format!("{path}?tenant_id=nobody")).await.expect(200);
    assert_eq!((&none["total"]["created"], &none["total"]["latency_ms"]), (&json!(0), &Value::Null));
    app.tenant("one").await.get(path).await.problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn parameters_that_cannot_be_answered_are_named() {
    let app = TestApp::start().await;
    let caller = app.tenant("acme").await;
    let id = caller.subscribe("http://127.0.0.1:1/").await["id"].as_str().unwrap().to_owned();
    for (query, field) in [
        ("from=2999-01-01T00:00:00Z", "from"),
        ("from=yesterday", "from"),
        ("from=2001-01-01T00:00:00Z&step=hour", "from"),
        ("to=never", "to"),
        ("step=minute", "step"),
        ("by=status", "by"),
        ("limit=0", "limit"),
        ("event_type=a..b", "event_type"),
        ("subscription_id=nobody", "subscription_id"),
    ] {
        let problem = caller.get(&format!("{PATH}?{query}")).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
    }
    let path = format!("/api/v1/webhooks/subscriptions/{id}/stats");
    let problem = caller.get(&format!("{path}?by=subscription")).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "by");
    let problem = app.admin().get("/api/v1/admin/stats?by=subscription").await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "by");
    caller.get("/api/v1/webhooks/subscriptions/sub_00000000000000000000000000/stats").await.problem(404, "not_found");
    app.tenant("globex").await.get(&path).await.problem(404, "not_found");
    app.nobody().get(PATH).await.problem(401, "unauthorized");
    app.finish().await;
}
