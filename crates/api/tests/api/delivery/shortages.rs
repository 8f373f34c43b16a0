//! A shortage of this machine is not charged to the receiver: no attempt, no backoff.

use crate::support::{Receiver, Reply, Setup, TestApp};
use serde_json::json;

#[tokio::test]
async fn a_shortage_of_this_machine_costs_no_attempt_and_the_delivery_is_sent_soon_after() {
    let app = TestApp::start_as(Setup { connections: 2, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let mut releases = Vec::new();
    let mut busy = Vec::new();
    for _ in 0..2 {
        let receiver = Receiver::start().await;
        let (reply, release) = Reply::status(200).held();
        receiver.then(reply);
        acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["invoice.created"]})).await;
        releases.push(release);
        busy.push(receiver);
    }
    let first = acme.publish().await;
    for receiver in &mut busy {
        receiver.next().await;
    }

    let mut other = Receiver::start().await;
    let fields = json!({"url": other.url("/"), "events": ["ticket.closed"], "retry_enabled": false});
    let made = acme.subscribe_with(fields).await;
    let event = acme.publish_with(json!({"type": "ticket.closed", "data": {}})).await;
    app.put_off(1).await;
    let delivery = acme.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned();
    let shown = acme.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await.expect(200);
    assert_eq!((&shown["status"], &shown["attempt_number"]), (&json!("pending"), &json!(0)));
    assert_eq!((&shown["error_message"], &shown["attempts"]), (&json!(null), &json!([])));
    let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
    assert_eq!(acme.get(&path).await.expect(200)["failure_count"], 0);
    let tested = acme.post_nothing(&format!("{path}/test")).await.expect(200);
    assert_eq!(tested["error_message"], "Not sent: the server is short of connections; try again in a moment");

    // A second later there is still none; then there is one again, and the next try uses it.
    app.advance(2);
    app.put_off(2).await;
    releases.into_iter().for_each(|release| release.send(()).unwrap());
    for delivery in acme.deliveries_of(&first).await {
        app.attempted(&acme, delivery["id"].as_str().unwrap(), 1).await;
    }
    app.advance(2);
    other.next().await;
    let shown = app.attempted(&acme, &delivery, 1).await;
    assert_eq!(shown["status"], "success");
    app.finish().await;
    other.nothing_more();
}
