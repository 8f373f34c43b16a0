//! Events about receivers that fail for long, and about circuit breakers.

use super::*;
use crate::support::{seconds_between, time};
use std::time::Duration;

/// An installation with a customer, and the operator's receiver of these types.
async fn start(events: &[&str]) -> (TestApp, Caller, Receiver, Receiver) {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let (operator, customer) = (Receiver::start().await, Receiver::start().await);
    let fields = json!({"url": operator.url("/operator"), "events": events});
    app.admin_in(SYSTEM).subscribe_with(fields).await;
    (app, acme, operator, customer)
}

/// Publishes an event of this type, which the receiver refuses; returns its id.
async fn fail(app: &TestApp, acme: &Caller, customer: &mut Receiver, event_type: &str) -> Value {
    customer.then(Reply::status(500));
    let event = acme.publish_with(json!({"type": event_type, "data": {}})).await;
    customer.next().await;
    let delivery = acme.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned();
    app.attempted(acme, &delivery, 1).await;
    event["id"].clone()
}

fn failing(customer: &Receiver) -> Value {
    json!({"url": customer.url("/"), "events": ["*"], "max_retries": 0, "auto_disable_after_hours": 2,
        "circuit_breaker": {"enabled": false}})
}

/// The next event after rounds of the task that looks at receivers once a minute. Where the task is in its minute cannot
/// be seen, so the clock moves until it has acted.
async fn next_round(app: &TestApp, operator: &mut Receiver) -> (String, Value) {
    for _ in 0..30 {
        app.advance(60);
        if let Ok(received) = tokio::time::timeout(Duration::from_millis(200), operator.next()).await {
            return opened(&received, SYSTEM);
        }
    }
    panic!("no event after 30 rounds");
}

const HEALTH: [&str; 3] =
    ["postrider.subscription.failing", "postrider.subscription.recovered", "postrider.subscription.disabled"];

#[tokio::test]
async fn a_receiver_that_fails_for_long_raises_a_warning_and_then_its_end() {
    let (app, acme, mut operator, mut customer) = start(&HEALTH).await;
    let made = acme.subscribe_with(failing(&customer)).await;
    fail(&app, &acme, &mut customer, "invoice.created").await;
    let since = app.now();
    app.advance(3_700);
    let event = fail(&app, &acme, &mut customer, "payment.succeeded").await;
    let attempted_at = app.now();
    let (event_type, data) = next_round(&app, &mut operator).await;
    assert_eq!(event_type, "postrider.subscription.failing");
    assert_eq!(data["subscription"]["id"], made["id"]);
    // The first failure is the end of an attempt, which takes some milliseconds.
    let first = time(&data["failing_since"]);
    assert_eq!(seconds_between(since, first), 0, "{data}");
    assert!((attempted_at..=app.now()).contains(&time(&data["warned_at"])), "{data}");
    assert_eq!(time(&data["disabled_at"]), first.after(Duration::from_secs(7_200)));
    let failure = &data["last_failure"];
    assert_eq!((&failure["event_id"], &failure["event_type"]), (&event, &json!("payment.succeeded")));
    assert_eq!((&failure["response_code"], &failure["attempts"]), (&json!(500), &json!(1)));
    assert!(time(&failure["attempted_at"]) <= attempted_at);

    app.advance(3_700);
    fail(&app, &acme, &mut customer, "invoice.created").await;
    let (event_type, data) = next_round(&app, &mut operator).await;
    assert_eq!(event_type, "postrider.subscription.disabled");
    assert_eq!((&data["reason"], time(&data["failing_since"])), (&json!("failing"), first));
    assert_eq!(data["last_failure"]["response_code"], 500);
    assert!(time(&data["disabled_at"]) <= app.now());
    app.finish().await;
    operator.nothing_more();
}

#[tokio::test]
async fn a_receiver_that_recovers_raises_an_event() {
    let (app, acme, mut operator, mut customer) = start(&HEALTH).await;
    acme.subscribe_with(failing(&customer)).await;
    fail(&app, &acme, &mut customer, "invoice.created").await;
    app.advance(3_700);
    fail(&app, &acme, &mut customer, "payment.succeeded").await;
    let (_, warned) = next_round(&app, &mut operator).await;
    let delivery = acme.publish_one().await;
    customer.next().await;
    app.attempted(&acme, &delivery, 1).await;
    let (event_type, data) = next_round(&app, &mut operator).await;
    assert_eq!(event_type, "postrider.subscription.recovered");
    assert_eq!(data["warned_at"], warned["warned_at"]);
    app.finish().await;
    operator.nothing_more();
}

#[tokio::test]
async fn a_circuit_breaker_raises_an_event_when_it_opens_and_when_it_closes() {
    for closing in ["probe_succeeded", "reset"] {
        let (app, acme, mut operator, mut customer) = start(&["postrider.breaker.*"]).await;
        let breaker = json!({"connection_failures": 2, "pause_seconds": 60});
        let fields =
            json!({"url": customer.url("/"), "events": ["*"], "circuit_breaker": breaker, "retry_enabled": false});
        let made = acme.subscribe_with(fields).await;
        customer.then(Reply::Close).then(Reply::Close);
        for _ in 0..2 {
            let delivery = acme.publish_one().await;
            customer.next().await;
            app.attempted(&acme, &delivery, 1).await;
        }
        let (event_type, opening) = opened(&operator.next().await, SYSTEM);
        assert_eq!((&*event_type, &opening["subscription"]["id"]), ("postrider.breaker.opened", &made["id"]));
        assert!(time(&opening["next_probe_at"]) > time(&opening["opened_at"]), "{opening}");
        assert_eq!(opening["last_failure"]["event_type"], "invoice.created");
        match closing {
            "probe_succeeded" => {
                app.pass(&opening["next_probe_at"]);
                acme.publish().await;
                customer.next().await;
            }
            _ => drop(acme.post_nothing(&path_of(&made, "/breaker/reset")).await.expect(200)),
        }
        let (event_type, data) = opened(&operator.next().await, SYSTEM);
        assert_eq!((&*event_type, &data["reason"]), ("postrider.breaker.closed", &json!(closing)));
        assert_eq!(data["opened_at"], opening["opened_at"]);
        app.finish().await;
        operator.nothing_more();
    }
}

#[tokio::test]
async fn a_tenant_that_reaches_a_limit_raises_one_event_in_an_hour() {
    let (app, acme, mut operator, _) = start(&["postrider.tenant.*"]).await;
    app.admin().put("/api/v1/tenants/acme", json!({"limits": {"keys": 1}})).await.expect(200);
    let more = async |times: usize| {
        for _ in 0..times {
            let refused = app.admin_in("acme").post("/api/v1/keys", json!({})).await;
            assert!(refused.status.is_client_error(), "{}", refused.text());
        }
    };
    more(3).await;
    let (event_type, data) = opened(&operator.next().await, SYSTEM);
    assert_eq!(event_type, "postrider.tenant.limit_reached");
    let expected =
        json!({"tenant_id": "acme", "limit": "keys", "maximum": 1, "reached_at": app.now(), "node": "tests:0"});
    assert_eq!(data, expected);
    app.advance(3_600);
    more(2).await;
    assert_eq!(opened(&operator.next().await, SYSTEM).1["reached_at"], json!(app.now()));
    drop(acme);
    app.finish().await;
    operator.nothing_more();
}
