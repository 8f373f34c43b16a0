//! Rate limit and concurrency cap over a kill.

use super::{Place, nothing_waits, on_both_stores, wait_without_attempts};
use crate::support::{receiver::Receiver, wait_until};
use serde_json::json;
use std::time::Duration;

on_both_stores! {
    deliveries_over_the_rate_limit_wait_and_survive_a_kill,
    the_concurrency_cap_holds_after_a_kill,
}

async fn deliveries_over_the_rate_limit_wait_and_survive_a_kill(place: Place) {
    const EVENTS: u64 = 60;
    const INTERVAL: Duration = Duration::from_millis(100);
    let receiver = Receiver::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let limit = json!({ "rate_limit": { "limit": 10, "period": "second", "burst": 1 } });
    client.subscribe(&receiver.url(), &limit).await;
    client.publish_batch("invoice.created", 0..EVENTS).await;
    wait_until("some have arrived", async || (receiver.distinct() >= 10).then_some(())).await;

    let before = receiver.ledger().times.len();
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    for one in client.deliveries("pending").await {
        assert_eq!(one["attempt_number"], 0, "{one}");
    }
    assert!(client.none("retrying").await);
    wait_until("all have arrived", async || (receiver.missing(0..EVENTS) == 0).then_some(())).await;
    nothing_waits(&client).await;

    // A kill may repeat the requests that were in flight, and it may delay a request on its way: half a second is allowed.
    let ledger = receiver.ledger();
    let after = &ledger.times[before..];
    assert!(after.len() > EVENTS as usize / 2, "{} requests before the kill", before);
    let took = after[after.len() - 1] - after[0];
    let least = INTERVAL * (after.len() as u32 - 1) - Duration::from_millis(500);
    assert!(took >= least, "{} requests within {took:?}; the limit allows them within {least:?}", after.len());
}

async fn the_concurrency_cap_holds_after_a_kill(place: Place) {
    const EVENTS: u64 = 20;
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    receiver.hold();
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let capped = json!({ "events": ["invoice.*"], "max_in_flight": 2, "timeout_seconds": 300 });
    client.subscribe(&receiver.url(), &capped).await;
    client.subscribe(&other.url(), &json!({ "events": ["customer.*"] })).await;
    let arrived = || receiver.ledger().arrived.values().sum::<u32>();

    client.publish_batch("invoice.created", 0..EVENTS).await;
    wait_until("two are open", async || (arrived() == 2).then_some(())).await;
    server.kill();
    wait_until("their connections are gone", async || (receiver.ledger().open == 0).then_some(())).await;
    let server = place.launch().start().await;
    let client = client.at(server.address);
    wait_until("two are open again", async || (arrived() == 4).then_some(())).await;

    // An event for another receiver is delivered after everything that the cap lets through.
    client.publish("customer.created", 100).await;
    wait_until("the other receiver has it", async || (other.distinct() == 1).then_some(())).await;
    wait_until("its outcome is stored", async || (client.deliveries("success").await.len() == 1).then_some(())).await;
    assert_eq!(arrived(), 4);
    wait_without_attempts(&client, EVENTS as usize).await;
    receiver.release();
    nothing_waits(&client).await;
    assert_eq!((receiver.missing(0..EVENTS), receiver.ledger().most_open), (0, 2));
}
