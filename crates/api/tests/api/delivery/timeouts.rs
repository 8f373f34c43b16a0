//! Timeouts, in real time: five seconds is the minimum, so all of them run concurrently. The status decides the
//! outcome, even when the response's body does not end.

use crate::support::{Receiver, Reply, TestApp, seconds_between, time};
use serde_json::json;

#[tokio::test]
async fn the_timeout_covers_everything_up_to_the_last_byte() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let (mut hanging, mut stalling, mut quick) =
        (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    hanging.then(Reply::Hang);
    stalling.then(Reply::Stall);
    for (receiver, timeout) in [(&hanging, 5), (&stalling, 6), (&quick, 300)] {
        let fields = json!({"url": receiver.url("/"), "events": ["*"], "timeout_seconds": timeout});
        acme.subscribe_with(fields).await;
    }
    let event = acme.publish().await;
    for receiver in [&mut hanging, &mut stalling, &mut quick] {
        receiver.next().await;
    }
    let deliveries = acme.deliveries_of(&event).await;
    let shown = app.attempted(&acme, deliveries[0]["id"].as_str().unwrap(), 1).await;
    assert_eq!((&shown["status"], &shown["response_code"]), (&json!("retrying"), &json!(null)));
    let host = format!("127.0.0.1:{}", hanging.port());
    assert_eq!(shown["error_message"], format!("Timeout: no complete response from {host} within 5 s"));
    assert_eq!(shown["attempts"][0]["response_body"], json!(null));
    assert!((5_000..25_000).contains(&shown["duration_ms"].as_u64().unwrap()), "{shown}");
    assert!(seconds_between(app.now(), time(&shown["next_retry_at"])) >= 275, "after the timeout");

    let shown = app.attempted(&acme, deliveries[1]["id"].as_str().unwrap(), 1).await;
    assert_eq!((&shown["status"], &shown["response_code"]), (&json!("success"), &json!(200)));
    assert_eq!(shown["error_message"], json!(null));
    assert_eq!(shown["attempts"][0]["response_body"], "half of ");
    assert_eq!(shown["attempts"][0]["note"], "the response did not end within 6 s");
    assert!((6_000..26_000).contains(&shown["duration_ms"].as_u64().unwrap()), "{shown}");

    let shown = app.attempted(&acme, deliveries[2]["id"].as_str().unwrap(), 1).await;
    assert_eq!(shown["status"], "success", "a hanging receiver does not delay others");
    app.finish_leaving(1).await;
    quick.nothing_more();
}
