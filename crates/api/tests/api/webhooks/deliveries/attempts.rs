//! `GET /api/v1/webhooks/deliveries/{id}/attempts/{number}/request-body` and `…/response-body`.

use super::PATH;
use crate::support::{Reply, TestApp};
use serde_json::json;

#[tokio::test]
async fn the_bodies_of_an_attempt_are_returned_byte_for_byte() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let globex = app.tenant("globex").await;
    receiver.then(Reply::status(503).body("<script>later</script>"));
    acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    let sent = receiver.next().await;
    app.attempted(&acme, &id, 1).await;
    let path = format!("{PATH}/{id}/attempts/1");
    let request = acme.get(&format!("{path}/request-body")).await;
    assert_eq!((request.status.as_u16(), request.text()), (200, sent.text()));
    assert_eq!(request.header("content-type"), Some("application/json"));
    let response = acme.get(&format!("{path}/response-body")).await;
    assert_eq!((response.status.as_u16(), response.text()), (200, "<script>later</script>"));
    assert_eq!(response.header("content-type"), Some("application/octet-stream"), "a receiver can send anything");
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    for body in ["request-body", "response-body"] {
        globex.get(&format!("{path}/{body}")).await.problem(404, "not_found");
        for missing in ["2", "0", "-1", "one"] {
            acme.get(&format!("{PATH}/{id}/attempts/{missing}/{body}")).await.problem(404, "not_found");
        }
        acme.get(&format!("{PATH}/nothing/attempts/1/{body}")).await.problem(404, "not_found");
    }
    let event = acme.get(&format!("{PATH}/{id}")).await.expect(200)["event_id"].as_str().unwrap().to_owned();
    acme.delete(&format!("/api/v1/events/{event}/payload")).await.expect(200);
    for body in ["request-body", "response-body"] {
        acme.get(&format!("{path}/{body}")).await.problem(410, "payload_erased");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_attempt_without_a_response_has_no_response_body() {
    let (app, acme, receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::Close);
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 0})).await;
    let id = acme.publish_one().await;
    app.attempted(&acme, &id, 1).await;
    let path = format!("{PATH}/{id}/attempts/1");
    assert!(acme.get(&format!("{path}/response-body")).await.detail(404, "not_found").contains("no response"));
    assert_eq!(acme.get(&format!("{path}/request-body")).await.status, 200);
    app.finish().await;
}
