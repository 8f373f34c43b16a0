//! A full journal refuses events and loses none.

use crate::support::{Setup, TestApp};
use http::{Method, StatusCode};
use tokio::task::JoinSet;

/// More than the journal holds: 64 MiB.
const EVENTS: usize = 90;

#[tokio::test]
async fn a_full_journal_is_503_and_accepted_events_are_kept() {
    // Memory for more requests than the journal accepts.
    let settings = api::Settings { request_memory: 1 << 30, ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let mut held = app.store.hold_next_commit();
    let data = "x".repeat(1_000_000);
    let publish = |number: usize| {
        let (acme, data) = (acme.clone(), data.clone());
        async move {
            let body = format!(r#"{{"type": "a.b", "data": {{"seq": {number}, "text": "{data}"}}}}"#);
            acme.send(Method::POST, "/api/v1/events", body).await
        }
    };
    let mut publishers = JoinSet::new();
    publishers.spawn(publish(0));
    held.reached().await;
    for number in 1..EVENTS {
        publishers.spawn(publish(number));
    }
    // Before the commit only refused requests are answered.
    let refused = publishers.join_next().await.unwrap().unwrap();
    assert_eq!(refused.detail(503, "unavailable"), "More is being published than can be written; try again shortly");
    assert_eq!(refused.header("retry-after"), Some("1"));
    held.release();
    let answers = publishers.join_all().await;
    let taken = answers.iter().filter(|answer| answer.status == StatusCode::ACCEPTED).count();
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 202 | 503)));
    assert!(taken > 0 && taken < EVENTS);
    // The events are large, so a page has few of them.
    let counted = acme.get("/api/v1/events?limit=1&count=true").await;
    assert_eq!(
        counted.header("x-total-count"),
        Some(taken.to_string().as_str()),
        "all that was acknowledged, and nothing that was refused"
    );
    app.finish().await;
}
