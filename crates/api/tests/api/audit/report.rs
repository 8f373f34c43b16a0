//! `/api/v1/audit/report`.

use super::REPORT;
use crate::support::{TestApp, time};
use http::Method;
use serde_json::{Value, json};

fn report(revision: &str) -> Value {
    json!({"schema_version": 1, "revision": revision, "generated_at": "2026-01-30T12:00:00+02:00",
        "events": [{"event_type": "invoice.paid", "category": "billing", "state": "dead", "sites": [], "suggestions": []}],
        "undefined": [], "modules": [{"path": "src"}]})
}

#[tokio::test]
async fn a_report_is_stored_unchanged_and_replaced_by_the_next() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let detail = admin.get(REPORT).await.detail(404, "not_found");
    assert!(detail.contains("postrider audit --format json"), "{detail}");
    for revision in ["first", "second"] {
        app.advance(60);
        let text = format!("  {}\n", report(revision));
        let answer = admin.send(Method::PUT, REPORT, text.clone()).await.expect(200);
        assert_eq!(
            (&answer["revision"], &answer["generated_at"]),
            (&json!(revision), &json!("2026-01-30T12:00:00+02:00"))
        );
        assert_eq!(time(&answer["uploaded_at"]), app.now());
        let kept = admin.get(REPORT).await;
        assert_eq!((kept.text(), kept.header("content-type")), (&*text, Some("application/json")));
    }
    // A report without a commit has no revision; the report outlives the process.
    let mut bare = report("x");
    bare.as_object_mut().unwrap().remove("revision");
    assert_eq!(admin.put(REPORT, bare.clone()).await.expect(200)["revision"], json!(null));
    let app = app.restart().await;
    assert_eq!(app.admin().get(REPORT).await.expect(200), bare);
    app.finish().await;
}

#[tokio::test]
async fn an_invalid_report_is_refused_and_the_field_is_named() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let mut rows =
        vec![(json!({}), "schema_version"), (json!("x"), "body"), (json!({"schema_version": 1}), "generated_at")];
    for (field, value, named) in [
        ("schema_version", json!(2), "schema_version"),
        ("schema_version", json!("1"), "schema_version"),
        ("events", json!({}), "events"),
        ("events", json!([{"event_type": "a.b"}]), "events[0].state"),
        (
            "events",
            json!([{"event_type": "a.b", "state": "dead"}, {"event_type": "a.c", "state": "asleep"}]),
            "events[1].state",
        ),
        ("generated_at", json!("yesterday"), "generated_at"),
        ("undefined", json!([{}]), "undefined[0].event_type"),
    ] {
        let mut body = report("x");
        body[field] = value;
        rows.push((body, named));
    }
    let mut no_events = report("x");
    no_events.as_object_mut().unwrap().remove("events");
    rows.push((no_events, "events"));
    for (body, named) in rows {
        let (field, message) = admin.put(REPORT, body.clone()).await.fault();
        assert_eq!(field, named, "{body}: {message}");
    }
    admin.send(Method::PUT, REPORT, "{").await.problem(400, "malformed_json");
    admin.get(REPORT).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_report_has_at_most_ten_mebibytes() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let padded = |length: usize| {
        let text = report("large").to_string();
        let padding = " ".repeat(length - text.len());
        text + &padding
    };
    let most = 10 * 1024 * 1024;
    admin.send(Method::PUT, REPORT, padded(most)).await.expect(200);
    assert_eq!(admin.get(REPORT).await.body.len(), most);
    let detail = admin.send(Method::PUT, REPORT, padded(most + 1)).await.detail(413, "too_large");
    assert_eq!(detail, "The report must have at most 10485760 bytes");
    app.finish().await;
}
