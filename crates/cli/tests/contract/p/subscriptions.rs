//! `POST /subscriptions` and `GET /subscriptions`.

use crate::rows::{Row, World, has_fields, is_time, row};
use serde_json::{Value, json};

/// Fields of a subscription; `profile` can be set, so responses have it too.
pub(super) const FIELDS: &str = "id url description events event_types headers is_active retry_enabled max_retries \
    timeout_seconds success_count failure_count last_triggered_at last_success_at last_failure_at success_rate \
    created_at updated_at custom_metadata profile rate_limit max_in_flight circuit_breaker breaker retry on_pause \
    auto_disable_after_hours disabled_reason disabled_at failing_since health filter channels transformation request \
    compression http_version batching payload ordered public_keys authentication tls";

async fn refused(w: &World, fields: Value, part: &str) {
    let mut body = json!({ "url": "https://example.com/hook", "events": ["invoice.created"] });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    w.p("POST /subscriptions", body).await.is(422).says(part);
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = create();
    rows.extend(list());
    rows
}

#[expect(clippy::too_many_lines, reason = "a table of calls")]
fn create() -> Vec<Row> {
    vec![
        row("Platform API, POST /subscriptions", "201, the subscription plus secret, shown once", |w| async move {
            let made = w.subscribe("https://example.com/once", json!({})).await;
            has_fields(&made.body, &format!("{FIELDS} secret"));
            let (id, secret) = (made.text_of("id"), made.text_of("secret"));
            assert!(id.starts_with("sub_"), "{id}");
            let path = format!("/subscriptions/{id}");
            for call in ["GET", "PATCH"] {
                let shown = w.p(&format!("{call} {path}"), json!({})).await.is(200);
                has_fields(&shown.body, FIELDS);
                assert!(!shown.text.contains(&secret));
            }
            for call in ["GET /subscriptions", "GET "] {
                assert!(!w.p(call, ()).await.is(200).text.contains(&secret));
            }
            for action in ["pause", "activate"] {
                has_fields(&w.p(&format!("POST {path}/{action}"), ()).await.is(200).body, FIELDS);
            }
        }),
        row(
            "Platform API, POST /subscriptions/check",
            "200 with problems and a preview; nothing is stored",
            |w| async move {
                let good = w.p("POST /subscriptions/check", json!({ "url": "https://127.0.0.1:9/hook" })).await.is(200);
                assert_eq!(good.body["preview"]["url"], "https://127.0.0.1:9/hook");
                has_fields(&good.body["preview"], "method url headers body");
                let bad = w.p("POST /subscriptions/check", json!({ "url": "gopher://x" })).await.is(200);
                assert_eq!((&bad.body["ok"], &bad.body["problems"][0]["field"]), (&json!(false), &json!("url")));
                assert_eq!(bad.body["preview"], Value::Null);
                assert_eq!(w.p("GET /subscriptions", ()).await.is(200).body, json!([]));
            },
        ),
        row("Platform API, subscription", "the defaults, and times in ISO 8601 with Z", |w| async move {
            let made = w.subscribe("https://example.com/defaults", json!({})).await;
            let expected = [
                ("url", json!("https://example.com/defaults")),
                ("description", Value::Null),
                ("events", json!(["invoice.created"])),
                ("event_types", json!(["invoice.created"])),
                ("headers", json!({})),
                ("is_active", json!(true)),
                ("retry_enabled", json!(true)),
                ("max_retries", json!(3)),
                ("timeout_seconds", json!(30)),
                ("success_count", json!(0)),
                ("failure_count", json!(0)),
                ("last_triggered_at", Value::Null),
                ("last_success_at", Value::Null),
                ("last_failure_at", Value::Null),
                ("custom_metadata", json!({})),
            ];
            for (field, value) in expected {
                assert_eq!(made[field], value, "{field}");
            }
            assert_eq!(made["success_rate"].as_f64(), Some(0.0));
            is_time(&made["created_at"]);
            is_time(&made["updated_at"]);
        }),
        row("Platform API, subscription", "every field can be given, up to its limits", |w| async move {
            let url = format!("https://example.com/{}", "u".repeat(2048 - 20));
            let fields = json!({
                "url": url, "description": "d".repeat(500), "events": ["invoice.paid", "user.*", "*"],
                "headers": { "X-Region": "eu", "Authorization": "Basic eA==" }, "is_active": false,
                "retry_enabled": false, "max_retries": 10, "timeout_seconds": 300, "custom_metadata": { "a": [1] },
            });
            let made = w.p("POST /subscriptions", fields.clone()).await.is(201);
            for (name, value) in fields.as_object().unwrap() {
                assert_eq!(made[name.as_str()], *value, "{name}");
            }
            for (name, least) in [("max_retries", 0), ("timeout_seconds", 5)] {
                assert_eq!(w.subscribe("https://example.com/least", json!({ name: least })).await[name], least);
            }
        }),
        row("Platform API, subscription", "beyond the limits 422", |w| async move {
            refused(&w, json!({ "url": format!("https://example.com/{}", "u".repeat(2048 - 19)) }), "url").await;
            refused(&w, json!({ "description": "d".repeat(501) }), "description").await;
            for bad in [json!(11), json!(-1), json!(1.5)] {
                refused(&w, json!({ "max_retries": bad }), "max_retries").await;
            }
            for bad in [json!(4), json!(301), json!(-30)] {
                refused(&w, json!({ "timeout_seconds": bad }), "timeout_seconds").await;
            }
            refused(&w, json!({ "headers": { "Host": "x" } }), "headers").await;
            refused(&w, json!({ "headers": { "X-A": 5 } }), "headers").await;
            refused(&w, json!({ "custom_metadata": [] }), "custom_metadata").await;
            assert_eq!(w.p("GET /subscriptions", ()).await.list().len(), 0);
        }),
        row("Platform API, POST /subscriptions", "422 on no event", |w| async move {
            for body in [
                json!({ "url": "https://e.example/" }),
                json!({ "url": "https://e.example/", "events": [] }),
                json!({ "url": "https://e.example/", "events": null }),
                json!({ "url": "https://e.example/", "event_types": [] }),
            ] {
                w.p("POST /subscriptions", body).await.is(422).says("event");
            }
        }),
        row(
            "Platform API, POST /subscriptions",
            "unknown types: 422 `Unsupported event types: a, b`",
            |w| async move {
                refused(&w, json!({ "events": ["a", "invoice.paid", "b"] }), "Unsupported event types: a, b").await;
                refused(&w, json!({ "events": ["nothing.*"] }), "Unsupported event types: nothing.*").await;
                refused(&w, json!({ "events": ["not a type!"] }), "Unsupported event types: not a type!").await;
            },
        ),
        row("Platform API, POST /subscriptions", "422 on a bad URL", |w| async move {
            w.p("POST /subscriptions", json!({ "events": ["*"] })).await.is(422).says("url");
            for bad in [
                json!(""),
                json!("example.com/hook"),
                json!("/hook"),
                json!("ftp://example.com/"),
                json!("https://"),
                json!("https://user:pass@example.com/"),
                json!("https://169.254.169.254/latest/meta-data"),
                json!("https://10.0.0.1/"),
                Value::Null,
                json!(7),
            ] {
                refused(&w, json!({ "url": bad }), "url").await;
            }
        }),
        row("Platform API, subscription", "events: \"*\" and \"invoice.*\" too", |w| async move {
            let made = w.subscribe("https://example.com/wide", json!({ "events": ["*", "invoice.*"] })).await;
            assert_eq!(made["events"], json!(["*", "invoice.*"]));
        }),
        row("Platform API, subscription", "event_types is an alias of events, in responses too", |w| async move {
            let body = json!({ "url": "https://example.com/alias", "event_types": ["user.login", "user.updated"] });
            let made = w.p("POST /subscriptions", body).await.is(201);
            assert_eq!(made["events"], json!(["user.login", "user.updated"]));
            assert_eq!(made["event_types"], made["events"]);
            let path = format!("PATCH /subscriptions/{}", made.text_of("id"));
            let patched = w.p(&path, json!({ "event_types": ["invoice.paid"] })).await.is(200);
            assert_eq!(patched["events"], json!(["invoice.paid"]));
            w.p(&path, json!({ "event_types": ["x"] })).await.is(422).says("Unsupported event types: x");
        }),
    ]
}

fn list() -> Vec<Row> {
    const LIST: &str = "Platform API, GET /subscriptions?is_active&event_type&limit(≤500, 100)&offset";
    vec![
        row(LIST, "200 array, newest first", |w| async move {
            let mut made = Vec::new();
            for n in 0..4 {
                made.push(w.subscribe(&format!("https://example.com/{n}"), json!({})).await.text_of("id"));
            }
            made.reverse();
            let list = w.p("GET /subscriptions", ()).await.is(200);
            assert_eq!(list.all("id"), made);
            has_fields(&list.list()[0], FIELDS);
            assert_eq!(w.p("GET /subscriptions?limit=2&offset=1", ()).await.is(200).all("id"), made[1..3]);
            assert_eq!(w.p("GET /subscriptions?offset=4", ()).await.is(200).body, json!([]));
        }),
        row(LIST, "filters by is_active and event_type", |w| async move {
            let paused = w.subscribe("https://example.com/a", json!({ "is_active": false })).await.text_of("id");
            let wide = w.subscribe("https://example.com/b", json!({ "events": ["invoice.*"] })).await.text_of("id");
            let all = w.subscribe("https://example.com/c", json!({ "events": ["*"] })).await.text_of("id");
            let ids = async |query: &str| w.p(&format!("GET /subscriptions?{query}"), ()).await.is(200).all("id");
            assert_eq!(ids("is_active=false").await, std::slice::from_ref(&paused));
            assert_eq!(ids("is_active=true").await, [all.clone(), wide.clone()]);
            assert_eq!(ids("event_type=invoice.created").await, [all.clone(), wide.clone(), paused]);
            assert_eq!(ids("event_type=invoice.created&is_active=true").await, [all.clone(), wide]);
            assert_eq!(ids("event_type=user.login").await, [all]);
            w.p("GET /subscriptions?is_active=perhaps", ()).await.is(422);
        }),
        row(LIST, "limit up to 500, 422 above", |w| async move {
            w.p("GET /subscriptions?limit=500", ()).await.is(200);
            for bad in ["limit=501", "limit=0", "limit=-1", "limit=x", "offset=-1"] {
                w.p(&format!("GET /subscriptions?{bad}"), ()).await.is(422);
            }
        }),
        row(LIST, "limit is 100 by default", |w| async move {
            for n in 0..101 {
                w.subscribe(&format!("https://example.com/{n}"), json!({})).await;
            }
            assert_eq!(w.p("GET /subscriptions", ()).await.list().len(), 100);
            assert_eq!(w.p("GET /subscriptions?limit=500", ()).await.list().len(), 101);
        }),
        row("Platform API, lists", "a keyset cursor is offered beside them (Link: …; rel=\"next\")", |w| async move {
            for n in 0..5 {
                w.subscribe(&format!("https://example.com/{n}"), json!({})).await;
            }
            let all = w.p("GET /subscriptions", ()).await.is(200).all("id");
            let mut seen = Vec::new();
            let mut next = Some("/api/v1/webhooks/subscriptions?limit=2".to_owned());
            while let Some(path) = next {
                let page = w.call(&format!("GET {path}"), ()).await.is(200);
                seen.extend(page.all("id"));
                next = page.headers.get("link").map(|link| {
                    let link = link.to_str().unwrap();
                    assert!(link.ends_with("; rel=\"next\""), "{link}");
                    link[1..link.find('>').unwrap()].to_owned()
                });
            }
            assert_eq!(seen, all);
        }),
    ]
}
