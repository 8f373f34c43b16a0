//! The status decides the outcome: an oddity of a response is noted and is not an error.

use crate::support::{Receiver, Reply, TestApp};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write;

/// Publishes an event that gets `reply`, and returns the delivery after its attempt.
async fn answered(app: &TestApp, receiver: &mut Receiver, reply: Reply) -> Value {
    let acme = app.tenant("acme").await;
    receiver.then(reply);
    let delivery = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &delivery, 1).await
}

#[tokio::test]
async fn odd_responses_are_judged_by_their_status_and_noted() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    for (reply, note) in [
        (Reply::Cut, "the response's body ended after 8 of 16 bytes"),
        (Reply::status(202).header("X-Odd", "a\x01b"), "control characters"),
        (Reply::status(202).header("X-Odd", "a\r\n b"), "folded"),
        (Reply::status(202).header("X-Odd ", "1"), "a space before"),
        (Reply::status(202).header("<b>Warning</b>", "in line 3"), "malformed lines among its headers"),
        (Reply::status(202).header("Content-Encoding", "br").body("\x0b\x02"), "\"br\""),
    ] {
        let shown = answered(&app, &mut receiver, reply).await;
        assert_eq!((&shown["status"], &shown["error_message"]), (&json!("success"), &json!(null)), "{note}");
        let said = shown["attempts"][0]["note"].as_str().unwrap();
        assert!(said.contains(note), "{said}");
    }
    let plain = answered(&app, &mut receiver, Reply::status(200)).await;
    assert_eq!(plain["attempts"][0]["note"], json!(null));
    let refused = answered(&app, &mut receiver, Reply::status(503).header("X-Odd", "a\x01b")).await;
    assert_eq!((&refused["status"], &refused["response_code"]), (&json!("retrying"), &json!(503)));
    assert_eq!(refused["error_message"], "HTTP 503 Service Unavailable");
    app.finish_leaving(1).await;
    receiver.nothing_more();
}

#[tokio::test]
async fn many_or_long_headers_do_not_hide_other_headers() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let mut reply = Reply::status(200).header("X-Long", "a".repeat(30_000));
    for _ in 0..250 {
        reply = reply.header("X-Filler", "b".repeat(20));
    }
    let shown = answered(&app, &mut receiver, reply.header("X-Id", "7")).await;
    assert_eq!(shown["status"], "success");
    let headers = &shown["attempts"][0]["response_headers"];
    assert!(headers["x-long"].as_str().unwrap().ends_with("… (30000 bytes)"), "{headers}");
    assert!(shown["attempts"][0]["note"].as_str().unwrap().ends_with("headers are not kept"));
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn response_bodies_are_readable_in_the_log_and_in_a_test() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    let text = r#"{"error": "unbekannt: Müller"}"#;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let compressed = || Reply::status(200).header("Content-Encoding", "gzip").body(gzip.clone());
    let shown = answered(&app, &mut receiver, compressed()).await;
    assert_eq!(shown["attempts"][0]["response_body"], text);

    receiver.then(compressed());
    let path = format!("/api/v1/webhooks/subscriptions/{}/test", made["id"].as_str().unwrap());
    assert_eq!(acme.post_nothing(&path).await.expect(200)["response_body"], text);
    receiver.next().await;

    let long = format!("a{}", "ü".repeat(3_000));
    let shown = answered(&app, &mut receiver, Reply::status(200).body(long)).await;
    assert_eq!(shown["attempts"][0]["response_body"], format!("a{}", "ü".repeat(2_047)), "cut at a character");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_delivery_in_flight_while_its_subscription_is_deleted_shows_its_outcome() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for (status, expected, error) in [
        (200, "success", json!(null)),
        (500, "failed", json!("HTTP 500 Internal Server Error; the subscription was deleted")),
    ] {
        let made = acme.subscribe(&receiver.url("/")).await;
        let (reply, release) = Reply::status(status).held();
        receiver.then(reply);
        let delivery = acme.publish_one().await;
        receiver.next().await;
        let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
        acme.delete(&path).await.expect_nothing();
        release.send(()).unwrap();
        let shown = app.attempted(&acme, &delivery, 1).await;
        assert_eq!((&shown["status"], &shown["response_code"]), (&json!(expected), &json!(status)));
        assert_eq!(shown["error_message"], error);
        assert_eq!(shown["attempts"][0]["response_code"], status);
    }
    app.advance(100_000);
    app.finish().await;
    receiver.nothing_more();
}
