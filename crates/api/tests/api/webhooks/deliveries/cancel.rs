//! `POST /api/v1/webhooks/deliveries/{id}/cancel`.

use super::PATH;
use crate::support::{Reply, TestApp, hyphenated};
use serde_json::json;

#[tokio::test]
async fn a_retrying_delivery_is_cancelled_and_can_be_replayed() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500));
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    receiver.next().await;
    let shown = app.attempted(&acme, &id, 1).await;
    let path = format!("{PATH}/{}/cancel", hyphenated(&id));
    let cancelled = acme.post_nothing(&path).await.expect(200);
    assert_eq!((&cancelled["status"], &cancelled["error_message"]), (&json!("failed"), &json!("cancelled by request")));
    assert!(cancelled["next_retry_at"].is_null());
    app.pass(&shown["next_retry_at"]);
    app.settled().await;
    receiver.nothing_more();
    let detail = acme.post_nothing(&path).await.detail(409, "delivery_ended");
    assert_eq!(detail, "The delivery has ended already: failed");
    let body = json!({"subscription_id": subscription["id"], "statuses": ["cancelled"]});
    assert_eq!(acme.post("/api/v1/webhooks/replays", body).await.expect(202)["count"], 1);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &id, 2).await["status"], "success");
    acme.post_nothing(&path).await.problem(409, "delivery_ended");
    acme.post_nothing(&format!("{PATH}/nothing/cancel")).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_request_in_flight_is_not_aborted_and_shows_its_outcome() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    for (status, end, error) in
        [(200, "success", json!(null)), (500, "failed", json!("HTTP 500 Internal Server Error; cancelled by request"))]
    {
        let (held, release) = Reply::status(status).held();
        receiver.then(held);
        let id = acme.publish_one().await;
        receiver.next().await;
        let cancelled = acme.post_nothing(&format!("{PATH}/{id}/cancel")).await.expect(200);
        assert_eq!(cancelled["status"], "failed");
        release.send(()).unwrap();
        let shown = app.attempted(&acme, &id, 1).await;
        assert_eq!((&shown["status"], &shown["error_message"]), (&json!(end), &error));
        app.advance(100_000);
    }
    app.finish().await;
    receiver.nothing_more();
}
