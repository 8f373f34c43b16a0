//! Limits of tenants: publish rate, numbers of subscriptions and keys, payload size.

use crate::support::{Answer, Caller, Setup, TestApp};
use model::{
    TenantLimits,
    policy::{Period, RateLimit},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// An installation in which the tenant has these limits, and a caller in it.
async fn limited(limits: Value) -> (TestApp, Caller) {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    app.admin().put("/api/v1/tenants/acme", json!({"limits": limits})).await.expect(200);
    (app, acme)
}

fn events(count: usize) -> Value {
    let one = |number| json!({"type": "invoice.created", "data": {"number": number}});
    json!({"events": (0..count).map(one).collect::<Vec<_>>()})
}

async fn publish(caller: &Caller) -> Answer {
    caller.post("/api/v1/events", json!({"type": "invoice.created", "data": {}})).await
}

#[track_caller]
fn rate(answer: &Answer) -> (&str, &str) {
    (answer.header("ratelimit-policy").expect("a policy"), answer.header("ratelimit").expect("a limit"))
}

#[tokio::test]
async fn a_tenant_publishes_at_its_rate_and_not_faster() {
    let (app, acme) = limited(json!({"publish": {"limit": 10, "period": "second", "burst": 3}})).await;
    for left in [2, 1, 0] {
        let accepted = publish(&acme).await;
        accepted.expect(202);
        assert_eq!(rate(&accepted), (r#""publish";q=10;w=1"#, &*format!(r#""publish";r={left};t=1"#)));
    }
    let refused = publish(&acme).await;
    let text = refused.detail(429, "rate_limited");
    assert_eq!(text, "The tenant may publish 10 events per second; try again in 1 s");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(rate(&refused), (r#""publish";q=10;w=1"#, r#""publish";r=0;t=1"#));
    app.clock.advance(std::time::Duration::from_millis(100));
    publish(&acme).await.expect(202);
    publish(&acme).await.problem(429, "rate_limited");
    let free = publish(&app.tenant("globex").await).await;
    free.expect(202);
    assert_eq!((free.header("ratelimit"), free.header("ratelimit-policy")), (None, None), "it has no limit");
    app.finish().await;
}

#[tokio::test]
async fn retry_after_is_long_enough() {
    let (app, acme) = limited(json!({"publish": {"limit": 6, "period": "minute", "burst": 1}})).await;
    publish(&acme).await.expect(202);
    let refused = publish(&acme).await;
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(rate(&refused).1, format!(r#""publish";r=0;t={wait}"#));
    app.advance(wait - 1);
    publish(&acme).await.problem(429, "rate_limited");
    app.advance(1);
    publish(&acme).await.expect(202);
    app.finish().await;
}

#[tokio::test]
async fn a_batch_counts_its_events() {
    let (app, acme) = limited(json!({"publish": {"limit": 10, "period": "second"}})).await;
    let path = "/api/v1/events/batch";
    let fault = acme.post(path, events(11)).await.fault();
    assert_eq!(fault.0, "events");
    assert!(fault.1.contains("11 events") && fault.1.contains("at most 10 at once"), "{}", fault.1);
    let accepted = acme.post(path, events(8)).await;
    accepted.expect(202);
    assert_eq!(rate(&accepted).1, r#""publish";r=2;t=1"#);
    acme.post(path, events(3)).await.problem(429, "rate_limited");
    acme.post(path, events(2)).await.expect(202);
    app.finish().await;
}

#[tokio::test]
async fn only_new_events_are_charged() {
    let (app, acme) = limited(json!({"publish": {"limit": 2, "period": "hour"}})).await;
    let named = json!({"type": "invoice.created", "data": {}, "id": "one"});
    acme.post("/api/v1/events", named.clone()).await.expect(202);
    for _ in 0..3 {
        let again = acme.post("/api/v1/events", named.clone()).await;
        assert_eq!(again.expect(202)["duplicate"], true);
        assert!(rate(&again).1.contains(";r=1;"), "{}", rate(&again).1);
    }
    acme.post("/api/v1/events", json!({"type": "invoice.created", "data": 5})).await.fault();
    let other = json!({"type": "other.type", "data": {}});
    acme.with("Idempotency-Key", "k").post("/api/v1/events", other.clone()).await.expect(202);
    let third = acme.with("Idempotency-Key", "k").post("/api/v1/events", other).await;
    third.problem(429, "rate_limited");
    app.finish().await;
}

#[tokio::test]
async fn a_refused_publication_is_not_charged() {
    let (app, acme) = limited(json!({"publish": {"limit": 1, "period": "hour"}})).await;
    let delivery = json!({"event": "invoice.created", "payload": {}});
    acme.post("/api/v1/tenant/webhooks/deliveries", delivery).await.problem(404, "no_active_subscriptions");
    app.store.set_broken(true);
    publish(&acme).await.problem(503, "unavailable");
    app.store.set_broken(false);
    publish(&acme).await.expect(202);
    app.finish().await;
}

#[tokio::test]
async fn every_way_to_publish_counts() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let receiver = crate::support::Receiver::start().await;
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let test = format!("/api/v1/webhooks/subscriptions/{}/test", subscription["id"].as_str().unwrap());
    let limits = json!({"limits": {"publish": {"limit": 4, "period": "hour"}}});
    app.admin().put("/api/v1/tenants/acme", limits).await.expect(200);
    publish(&acme).await.expect(202);
    acme.post("/api/v1/events/batch", events(1)).await.expect(202);
    let delivery = json!({"event": "invoice.created", "payload": {}});
    acme.post("/api/v1/tenant/webhooks/deliveries", delivery.clone()).await.expect(202);
    let tested = acme.post_nothing(&test).await;
    tested.expect(200);
    assert!(rate(&tested).1.contains(";r=0;"));
    publish(&acme).await.problem(429, "rate_limited");
    acme.post("/api/v1/events/batch", events(1)).await.problem(429, "rate_limited");
    acme.post("/api/v1/tenant/webhooks/deliveries", delivery).await.problem(429, "rate_limited");
    acme.post_nothing(&test).await.problem(429, "rate_limited");
    app.finish().await;
}

#[tokio::test]
async fn numbers_of_subscriptions_and_keys_are_limited_and_nothing_is_removed() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let first = acme.subscribe("https://a.example/1").await;
    acme.subscribe("https://a.example/2").await;
    let limits = json!({"limits": {"subscriptions": 1, "keys": 1}});
    app.admin().put("/api/v1/tenants/acme", limits).await.expect(200);
    let fields = json!({"url": "https://a.example/", "events": ["*"]});
    let text = acme.post("/api/v1/webhooks/subscriptions", fields.clone()).await.detail(422, "too_many_subscriptions");
    assert_eq!(text, "The tenant has 2 subscriptions, and its limit is 1: delete some first");
    acme.post("/api/v1/webhooks", fields.clone()).await.problem(422, "too_many_subscriptions");
    let tenants = json!({"event": "invoice.created", "url": "https://a.example/"});
    acme.post("/api/v1/tenant/webhooks/subscriptions", tenants).await.problem(400, "too_many_subscriptions");
    assert_eq!(acme.get("/api/v1/webhooks/subscriptions").await.expect(200).as_array().unwrap().len(), 2);
    let text = app.admin_in("acme").post("/api/v1/keys", json!({})).await.detail(422, "too_many_keys");
    assert_eq!(text, "The tenant has 1 keys, and its limit is 1: revoke one first");
    acme.patch(&format!("/api/v1/webhooks/subscriptions/{}", first["id"].as_str().unwrap()), json!({"max_retries": 1}))
        .await
        .expect(200);
    app.admin().put("/api/v1/tenants/acme", json!({"limits": {"subscriptions": 3, "keys": 2}})).await.expect(200);
    acme.post("/api/v1/webhooks/subscriptions", fields.clone()).await.expect(201);
    acme.post("/api/v1/webhooks/subscriptions", fields).await.problem(422, "too_many_subscriptions");
    app.admin_in("acme").post("/api/v1/keys", json!({})).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn concurrent_creations_do_not_exceed_the_limit() {
    let (app, acme) = limited(json!({"subscriptions": 3, "keys": 3})).await;
    let mut made = JoinSet::new();
    for number in 0..10 {
        let acme = acme.clone();
        let fields = json!({"url": format!("https://a.example/{number}"), "events": ["*"]});
        made.spawn(async move { acme.post("/api/v1/webhooks/subscriptions", fields).await.status.as_u16() });
    }
    let statuses = made.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 3, "{statuses:?}");
    let mut made = JoinSet::new();
    for _ in 0..10 {
        let admin = app.admin_in("acme");
        made.spawn(async move { admin.post("/api/v1/keys", json!({})).await.status.as_u16() });
    }
    let statuses = made.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 2, "one was there: {statuses:?}");
    app.finish().await;
}

#[tokio::test]
async fn the_size_of_payloads_is_limited() {
    let (app, acme) = limited(json!({"payload_bytes": 20})).await;
    let data = json!({"text": "x".repeat(9)});
    assert_eq!(data.to_string().len(), 20);
    acme.post("/api/v1/events", json!({"type": "a.b", "data": data})).await.expect(202);
    let data = json!({"text": "x".repeat(10)});
    let large = json!({"type": "a.b", "data": data});
    let text = acme.post("/api/v1/events", large.clone()).await.detail(413, "too_large");
    assert_eq!(text, "data: has 21 bytes; the tenant's limit payload_bytes is 20");
    let text = acme.post("/api/v1/events/batch", json!({"events": [large]})).await.detail(413, "too_large");
    assert!(text.starts_with("events[0].data: has 21 bytes"), "{text}");
    let delivery = json!({"event": "a.b", "payload": data});
    let text = acme.post("/api/v1/tenant/webhooks/deliveries", delivery).await.detail(413, "too_large");
    assert!(text.starts_with("payload: has 21 bytes"), "{text}");
    let subscription = acme.subscribe("https://a.example/").await;
    let test = format!("/api/v1/webhooks/subscriptions/{}/test", subscription["id"].as_str().unwrap());
    acme.post(&test, json!({"payload": data})).await.problem(413, "too_large");
    app.finish().await;
}

#[tokio::test]
async fn limits_are_shown_changed_and_cleared_one_by_one() {
    let app = TestApp::start().await;
    let put = async |body: Value| app.admin().put("/api/v1/tenants/acme", body).await.expect(200);
    app.admin().put("/api/v1/tenants/acme", json!({})).await.expect(201);
    let none = json!({"publish": null, "subscriptions": null, "keys": null, "payload_bytes": null});
    assert_eq!(put(json!({})).await["limits"], none);
    let limits = json!({"publish": {"limit": 600, "period": "minute"}, "subscriptions": 5, "keys": 0,
                        "payload_bytes": 1000});
    let mut expected = limits.clone();
    expected["publish"]["burst"] = json!(600);
    assert_eq!(put(json!({"limits": limits})).await["limits"], expected);
    assert_eq!(put(json!({"name": "Acme"})).await["limits"], expected, "absent keeps");
    expected["keys"] = json!(7);
    expected["publish"] = json!(null);
    assert_eq!(put(json!({"limits": {"keys": 7, "publish": null}})).await["limits"], expected);
    assert_eq!(app.admin().get("/api/v1/tenants/acme").await.expect(200)["limits"], expected);
    assert_eq!(app.admin().get("/api/v1/tenants").await.expect(200)[0]["limits"], expected);
    assert_eq!(put(json!({"limits": null})).await["limits"], none);
    app.finish().await;
}

#[tokio::test]
async fn bad_limits_are_refused_with_their_field() {
    let app = TestApp::start().await;
    let rate = |limit: Value| json!({"limits": {"publish": limit}});
    for (body, field) in [
        (rate(json!({"limit": 0, "period": "second"})), "limits.publish.limit"),
        (rate(json!({"limit": 5})), "limits.publish.period"),
        (rate(json!({"limit": 5, "period": "day"})), "limits.publish.period"),
        (rate(json!({"period": "second"})), "limits.publish.limit"),
        (rate(json!({"limit": 5, "period": "second", "burst": 6})), "limits.publish.burst"),
        (json!({"limits": {"subscriptions": -1}}), "limits.subscriptions"),
        (json!({"limits": {"subscriptions": 60_001}}), "limits.subscriptions"),
        (json!({"limits": {"keys": 1.5}}), "limits.keys"),
        (json!({"limits": {"payload_bytes": 1}}), "limits.payload_bytes"),
        (json!({"limits": {"payload_bytes": 1_048_577}}), "limits.payload_bytes"),
        (json!({"limits": {"events": 5}}), "limits.events"),
        (json!({"retention": {"rows_days": 0}}), "retention.rows_days"),
        (json!({"retention": {"payload_days": 36_501}}), "retention.payload_days"),
        (json!({"retention": {"rows_days": 7, "payload_days": 8}}), "retention.payload_days"),
    ] {
        assert_eq!(app.admin().put("/api/v1/tenants/acme", body.clone()).await.fault().0, field, "{body}");
    }
    app.admin().get("/api/v1/tenants/acme").await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn the_installations_limits_hold_for_tenants_without_their_own() {
    let hourly = RateLimit::try_new(1, Period::Hour, Some(1)).ok();
    let limits = TenantLimits { publish: hourly, keys: Some(1), ..TenantLimits::default() };
    let app = TestApp::start_as(Setup { limits, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    publish_one_and_be_refused(&acme).await;
    app.admin_in("acme").post("/api/v1/keys", json!({})).await.problem(422, "too_many_keys");
    let globex = app.tenant("globex").await;
    let own = json!({"limits": {"publish": {"limit": 2, "period": "hour"}}});
    app.admin().put("/api/v1/tenants/globex", own).await.expect(200);
    publish(&globex).await.expect(202);
    publish_one_and_be_refused(&globex).await;
    app.finish().await;
}

async fn publish_one_and_be_refused(caller: &Caller) {
    publish(caller).await.expect(202);
    publish(caller).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn a_restart_keeps_the_limits() {
    let (app, _) = limited(json!({"publish": {"limit": 1, "period": "hour"}, "subscriptions": 0})).await;
    let app = app.restart().await;
    let acme = app.tenant("acme").await;
    publish_one_and_be_refused(&acme).await;
    let fields = json!({"url": "https://a.example/", "events": ["*"]});
    acme.post("/api/v1/webhooks/subscriptions", fields).await.problem(422, "too_many_subscriptions");
    app.finish().await;
}

#[tokio::test]
async fn a_tenant_reads_its_limits_and_their_use() {
    let app = TestApp::start().await;
    let acme = app.member("acme", &["webhooks:read", "events:publish"]).await;
    let limits = acme.get("/api/v1/webhooks/limits").await.expect(200);
    assert_eq!(
        limits,
        json!({"publish": null, "subscriptions": {"limit": 60_000, "used": 0}, "keys": {"limit": null, "used": 1},
               "payload_bytes": 1_048_576, "retention": {"payload_days": null, "rows_days": null}})
    );
    let change = json!({"limits": {"publish": {"limit": 10, "period": "second", "burst": 4}, "subscriptions": 5,
                                   "keys": 2, "payload_bytes": 1000},
                        "retention": {"payload_days": 3, "rows_days": 30}});
    app.admin().put("/api/v1/tenants/acme", change).await.expect(200);
    app.admin_in("acme").subscribe("https://a.example/").await;
    acme.post("/api/v1/events", json!({"type": "a.b", "data": {}})).await.expect(202);
    let limits = acme.get("/api/v1/webhooks/limits").await.expect(200);
    let publish = json!({"limit": 10, "period": "second", "burst": 4, "remaining": 3,
                         "next_at": limits["publish"]["next_at"]});
    assert_eq!(
        limits,
        json!({"publish": publish, "subscriptions": {"limit": 5, "used": 1}, "keys": {"limit": 2, "used": 1},
               "payload_bytes": 1000, "retention": {"payload_days": 3, "rows_days": 30}})
    );
    app.member("acme", &["events:publish"]).await.get("/api/v1/webhooks/limits").await.problem(403, "forbidden");
    app.finish_leaving_any().await;
}
