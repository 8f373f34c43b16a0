//! `POST /api/v1/webhooks/subscriptions/{id}/pause`.

use super::{check_missing, path_of};
use crate::support::{Reply, TestApp, time};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_paused_subscription_is_shown_as_inactive_and_stays_paused() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    let mut expected = acme.get(&path_of(&made, "")).await.expect(200);
    for _ in 0..2 {
        app.advance(1);
        let paused = acme.post_nothing(&path_of(&made, "/pause")).await.expect(200);
        expected["is_active"] = json!(false);
        expected["health"]["next_step"] = json!("Activate the subscription: it is paused, and its deliveries wait");
        expected["updated_at"] = json!(app.now());
        assert_eq!(paused, expected);
    }
    assert_eq!(acme.get(&path_of(&made, "")).await.expect(200), expected);
    check_missing(&acme, Method::POST, "/pause", "").await;
    app.finish().await;
}

#[tokio::test]
async fn deliveries_of_a_paused_subscription_wait() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    acme.post_nothing(&path_of(&made, "/pause")).await.expect(200);
    let delivery = acme.publish_one().await;
    app.advance(100_000);
    app.settled().await;
    let shown = acme.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await.expect(200);
    assert_eq!((&shown["status"], &shown["attempts"]), (&json!("pending"), &json!([])));
    let again = acme.post_nothing(&format!("/api/v1/webhooks/deliveries/{delivery}/retry")).await;
    assert!(again.detail(400, "bad_request").contains("inactive"));
    app.finish_leaving(1).await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_due_retry_of_a_paused_subscription_waits() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500));
    let made = acme.subscribe(&receiver.url("/")).await;
    let delivery = acme.publish_one().await;
    receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 1).await;
    acme.post_nothing(&path_of(&made, "/pause")).await.expect(200);
    app.clock.advance(time(&shown["next_retry_at"]).since(app.now()) * 10);
    app.settled().await;
    acme.post_nothing(&path_of(&made, "/activate")).await.expect(200);
    assert_eq!(receiver.next().await.sent_at(), app.now().seconds(), "not before it was activated");
    assert_eq!(app.attempted(&acme, &delivery, 2).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_request_in_flight_is_finished_after_the_pause() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (held, release) = Reply::status(200).held();
    receiver.then(held);
    let made = acme.subscribe(&receiver.url("/")).await;
    let delivery = acme.publish_one().await;
    receiver.next().await;
    acme.post_nothing(&path_of(&made, "/pause")).await.expect(200);
    release.send(()).unwrap();
    assert_eq!(app.attempted(&acme, &delivery, 1).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn queued_deliveries_wait_after_the_pause() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    const ALL: usize = 40;
    let (replies, mut releases): (Vec<_>, Vec<_>) = (0..ALL).map(|_| Reply::status(200).held()).unzip();
    for reply in replies {
        receiver.then(reply);
    }
    let made = acme.subscribe(&receiver.url("/")).await;
    let event = json!({"type": "invoice.created", "data": {}});
    acme.post("/api/v1/events/batch", json!({"events": vec![event; ALL]})).await.expect(202);
    let under_way = app.nobody().get("/readyz").await.expect(200)["in_flight"].as_u64().unwrap() as usize;
    assert!((1..ALL).contains(&under_way), "{under_way}");
    let mut requests = receiver.take(under_way).await;

    acme.post_nothing(&path_of(&made, "/pause")).await.expect(200);
    releases.drain(..under_way).for_each(|release| release.send(()).unwrap());
    app.until("those under way to end", async || {
        let ended = acme.get("/api/v1/webhooks/deliveries?status=success").await.expect(200);
        (ended.as_array().unwrap().len() == under_way).then_some(())
    })
    .await;
    assert_eq!(app.settled().await.len(), ALL - under_way);
    receiver.nothing_more();

    drop(releases);
    acme.post_nothing(&path_of(&made, "/activate")).await.expect(200);
    requests.extend(receiver.take(ALL - under_way).await);
    let mut ids: Vec<_> = requests.iter().map(|request| request.header("webhook-id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ALL, "all events, each once");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn events_are_dropped_or_collected_during_a_pause_as_on_pause_says() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let on_pause = |path: &str, value: Value| json!({"url": receiver.url(path), "events": ["*"], "on_pause": value});
    let fields =
        [on_pause("/collect", json!("collect")), on_pause("/drop", json!("drop")), on_pause("/none", json!(null))];
    let mut made = Vec::new();
    for (fields, shown) in fields.into_iter().zip(["collect", "drop", "collect"]) {
        let one = acme.subscribe_with(fields).await;
        assert_eq!(one["on_pause"], shown);
        made.push(one);
    }
    let publish = async |id: &str| acme.publish_with(json!({"type": "invoice.created", "data": {}, "id": id})).await;
    // Deliveries that wait when the pause begins are kept in both cases.
    let mut releases = Vec::new();
    for _ in 0..3 {
        let (reply, release) = Reply::status(500).held();
        receiver.then(reply);
        releases.push(release);
    }
    assert_eq!(publish("before").await["deliveries"], 3);
    receiver.take(3).await;
    for one in &made {
        acme.post_nothing(&path_of(one, "/pause")).await.expect(200);
    }
    drop(releases);
    assert_eq!(publish("during").await["deliveries"], 2, "a delivery for those that collect");
    app.advance(24 * 60 * 60);
    assert_eq!(app.settled().await.len(), 5);
    for one in &made {
        acme.post_nothing(&path_of(one, "/activate")).await.expect(200);
    }
    assert_eq!(publish("after").await["deliveries"], 3);
    let mut sent: Vec<(String, String)> = receiver
        .take(8)
        .await
        .iter()
        .map(|request| (request.path.clone(), request.header("webhook-id").to_owned()))
        .collect();
    sent.sort();
    let of = |path: &str, ids: &[&str]| ids.iter().map(|id| (path.to_owned(), (*id).to_owned())).collect::<Vec<_>>();
    let all = ["after", "before", "during"];
    assert_eq!(sent, [of("/collect", &all), of("/drop", &["after", "before"]), of("/none", &all)].concat());
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_paused_subscription_drops_events_after_a_restart_too() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "on_pause": "drop"})).await;
    acme.post_nothing(&path_of(&made, "/pause")).await.expect(200);
    let key = acme.key();
    let app = app.restart().await;
    let acme = app.nobody().bearing(&key);
    assert_eq!(acme.publish().await["deliveries"], 0);
    // A change takes effect during the pause.
    let changed = acme.patch(&path_of(&made, ""), json!({"on_pause": null})).await.expect(200);
    assert_eq!((&changed["on_pause"], &changed["is_active"]), (&json!("collect"), &json!(false)));
    assert_eq!(acme.publish().await["deliveries"], 1);
    acme.patch(&path_of(&made, ""), json!({"on_pause": "drop"})).await.expect(200);
    assert_eq!(acme.publish().await["deliveries"], 0);
    acme.post_nothing(&path_of(&made, "/activate")).await.expect(200);
    receiver.next().await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn on_pause_must_be_collect_or_drop() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    for bad in [json!("lose"), json!(""), json!("Drop")] {
        let fields = json!({"url": "https://b.example/", "events": ["*"], "on_pause": bad});
        let expected = ("on_pause".to_owned(), "must be collect or drop".to_owned());
        assert_eq!(acme.post("/api/v1/webhooks/subscriptions", fields).await.fault(), expected);
        assert_eq!(acme.patch(&path_of(&made, ""), json!({"on_pause": bad})).await.fault(), expected);
    }
    let (field, _) = acme.patch(&path_of(&made, ""), json!({"on_pause": 1})).await.fault();
    assert_eq!(field, "on_pause");
    assert_eq!(acme.get(&path_of(&made, "")).await.expect(200)["on_pause"], "collect");
    app.finish().await;
}
