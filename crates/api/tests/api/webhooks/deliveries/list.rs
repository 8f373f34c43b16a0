//! `GET /api/v1/webhooks/deliveries`.

use super::PATH;
use crate::support::{Caller, Receiver, Reply, TestApp, each};
use serde_json::{Value, json};

/// A delivery of each status, a minute apart, oldest first; and two subscriptions, with and without retries.
async fn one_of_each(app: &TestApp, acme: &Caller, receiver: &mut Receiver) -> (Vec<String>, [Value; 2]) {
    let subscribe = |events: &'static str, retries: u8| {
        let fields = json!({"url": receiver.url("/"), "events": [events], "max_retries": retries});
        acme.subscribe_with(fields)
    };
    let [retrying, failing] = [subscribe("invoice.*", 3).await, subscribe("ticket.*", 0).await];
    let mut deliveries = Vec::new();
    for (event_type, status) in
        [("invoice.paid", 200), ("ticket.closed", 500), ("invoice.paid", 500), ("invoice.created", 410)]
    {
        receiver.then(Reply::status(status));
        let event = acme.publish_with(json!({"type": event_type, "data": {}})).await;
        let delivery = acme.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned();
        receiver.next().await;
        app.attempted(acme, &delivery, 1).await;
        deliveries.push(delivery);
        app.advance(60);
    }
    let id = failing["id"].as_str().unwrap();
    acme.post_nothing(&format!("/api/v1/webhooks/subscriptions/{id}/pause")).await.expect(200);
    let event = acme.publish_with(json!({"type": "ticket.closed", "data": {}})).await;
    deliveries.push(acme.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned());
    (deliveries, [retrying, failing])
}

#[tokio::test]
async fn deliveries_can_be_filtered() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    assert_eq!(acme.get(PATH).await.expect(200), json!([]));
    let (made, [retrying, failing]) = one_of_each(&app, &acme, &mut receiver).await;
    let list = acme.get(PATH).await.expect(200);
    assert_eq!(each(&list, "status"), ["pending", "disabled", "retrying", "failed", "success"]);
    let by = |subscription: &Value| format!("subscription_id={}", subscription["id"].as_str().unwrap());
    let rows: [(String, &[usize]); 24] = [
        (String::new(), &[4, 3, 2, 1, 0]),
        ("status=pending".into(), &[4]),
        ("status=disabled".into(), &[3]),
        ("status=retrying".into(), &[2]),
        ("status=failed".into(), &[1]),
        ("status=success".into(), &[0]),
        ("event_type=invoice.paid".into(), &[2, 0]),
        ("event_type=invoice.paid&status=success".into(), &[0]),
        ("event_type=nothing.such".into(), &[]),
        (by(&retrying), &[3, 2, 0]),
        (format!("{}&status=failed", by(&failing)), &[1]),
        (format!("{}&event_type=invoice.created", by(&retrying)), &[3]),
        ("after=2026-01-31T09:33:00Z".into(), &[4, 3]),
        ("before=2026-01-31T09:31:00Z".into(), &[0]),
        ("after=2026-01-31T09:31:00%2B00:00&before=2026-01-31T09:34:00+00:00".into(), &[3, 2, 1]),
        ("limit=2&offset=1".into(), &[3, 2]),
        ("order=newest".into(), &[4, 3, 2, 1, 0]),
        ("order=oldest".into(), &[0, 1, 2, 3, 4]),
        ("order=oldest&limit=2&offset=1".into(), &[1, 2]),
        ("order=oldest&event_type=invoice.paid".into(), &[0, 2]),
        ("order=oldest&response_code=5xx".into(), &[1, 2]),
        ("since=2m".into(), &[4, 3, 2]),
        ("since=24h&before=2026-01-31T09:31:00Z".into(), &[0]),
        ("status=&event_type=&limit=".into(), &[4, 3, 2, 1, 0]),
    ];
    for (query, expected) in rows {
        let list = acme.get(&format!("{PATH}?{query}")).await.expect(200);
        let expected: Vec<_> = expected.iter().map(|at| made[*at].as_str()).collect();
        assert_eq!(each(&list, "id"), expected, "{query}");
    }
    app.finish_leaving(2).await;
}

#[tokio::test]
async fn link_headers_lead_through_all_pages() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (made, _) = one_of_each(&app, &acme, &mut receiver).await;
    let mut path = format!("{PATH}?limit=2&after=2026-01-31T00:00:00Z");
    let mut found = Vec::new();
    loop {
        let answer = acme.get(&path).await;
        found.extend(each(&answer.expect(200), "id").into_iter().map(str::to_owned));
        match answer.next_page() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    found.reverse();
    assert_eq!(found, made);
    let (mut path, mut oldest) = (format!("{PATH}?limit=2&order=oldest"), Vec::new());
    loop {
        let answer = acme.get(&path).await;
        oldest.extend(each(&answer.expect(200), "id").into_iter().map(str::to_owned));
        match answer.next_page() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(oldest, made);
    app.finish_leaving(2).await;
}

#[tokio::test]
async fn invalid_parameters_are_refused_and_named() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for (query, field) in [
        ("status=exhausted", "status"),
        ("limit=201", "limit"),
        ("limit=0", "limit"),
        ("offset=-1", "offset"),
        ("cursor=sub_06f8k2m4q9v1x3z5b7d9f1h3k5", "cursor"),
        ("subscription_id=x", "subscription_id"),
        ("event_type=in%20voice", "event_type"),
        ("after=x", "after"),
        ("since=1w", "since"),
        ("since=1h&after=2026-01-31T09:31:00Z", "since"),
        ("order=up", "order"),
        ("before=x", "before"),
    ] {
        assert_eq!(acme.get(&format!("{PATH}?{query}")).await.fault().0, field, "{query}");
    }
    app.finish().await;
}
