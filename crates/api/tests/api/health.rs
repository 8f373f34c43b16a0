//! `/healthz` and `/readyz`.

use crate::support::{Reply, TestApp};
use serde_json::json;

#[tokio::test]
async fn a_running_server_is_live_and_ready() {
    let app = TestApp::start().await;
    assert_eq!(app.nobody().get("/healthz").await.expect(200), json!({"status": "ok"}));
    let ready = app.nobody().get("/readyz").await.expect(200);
    assert_eq!(
        ready,
        json!({"status": "ready", "journal_depth": 0, "in_flight": 0, "busy_lanes": 0, "queued_bytes": 0})
    );
    app.finish().await;
}

#[tokio::test]
async fn requests_in_flight_are_counted() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (held, release) = Reply::status(200).held();
    receiver.then(held);
    acme.subscribe(&receiver.url("/")).await;
    acme.publish().await;
    receiver.next().await;
    let ready = app.nobody().get("/readyz").await.expect(200);
    assert_eq!((&ready["in_flight"], &ready["busy_lanes"]), (&json!(1), &json!(1)));
    release.send(()).unwrap();
    app.settled().await;
    app.finish().await;
}

#[tokio::test]
async fn a_server_whose_store_cannot_write_is_not_ready() {
    let app = TestApp::start().await;
    app.store.set_broken(true);
    app.nobody().get("/readyz").await.problem(503, "unavailable");
    app.store.set_broken(false);
    app.nobody().get("/readyz").await.expect(200);
    app.finish().await;
}
