//! Deduplication of events: by their id, and by an `Idempotency-Key`.

use crate::support::{Caller, TestApp, hyphenated};
use http::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/events";

fn named(id: &str) -> Value {
    json!({"type": "invoice.created", "data": {"n": 1}, "id": id})
}

/// The answer without `duplicate` and `warnings`, in which a repetition differs.
fn values(accepted: &Value) -> Value {
    let mut values = accepted.clone();
    let fields = values.as_object_mut().unwrap();
    fields.remove("duplicate").expect("the flag");
    fields.remove("warnings");
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
async fn an_event_with_a_known_id_is_a_duplicate() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let first = acme.publish_with(named("order-1")).await;
    assert_eq!(first["duplicate"], false);
    app.advance(60);
    // The answer has the values of the first event, even if those of the second differ.
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
async fn an_event_under_a_known_idempotency_key_is_a_duplicate() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let keyed = acme.with("Idempotency-Key", "key 1, with a space");
    let first = keyed.publish().await;
    let again = keyed.publish().await;
    assert_eq!((&again["duplicate"], values(&again)), (&json!(true), values(&first)));
    // Another key, no key, and an id spelled like the key make other events.
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_concurrent_publishes_of_one_id_or_key_are_one_event() {
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
async fn a_publishers_own_id_is_kept_as_given() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    // A UUID, the same in upper case, a prefixed id that was never generated, and one that Crockford's alphabet reads
    // alike.
    let given = [
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "7C9E6679-7425-40DE-944B-E07FC1F90AE7",
        "evt_06f8k2m4q9v1x3z5b7d9f1h3k0",
        "evt_o6f8k2m4q9v1x3z5b7d9f1h3k0",
        "019c1363-49c0-7000-8000-000000000000",
    ];
    for id in given {
        let accepted = acme.publish_with(named(id)).await;
        assert_eq!((&accepted["duplicate"], &accepted["id"]), (&json!(false), &json!(id)));
        let request = receiver.next().await;
        assert_eq!((request.header("webhook-id"), &request.json()["id"]), (id, &json!(id)));
        assert_eq!(acme.get(&format!("{PATH}/{id}")).await.expect(200)["id"], id);
        let again = acme.publish_with(named(id)).await;
        assert_eq!((&again["duplicate"], &again["id"]), (&json!(true), &json!(id)));
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_known_id_with_other_content_becomes_a_warning() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    acme.publish_with(named("order-1")).await;
    let same = acme.publish_with(named("order-1")).await;
    assert_eq!(same.get("warnings"), None, "there is no warning");
    for (field, again) in [
        ("type", json!({"type": "ticket.closed", "data": {"n": 1}, "id": "order-1"})),
        ("data", json!({"type": "invoice.created", "data": {"n": 2}, "id": "order-1"})),
    ] {
        let again = acme.publish_with(again).await;
        assert_eq!(again["duplicate"], true);
        let warning = again["warnings"][0].as_str().unwrap();
        assert!(warning.starts_with("id: ") && warning.contains(&format!("another {field}")), "{warning}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_idempotency_key_with_another_type_data_or_id_is_422() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let keyed = acme.with("Idempotency-Key", "key-1");
    let first = json!({"type": "invoice.created", "data": {"n": 1, "m": [1, 2]}, "id": "one"});
    let accepted = keyed.publish_with(first.clone()).await;
    // The same JSON in another spelling is the same content.
    let spelled = r#"{"id": "one", "data": {"m":[1, 2], "n":1}, "type": "invoice.created"}"#;
    let again = keyed.send(Method::POST, PATH, spelled).await.expect(202);
    assert_eq!((&again["duplicate"], &again["id"]), (&json!(true), &accepted["id"]));
    let known = acme.publish_with(json!({"type": "invoice.paid", "data": {}, "id": "two"})).await;
    for (field, other) in [
        ("type", json!({"type": "invoice.paid", "data": {"n": 1, "m": [1, 2]}, "id": "one"})),
        ("data", json!({"type": "invoice.created", "data": {"n": 2, "m": [1, 2]}, "id": "one"})),
        ("data", json!({"type": "invoice.created", "data": {"n": 2}})),
        ("id", json!({"type": "invoice.created", "data": {"n": 1, "m": [1, 2]}, "id": "other"})),
        ("id", json!({"type": "invoice.paid", "data": {}, "id": known["id"]})),
    ] {
        let answer = keyed.post(PATH, other.clone()).await;
        let (named, message) =
            (answer.problem(422, "idempotency_key_reused")["errors"][0]["field"].clone(), answer.text());
        assert_eq!(named, field, "{other}: {message}");
        assert!(message.contains("Idempotency-Key"), "{message}");
    }
    assert_eq!(acme.get(PATH).await.expect(200).as_array().unwrap().len(), 2, "refused events are not stored");
    // A new key with a known id is a duplicate by its id.
    let other_key = acme.with("Idempotency-Key", "key-2");
    let repeated = other_key.publish_with(json!({"type": "invoice.paid", "data": {"n": 9}, "id": "one"})).await;
    assert_eq!(repeated["duplicate"], true);
    assert!(repeated["warnings"][0].as_str().unwrap().contains("another type"));
    app.finish().await;
}

#[tokio::test]
async fn a_known_idempotency_key_with_another_batch_is_422() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let keyed = acme.with("Idempotency-Key", "batch-1");
    let batch = |numbers: &[i32]| {
        let events: Vec<_> = numbers.iter().map(|n| json!({"type": "invoice.created", "data": {"n": n}})).collect();
        json!({"events": events})
    };
    keyed.post("/api/v1/events/batch", batch(&[1, 2, 3])).await.expect(202);
    let again = keyed.post("/api/v1/events/batch", batch(&[1, 2, 3])).await.expect(202);
    assert!(again["results"].as_array().unwrap().iter().all(|one| one["duplicate"] == true));
    for (field, other) in [
        ("events[1].data", batch(&[1, 5, 3])),
        ("events", batch(&[1, 2, 3, 4])),
        ("events[0].data", batch(&[2, 3])),
        ("events", batch(&[1, 2])),
    ] {
        let answer = keyed.post("/api/v1/events/batch", other.clone()).await;
        assert_eq!(answer.problem(422, "idempotency_key_reused")["errors"][0]["field"], field, "{other}");
    }
    assert_eq!(acme.get(PATH).await.expect(200).as_array().unwrap().len(), 3);
    app.finish().await;
}

#[tokio::test]
async fn an_event_published_again_with_its_generated_id_is_a_duplicate() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let first = acme.publish().await;
    let ours = first["id"].as_str().unwrap();
    for spelling in [ours.to_owned(), hyphenated(ours)] {
        let again = acme.publish_with(named(&spelling)).await;
        assert_eq!((&again["duplicate"], values(&again)), (&json!(true), values(&first)), "{spelling}");
    }
    let events = [named("a"), named(ours), named("b")];
    let batch = acme.post("/api/v1/events/batch", json!({"events": events})).await.expect(202);
    assert_eq!(batch["deliveries_by_type"], json!({"invoice.created": 2}));
    let results = batch["results"].as_array().unwrap();
    assert_eq!((&results[0]["id"], &results[1]["id"], &results[2]["id"]), (&json!("a"), &json!(ours), &json!("b")));
    assert_eq!(results[1]["duplicate"], true);
    let alone = acme.post("/api/v1/events/batch", json!({"events": [named(ours)]})).await.expect(202);
    assert_eq!(values(&alone["results"][0]), values(&first));
    // In another tenant the id is an id like any other.
    let other = app.tenant("other").await;
    assert_eq!(other.publish_with(named(ours)).await["duplicate"], false);
    receiver.take(3).await;
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
    assert_eq!(again["deliveries_by_type"], json!({}), "no delivery was created");
    let results = |batch: &Value| batch["results"].as_array().unwrap().iter().map(values).collect::<Vec<_>>();
    assert_eq!(results(&again), results(&first));
    assert!(again["results"].as_array().unwrap().iter().all(|one| one["duplicate"] == true));
    // A single event under the same key is not an event of the batch.
    assert_eq!(keyed.publish().await["duplicate"], false);
    receiver.take(4).await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn an_event_repeated_within_a_batch_is_a_duplicate() {
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
async fn invalid_idempotency_keys_are_refused() {
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
async fn duplicates_are_known_after_a_restart() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let first = acme.with("Idempotency-Key", "key").publish_with(named("one")).await;
    let app = app.restart().await;
    let acme = app.tenant("acme").await;
    for again in
        [acme.publish_with(named("one")).await, acme.with("Idempotency-Key", "key").publish_with(named("one")).await]
    {
        assert_eq!((&again["duplicate"], values(&again)), (&json!(true), values(&first)));
    }
    app.finish().await;
}
