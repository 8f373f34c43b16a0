//! `GET /api/v1/stream`.

use crate::support::{Caller, EventStream, Receiver, Reply, TestApp};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/stream";

/// Opens a stream and reads its beginning, which names the position.
async fn open(caller: &Caller, path: &str) -> (EventStream, String) {
    let mut stream = caller.stream(path).await;
    let first = stream.next().await.unwrap();
    assert_eq!(first.name, "", "{first:?}");
    (stream, first.id.unwrap())
}

/// The states of a delivery in the order in which the stream shows them, up to the last one.
async fn states(stream: &mut EventStream, delivery: &str, last: &str) -> Vec<String> {
    let mut states = Vec::new();
    loop {
        let event = stream.expect("delivery").await;
        if event.data["id"] == delivery {
            states.push(event.data["status"].as_str().unwrap().to_owned());
            if event.data["status"] == last {
                return states;
            }
        }
    }
}

#[tokio::test]
async fn events_and_deliveries_are_streamed_as_they_change() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (mut stream, _) = open(&acme, PATH).await;
    for (name, value) in
        [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")]
    {
        assert_eq!(stream.headers[name], value);
    }
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let shown = stream.expect("subscription").await.data;
    assert_eq!(shown, json!({"id": subscription["id"], "tenant_id": "acme", "at": app.now()}));
    let (answer, held) = tokio::sync::oneshot::channel();
    receiver.then(Reply::Held(held, Box::new(Reply::status(503))));
    let event = acme.publish_with(json!({"type": "invoice.created", "data": {}, "id": "mine"})).await;
    let delivery = acme.deliveries_of(&event).await[0].clone();
    let shown = stream.expect("event").await.data;
    assert_eq!(shown, json!({"id": "mine", "tenant_id": "acme", "type": "invoice.created", "at": app.now()}));
    let shown = stream.expect("delivery").await.data;
    assert_eq!(
        shown,
        json!({
            "id": delivery["id"], "tenant_id": "acme", "subscription_id": subscription["id"], "event_id": "mine",
            "event_type": "invoice.created", "status": "pending", "at": app.now(),
        })
    );
    receiver.next().await;
    answer.send(()).unwrap();
    let id = delivery["id"].as_str().unwrap();
    let retrying = stream.expect("delivery").await.data;
    assert_eq!((&retrying["id"], &retrying["status"]), (&json!(id), &json!("retrying")));
    let detail = acme.get(&format!("/api/v1/webhooks/deliveries/{id}")).await.expect(200);
    app.pass(&detail["next_retry_at"]);
    assert_eq!(states(&mut stream, id, "success").await, ["success"]);
    app.start_draining();
    while let Some(event) = stream.next().await {
        assert_eq!(event.name, "subscription", "a stream ends when the server is about to stop");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_tenant_sees_its_own_changes_and_the_operator_those_of_all() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.tenant("acme").await, app.tenant("globex").await);
    let (mut own, _) = open(&acme, PATH).await;
    let (mut all, _) = open(&app.admin(), PATH).await;
    let (mut by_query, _) = open(&app.admin(), &format!("{PATH}?tenant_id=acme")).await;
    let (mut by_header, _) = open(&app.admin_in("acme"), PATH).await;
    globex.publish().await;
    assert_eq!(all.expect("event").await.data["tenant_id"], "globex");
    acme.publish().await;
    for stream in [&mut own, &mut by_query, &mut by_header, &mut all] {
        assert_eq!(stream.expect("event").await.data["tenant_id"], "acme");
    }
    acme.get(&format!("{PATH}?tenant_id=globex")).await.problem(403, "forbidden");
    app.nobody().get(PATH).await.problem(401, "unauthorized");
    app.member("acme", &["events:publish"]).await.get(PATH).await.problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn a_stream_continues_after_the_last_event_or_begins_with_a_gap() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let (stream, begin) = open(&acme, PATH).await;
    drop(stream);
    acme.publish_with(json!({"type": "invoice.created", "data": {}, "id": "missed"})).await;
    let (mut back, _) = open(&acme.with("Last-Event-ID", &begin), PATH).await;
    let missed = back.next().await.unwrap();
    assert_eq!((missed.name.as_str(), &missed.data["id"]), ("event", &json!("missed")));
    let last = missed.id.expect("the last event of a look has the position");
    let (mut after, _) = open(&acme.with("Last-Event-ID", &last), PATH).await;
    acme.publish_with(json!({"type": "invoice.created", "data": {}, "id": "next"})).await;
    assert_eq!(after.next().await.unwrap().data["id"], "next", "what was received is not repeated");
    for unknown in ["0000000000000001-0", "what"] {
        let (mut stream, _) = open(&acme.with("Last-Event-ID", unknown), PATH).await;
        let gap = stream.next().await.unwrap();
        assert_eq!((gap.name.as_str(), gap.data), ("gap", json!({})), "{unknown}");
    }
    app.finish().await;
}

#[tokio::test]
async fn changes_beyond_a_hundred_a_second_are_counted() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let (mut stream, _) = open(&acme, PATH).await;
    let events: Vec<Value> = (0..250).map(|_| json!({"type": "invoice.created", "data": {}})).collect();
    acme.post("/api/v1/events/batch", json!({"events": events})).await.expect(202);
    let mut shown = 0;
    let skipped = loop {
        let event = stream.next().await.unwrap();
        match event.name.as_str() {
            "event" => shown += 1,
            "skipped" => break event.data,
            name => panic!("{name}"),
        }
    };
    assert!(shown <= 200, "{shown}");
    assert_eq!(skipped, json!({"events": 250 - shown, "deliveries": 0}));
    app.finish().await;
}

#[tokio::test]
async fn a_cancellation_is_a_gap_and_a_manual_retry_a_change() {
    let app = TestApp::start().await;
    let (acme, mut receiver) = (app.tenant("acme").await, Receiver::start().await);
    receiver.then(Reply::status(500));
    let fields = json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 0});
    let subscription = acme.subscribe_with(fields).await;
    let id = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &id, 1).await;
    let (mut stream, _) = open(&acme, PATH).await;
    acme.post_nothing(&format!("/api/v1/webhooks/deliveries/{id}/retry")).await.expect(200);
    assert_eq!(states(&mut stream, &id, "success").await.last().map(String::as_str), Some("success"));
    let path = format!("/api/v1/webhooks/subscriptions/{}", subscription["id"].as_str().unwrap());
    acme.post_nothing(&format!("{path}/pause")).await.expect(200);
    acme.publish().await;
    acme.post("/api/v1/webhooks/deliveries/cancel", json!({"statuses": ["pending"]})).await.expect(200);
    assert_eq!(stream.expect("gap").await.data, json!({}));
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn a_caller_has_a_limited_number_of_streams() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.tenant("acme").await, app.tenant("globex").await);
    let mut streams = Vec::new();
    for _ in 0..64 {
        streams.push(open(&acme, PATH).await);
    }
    acme.get(PATH).await.problem(429, "too_many_streams");
    drop(open(&globex, PATH).await);
    app.start_draining();
    for (stream, _) in &mut streams {
        assert_eq!(stream.next().await, None);
    }
    acme.get(PATH).await.problem(503, "draining");
    app.finish().await;
}

#[tokio::test]
async fn a_stream_ends_when_its_key_or_link_is_revoked() {
    let app = TestApp::start().await;
    let (operator, acme) = (app.admin(), app.tenant("acme").await);
    let fields = json!({"tenant_id": "acme", "mode": "view"});
    let link = operator.post("/api/v1/portal-sessions", fields).await.expect(201);
    let portal = app.nobody().bearing(link["token"].as_str().unwrap());
    let (mut of_link, _) = open(&portal, PATH).await;
    let (mut of_key, _) = open(&acme, PATH).await;
    operator.delete(&format!("/api/v1/portal-sessions/{}", link["id"].as_str().unwrap())).await.expect_nothing();
    let keys = app.admin_in("acme").get("/api/v1/keys").await.expect(200);
    app.admin_in("acme").delete(&format!("/api/v1/keys/{}", keys[0]["id"].as_str().unwrap())).await.expect_nothing();
    assert_eq!((of_link.next().await, of_key.next().await), (None, None));
    app.finish().await;
}
