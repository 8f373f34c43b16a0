//! Jumps of the machine's clock: nothing is removed, nothing is due too early or too late, and no stored time stays in
//! the future.

use crate::{
    delayed,
    nodes::clocks::{now, seconds},
    support::{
        client::Client,
        faketime::FakeTime,
        free_port, loopback,
        receiver::{self, Receiver},
        server::{Launch, Server},
        wait_until,
    },
};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

const DAY: f64 = 24.0 * 3_600.0;

fn launch(folder: &Path, fake: &FakeTime) -> Launch {
    fake.on(Launch::server(folder).env("POSTRIDER_LOG", "info"))
}

async fn says(server: &Server, text: &str) -> String {
    wait_until("the log says it", async || {
        server.process.stderr().lines().find(|line| line.contains(text)).map(str::to_owned)
    })
    .await
}

/// Asserts that all times of an answer are near the present; the latest may be this many seconds ahead.
fn no_later_than(answer: &Value, ahead: f64) {
    match answer {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let (true, Some(text)) = (name.ends_with("_at") || name == "timestamp", value.as_str()) {
                    let off = seconds(text) - now();
                    assert!((-600.0..ahead).contains(&off), "{name} is {off} s from now: {answer}");
                }
                no_later_than(value, ahead);
            }
        }
        Value::Array(all) => all.iter().for_each(|one| no_later_than(one, ahead)),
        _ => {}
    }
}

async fn event(client: &Client, id: &str) -> Value {
    let answer = client.get(&format!("/api/v1/events/{id}")).await;
    assert_eq!(answer.status, 200, "{id} was removed: {}", answer.body);
    answer.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jump_of_100_days_removes_nothing_and_leaves_no_time_in_the_future() {
    let folder = tempfile::tempdir().unwrap();
    let fake = FakeTime::new(folder.path());
    let server = launch(folder.path(), &fake).start().await;
    let client = server.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({ "events": ["invoice.*"] })).await;
    let gone = loopback(free_port());
    client.subscribe(&receiver::url(gone), &json!({ "events": ["user.*"], "profile": "standard" })).await;
    let before = client.publish("invoice.created", 1).await;
    wait_until("it is delivered", async || client.none("pending").await.then_some(())).await;
    let (delayed, _) = delayed::publish(&client, 5, Duration::from_secs(24 * 3_600)).await;

    fake.set("+100d");
    let line = says(&server, "the clock has jumped").await;
    assert!(
        line.contains(" ERROR ") && line.contains("set it right") && line.contains("followed_in_hours=24"),
        "{line}"
    );
    // Longer than retention would take to remove everything.
    tokio::time::sleep(Duration::from_secs(35)).await;
    event(&client, &before).await;
    assert_eq!(
        (receiver.missing([5]), event(&client, &delayed).await["deliveries"][0]["status"].clone()),
        (1, json!("pending"))
    );
    let during = client.publish("invoice.created", 2).await;
    no_later_than(&event(&client, &during).await, 5.0);
    // A retry scheduled during the jump keeps the length of its wait.
    let retried = client.publish("user.updated", 3).await;
    wait_until("the attempt has failed", async || (!client.none("retrying").await).then_some(())).await;
    no_later_than(&event(&client, &retried).await, 10.0);

    fake.set("+0");
    says(&server, "the clock shows the expected time again").await;
    let after = client.publish("invoice.created", 4).await;
    for id in [&before, &during, &retried, &after] {
        no_later_than(&event(&client, id).await, 10.0);
    }
    let late = Receiver::start_at(gone).await;
    wait_until("the retry comes", async || (late.distinct() == 1).then_some(())).await;
    wait_until("all are delivered", async || (receiver.distinct() == 3).then_some(())).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_with_a_clock_100_days_ahead_removes_nothing_and_times_are_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let fake = FakeTime::new(folder.path());
    let server = launch(folder.path(), &fake).start().await;
    let client = server.tenant("acme").await;
    let (gone, other) = (loopback(free_port()), loopback(free_port()));
    for (address, events) in [(gone, "user.*"), (other, "customer.*")] {
        client.subscribe(&receiver::url(address), &json!({ "events": [events], "profile": "standard" })).await;
    }
    let before = client.publish("invoice.created", 1).await;
    server.stop().await;

    fake.set("+100d");
    let server = launch(folder.path(), &fake).start().await;
    let client = client.at(server.address);
    let line = says(&server, "retention waits").await;
    assert!(line.contains(" WARN postrider::retention: ") && line.contains("If the clock is wrong"), "{line}");
    tokio::time::sleep(Duration::from_secs(2)).await;
    event(&client, &before).await;
    client.publish("user.updated", 2).await;
    client.publish("customer.updated", 3).await;
    wait_until("both have failed", async || (client.deliveries("retrying").await.len() == 2).then_some(())).await;

    // The clock is corrected while the server runs: retries scheduled for wrong times are due as soon as intended.
    fake.set("+0");
    says(&server, "the clock was put back").await;
    says(&server, "retries were due in the future").await;
    for one in client.deliveries("retrying").await {
        let next = seconds(one["next_retry_at"].as_str().unwrap()) - now();
        assert!(next < 10.0, "in {next} s");
    }
    let new = client.publish("invoice.created", 4).await;
    no_later_than(&event(&client, &new).await, 5.0);
    let first = Receiver::start_at(gone).await;
    wait_until("the first comes", async || (first.distinct() == 1).then_some(())).await;
    event(&client, &before).await;
    server.stop().await;

    // The clock is corrected while the server is stopped.
    fake.set("+100d");
    let server = launch(folder.path(), &fake).start().await;
    let client = client.at(server.address);
    client.publish("customer.updated", 5).await;
    let third = wait_until("the attempt has failed", async || {
        let all = client.deliveries("retrying").await;
        all.iter().any(|one| seconds(one["next_retry_at"].as_str().unwrap()) - now() > 50.0 * DAY).then_some(all.len())
    })
    .await;
    assert!(third >= 1);
    server.kill();
    fake.set("+0");
    let server = launch(folder.path(), &fake).start().await;
    let client = client.at(server.address);
    let second = Receiver::start_at(other).await;
    wait_until("the retry comes", async || (second.missing([5]) == 0).then_some(())).await;
    // The other delivery had its third attempt meanwhile, and waits for half an hour as intended.
    for one in client.deliveries("retrying").await {
        let next = seconds(one["next_retry_at"].as_str().unwrap()) - now();
        assert!(next < 3_000.0, "in {next} s");
    }
    event(&client, &before).await;
}

/// A virtual machine that was suspended for two hours: receivers compare a signature's time with their own clock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signatures_carry_the_wall_clock_time() {
    let folder = tempfile::tempdir().unwrap();
    let fake = FakeTime::new(folder.path());
    let server = launch(folder.path(), &fake).start().await;
    let client = server.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    fake.set("+2h");
    let line = says(&server, "the clock has jumped").await;
    assert!(line.contains(" WARN ") && line.contains("followed_in_hours=1"), "{line}");
    let id = client.publish("invoice.created", 1).await;
    wait_until("it is delivered", async || client.none("pending").await.then_some(())).await;
    let shown = event(&client, &id).await;
    no_later_than(&shown, 5.0);
    let delivery = shown["deliveries"][0]["id"].as_str().unwrap();
    let shown = client.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await.body;
    let headers = shown["attempts"][0]["request_headers"].clone();
    let stamp = headers["webhook-timestamp"].as_str().unwrap_or_else(|| panic!("{headers}"));
    let off = stamp.parse::<f64>().unwrap() - now();
    assert!((7_190.0..7_210.0).contains(&off), "{off}");
}
