//! `GET /api/v1/admin/…`: lists over all tenants, for the operator.

use crate::support::{Caller, Receiver, Reply, TestApp, each};
use serde_json::{Value, json};

const DELIVERIES: &str = "/api/v1/admin/deliveries";

/// All rows of a list, read by following the `Link` headers.
async fn all(caller: &Caller, path: &str) -> Vec<Value> {
    let mut path = path.to_owned();
    let mut rows = Vec::new();
    loop {
        let answer = caller.get(&path).await;
        rows.extend(answer.expect(200).as_array().unwrap().clone());
        match answer.next_page() {
            Some(next) => path = next.to_owned(),
            None => return rows,
        }
    }
}

#[tokio::test]
async fn the_operator_lists_events_deliveries_and_subscriptions_of_all_tenants() {
    let app = TestApp::start().await;
    let mut receiver = Receiver::start().await;
    let mut expected = Vec::new();
    for round in 0..3 {
        for name in ["one", "two"] {
            let caller = app.tenant(name).await;
            if round == 0 {
                caller.subscribe(&receiver.url(&format!("/{name}"))).await;
            }
            let event = caller.publish().await;
            expected.push((name.to_owned(), event["id"].as_str().unwrap().to_owned()));
        }
    }
    receiver.take(6).await;
    app.settled().await;
    expected.reverse();

    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let events = all(&app.admin(), "/api/v1/admin/events?limit=1").await;
    let found: Vec<_> = events.iter().map(|row| (text(row, "tenant_id"), text(row, "id"))).collect();
    assert_eq!(found, expected);
    let deliveries = all(&app.admin(), &format!("{DELIVERIES}?limit=4")).await;
    let found: Vec<_> = deliveries.iter().map(|row| (text(row, "tenant_id"), text(row, "event_id"))).collect();
    assert_eq!(found, expected);
    let subscriptions = all(&app.admin(), "/api/v1/admin/subscriptions?limit=1").await;
    assert_eq!(each(&json!(subscriptions), "tenant_id"), ["two", "one"]);

    for path in ["/api/v1/admin/events", DELIVERIES, "/api/v1/admin/subscriptions"] {
        let narrow = all(&app.admin(), &format!("{path}?tenant_id=one&limit=2")).await;
        assert_eq!(narrow.len(), if path.ends_with("subscriptions") { 1 } else { 3 }, "{path}");
        assert!(narrow.iter().all(|row| row["tenant_id"] == "one"), "{path}");
        assert_eq!(app.admin().get(&format!("{path}?tenant_id=nobody")).await.expect(200), json!([]));
    }
    app.finish().await;
}

/// A tenant with a delivery that succeeded, one that got 503, and one whose receiver refuses connections.
struct Three {
    acme: Caller,
    good: String,
    failed: String,
    refused: String,
    own: Value,
    _receiver: Receiver,
}

impl Three {
    async fn new(app: &TestApp) -> Self {
        let acme = app.tenant("acme").await;
        let mut receiver = Receiver::start().await;
        let mut made = Vec::new();
        for (path, reply) in [("/good", None), ("/Failing", Some(Reply::status(503)))] {
            receiver.then(reply.unwrap_or_else(|| Reply::status(200)));
            let event_type = format!("of.{}", made.len());
            let fields = json!({"url": receiver.url(path), "events": [event_type], "max_retries": 0});
            acme.post("/api/v1/webhooks", fields).await.expect(201);
            acme.publish_with(json!({"type": event_type, "data": {}, "id": format!("own-{}", made.len())})).await;
            receiver.next().await;
            made.push(acme.get("/api/v1/webhooks/deliveries").await.expect(200)[0]["id"].as_str().unwrap().to_owned());
        }
        // Nothing listens on port 1.
        let fields = json!({"url": "http://127.0.0.1:1/gone", "events": ["of.2"], "max_retries": 0});
        acme.post("/api/v1/webhooks", fields).await.expect(201);
        let own = acme.publish_with(json!({"type": "of.2", "data": {}, "id": "own-2"})).await;
        made.push(acme.get("/api/v1/webhooks/deliveries").await.expect(200)[0]["id"].as_str().unwrap().to_owned());
        app.settled().await;
        let [good, failed, refused] = <[String; 3]>::try_from(made).unwrap();
        Self { acme, good, failed, refused, own, _receiver: receiver }
    }
}

#[tokio::test]
async fn deliveries_are_found_by_event_code_url_and_error() {
    let app = TestApp::start().await;
    let three = Three::new(&app).await;
    let stranger = app.tenant("stranger").await;
    let shown = three.acme.get(&format!("/api/v1/webhooks/deliveries/{}", three.refused)).await.expect(200);
    let error = shown["error_message"].as_str().unwrap().split(' ').next().unwrap().to_uppercase();
    for (query, expected) in [
        ("response_code=503".to_owned(), vec![&three.failed]),
        ("response_code=5XX".to_owned(), vec![&three.failed]),
        ("response_code=200-299".to_owned(), vec![&three.good]),
        ("response_code=200-599".to_owned(), vec![&three.failed, &three.good]),
        ("response_code=404".to_owned(), vec![]),
        ("url=/failing".to_owned(), vec![&three.failed]),
        ("url=127.0.0.1:1/".to_owned(), vec![&three.refused]),
        (format!("error={error}"), vec![&three.refused]),
        (format!("error={error}&url=/good"), vec![]),
        ("status=failed&response_code=503&event_type=of.1".to_owned(), vec![&three.failed]),
        ("response_code=&url=&error=&event_id=".to_owned(), vec![&three.refused, &three.failed, &three.good]),
        ("event_id=own-1&tenant_id=acme".to_owned(), vec![&three.failed]),
        ("event_id=own-9&tenant_id=acme".to_owned(), vec![]),
    ] {
        let list = app.admin().get(&format!("{DELIVERIES}?{query}&count=true")).await;
        let rows = list.expect(200);
        assert_eq!(each(&rows, "id"), expected, "{query}");
        assert_eq!(list.header("x-total-count"), Some(expected.len().to_string().as_str()), "{query}");
        let own = query.replace("&tenant_id=acme", "");
        let list = three.acme.get(&format!("/api/v1/webhooks/deliveries?{own}&count=true")).await;
        let rows = list.expect(200);
        assert_eq!(each(&rows, "id"), expected, "{own}");
        assert_eq!(list.header("x-total-count"), Some(expected.len().to_string().as_str()), "{own}");
        let nothing = stranger.get(&format!("/api/v1/webhooks/deliveries?{own}")).await;
        assert_eq!(nothing.expect(200), json!([]), "{own}");
    }
    // A generated id is found without its tenant; `own-2` was given, so its generated id is in the delivery's id.
    assert_eq!(three.own["id"], "own-2");
    let ours = model::DeliveryId::parse(&three.refused).unwrap().event().to_string();
    let found = app.admin().get(&format!("{DELIVERIES}?event_id={ours}")).await.expect(200);
    assert_eq!(each(&found, "id"), [&three.refused]);
    let event = app.admin().get(&format!("/api/v1/admin/events?event_id={ours}")).await.expect(200);
    assert_eq!(each(&event, "id"), ["own-2"]);
    let event = app.admin().get("/api/v1/admin/events?event_id=own-2&tenant_id=acme").await.expect(200);
    assert_eq!(each(&event, "id"), ["own-2"]);
    let by_url = app.admin().get("/api/v1/admin/subscriptions?url=/FAILING&count=true").await;
    assert_eq!(by_url.expect(200).as_array().unwrap().len(), 1);
    assert_eq!(by_url.header("x-total-count"), Some("1"));
    app.finish().await;
}

#[tokio::test]
async fn invalid_filters_are_refused_and_named() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    for (query, field) in [
        ("response_code=5", "response_code"),
        ("response_code=504-500", "response_code"),
        ("event_id=own-1", "event_id"),
        ("tenant_id=a%20b", "tenant_id"),
        ("status=lost", "status"),
        ("cursor=x", "cursor"),
        ("count=some", "count"),
        ("url=a%00b", "url"),
        ("nonsense=1", "nonsense"),
    ] {
        assert_eq!(app.admin().get(&format!("{DELIVERIES}?{query}")).await.fault().0, field, "{query}");
    }
    let long = "x".repeat(501);
    assert_eq!(app.admin().get(&format!("{DELIVERIES}?error={long}")).await.fault().0, "error");
    let path = format!("/api/v1/webhooks/deliveries?event_id={}", "x".repeat(201));
    assert_eq!(app.admin_in("acme").get(&path).await.fault().0, "event_id");
    app.finish().await;
}

#[tokio::test]
async fn totals_are_counted_only_on_request() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for number in 0..3 {
        acme.subscribe_with(json!({"url": format!("https://{number}.example/"), "events": ["*"], "is_active": false}))
            .await;
    }
    let paused = acme.publish().await["deliveries"].as_u64().unwrap();
    for (caller, path, rows) in [
        (acme.clone(), "/api/v1/events", 1),
        (acme.clone(), "/api/v1/webhooks/subscriptions", 3),
        (acme.clone(), "/api/v1/webhooks/deliveries", paused),
        (app.admin(), "/api/v1/admin/events", 1),
        (app.admin(), "/api/v1/admin/subscriptions", 3),
        (app.admin(), DELIVERIES, paused),
    ] {
        assert_eq!(caller.get(path).await.header("x-total-count"), None, "{path}");
        let counted = caller.get(&format!("{path}?limit=1&count=true")).await;
        assert_eq!(counted.header("x-total-count"), Some(rows.to_string().as_str()), "{path}");
        assert_eq!(counted.header("x-total-count-capped"), None, "{path}");
        assert!(counted.next_page().is_none_or(|next| !next.contains("count")), "{path}");
    }
    app.finish_leaving(usize::try_from(paused).unwrap()).await;
}
