//! Graceful shutdown by SIGTERM: no new requests, requests in flight finish, and nothing is sent twice afterwards.

use crate::support::{alone, load::Load, receiver::Receiver, server::Launch, wait_until};
use serde_json::json;
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clean_stop_under_load_loses_nothing_and_repeats_nothing() {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path());
    let receiver = Receiver::start().await;
    let mut server = launch.start().await;
    let client = server.tenant("acme").await;
    client.subscribe(&receiver.url(), &json!({})).await;
    let mut load = Load::start(&client, server.address, 8_000, 32);
    load.reached(1_000).await;

    // Requests stay in flight until the receiver is released.
    receiver.hold();
    wait_until("requests are held", async || {
        let ledger = receiver.ledger();
        (ledger.arrived.len() > ledger.answered).then_some(())
    })
    .await;
    load.reached(load.acknowledged().len() + 500).await;
    server.signal("TERM");
    wait_until("no connection is accepted", async || TcpStream::connect(server.address).await.err()).await;
    load.server_is_gone();
    assert!(server.process.runs(), "the server did not wait for requests in flight");
    receiver.release();
    let ended = server.process.ended().await;
    assert_eq!(ended.code(), Some(0), "{}", server.process.stderr());
    assert_eq!(server.process.stderr(), "", "a clean stop logs no warning");

    let server = launch.start().await;
    let client = client.at(server.address);
    println!("stopped at {} acknowledged, {} received", load.acknowledged().len(), receiver.distinct());
    load.server_is_at(server.address);
    load.finished().await;
    wait_until("no delivery is pending", async || client.none("pending").await.then_some(())).await;
    let (acknowledged, ledger) = (load.acknowledged(), receiver.ledger());
    println!(
        "ledger: {} acknowledged, {} received distinct, {} repeats",
        acknowledged.len(),
        ledger.arrived.len(),
        ledger.repeats()
    );
    assert_eq!(receiver.missing(acknowledged.iter().map(|one| one.seq)), 0);
    assert_eq!(ledger.repeats(), 0);
    assert!(client.none("retrying").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hanging_request_is_cut_off_and_sent_again_after_the_restart() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path()).env("POSTRIDER_SHUTDOWN_SECONDS", "1");
    let receiver = Receiver::start().await;
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    // Hangs longer than the shutdown waits.
    client.subscribe(&receiver.url(), &json!({ "timeout_seconds": 300 })).await;
    receiver.hold();
    client.publish("invoice.created", 1).await;
    wait_until("the request hangs", async || (receiver.distinct() == 1).then_some(())).await;
    let ended = server.stop().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("cut off; their deliveries stay due"), "{}", ended.stderr);
    assert_eq!(receiver.answered(), 0);

    receiver.release();
    let server = launch.start().await;
    let client = client.at(server.address);
    wait_until("it is delivered", async || client.none("pending").await.then_some(())).await;
    assert_eq!(receiver.ledger().arrived[&1], 2);
    let delivered = client.deliveries("success").await;
    assert_eq!(delivered.len(), 1);
    // The interrupted attempt has no result, so it does not count.
    assert_eq!(delivered[0]["attempt_number"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_right_after_the_start_stops_the_server() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let mut server = Launch::server(folder.path()).listening().await;
        server.signal(signal);
        let ended = server.process.ended().await;
        assert_eq!(ended.code(), Some(0), "{signal}: {ended}");
    }
}
