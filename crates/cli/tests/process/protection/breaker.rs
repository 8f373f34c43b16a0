//! Circuit breakers over a kill, with nginx as the receiver.

use super::{Place, breaker, nothing_waits, on_both_stores, wait_without_attempts};
use crate::support::{
    nginx::Nginx,
    receiver::{Receiver, SECRET},
    wait_until,
};
use serde_json::json;
use std::collections::HashSet;

on_both_stores! {
    a_breaker_that_503s_opened_survives_a_kill_and_closes_when_nginx_recovers,
    an_open_breaker_survives_a_kill_and_a_reset_sends_what_waited,
}

async fn a_breaker_that_503s_opened_survives_a_kill_and_closes_when_nginx_recovers(place: Place) {
    const EVENTS: u64 = 1_000;
    let nginx = Nginx::start().await;
    nginx.fail();
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    // Probes spend attempts; with this profile and base the next one comes after a second.
    let fields = json!({
        "profile": "tenant", "secret": SECRET, "max_retries": 10,
        "circuit_breaker": { "minimum": 3, "failure_percent": 100 },
    });
    let subscription = client.subscribe(&nginx.url(), &fields).await;
    client.publish_batch("invoice.created", 0..3).await;
    let open = breaker(&client, &subscription, false).await;
    assert!(open["reason"].as_str().unwrap().ends_with(" attempts failed within 60 s"), "{open}");
    client.publish_batch("invoice.created", 3..EVENTS).await;

    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    let still = breaker(&client, &subscription, false).await;
    assert_eq!((&still["since"], &still["reason"]), (&open["since"], &open["reason"]));
    assert!(nginx.requests(200).is_empty());
    // Without the breaker nginx would have had every event by now, and most of them several times.
    let refused = nginx.requests(503).len();
    assert!(refused < EVENTS as usize, "{refused} requests were made");

    nginx.recover();
    breaker(&client, &subscription, true).await;
    nothing_waits(&client).await;
    let delivered = nginx.requests(200);
    assert_eq!(delivered.iter().collect::<HashSet<_>>().len() as u64, EVENTS);
    assert!(client.none("failed").await);
}

async fn an_open_breaker_survives_a_kill_and_a_reset_sends_what_waited(place: Place) {
    const WAITING: u64 = 50;
    let mut nginx = Nginx::stopped();
    let other = Receiver::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let fields = json!({
        "profile": "tenant", "secret": SECRET, "max_retries": 10, "events": ["invoice.*"],
        "circuit_breaker": { "connection_failures": 3, "pause_seconds": 3600, "longest_pause_seconds": 3600 },
    });
    let subscription = client.subscribe(&nginx.url(), &fields).await;
    client.subscribe(&other.url(), &json!({ "events": ["customer.*"] })).await;
    client.publish_batch("invoice.created", 0..3).await;
    let open = breaker(&client, &subscription, false).await;
    assert_eq!(open["state"], "open");
    assert!(open["reason"].as_str().unwrap().contains("Connection refused"), "{open}");
    client.publish_batch("invoice.created", 3..3 + WAITING).await;
    wait_without_attempts(&client, WAITING as usize).await;

    nginx.start_again().await;
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    assert_eq!(breaker(&client, &subscription, false).await, open);
    client.publish("customer.created", 100).await;
    wait_until("the other receiver has it", async || (other.distinct() == 1).then_some(())).await;
    wait_until("its outcome is stored", async || (client.deliveries("success").await.len() == 1).then_some(())).await;
    wait_without_attempts(&client, WAITING as usize).await;
    assert!(nginx.requests(200).is_empty(), "nothing is sent before the next probe");

    let reset = client.post(&subscription.path("/breaker/reset"), &json!({})).await;
    assert_eq!((reset.status.as_u16(), &reset.body["breaker"]["state"]), (200, &json!("closed")));
    nothing_waits(&client).await;
    let delivered = nginx.requests(200);
    assert_eq!(delivered.iter().collect::<HashSet<_>>().len() as u64, 3 + WAITING);
}
