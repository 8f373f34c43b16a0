//! `GET /api/v1/audit/coverage`.

use super::{COVERAGE, REPORT};
use crate::support::{Caller, Receiver, TestApp, each, seconds_between, texts, time};
use serde_json::{Value, json};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

async fn coverage(caller: &Caller) -> Value {
    caller.get(COVERAGE).await.expect(200)
}

/// The row of a type.
#[track_caller]
fn row<'v>(coverage: &'v Value, event_type: &str) -> &'v Value {
    let rows = coverage["events"].as_array().unwrap();
    rows.iter().find(|one| one["event_type"] == event_type).unwrap_or_else(|| panic!("{event_type} has no row"))
}

async fn publish(caller: &Caller, event_type: &str) -> Value {
    let entry = caller.get(&format!("/api/v1/webhooks/events/{event_type}")).await;
    let data = if entry.status == 200 { entry.expect(200)["example"].clone() } else { json!({}) };
    caller.publish_with(json!({"type": event_type, "data": data})).await
}

async fn subscribe(caller: &Caller, receiver: &Receiver, events: Value, active: bool) {
    caller.subscribe_with(json!({"url": receiver.url("/"), "events": events, "is_active": active})).await;
}

#[tokio::test]
async fn without_events_the_catalog_is_promised_and_never_seen() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let types = acme.get("/api/v1/webhooks/events").await.expect(200);
    let total = types["total"].as_u64().unwrap();
    for caller in [&acme, &app.admin(), &app.admin_in("acme")] {
        let found = coverage(caller).await;
        assert_eq!((&found["days"], &found["report"]), (&json!(30), &json!(null)));
        assert_eq!(time(&found["generated_at"]), app.now());
        assert_eq!(found["since"], "2026-01-01T00:00:00.000Z", "the day thirty days before");
        let summary = json!({"promised": total, "seen": 0, "never_seen": total, "unknown": 0, "nobody_subscribed": 0,
            "waiting_in_vain": 0, "broke_schema": 0});
        assert_eq!(found["summary"], summary);
        assert_eq!(each(&found["events"], "event_type"), each(&types["events"], "event_type"));
        assert_eq!(found["promised_never_seen"].as_array().unwrap().len() as u64, total);
        let expected = json!({"event_type": "invoice.paid", "category": "billing", "promised": true, "published": 0,
            "last_published_at": null, "subscriptions": 0, "misfits": 0, "code": null});
        assert_eq!(*row(&found, "invoice.paid"), expected);
        for list in ["seen_unknown", "seen_nobody_subscribed", "subscribed_never_published", "schema_broken"] {
            assert_eq!(found[list], json!([]), "{list}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn published_events_are_counted_and_duplicates_are_not() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    subscribe(&acme, &receiver, json!(["invoice.created"]), true).await;
    let named = acme.with("Idempotency-Key", "once");
    for _ in 0..3 {
        publish(&named, "invoice.created").await;
    }
    receiver.next().await;
    let events = json!({"events": [{"type": "invoice.paid", "data": {}}, {"type": "my.own", "data": {}},
        {"type": "my.own", "data": {}}]});
    acme.post("/api/v1/events/batch", events).await.expect(202);
    app.advance(3_600);
    publish(&acme, "my.own").await;
    let last = app.now();
    app.advance(60);

    let found = coverage(&acme).await;
    assert_eq!(
        (&row(&found, "invoice.created")["published"], &row(&found, "my.own")["published"]),
        (&1.into(), &3.into())
    );
    assert_eq!(time(&row(&found, "my.own")["last_published_at"]), last);
    assert_eq!((&row(&found, "my.own")["category"], &row(&found, "my.own")["promised"]), (&json!(null), &json!(false)));
    assert_eq!(texts(&found["seen_unknown"]), ["my.own"]);
    assert_eq!(texts(&found["seen_nobody_subscribed"]), ["invoice.paid", "my.own"]);
    assert!(!texts(&found["promised_never_seen"]).contains(&"invoice.paid"));
    assert_eq!((&found["summary"]["seen"], &found["summary"]["unknown"]), (&2.into(), &1.into()));
    app.finish().await;
}

#[tokio::test]
async fn counts_are_kept_by_day_and_leave_the_window() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    publish(&acme, "my.own").await;
    let published = async |days: u32| {
        let found = acme.get(&format!("{COVERAGE}?days={days}")).await.expect(200);
        assert_eq!(found["days"], days);
        assert!(seconds_between(time(&found["since"]), app.now()) >= u64::from(days) * DAY);
        texts(&found["seen_unknown"]).len()
    };
    assert_eq!((published(1).await, published(365).await), (1, 1));
    app.advance(DAY);
    assert_eq!(published(1).await, 1, "the day of publication is still in the window");
    app.advance(DAY);
    assert_eq!((published(1).await, published(2).await), (0, 1));
    // The count outlives its event, but not for ever.
    app.advance(300 * DAY);
    // If retention begins only now, it doubts the clock for a day.
    app.until("its removal", async || {
        app.advance(HOUR);
        (acme.get("/api/v1/events").await.expect(200) == json!([])).then_some(())
    })
    .await;
    assert_eq!(published(365).await, 1);
    app.advance(200 * DAY);
    assert_eq!(published(365).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn subscriptions_are_the_active_ones_that_receive_the_type() {
    let (app, acme, receiver) = TestApp::with_receiver().await;
    for (events, active) in [
        (json!(["invoice.*", "invoice.paid"]), true),
        (json!(["invoice.paid"]), true),
        (json!(["invoice.paid", "customer.*"]), false),
    ] {
        subscribe(&acme, &receiver, events, active).await;
    }
    let found = coverage(&acme).await;
    assert_eq!(row(&found, "invoice.paid")["subscriptions"], 2);
    assert_eq!(row(&found, "invoice.created")["subscriptions"], 1);
    assert_eq!(row(&found, "customer.created")["subscriptions"], 0, "a paused subscription does not count");
    let in_vain =
        json!([{"event_type": "invoice.*", "subscriptions": 1}, {"event_type": "invoice.paid", "subscriptions": 2}]);
    assert_eq!(found["subscribed_never_published"], in_vain);
    assert_eq!(found["summary"]["waiting_in_vain"], 2);

    publish(&acme, "invoice.created").await;
    let found = coverage(&acme).await;
    let in_vain = json!([{"event_type": "invoice.paid", "subscriptions": 2}]);
    assert_eq!(found["subscribed_never_published"], in_vain, "the pattern receives an event now");
    assert_eq!(found["seen_nobody_subscribed"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn payloads_that_violate_their_schema_are_counted() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    publish(&acme, "invoice.created").await;
    for _ in 0..2 {
        acme.publish_with(json!({"type": "invoice.created", "data": {"invoice_id": 5}})).await;
    }
    let broken = json!([{"event_type": "invoice.created", "misfits": 2}]);
    for caller in [&acme, &app.admin()] {
        let found = coverage(caller).await;
        let row = row(&found, "invoice.created");
        assert_eq!((&row["published"], &row["misfits"]), (&3.into(), &2.into()));
        assert_eq!((&found["schema_broken"], &found["summary"]["broke_schema"]), (&broken, &1.into()));
    }
    assert_eq!(coverage(&app.tenant("other").await).await["schema_broken"], json!([]));
    // Unlike the mismatches counted in memory, these outlive the process.
    let app = app.restart().await;
    assert_eq!(coverage(&app.admin()).await["schema_broken"], broken);
    app.finish().await;
}

#[tokio::test]
async fn a_tenant_sees_its_own_coverage_and_the_operator_that_of_all_or_one() {
    let (app, acme, receiver) = TestApp::with_receiver().await;
    let globex = app.tenant("globex").await;
    publish(&acme, "acme.secret").await;
    publish(&acme, "my.own").await;
    publish(&globex, "my.own").await;
    subscribe(&acme, &receiver, json!(["invoice.paid"]), true).await;

    let of_globex = coverage(&globex).await;
    assert_eq!(texts(&of_globex["seen_unknown"]), ["my.own"]);
    assert_eq!(row(&of_globex, "my.own")["published"], 1);
    assert_eq!(row(&of_globex, "invoice.paid")["subscriptions"], 0);
    assert_eq!(of_globex["subscribed_never_published"], json!([]));
    assert!(!of_globex.to_string().contains("acme"));
    assert_eq!(coverage(&app.admin_in("globex")).await, of_globex);

    let all = coverage(&app.admin()).await;
    assert_eq!(texts(&all["seen_unknown"]), ["acme.secret", "my.own"]);
    assert_eq!(row(&all, "my.own")["published"], 2);
    assert_eq!(row(&all, "invoice.paid")["subscriptions"], 1);

    app.admin().delete("/api/v1/tenants/acme").await.expect_nothing();
    let rest = coverage(&app.admin()).await;
    assert_eq!(texts(&rest["seen_unknown"]), ["my.own"]);
    assert_eq!((&row(&rest, "my.own")["published"], &rest["subscribed_never_published"]), (&1.into(), &json!([])));
    app.finish().await;
}

#[tokio::test]
async fn coverage_uses_the_current_catalog() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    publish(&acme, "parcel.sent").await;
    assert_eq!(texts(&coverage(&acme).await["seen_unknown"]), ["parcel.sent"]);
    let fields = json!({"event_type": "parcel.sent", "category": "shipping", "description": "A parcel left."});
    app.admin().post("/api/v1/webhooks/events", fields).await.expect(201);
    let found = coverage(&acme).await;
    let sent = row(&found, "parcel.sent");
    assert_eq!(
        (&sent["category"], &sent["promised"], &found["seen_unknown"]),
        (&json!("shipping"), &json!(true), &json!([]))
    );

    app.admin().delete("/api/v1/webhooks/events/parcel.sent").await.expect_nothing();
    let found = coverage(&acme).await;
    let sent = row(&found, "parcel.sent");
    assert_eq!((&sent["promised"], &sent["published"], &found["seen_unknown"]), (&json!(false), &json!(1), &json!([])));
    app.finish().await;
}

#[tokio::test]
async fn the_operator_sees_the_state_from_the_audit_report() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    publish(&acme, "my.own").await;
    let report = json!({
        "schema_version": 1, "revision": "abc123", "generated_at": "2026-01-30T12:00:00Z",
        "events": [{"event_type": "invoice.paid", "state": "missing"}, {"event_type": "invoice.created", "state": "published"},
            {"event_type": "invoice.sent", "state": "parallel_only"}, {"event_type": "customer.created", "state": "dead"}],
        "undefined": [{"event_type": "my.own", "sites": [], "near": []}],
    });
    let uploaded = app.admin().put(REPORT, report).await.expect(200);
    for caller in [&app.admin(), &app.admin_in("acme")] {
        let found = coverage(caller).await;
        assert_eq!(found["report"], uploaded);
        for (event_type, code) in [
            ("invoice.paid", json!("missing")),
            ("invoice.created", json!("published")),
            ("customer.created", json!("dead")),
            ("my.own", json!("undefined")),
            ("customer.updated", json!(null)),
        ] {
            assert_eq!(row(&found, event_type)["code"], code, "{event_type}");
        }
    }
    // Tenants must not see how the product is built.
    let found = coverage(&acme).await;
    assert_eq!((&found["report"], &row(&found, "invoice.paid")["code"]), (&json!(null), &json!(null)));
    app.finish().await;
}

#[tokio::test]
async fn invalid_days_are_refused() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for days in ["0", "366", "-1", "x", "1.5", "99999999999999"] {
        let fault = acme.get(&format!("{COVERAGE}?days={days}")).await.fault();
        assert_eq!(fault, ("days".into(), "must be a whole number from 1 to 365".into()));
    }
    assert_eq!(acme.get(&format!("{COVERAGE}?days=")).await.expect(200)["days"], 30);
    app.finish().await;
}

#[tokio::test]
async fn refused_events_are_not_counted() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    app.store.set_broken(true);
    acme.post("/api/v1/events", json!({"type": "my.own", "data": {}})).await.problem(503, "unavailable");
    app.store.set_broken(false);
    assert_eq!(coverage(&acme).await["seen_unknown"], json!([]));
    app.finish().await;
}
