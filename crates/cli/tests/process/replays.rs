//! Replays survive `kill -9`: each selected delivery is queued once, however often the server is killed.

use crate::support::{client::Client, receiver::Receiver, server::Launch, wait_until};
use serde_json::{Value, json};
use std::collections::HashSet;

pub(crate) const PATH: &str = "/api/v1/webhooks/replays";
const EVENTS: u64 = 3_000;

/// Begins a replay; returns its path.
pub(crate) async fn begin(client: &Client, body: &Value) -> String {
    let made = client.post(PATH, body).await;
    assert_eq!(made.status, 202, "{}", made.body);
    format!("{PATH}/{}", made.body["id"].as_str().unwrap())
}

/// Checks that a replay has queued all deliveries, that each was attempted this many times, and that each event has one.
pub(crate) async fn complete(client: &Client, replay: &str, count: u64, attempts: u64) {
    let done = wait_until("the replay is complete", async || {
        let shown = client.get(replay).await.body;
        (shown["state"] == "completed").then_some(shown)
    })
    .await;
    assert_eq!((&done["queued"], &done["skipped"]), (&json!(count), &json!(0)), "{done}");
    wait_until("everything is sent", async || client.none("pending").await.then_some(())).await;
    let delivered = client.deliveries("success").await;
    assert_eq!(delivered.len() as u64, count);
    let events: HashSet<&str> = delivered.iter().map(|one| one["event_id"].as_str().unwrap()).collect();
    assert_eq!(events.len() as u64, count, "one delivery of each event");
    for one in &delivered {
        assert_eq!(one["attempt_number"], attempts, "{one}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_that_is_killed_again_and_again_sends_each_event_as_often_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Launch::server(folder.path()).start().await;
    let client = server.tenant("acme").await;
    // Nobody receives them yet.
    client.publish_batch("invoice.created", 0..EVENTS).await;
    let receiver = Receiver::start().await;
    let subscription = client.subscribe(&receiver.url(), &json!({})).await;
    let sent = || receiver.ledger().arrived.values().map(|times| u64::from(*times)).sum::<u64>();
    let (mut client, mut before) = (client, 0);
    // First as missed events, then as deliveries that are asked for again.
    for (round, selection) in (1..).zip([json!({"missed_only": true}), json!({"statuses": ["success"]})]) {
        let mut body = json!({"subscription_id": subscription.id, "rate": 2_000});
        body.as_object_mut().unwrap().extend(selection.as_object().unwrap().clone());
        let replay = begin(&client, &body).await;
        for part in 1..=3 {
            let least = before + part * EVENTS / 4;
            wait_until("a part is sent", async || (sent() >= least).then_some(())).await;
            server.kill();
            server = Launch::server(folder.path()).start().await;
            client = client.at(server.address);
            assert_ne!(client.get(&replay).await.body["state"], "cancelled");
        }
        complete(&client, &replay, EVENTS, round).await;
        assert_eq!(receiver.missing(0..EVENTS), 0);
        // Only requests whose outcome was not on disk when the server was killed may be repeated.
        before = sent();
        assert!(before - round * EVENTS <= 3 * round * 64, "{before} requests");
    }
    // Nothing is missing now.
    let replay = begin(&client, &json!({"subscription_id": subscription.id, "missed_only": true})).await;
    let done = wait_until("the replay is complete", async || {
        let shown = client.get(&replay).await.body;
        (shown["state"] == "completed").then_some(shown)
    })
    .await;
    assert_eq!((&done["count"], &done["queued"]), (&json!(0), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_replays_and_shows_progress() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let client = server.tenant("acme").await;
    client.publish_batch("invoice.created", 0..20).await;
    let receiver = Receiver::start().await;
    let subscription = client.subscribe(&receiver.url(), &json!({})).await;
    let run = async |arguments: &[&str]| {
        let command = Launch::new(folder.path(), &[&["replay"], arguments].concat())
            .env("POSTRIDER_URL", &format!("http://{}", server.address))
            .env("POSTRIDER_KEY", crate::support::server::ADMIN_KEY)
            .env("POSTRIDER_TENANT", "acme");
        command.run().await
    };
    let of = ["--subscription", &subscription.id, "--missed-only"];
    let preview = run(&[&of[..], &["--dry-run"]].concat()).await;
    let preview = preview.success();
    assert!(preview.contains("\"count\": 20") && preview.contains("\"dry_run\": true"), "{preview}");
    assert_eq!(receiver.distinct(), 0);
    let shown = run(&of).await;
    let shown = shown.success();
    assert!(shown.contains(": 20 to send\n") && shown.ends_with("completed: 20 queued, 0 skipped\n"), "{shown}");
    let replay = shown.split(':').next().unwrap();
    wait_until("all are sent", async || (receiver.distinct() == 20).then_some(())).await;
    assert!(run(&["status", replay]).await.success().contains("\"state\": \"completed\""));
    assert!(run(&["status"]).await.success().contains(replay));
    for action in ["pause", "resume", "cancel"] {
        assert!(run(&[action, replay]).await.stderr.contains("The replay has ended already: completed"));
    }
    let refused = run(&["--subscription", "sub_1"]).await;
    assert!(refused.stderr.contains("Webhook subscription not found: sub_1"), "{}", refused.stderr);
}
