//! `Retry-After`: a retry waits at least what it says on any 4xx and 5xx, up to a day (`docs/contracts.md`).

use crate::support::{Caller, Receiver, Reply, START, TestApp, seconds_between, time};
use serde_json::json;
use std::time::{Duration, SystemTime};

const DAY: u64 = 24 * 3_600;

/// Publishes an event that gets this answer; returns the number of seconds until its retry.
async fn wait_after(app: &TestApp, acme: &Caller, receiver: &mut Receiver, status: u16, header: &str) -> u64 {
    receiver.then(Reply::status(status).header("Retry-After", header));
    let delivery = acme.publish_one().await;
    receiver.next().await;
    let shown = app.attempted(acme, &delivery, 1).await;
    assert_eq!(shown["status"], "retrying");
    seconds_between(app.now(), time(&shown["next_retry_at"]))
}

/// An HTTP date so many seconds after the start of the test.
fn date(seconds: i64) -> String {
    let at = Duration::from_secs(u64::try_from(START.seconds() + seconds).unwrap());
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + at)
}

#[tokio::test]
async fn a_retry_waits_at_least_for_the_retry_after_of_a_4xx_or_5xx() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    // A few seconds are allowed for the request itself.
    let exactly = |seconds: u64| seconds..=seconds + 20;
    let schedule = 270..=350;
    for (status, header, expected) in [
        (429, "7200".to_owned(), exactly(7_200)),
        (503, "7200".to_owned(), exactly(7_200)),
        (503, date(3_600), 3_580..=3_620),
        (429, date(10 * 86_400), exactly(DAY)),
        (429, "864000".to_owned(), exactly(DAY)),
        (429, u64::MAX.to_string(), exactly(DAY)),
        (503, "99999999999999999999999999999999999999999".to_owned(), exactly(DAY)),
        (429, "soon, 7200, 60".to_owned(), exactly(7_200)),
        (429, format!("soon, {}, 60", date(3_600)), 3_580..=3_620),
        // Less than the schedule's own wait, in the past, or nonsense: the schedule holds.
        (429, "1".to_owned(), schedule.clone()),
        (503, "0".to_owned(), schedule.clone()),
        (503, date(-3_600), schedule.clone()),
        (429, "soon".to_owned(), schedule.clone()),
        (429, "-5".to_owned(), schedule.clone()),
        (400, "7200".to_owned(), exactly(7_200)),
        (404, date(3_600), 3_580..=3_620),
        (408, "7200".to_owned(), exactly(7_200)),
        (500, "7200".to_owned(), exactly(7_200)),
        (599, date(3_600), 3_580..=3_620),
        // A redirect is no 4xx or 5xx.
        (302, "7200".to_owned(), schedule.clone()),
    ] {
        let wait = wait_after(&app, &acme, &mut receiver, status, &header).await;
        assert!(expected.contains(&wait), "{status} {header}: {wait}");
    }
    app.finish_leaving(20).await;
    receiver.nothing_more();
}

#[tokio::test]
async fn the_retry_is_sent_at_the_time_of_retry_after() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    wait_after(&app, &acme, &mut receiver, 429, "7200").await;
    // The schedule alone would send it now.
    app.advance(7_190);
    app.settled().await;
    receiver.nothing_more();
    app.advance(40);
    assert_eq!(receiver.next().await.sent_at(), START.seconds() + 7_230);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn retry_after_does_not_add_a_retry_when_none_is_left() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(429).header("Retry-After", "60"));
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 0})).await;
    let delivery = acme.publish_one().await;
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &delivery, 1).await["status"], "failed");
    app.advance(100_000);
    app.finish().await;
    receiver.nothing_more();
}
