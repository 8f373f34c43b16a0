//! Clocks that are minutes apart change nothing: the database's says who is alive, and what time it is.

use super::{Database, count_in_state, note, shown};
use crate::support::{alone, free_port, loopback, receiver, receiver::Receiver, wait_until};
use serde_json::json;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use testing::Postgres;

fn library() -> String {
    let found =
        std::fs::read_dir("/usr/lib").unwrap().flatten().map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
    let found = found.into_iter().find(|path| path.exists());
    found.expect("libfaketimeMT.so.1 is missing: install the Debian package faketime").display().to_string()
}

#[allow(clippy::disallowed_methods, reason = "the machine's own time is what this is about")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_five_minutes_apart_change_nothing() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let library = library();
    let faked = |offset: &str| {
        database
            .launch()
            .env("LD_PRELOAD", &library)
            .env("FAKETIME", offset)
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("POSTRIDER_LOG", "info")
    };
    let early = faked("-150s").start().await;
    let late = faked("+150s").start().await;
    assert!(late.process.stderr().contains("clock is off"), "{}", late.process.stderr());
    let client = early.tenant("acme").await;

    // Published on one, first tried when nobody is there, then on time.
    let address = loopback(free_port());
    client.subscribe(&receiver::url(address), &json!({})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (seq, node) in [(1, &early), (2, &late)] {
        let id = client.at(node.address).publish("invoice.created", seq).await;
        let event = client.get(&format!("/api/v1/events/{id}")).await.body;
        let made: f64 = seconds(event["timestamp"].as_str().unwrap());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        assert!((made - now).abs() < 3.0, "made {made}, now {now}: {event}");
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
    assert_eq!(
        count_in_state(&early, "live").await,
        2,
        "nobody takes the other one for dead: {:?}",
        shown(&early).await
    );

    // And when one is dead, it is missed as soon as ever.
    receiver.hold();
    for seq in 10..20 {
        late_client.publish("invoice.created", seq).await;
    }
    let began = Instant::now();
    late.kill();
    receiver.release();
    wait_until("its work is done", async || client.none("pending").await.then_some(())).await;
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
    note(&format!("clocks five minutes apart: 12 acknowledged, {} delivered", receiver.distinct()));
    assert_eq!(receiver.distinct(), 12);
}

/// Seconds since 1970 of a UTC time such as `2026-01-02T03:04:05.678Z`.
fn seconds(text: &str) -> f64 {
    let number = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    // Days since 1970 in the civil calendar, with years that begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era_days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719_468;
    let rest: f64 = text[17..].trim_end_matches('Z').parse().unwrap();
    (era_days * 86_400 + number(11, 13) * 3_600 + number(14, 16) * 60) as f64 + rest
}
