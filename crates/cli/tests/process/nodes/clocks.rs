//! Wrong clocks of nodes have no effect: the database's clock decides about leases and times.

use super::{Database, count_in_state, note, shown};
use crate::support::{
    alone,
    faketime::{FakeTime, preloaded},
    free_port, loopback, receiver,
    receiver::Receiver,
    wait_until,
};
use serde_json::json;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use testing::Postgres;

#[allow(clippy::disallowed_methods, reason = "compares with the machine's own time")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_five_minutes_apart_have_no_effect() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let faked = |offset: &str| preloaded(database.launch()).env("FAKETIME", offset).env("POSTRIDER_LOG", "info");
    let early = faked("-150s").start().await;
    let late = faked("+150s").start().await;
    assert!(late.process.stderr().contains("clock differs"), "{}", late.process.stderr());
    let client = early.tenant("acme").await;

    // Published on one node; the first attempt fails, because there is no receiver, and the retry comes on time.
    let address = loopback(free_port());
    client.subscribe(&receiver::url(address), &json!({})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (seq, node) in [(1, &early), (2, &late)] {
        let id = client.at(node.address).publish("invoice.created", seq).await;
        let event = client.get(&format!("/api/v1/events/{id}")).await.body;
        let made: f64 = seconds(event["timestamp"].as_str().unwrap());
        assert!((made - now()).abs() < 3.0, "made {made}, now {}: {event}", now());
    }
    let receiver = Receiver::start_at(address).await;
    let began = Instant::now();
    let late_client = client.at(late.address);
    for status in ["pending", "retrying"] {
        for one in client.deliveries(status).await {
            late_client
                .post(&format!("/api/v1/webhooks/deliveries/{}/retry", one["id"].as_str().unwrap()), &json!({}))
                .await;
        }
    }
    wait_until("both have arrived", async || (receiver.distinct() == 2).then_some(())).await;
    assert!(began.elapsed() < Duration::from_secs(120));

    tokio::time::sleep(Duration::from_secs(14)).await;
    assert_eq!(count_in_state(&early, "live").await, 2, "no node is declared lost: {:?}", shown(&early).await);

    // A killed node is declared lost as soon as usual.
    receiver.hold();
    for seq in 10..20 {
        late_client.publish("invoice.created", seq).await;
    }
    let began = Instant::now();
    late.kill();
    receiver.release();
    wait_until("its deliveries are done", async || client.none("pending").await.then_some(())).await;
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
    note(&format!("clocks five minutes apart: 12 acknowledged, {} delivered", receiver.distinct()));
    assert_eq!(receiver.distinct(), 12);
}

/// Only the database's clock counts; a node's own clock may jump.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jump_of_a_nodes_clock_has_no_effect() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let fake = FakeTime::new(database.folder.path());
    let jumping = fake.on(database.launch()).start().await;
    let other = database.launch().start().await;
    let client = jumping.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (seq, offset) in [(1, "+100d"), (2, "-100d"), (3, "+0")] {
        fake.set(offset);
        tokio::time::sleep(Duration::from_secs(3)).await;
        let id = client.publish("invoice.created", seq).await;
        let made = seconds(client.get(&format!("/api/v1/events/{id}")).await.body["timestamp"].as_str().unwrap());
        assert!((made - now()).abs() < 3.0, "{offset}: made {made}");
    }
    wait_until("all have arrived", async || (receiver.distinct() == 3).then_some(())).await;
    assert_eq!((receiver.ledger().repeats(), count_in_state(&other, "live").await), (0, 2));
    assert!(!jumping.process.stderr().contains("clock"), "{}", jumping.process.stderr());
}

#[allow(clippy::disallowed_methods, reason = "compares with the machine's own time")]
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// Seconds since 1970 of a UTC time such as `2026-01-02T03:04:05.678Z`.
pub(crate) fn seconds(text: &str) -> f64 {
    let number = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    // Days since 1970 in the civil calendar, with years that begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era_days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719_468;
    let rest: f64 = text[17..].trim_end_matches('Z').parse().unwrap();
    (era_days * 86_400 + number(11, 13) * 3_600 + number(14, 16) * 60) as f64 + rest
}
