//! `GET /api/v1/events`.

use crate::support::{Caller, TestApp, each, texts};
use serde_json::{Value, json};

/// Publishes `one` to `seven`, a minute after each other, invoices and tickets in turn.
async fn publish_seven(app: &TestApp, acme: &Caller) {
    for (at, id) in ["one", "two", "three", "four", "five", "six", "seven"].into_iter().enumerate() {
        let event_type = if at % 2 == 0 { "invoice.created" } else { "ticket.created" };
        acme.publish_with(json!({"type": event_type, "data": {}, "id": id})).await;
        app.advance(60);
    }
}

#[tokio::test]
async fn events_are_listed_newest_first() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    assert_eq!(acme.get("/api/v1/events").await.expect(200), json!([]));
    publish_seven(&app, &acme).await;
    let list = acme.get("/api/v1/events").await.expect(200);
    assert_eq!(each(&list, "id"), ["seven", "six", "five", "four", "three", "two", "one"]);
    assert_eq!(list[0], acme.get("/api/v1/events/seven").await.expect(200), "same as the single event");
    app.finish().await;
}

#[tokio::test]
async fn events_can_be_filtered_by_type_and_time() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    publish_seven(&app, &acme).await;
    for (query, expected) in [
        ("type=ticket.created", vec!["six", "four", "two"]),
        ("event_type=ticket.created", vec!["six", "four", "two"]),
        ("type=nothing.such", vec![]),
        ("after=2026-01-31T09:35:00Z", vec!["seven", "six"]),
        ("before=2026-01-31T09:32:00Z", vec!["two", "one"]),
        ("after=2026-01-31T09:31:00Z&before=2026-01-31T09:34:00Z&type=invoice.created", vec!["three"]),
        ("after=2026-01-31T11:35:00+02:00", vec!["seven", "six"]),
        ("limit=2", vec!["seven", "six"]),
        ("limit=2&offset=5", vec!["two", "one"]),
        ("order=oldest&limit=2&offset=1", vec!["two", "three"]),
        ("order=oldest&type=ticket.created", vec!["two", "four", "six"]),
        ("since=3m", vec!["seven", "six", "five"]),
        ("offset=7", vec![]),
        ("type=&after=&limit=", vec!["seven", "six", "five", "four", "three", "two", "one"]),
    ] {
        let list = acme.get(&format!("/api/v1/events?{query}")).await.expect(200);
        assert_eq!(each(&list, "id"), expected, "{query}");
    }
    app.finish().await;
}

#[tokio::test]
async fn link_headers_lead_through_all_pages() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    publish_seven(&app, &acme).await;
    let mut path = "/api/v1/events?limit=3&type=invoice.created".to_owned();
    let mut pages = Vec::new();
    loop {
        let answer = acme.get(&path).await;
        pages.push(answer.expect(200));
        // Events published in between do not shift the pages.
        acme.publish().await;
        match answer.next_page() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    let ids: Vec<_> = pages.iter().flat_map(|page| each(page, "id")).collect();
    assert_eq!(ids, ["seven", "five", "three", "one"]);
    assert_eq!(pages.len(), 2, "a page that is not full is the last");
    app.finish().await;
}

#[tokio::test]
async fn invalid_parameters_are_refused_and_named() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("offset=-1", "offset"),
        ("cursor=what", "cursor"),
        ("after=yesterday", "after"),
        ("since=yesterday", "since"),
        ("order=first", "order"),
        ("before=2026-01-31", "before"),
        ("type=in%20voice", "type"),
    ] {
        assert_eq!(acme.get(&format!("/api/v1/events?{query}")).await.fault().0, field, "{query}");
    }
    app.finish().await;
}

#[tokio::test]
async fn events_are_shown_with_their_deliveries() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.publish().await;
    acme.subscribe(&receiver.url("/")).await;
    acme.subscribe(&receiver.url("/")).await;
    acme.publish().await;
    receiver.take(2).await;
    app.settled().await;
    let list = acme.get("/api/v1/events").await.expect(200);
    let counts: Vec<_> =
        list.as_array().unwrap().iter().map(|one| one["deliveries"].as_array().map(Vec::len)).collect();
    assert_eq!(counts, [Some(2), Some(0)]);
    let statuses: Value = list[0]["deliveries"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(texts(&statuses), ["success", "success"]);
    app.finish().await;
}
