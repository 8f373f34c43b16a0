//! A large backlog stays on disk: the server starts on it, answers meanwhile, and does not hold it in memory.

use crate::support::{
    alone, free_port, loopback,
    receiver::{self, Receiver},
    server::{Launch, Server},
    wait_until,
};
use serde_json::json;

/// Number of waiting deliveries; POSTRIDER_TEST_BACKLOG overrides it.
const BACKLOG: u64 = 20_000;
/// Maximum growth of the server in MiB, whatever the backlog: lanes hold about 64 MiB, plus buffers.
const GROWTH: u64 = 256;

fn backlog() -> u64 {
    match std::env::var("POSTRIDER_TEST_BACKLOG") {
        Ok(text) => text.parse().expect("POSTRIDER_TEST_BACKLOG must be a number"),
        Err(_) => BACKLOG,
    }
}

fn print_memory(server: &Server, when: &str) {
    println!("memory {when}: {} MiB, highest so far {} MiB", server.memory("VmRSS"), server.memory("VmHWM"));
}

/// Returns when this many have arrived. Waits in steps, so that the timeout does not depend on the backlog.
async fn sent(receiver: &Receiver, count: u64) {
    for goal in (0..count).step_by(5_000).chain([count]) {
        wait_until("more deliveries are sent", async || (receiver.distinct() as u64 >= goal).then_some(())).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_backlog_of_a_dead_receiver_waits_on_disk_and_is_sent_after_its_recovery() {
    let _alone = alone().await;
    let events = backlog();
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path());
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    let address = loopback(free_port());
    let subscription = client.subscribe(&receiver::url(address), &json!({})).await;

    // The receiver's port is closed: the first attempt is refused, and its retry is due in five minutes.
    let first = client.publish("invoice.created", events).await;
    wait_until("the first was refused", async || (!client.none("retrying").await).then_some(())).await;
    let paused = client.post(&subscription.path("/pause"), &json!({})).await;
    assert_eq!((paused.status.as_u16(), &paused.body["is_active"]), (200, &json!(false)));
    print_memory(&server, "before");
    client.publish_batch("invoice.created", 0..events).await;
    print_memory(&server, "with the backlog published");
    let ended = server.stop().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let server = launch.start().await;
    let client = client.at(server.address);
    print_memory(&server, "after the restart");
    let before = server.memory("VmRSS");
    assert_eq!(client.deliveries("pending").await.len() as u64, events);

    let receiver = Receiver::start_at(address).await;
    let active = client.post(&subscription.path("/activate"), &json!({})).await;
    assert_eq!((active.status.as_u16(), &active.body["is_active"]), (200, &json!(true)));
    let refused = client.get(&format!("/api/v1/events/{first}")).await.body["deliveries"][0]["id"].clone();
    let retry = format!("/api/v1/webhooks/deliveries/{}/retry", refused.as_str().unwrap());
    assert_eq!(client.post(&retry, &json!({})).await.status, 200);

    sent(&receiver, events / 2).await;
    print_memory(&server, "while it is sent");
    // The API answers other tenants meanwhile.
    let other = server.tenant("other").await;
    other.publish("invoice.created", 1).await;
    assert_eq!(other.get("/readyz").await.status, 200);
    assert!(other.none("pending").await);

    sent(&receiver, events).await;
    wait_until("no delivery is pending", async || client.none("pending").await.then_some(())).await;
    print_memory(&server, "after");
    let ledger = receiver.ledger();
    println!("backlog: {} of {} received, {} repeats", ledger.arrived.len(), events + 1, ledger.repeats());
    assert_eq!(receiver.missing(0..=events), 0);
    assert_eq!(ledger.repeats(), 0);
    assert!(client.none("retrying").await);
    let highest = server.memory("VmHWM");
    assert!(highest < before + GROWTH, "grew from {before} to {highest} MiB");
}
