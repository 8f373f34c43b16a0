//! `POST /api/v1/webhooks/replays`.

use super::{PATH, failing};
use crate::support::{Receiver, Reply, TestApp, each, hyphenated};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn all_dead_letters_of_a_subscription_are_sent_again() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, deliveries) = failing(&app, &acme, &mut receiver, 4).await;
    // This one succeeds, and is not selected.
    let delivered = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &delivered, 1).await;

    app.advance(5);
    let answer = acme.post(PATH, json!({"subscription_id": subscription["id"]})).await;
    let made = answer.expect(202);
    let place = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(&*place));
    assert_eq!((&made["count"], &made["count_is_lower_bound"]), (&json!(4), &json!(false)));
    assert_eq!(made["statuses"], json!(["failed", "exhausted", "disabled", "cancelled"]));
    let sent: BTreeSet<_> = receiver.take(4).await.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_eq!(sent.len(), 4, "each event once");
    let done = app.replayed(&acme, &made, "completed").await;
    assert_eq!((&done["queued"], &done["skipped"]), (&json!(4), &json!(0)));
    assert!(!done["ended_at"].is_null() && !done["position"]["reached_at"].is_null());
    for id in &deliveries {
        let shown = app.attempted(&acme, id, 2).await;
        assert_eq!(shown["status"], "success");
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_replayed_delivery_is_retried_like_a_new_one() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let fields = json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 1});
    let subscription = acme.subscribe_with(fields).await;
    for _ in 0..3 {
        receiver.then(Reply::status(500));
    }
    let id = acme.publish_one().await;
    let shown = app.attempted(&acme, &id, 1).await;
    app.pass(&shown["next_retry_at"]);
    app.attempted(&acme, &id, 2).await;
    acme.post(PATH, json!({"subscription_id": subscription["id"]})).await.expect(202);
    // A new round: its first attempt fails too, and a retry follows.
    let shown = app.attempted(&acme, &id, 3).await;
    assert_eq!(shown["status"], "retrying");
    app.pass(&shown["next_retry_at"]);
    assert_eq!(app.attempted(&acme, &id, 4).await["status"], "success");
    receiver.take(4).await;
    app.finish().await;
}

#[tokio::test]
async fn successful_deliveries_are_sent_again_only_when_named() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    let first = receiver.next().await;
    app.attempted(&acme, &id, 1).await;
    let of = |more: Value| {
        let mut body = json!({"subscription_id": subscription["id"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for more in [json!({}), json!({"statuses": ["failed", "disabled", "exhausted", "cancelled", "retrying"]})] {
        let made = acme.post(PATH, of(more)).await.expect(202);
        assert_eq!(made["count"], 0);
        assert_eq!(app.replayed(&acme, &made, "completed").await["queued"], 0);
    }
    let made = acme.post(PATH, of(json!({"statuses": ["success"]}))).await.expect(202);
    assert_eq!(made["count"], 1);
    assert_eq!(receiver.next().await.body, first.body);
    let shown = app.attempted(&acme, &id, 2).await;
    assert_eq!(shown["attempts"][1]["resend"], true);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_new_subscription_receives_earlier_events_of_its_patterns_or_of_the_given_types() {
    let (app, acme, mut old) = TestApp::with_receiver().await;
    acme.subscribe(&old.url("/")).await;
    let mut events = Vec::new();
    for event_type in ["invoice.created", "invoice.paid", "ticket.created"] {
        events.push(acme.publish_with(json!({"type": event_type, "data": {"n": 1}})).await);
        old.next().await;
        app.advance(1);
    }
    app.settled().await;
    let mut new = Receiver::start().await;
    let fields = json!({"url": new.url("/"), "events": ["invoice.*"]});
    let subscription = acme.subscribe_with(fields).await;

    let body = json!({"subscription_id": subscription["id"], "missed_only": true});
    let made = acme.post(PATH, body.clone()).await.expect(202);
    assert_eq!((&made["count"], &made["statuses"]), (&json!(2), &json!(["missed"])));
    let sent: BTreeSet<_> = new.take(2).await.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    let expected: BTreeSet<_> = events[..2].iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sent, expected, "the ids of the events");
    assert_eq!(app.replayed(&acme, &made, "completed").await["queued"], 2);
    // Again: nothing is missing now.
    let again = acme.post(PATH, body).await.expect(202);
    assert_eq!(again["count"], 0);
    assert_eq!(app.replayed(&acme, &again, "completed").await["queued"], 0);
    // Types that the subscription does not name, when asked for.
    let body = json!({"subscription_id": subscription["id"], "missed_only": true, "event_types": ["ticket.*"]});
    acme.post(PATH, body).await.expect(202);
    assert_eq!(new.next().await.header("webhook-id"), events[2]["id"].as_str().unwrap());
    app.settled().await;
    for event in &events {
        let deliveries = acme.deliveries_of(event).await;
        assert_eq!(each(&json!(deliveries), "status"), ["success", "success"]);
        let shown = acme.get(&format!("/api/v1/events/{}", event["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(shown["deliveries"].as_array().unwrap().len(), 2);
    }
    app.finish().await;
    old.nothing_more();
    new.nothing_more();
}

#[tokio::test]
async fn events_published_while_a_subscription_was_disabled_are_replayed() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(410));
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &id, 1).await["status"], "disabled");
    let path = format!("/api/v1/webhooks/subscriptions/{}", subscription["id"].as_str().unwrap());
    let mut missed = Vec::new();
    for _ in 0..3 {
        let event = acme.publish().await;
        assert_eq!(event["deliveries"], 0);
        missed.push(event["id"].as_str().unwrap().to_owned());
    }
    let body = json!({"subscription_id": subscription["id"], "missed_only": true});
    let detail = acme.post(PATH, body.clone()).await.detail(409, "subscription_inactive");
    assert_eq!(detail, "The subscription is disabled; activate it first");
    acme.post_nothing(&format!("{path}/activate")).await.expect(200);
    acme.post(PATH, body).await.expect(202);
    let sent: Vec<_> = receiver.take(3).await.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_eq!(sent.iter().collect::<BTreeSet<_>>(), missed.iter().collect());
    // The delivery that ended the subscription is one of the failed ones, and can be in the same replay as missed events.
    app.settled().await;
    let body = json!({"subscription_id": subscription["id"], "statuses": ["disabled", "missed"]});
    assert_eq!(acme.post(PATH, body).await.expect(202)["count"], 1);
    app.attempted(&acme, &id, 2).await;
    receiver.next().await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_replay_is_narrowed_by_time_and_type() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let fields = json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 0});
    let subscription = acme.subscribe_with(fields).await;
    let mut at = Vec::new();
    for event_type in ["invoice.created", "invoice.paid", "ticket.created", "invoice.created"] {
        receiver.then(Reply::status(500));
        at.push(app.now().to_string());
        acme.publish_with(json!({"type": event_type, "data": {"n": 1}})).await;
        receiver.next().await;
        app.settled().await;
        app.advance(60);
    }
    for (more, count) in [
        (json!({"after": at[1]}), 3),
        (json!({"before": at[1]}), 1),
        (json!({"after": at[1], "before": at[3]}), 2),
        (json!({"after": at[1], "event_types": ["invoice.*"]}), 2),
        (json!({"event_types": ["ticket.created"]}), 1),
        (json!({"event_types": ["order.paid"]}), 0),
        (json!({"statuses": ["exhausted"]}), 4),
        (json!({"statuses": ["cancelled", "disabled"]}), 0),
        (json!({"statuses": ["failed"], "before": "2100-01-01T00:00:00+02:00"}), 4),
    ] {
        let mut body = json!({"subscription_id": subscription["id"], "dry_run": true});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(acme.post(PATH, body).await.expect(200)["count"], count, "{more}");
    }
    let body = json!({"subscription_id": hyphenated(subscription["id"].as_str().unwrap()), "after": at[1],
                      "before": at[3]});
    acme.post(PATH, body).await.expect(202);
    let types: BTreeSet<_> =
        receiver.take(2).await.iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(types, BTreeSet::from(["invoice.paid".to_owned(), "ticket.created".to_owned()]));
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_dry_run_counts_and_writes_nothing() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let event = acme.publish().await;
    let (subscription, deliveries) = failing(&app, &acme, &mut receiver, 12).await;
    let body = json!({"subscription_id": subscription["id"], "statuses": ["failed", "missed"], "dry_run": "true"});
    let shown = acme.post(PATH, body).await.expect(200);
    let counts = ["count", "deliveries", "missed", "count_is_lower_bound", "dry_run"].map(|name| shown[name].clone());
    assert_eq!(counts, [json!(13), json!(12), json!(1), json!(false), json!(true)]);
    assert_eq!(each(&shown["sample"], "delivery_id"), deliveries[..10]);
    assert!(each(&shown["sample"], "status").iter().all(|status| *status == "failed"));
    let body = json!({"subscription_id": subscription["id"], "missed_only": true, "dry_run": true});
    let shown = acme.post(PATH, body).await.expect(200);
    let sample = &shown["sample"][0];
    assert_eq!((&sample["event_id"], &sample["status"]), (&event["id"], &json!("missed")));
    assert!(sample["delivery_id"].is_null());
    assert_eq!(acme.get(PATH).await.expect(200), json!([]), "no replay was created");
    assert_eq!(acme.deliveries_of(&event).await, [] as [Value; 0]);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_replay_keeps_its_rate_and_survives_a_restart() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 5).await;
    let body = json!({"subscription_id": subscription["id"], "rate": 1});
    let made = acme.post(PATH, body).await.expect(202);
    assert_eq!((&made["rate"], &made["count"]), (&json!(1), &json!(5)));
    let mut sent = vec![receiver.next().await];
    for _ in 0..2 {
        app.settled().await;
        receiver.nothing_more();
        app.advance(1);
        sent.push(receiver.next().await);
    }
    app.settled().await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(acme.get(&path).await.expect(200)["queued"], 3);

    // The keys of the tenant are stored, so the caller is the same on the new port.
    let app = app.restart().await;
    let acme = app.nobody().bearing(&acme.key());
    for _ in 0..2 {
        sent.push(receiver.next().await);
        app.settled().await;
        app.advance(1);
    }
    let done = app.replayed(&acme, &made, "completed").await;
    assert_eq!((&done["queued"], &done["skipped"]), (&json!(5), &json!(0)));
    let ids: BTreeSet<_> = sent.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!(ids.len(), 5, "no event twice");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_paused_subscription_is_refused_and_pauses_its_running_replays() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 3).await;
    let path = format!("/api/v1/webhooks/subscriptions/{}", subscription["id"].as_str().unwrap());
    let body = json!({"subscription_id": subscription["id"], "rate": 1});
    let made = acme.post(PATH, body.clone()).await.expect(202);
    receiver.next().await;
    app.settled().await;
    acme.post_nothing(&format!("{path}/pause")).await.expect(200);
    for body in [body.clone(), json!({"subscription_id": subscription["id"], "dry_run": true})] {
        let detail = acme.post(PATH, body).await.detail(409, "subscription_inactive");
        assert_eq!(detail, "The subscription is paused; activate it first");
    }
    let held = app.replayed(&acme, &made, "paused").await;
    assert_eq!((&held["reason"], &held["queued"]), (&json!("the subscription is paused"), &json!(1)));
    acme.delete(&path).await.expect_nothing();
    let detail = acme.post_nothing(&format!("{PATH}/{}/resume", made["id"].as_str().unwrap())).await;
    detail.problem(404, "not_found");
    acme.post(PATH, body).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_replay_of_a_deleted_subscription_fails() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 3).await;
    let made = acme.post(PATH, json!({"subscription_id": subscription["id"], "rate": 1})).await.expect(202);
    receiver.next().await;
    app.settled().await;
    acme.delete(&format!("/api/v1/webhooks/subscriptions/{}", subscription["id"].as_str().unwrap()))
        .await
        .expect_nothing();
    let failed = app.replayed(&acme, &made, "failed").await;
    assert_eq!(failed["reason"], "the subscription was deleted");
    assert!(!failed["ended_at"].is_null());
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_tenant_has_at_most_20_open_replays() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 2).await;
    app.admin().post_nothing("/api/v1/nodes/pause").await.expect(200);
    let body = json!({"subscription_id": subscription["id"]});
    for _ in 0..20 {
        acme.post(PATH, body.clone()).await.expect(202);
    }
    let detail = acme.post(PATH, body).await.detail(409, "too_many_replays");
    assert!(detail.starts_with("The tenant has 20 replays"), "{detail}");
    // Each delivery is queued by the first of them alone.
    app.admin().post_nothing("/api/v1/nodes/resume").await.expect(200);
    receiver.take(2).await;
    for made in acme.get(PATH).await.expect(200).as_array().unwrap() {
        app.replayed(&acme, made, "completed").await;
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn bad_settings_are_refused_with_field_and_reason() {
    let (app, acme, receiver) = TestApp::with_receiver().await;
    let subscription = acme.subscribe(&receiver.url("/")).await;
    for (more, field, message) in [
        (json!({"event_types": []}), "event_types", "must name 1 to 500"),
        (json!({"event_types": ["a b"]}), "event_types", "\"a b\" must be 1 to 100 letters"),
        (json!({"event_types": "invoice.created"}), "event_types", "invalid type"),
        (json!({"after": "yesterday"}), "after", ""),
        (json!({"before": ""}), "before", ""),
        (
            json!({"after": "2026-01-02T00:00:00Z", "before": "2026-01-01T00:00:00Z"}),
            "before",
            "must be later than after",
        ),
        (json!({"statuses": []}), "statuses", "must name at least one"),
        (json!({"statuses": ["lost"]}), "statuses", "\"lost\" is unknown; known are failed, exhausted"),
        (json!({"statuses": ["pending"]}), "statuses", "must not name pending"),
        (json!({"statuses": ["failed"], "missed_only": true}), "missed_only", "cannot be combined with statuses"),
        (json!({"rate": 0}), "rate", "must be from 1 to 100000"),
        (json!({"rate": 100_001}), "rate", "must be from 1 to 100000"),
        (json!({"rate": 1.5}), "rate", ""),
        (json!({"dry_run": "perhaps"}), "dry_run", ""),
    ] {
        let mut body = json!({"subscription_id": subscription["id"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let fault = acme.post(PATH, body).await.fault();
        assert_eq!(fault.0, field, "{more}: {}", fault.1);
        assert!(fault.1.contains(message), "{more}: {}", fault.1);
    }
    assert_eq!(acme.post(PATH, json!({})).await.fault(), ("subscription_id".into(), "is missing".into()));
    acme.post(PATH, json!({"subscription_id": "nobody"})).await.problem(404, "not_found");
    assert_eq!(acme.get(PATH).await.expect(200), json!([]));
    app.finish().await;
}
