//! Calls about subscriptions.

use crate::{
    receiver::Receiver,
    rows::{Row, World, has_fields, hyphenated, is_time, row},
};
use serde_json::{Value, json};

const FIELDS: &str = "id event url secret active created_at";
const CREATE: &str = "Tenant API, POST /subscriptions {event, url, secret?}";

/// Creates a subscription; returns its id.
pub(super) async fn subscribe(w: &World, event: &str, url: &str) -> String {
    w.t("POST /subscriptions", json!({ "event": event, "url": url })).await.is(201).text_of("id")
}

async fn refused(w: &World, body: Value, part: &str) {
    w.t("POST /subscriptions", body).await.is(400).says(part);
}

fn is_hyphenated(id: &str) -> bool {
    let parts: Vec<_> = id.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && id.chars().all(|c| c == '-' || c.is_ascii_hexdigit() && !c.is_ascii_uppercase())
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = create();
    rows.extend(duplicates());
    rows.extend(list_and_delete());
    rows
}

fn create() -> Vec<Row> {
    vec![
        row(CREATE, "201 {id, event, url, secret: \"***\" or null, active, created_at}", |w| async move {
            let url = "https://example.com/hook";
            let made = w.t("POST /subscriptions", json!({ "event": "invoice.created", "url": url })).await.is(201);
            has_fields(&made.body, FIELDS);
            assert!(is_hyphenated(&made.text_of("id")), "{}", made.text);
            assert_eq!((&made["event"], &made["url"]), (&json!("invoice.created"), &json!(url)));
            assert_eq!((&made["secret"], &made["active"]), (&Value::Null, &json!(true)));
            is_time(&made["created_at"]);
            let body = json!({ "event": "invoice.paid", "url": url, "secret": "hush-hush" });
            assert_eq!(w.t("POST /subscriptions", body).await.is(201)["secret"], "***");
        }),
        row(CREATE, "400 with a message per fault", |w| async move {
            let body = json!({ "event": "no action", "url": "ftp://example.com/", "secret": "short" });
            let answer = w.t("POST /subscriptions", body).await.is(400).says("event").says("url").says("secret");
            assert_eq!(answer["errors"].as_array().unwrap().len(), 3, "{}", answer.text);
            refused(&w, json!({ "url": "https://example.com/" }), "event").await;
            refused(&w, json!({ "event": "invoice.created" }), "url").await;
            refused(&w, json!({ "event": 5, "url": "https://example.com/" }), "event").await;
            w.t("POST /subscriptions", "{not json").await.is(400);
            w.t("POST /subscriptions", "").await.is(400);
            assert_eq!(w.t("GET /subscriptions", ()).await.body, json!([]));
        }),
        row("Tenant API, rules", "the event is trimmed and lowered", |w| async move {
            let body = json!({ "event": " \tInvoice.CREATED\n", "url": "https://example.com/hook" });
            assert_eq!(w.t("POST /subscriptions", body).await.is(201)["event"], "invoice.created");
        }),
        row("Tenant API, rules", "the event: 1–100 characters, no spaces, resource.action", |w| async move {
            let url = "https://example.com/hook";
            for bad in ["", "  ", "invoice created.x", ".created", "invoice.", &format!("a.{}", "b".repeat(99))] {
                refused(&w, json!({ "event": bad, "url": url }), "event").await;
            }
            for good in ["a.b", "own_thing.happened", "a.b.c", &format!("a.{}", "b".repeat(98))] {
                subscribe(&w, good, url).await;
            }
        }),
        row("Tenant API, rules", "the secret has 8–500 characters", |w| async move {
            for (length, status) in [(7, 400), (8, 201), (500, 201), (501, 400)] {
                let url = format!("https://example.com/{length}");
                let body = json!({ "event": "invoice.created", "url": url, "secret": "ü".repeat(length) });
                w.t("POST /subscriptions", body).await.is(status);
            }
            let unfilled = json!({ "event": "a.b", "url": "https://example.com/", "secret": "" });
            assert_eq!(w.t("POST /subscriptions", unfilled).await.is(201)["secret"], Value::Null);
            for broken in ["whsec_not base64", "whsk_AAAA", "1234567\0", "        ", "  1234567  "] {
                let body = json!({ "event": "a.b", "url": "https://example.com/", "secret": broken });
                refused(&w, body, "secret").await;
            }
        }),
        row("Tenant API, Who is calling", "403: webhooks:manage to change, webhooks:read to read", |w| async move {
            let body = json!({ "event": "invoice.created", "url": "https://example.com/hook" });
            let reader = w.with_scopes(&["webhooks:read"]).await;
            reader.t("POST /subscriptions", body.clone()).await.is(403);
            reader.t("GET /subscriptions", ()).await.is(200);
            reader.t("GET /deliveries", ()).await.is(200);
            reader.t("POST /deliveries", json!({ "event": "invoice.created", "payload": {} })).await.is(403);
            let manager = w.with_scopes(&["webhooks:manage"]).await;
            let id = manager.t("POST /subscriptions", body).await.is(201).text_of("id");
            reader.t(&format!("DELETE /subscriptions/{id}"), ()).await.is(403);
            let publisher = w.with_scopes(&["events:publish"]).await;
            publisher.t("GET /subscriptions", ()).await.is(403);
            publisher.t("GET /deliveries", ()).await.is(403);
            manager.in_tenant(Some("another")).t("GET /subscriptions", ()).await.is(403);
            w.in_tenant(None).t("GET /subscriptions", ()).await.is(400).says("Tenant ID is required");
            w.with_key(None).t("GET /subscriptions", ()).await.is(401);
        }),
    ]
}

fn duplicates() -> Vec<Row> {
    vec![
        row(CREATE, "409 when an active one has the same event and URL", |w| async move {
            let url = "https://example.com/hook";
            let body = json!({ "event": "invoice.created", "url": url });
            let first = subscribe(&w, "invoice.created", url).await;
            w.t("POST /subscriptions", body.clone()).await.is(409);
            w.t("POST /subscriptions", json!({ "event": "INVOICE.created ", "url": url })).await.is(409);
            subscribe(&w, "invoice.paid", url).await;
            subscribe(&w, "invoice.created", "https://example.com/other").await;
            w.in_tenant(Some("another-of-t")).t("POST /subscriptions", body.clone()).await.is(201);
            w.t(&format!("DELETE /subscriptions/{first}"), ()).await.is(204);
            w.t("POST /subscriptions", body.clone()).await.is(201);
            w.t("POST /subscriptions", body).await.is(409);
        }),
        row(CREATE, "409 under 20 requests at once: exactly one 201", |w| async move {
            let mut calls = tokio::task::JoinSet::new();
            for _ in 0..20 {
                let w = w.clone();
                calls.spawn_local(async move {
                    let body = json!({ "event": "user.login", "url": "https://example.com/race" });
                    w.t("POST /subscriptions", body).await.status
                });
            }
            let mut statuses = calls.join_all().await;
            statuses.sort_unstable();
            let mut expected = vec![409; 20];
            expected[0] = 201;
            assert_eq!(statuses, expected);
            assert_eq!(w.t("GET /subscriptions", ()).await.list().len(), 1);
        }),
        row(CREATE, "one made through the platform API is no duplicate", |w| async move {
            let url = "https://example.com/both";
            w.subscribe(url, json!({})).await;
            subscribe(&w, "invoice.created", url).await;
            w.subscribe(url, json!({})).await;
        }),
    ]
}

fn list_and_delete() -> Vec<Row> {
    const LIST: &str = "Tenant API, GET /subscriptions?event=";
    const DELETE: &str = "Tenant API, DELETE /subscriptions/{id}";
    vec![
        row(LIST, "200 array, active ones only, newest first, secrets masked", |w| async move {
            let first = subscribe(&w, "invoice.created", "https://example.com/1").await;
            let gone = subscribe(&w, "invoice.created", "https://example.com/2").await;
            let body = json!({ "event": "user.login", "url": "https://example.com/3", "secret": "hush-hush" });
            let last = w.t("POST /subscriptions", body).await.is(201).text_of("id");
            w.t(&format!("DELETE /subscriptions/{gone}"), ()).await.is(204);
            let list = w.t("GET /subscriptions", ()).await.is(200);
            assert_eq!(list.all("id"), [last.clone(), first.clone()]);
            has_fields(&list.list()[0], FIELDS);
            assert_eq!((&list.body[0]["secret"], &list.body[1]["secret"]), (&json!("***"), &Value::Null));
            assert!(!list.text.contains("hush"));
            let of = async |event: &str| w.t(&format!("GET /subscriptions?event={event}"), ()).await.is(200).all("id");
            assert_eq!(of("invoice.created").await, [first]);
            assert_eq!(of("%20User.LOGIN").await, [last]);
            assert_eq!(of("no.such").await, [""; 0]);
            w.t("GET /subscriptions?event=non%20sense", ()).await.is(400).says("event");
        }),
        row(DELETE, "204; sets active=false, the row stays", |w| async move {
            let receiver = Receiver::start().await;
            let id = subscribe(&w, "invoice.created", &receiver.url()).await;
            w.t("POST /deliveries", json!({ "event": "invoice.created", "payload": {} })).await.is(202);
            receiver.got(1).await;
            assert_eq!(w.t(&format!("DELETE /subscriptions/{id}"), ()).await.is(204).text, "");
            assert_eq!(w.t("GET /subscriptions", ()).await.body, json!([]));
            let delivery = w.t("GET /deliveries", ()).await.is(200).body[0].clone();
            assert_eq!(delivery["target_url"], receiver.url(), "the log still shows the deleted row");
            w.t("POST /deliveries", json!({ "event": "invoice.created", "payload": {} })).await.is(404);
            assert_eq!(receiver.count(), 1);
        }),
        row(DELETE, "404 for a missing id or another tenant's; either form of the id", |w| async move {
            for unknown in ["0190f3c1-0000-7000-8000-000000000000", "nonsense"] {
                w.t(&format!("DELETE /subscriptions/{unknown}"), ()).await.is(404);
            }
            let id = subscribe(&w, "invoice.created", "https://example.com/1").await;
            w.in_tenant(Some("stranger-of-t")).t(&format!("DELETE /subscriptions/{id}"), ()).await.is(404);
            let shown = w.p("GET /subscriptions", ()).await.is(200).all("id")[0].clone();
            assert_eq!(hyphenated(&shown), id);
            w.t(&format!("DELETE /subscriptions/{shown}"), ()).await.is(204);
        }),
    ]
}

/// Rules of URLs, on a server with default restrictions.
pub(super) fn url_rows() -> Vec<Row> {
    vec![
        row("Tenant API, rules", "the URL is HTTPS", |w| async move {
            for bad in [
                "http://example.com/hook",
                "ftp://example.com/hook",
                "example.com/hook",
                "//example.com/hook",
                "https://user:password@example.com/",
                "https://127.0.0.1/hook",
                "https://[::1]:8443/hook",
                "https://169.254.169.254/latest",
                "https://168.63.129.16/",
                "https://localhost/hook",
                "https://a.localhost/hook",
                "https://.a.b/hook",
                "https://*/hook-of-all",
            ] {
                refused(&w, json!({ "event": "invoice.created", "url": bad }), "url").await;
            }
            subscribe(&w, "invoice.created", "https://example.com/hook").await;
        }),
        row("Tenant API, rules", "the URL has 10–2048 characters", |w| async move {
            let long = |length: usize| format!("https://example.com/{}", "u".repeat(length - 20));
            refused(&w, json!({ "event": "invoice.created", "url": "https://a" }), "url").await;
            refused(&w, json!({ "event": "invoice.created", "url": long(2049) }), "url").await;
            subscribe(&w, "invoice.created", "https://ab").await;
            subscribe(&w, "invoice.created", &long(2048)).await;
        }),
        row("Platform API, subscription", "http:// only where the installation allows it", |w| async move {
            let body = json!({ "url": "http://example.com/hook", "events": ["*"] });
            w.p("POST /subscriptions", body).await.is(422).says("https://");
        }),
    ]
}
