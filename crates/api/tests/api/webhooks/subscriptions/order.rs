//! `GET /api/v1/webhooks/subscriptions/{id}/order`, and orders as they are sent.

use super::{PATH, check_missing, path_of};
use crate::support::{Reply, START, TestApp};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_blocked_key_is_shown_and_its_delivery_can_be_skipped() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let ordered = json!({"url": receiver.url("/"), "events": ["*"], "ordered": "data.of.id"});
    let made = acme.subscribe_with(ordered).await;
    let path = path_of(&made, "/order");
    assert_eq!(acme.get(&path).await.expect(200), json!({"ordered": "data.of.id", "blocking": []}));
    let publish = async |data: Value| {
        let event = json!({"type": "invoice.paid", "data": data});
        acme.post("/api/v1/events", event).await.expect(202)["id"].as_str().unwrap().to_owned()
    };
    receiver.then(Reply::status(500));
    let first = publish(json!({"of": {"id": 7}})).await;
    assert_eq!(receiver.next().await.json()["id"], first);
    let look = async || Some(acme.get(&path).await.expect(200)).filter(|shown| shown["blocking"] != json!([]));
    let blocked = app.until("the first one blocks", look).await;
    let second = publish(json!({"of": {"id": 7.0}})).await;
    // Neither events with another value nor those without one wait.
    for free in [json!({"of": {"id": "7"}}), json!({"of": 7})] {
        let free = publish(free).await;
        assert_eq!(receiver.next().await.json()["id"], free);
    }
    app.settled_leaving(1).await;
    receiver.nothing_more();
    let one = &blocked["blocking"][0];
    assert_eq!((&one["event_id"], &one["key"], &one["waiting"]), (&json!(first), &json!(7), &json!(0)));
    assert_eq!((&one["status"], &one["attempt_number"]), (&json!("retrying"), &json!(1)));
    let blocked = acme.get(&path).await.expect(200);
    assert_eq!(blocked["blocking"][0]["waiting"], 1, "{blocked}");
    let attempt = acme.get(&format!("/api/v1/webhooks/deliveries/{}", one["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(one["blocked_since"], attempt["attempts"][0]["started_at"]);

    // The delivery is of the order in which it was published.
    for (path, shown) in [("data.of", json!(null)), ("data.of.id", json!(7))] {
        acme.patch(&path_of(&made, ""), json!({"ordered": path})).await.expect(200);
        let one = acme.get(&path_of(&made, "/order")).await.expect(200)["blocking"][0].clone();
        assert_eq!((&one["key"], &one["waiting"]), (&shown, &json!(1)), "{path}");
    }
    let cancel = format!("/api/v1/webhooks/deliveries/{}/cancel", one["id"].as_str().unwrap());
    acme.post(&cancel, json!({})).await.expect(200);
    assert_eq!(receiver.next().await.json()["id"], second);
    app.settled().await;
    assert_eq!(acme.get(&path).await.expect(200)["blocking"], json!([]));
    check_missing(&acme, Method::GET, "/order", "").await;
    app.finish().await;
}

#[tokio::test]
async fn an_order_is_shown_as_it_was_given_and_ends() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    for (given, shown) in [
        (json!(true), json!(true)),
        (json!(" data.customer_id "), json!("data.customer_id")),
        (json!(null), json!(null)),
        (json!("metadata.a[0]"), json!("metadata.a[0]")),
        (json!(false), json!(null)),
    ] {
        let changed = acme.patch(&path_of(&made, ""), json!({"ordered": given})).await.expect(200);
        assert_eq!(changed["ordered"], shown, "{given}");
        assert_eq!(acme.get(&path_of(&made, "/order")).await.expect(200)["ordered"], shown);
    }
    for (fields, fault) in [
        (json!({"ordered": 1}), "true, false, or a path such as data.customer_id"),
        (json!({"ordered": {}}), "true, false, or a path such as data.customer_id"),
        (json!({"ordered": "customer_id"}), "must begin with data or metadata"),
        (json!({"ordered": "data.items[*].id"}), "must name one value: [*] names several"),
        (json!({"ordered": true, "batching": {}}), "cannot be combined with batching"),
    ] {
        let answer = acme.patch(&path_of(&made, ""), fields.clone()).await;
        let (field, message) = answer.faults()[0].clone();
        assert_eq!(field, "ordered", "{fields}");
        assert!(message.contains(fault), "{fields}: {message}");
    }
    let both = json!({"url": "https://b.example/", "events": ["*"], "ordered": true, "batching": {"max_events": 2}});
    assert_eq!(acme.post(PATH, both).await.fault().0, "ordered");
    app.finish().await;
}

#[tokio::test]
async fn a_delayed_event_is_sent_by_hand_before_its_time_and_holds_up_nothing() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "ordered": true})).await;
    let at = START.after(Duration::from_secs(3_600));
    let later = acme.publish_with(json!({"type": "invoice.paid", "data": {}, "deliver_at": at})).await;
    let now = acme.publish().await;
    assert_eq!(receiver.next().await.json()["id"], now["id"]);
    app.settled().await;
    receiver.nothing_more();
    let waiting = acme.deliveries_of(&later).await.remove(0);
    assert_eq!(waiting["next_retry_at"], json!(at));
    let retry = format!("/api/v1/webhooks/deliveries/{}/retry", waiting["id"].as_str().unwrap());
    acme.post(&retry, json!({})).await.expect(200);
    assert_eq!(receiver.next().await.json()["id"], later["id"]);
    app.finish().await;
}
