//! `/healthz` and `/readyz`.

use crate::support::{Reply, TestApp};
use serde_json::{Value, json};

#[tokio::test]
async fn a_running_server_is_live_and_ready() {
    let app = TestApp::start().await;
    let live = app.nobody().get("/healthz").await.expect(200);
    assert_eq!(live, json!({"status": "ok", "checks": [{"name": "journal_task", "status": "ok"}]}));
    let mut ready = app.nobody().get("/readyz").await.expect(200);
    // A store that allows one process has no lease.
    let names = ["store_writable", "backlog_readable", "accepting", "journal_depth"];
    let checks: Vec<Value> = names.iter().map(|name| json!({"name": name, "status": "ok"})).collect();
    assert_eq!(ready.as_object_mut().unwrap().remove("checks").unwrap(), Value::Array(checks));
    assert_eq!(
        ready,
        json!({"status": "ready", "journal_depth": 0, "in_flight": 0, "busy_lanes": 0, "queued_bytes": 0})
    );
    app.finish().await;
}

/// The names and reasons of the failed checks of a 503.
fn failed(problem: &Value) -> Vec<(String, String)> {
    let checks = problem["checks"].as_array().expect("checks").iter();
    let failed = checks.filter(|check| check["status"] == "failed");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    failed.map(|check| (text(&check["name"]), text(&check["reason"]))).collect()
}

#[tokio::test]
async fn a_draining_server_is_live_and_not_ready_and_accepts_events() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    app.start_draining();
    let problem = app.nobody().get("/readyz").await.problem(503, "draining");
    assert_eq!(failed(&problem), [("accepting".to_owned(), problem["detail"].as_str().unwrap().to_owned())]);
    assert_eq!(problem["checks"].as_array().unwrap().len(), 4, "{problem}");
    app.nobody().get("/healthz").await.expect(200);
    acme.publish().await;
    app.finish().await;
}

#[tokio::test]
async fn every_failed_check_is_shown_with_its_reason() {
    let app = TestApp::start().await;
    app.store.set_broken(true);
    app.start_draining();
    let problem = app.nobody().get("/readyz").await.problem(503, "unavailable");
    let failed = failed(&problem);
    let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["store_writable", "accepting"]);
    assert_eq!(problem["detail"], failed[0].1.as_str());
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
