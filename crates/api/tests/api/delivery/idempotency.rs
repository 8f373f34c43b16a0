//! Publishing the same event again: by its id, and by an `Idempotency-Key`.

use crate::support::{Caller, TestApp, hyphenated};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/events";

fn named(id: &str) -> Value {
    json!({"type": "invoice.created", "data": {"n": 1}, "id": id})
}

/// What was accepted, without the flag in which a repetition differs.
fn values(accepted: &Value) -> Value {
    let mut values = accepted.clone();
    values.as_object_mut().unwrap().remove("duplicate").expect("the flag");
    values
}

/// Publishes the same 20 times at once; checks that it is one event with one set of deliveries.
async fn publish_20_times(acme: &Caller, event: &Value) -> Value {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (acme, event) = (acme.clone(), event.clone());
        tasks.spawn(async move { acme.publish_with(event).await });
    }
    let all = tasks.join_all().await;
    assert_eq!(all.iter().filter(|one| one["duplicate"] == false).count(), 1, "one of them was the first");
    assert!(all.iter().all(|one| values(one) == values(&all[0])), "all got the same answer");
    all[0].clone()
}

#[tokio::test]
async fn the_same_id_is_the_same_event() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let first = acme.publish_with(named("order-1")).await;
    assert_eq!(first["duplicate"], false);
    app.advance(60);
    // The first one's values, whatever the second one says.
    for again in [named("order-1"), json!({"type": "ticket.closed", "data": {"n": 2}, "id": "order-1"})] {
        let again = acme.publish_with(again).await;
        assert_eq!((&again["duplicate"], values(&again)), (&json!(true), values(&first)));
    }
    assert_eq!(receiver.next().await.json()["data"], json!({"n": 1}));
    assert_eq!(acme.get(PATH).await.expect(200).as_array().unwrap().len(), 1);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn the_same_key_is_the_same_event() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let keyed = acme.with("Idempotency-Key", "key 1 ü".replace('ü', "u").as_str());
    let first = keyed.publish().await;
    let again = keyed.publish().await;
    assert_eq!((&again["duplicate"], values(&again)), (&json!(true), values(&first)));
    // Another key, no key, and an id that is spelled like the key are other events.
    for other in [acme.with("Idempotency-Key", "key 2").publish().await, acme.publish().await] {
        assert_eq!(other["duplicate"], false);
        assert_ne!(other["id"], first["id"]);
    }
    acme.with("Idempotency-Key", "shared").publish().await;
    assert_eq!(acme.publish_with(named("shared")).await["duplicate"], false);
    receiver.take(5).await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn twenty_at_once_are_one_event() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    acme.subscribe(&receiver.url("/")).await;
    let by_id = publish_20_times(&acme, &named("order-1")).await;
    let event = json!({"type": "invoice.created", "data": {}});
    let by_key = publish_20_times(&acme.with("Idempotency-Key", "one"), &event).await;
    assert_eq!((&by_id["deliveries"], &by_key["deliveries"]), (&json!(2), &json!(2)));
    let mut ids: Vec<_> = receiver.take(4).await.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2);
    assert_eq!(acme.get(PATH).await.expect(200).as_array().unwrap().len(), 2);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn both_spellings_of_an_id_of_ours_are_one() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let ours = "evt_06f8k2m4q9v1x3z5b7d9f1h3k5";
    let first = acme.publish_with(named(ours)).await;
    for spelling in [hyphenated(ours), hyphenated(ours).to_uppercase(), ours.to_owned()] {
        let again = acme.publish_with(named(&spelling)).await;
        assert_eq!((&again["duplicate"], &again["id"]), (&json!(true), &first["id"]), "{spelling}");
        let shown = acme.get(&format!("{PATH}/{spelling}")).await.expect(200);
        assert_eq!(shown["id"], ours);
    }
    assert_eq!(receiver.next().await.header("webhook-id"), ours);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_batch_can_be_repeated_under_its_key() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let keyed = acme.with("Idempotency-Key", "batch-1");
    let event = json!({"type": "invoice.created", "data": {}});
    let batch = json!({"events": vec![event; 3]});
    let first = keyed.post("/api/v1/events/batch", batch.clone()).await.expect(202);
    let again = keyed.post("/api/v1/events/batch", batch.clone()).await.expect(202);
    assert_eq!(first["deliveries_by_type"], json!({"invoice.created": 3}));
    assert_eq!(again["deliveries_by_type"], json!({}), "nothing was made");
    let results = |batch: &Value| batch["results"].as_array().unwrap().iter().map(values).collect::<Vec<_>>();
    assert_eq!(results(&again), results(&first));
    assert!(again["results"].as_array().unwrap().iter().all(|one| one["duplicate"] == true));
    // A single event under the same key is not one of the batch.
    assert_eq!(keyed.publish().await["duplicate"], false);
    receiver.take(4).await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_batch_may_have_the_same_event_twice() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    acme.publish_with(named("known")).await;
    receiver.next().await;
    let events = [named("a"), named("b"), named("a"), named("known"), named("a")];
    let accepted = acme.post("/api/v1/events/batch", json!({"events": events})).await.expect(202);
    let results = accepted["results"].as_array().unwrap();
    let flags: Vec<_> =
        results.iter().map(|one| (one["id"].as_str().unwrap(), one["duplicate"].as_bool().unwrap())).collect();
    assert_eq!(flags, [("a", false), ("b", false), ("a", true), ("known", true), ("a", true)]);
    assert_eq!(accepted["deliveries_by_type"], json!({"invoice.created": 2}));
    let mut ids: Vec<_> = receiver.take(2).await.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["a", "b"]);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn bad_keys_are_refused() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for path in [PATH, "/api/v1/events/batch"] {
        for key in ["", &"x".repeat(256), "schlüssel"] {
            let body = if path == PATH { named("a") } else { json!({"events": [named("a")]}) };
            let (field, message) = acme.with("Idempotency-Key", key).post(path, body).await.fault();
            assert_eq!((field.as_str(), message.contains("1 to 255")), ("Idempotency-Key", true), "{message}");
        }
    }
    acme.with("Idempotency-Key", &"x".repeat(255)).publish().await;
    app.finish().await;
}

#[tokio::test]
async fn repetitions_are_known_after_a_restart() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let first = acme.with("Idempotency-Key", "key").publish_with(named("one")).await;
    let app = app.restart().await;
    let acme = app.tenant("acme").await;
    for again in [acme.publish_with(named("one")).await, acme.with("Idempotency-Key", "key").publish().await] {
        assert_eq!((&again["duplicate"], values(&again)), (&json!(true), values(&first)));
    }
    app.finish().await;
}
