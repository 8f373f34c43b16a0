//! `postrider subscription`.

use super::{Desk, json_of};
use crate::support::{
    free_port, loopback,
    receiver::{self, Receiver},
    wait_until,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscriptions_are_listed_limited_paused_and_activated() {
    let desk = Desk::open().await;
    let mut ids = Vec::new();
    for (tenant, url) in [("one", "https://a.example/hook"), ("two", "https://b.example/hook")] {
        let fields = json!({ "url": url, "events": ["invoice.*"] });
        let made = desk.server.tenant(tenant).await.post("/api/v1/webhooks/subscriptions", &fields).await;
        assert_eq!(made.status, 201, "{}", made.body);
        ids.push(made.body["id"].as_str().unwrap().to_owned());
    }
    let id = ids[0].as_str();
    let of = |action: &str, more: &[&str]| {
        let arguments = [&["subscription", action, id, "--tenant", "one"], more].concat();
        desk.command(&arguments)
    };

    let limited = json_of(&of("limit", &["--rate", "100/second", "--max-in-flight", "5"]).run().await);
    assert_eq!(limited["rate_limit"], json!({"limit": 100, "period": "second", "burst": 10}));
    assert_eq!(limited["max_in_flight"], 5);
    let burst = json_of(&of("limit", &["--rate", "600/minute/20"]).run().await);
    assert_eq!(burst["rate_limit"], json!({"limit": 600, "period": "minute", "burst": 20}));
    assert_eq!(burst["max_in_flight"], 5, "what is not named stays");
    let removed = json_of(&of("limit", &["--rate", "none", "--max-in-flight", "none"]).run().await);
    assert_eq!((&removed["rate_limit"], &removed["max_in_flight"]), (&json!(null), &json!(null)));

    assert_eq!(json_of(&of("pause", &[]).run().await)["is_active"], false);
    desk.server.operator().in_tenant("one").publish("invoice.created", 1).await;
    let shown = json_of(&of("show", &[]).run().await);
    assert_eq!((&shown["is_active"], &shown["backlog"]["waiting"]), (&json!(false), &json!(1)));
    assert_eq!(json_of(&of("activate", &[]).run().await)["is_active"], true);
    assert_eq!(json_of(&of("reset-breaker", &[]).run().await)["breaker"]["state"], "closed");

    let of_all = ["subscription", "list", "--all-tenants"];
    let listed = desk.json(&of_all).await;
    let listed: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(listed, [ids[1].as_str(), id]);
    let b = desk.json(&[&of_all[..], &["--receiver", "b.example"]].concat()).await;
    assert_eq!((b.as_array().unwrap().len(), &b[0]["tenant_id"]), (1, &json!("two")));
    let own = desk.json(&["subscription", "list", "--tenant", "one", "--limit", "1"]).await;
    assert_eq!((own.as_array().unwrap().len(), &own[0]["id"]), (1, &json!(id)));

    for (arguments, expected) in [
        (vec!["limit", id], "give --rate, --max-in-flight or both"),
        (vec!["limit", id, "--rate", "5/day"], "--rate is \"5/day\" but must be a number, a period"),
        (vec!["limit", id, "--max-in-flight", "65"], "max_in_flight: must be a whole number from 1 to 64"),
        (vec!["show", ids[1].as_str()], "Webhook subscription not found"),
        (vec!["reset-breaker", "sub_1"], "not found"),
    ] {
        let ended = desk.run(&[&["subscription"], &arguments[..], &["--tenant", "one"]].concat()).await;
        assert!(ended.sentence().contains(expected), "{arguments:?}: {}", ended.stderr);
    }
}

/// At three in the morning: the list has the receivers that fail, and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failing_subscriptions_are_listed_alone() {
    let desk = Desk::open().await;
    let client = desk.server.tenant("acme").await;
    let well = Receiver::start().await;
    client.subscribe(&well.url(), &json!({})).await;
    let (never, breaker) = (loopback(free_port()), json!({ "circuit_breaker": { "connection_failures": 2 } }));
    let failing = client.subscribe(&receiver::url(never), &breaker).await;
    assert_eq!(desk.json(&["subscription", "list", "--all-tenants", "--failing"]).await, json!([]));
    client.publish_batch("invoice.created", 0..2).await;
    wait_until("its breaker is open", async || {
        let listed = desk.json(&["subscription", "list", "--all-tenants", "--failing"]).await;
        let found = listed.as_array().unwrap().first().cloned();
        assert!(listed.as_array().unwrap().len() < 2, "{listed}");
        found.filter(|one| one["id"] == failing.id && one["breaker"]["state"] == "open")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_is_shaped_and_shapes_are_tried() {
    let desk = Desk::open().await;
    let fields = json!({"url": "https://a.example/hook", "events": ["invoice.*"]});
    let made = desk.server.tenant("one").await.post("/api/v1/webhooks/subscriptions", &fields).await;
    let id = made.body["id"].as_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.js");
    std::fs::write(&file, "export default function (webhook) {\n  webhook.body = {n: 1};\n  return webhook;\n}\n")
        .unwrap();
    let file = file.to_str().unwrap();
    let of = |action: &'static str, more: &[&str]| {
        let of_one: &[&str] = if action == "shape" { &[&id] } else { &[] };
        desk.command(&[&["subscription", action][..], of_one, &["--tenant", "one"], more].concat())
    };

    let shape = ["--filter", "data.amount > 100", "--channels", "a, b", "--script", file];
    let shaped = json_of(&of("shape", &shape).run().await);
    assert_eq!((&shaped["filter"], &shaped["channels"]), (&json!("data.amount > 100"), &json!(["a", "b"])));
    assert!(shaped["transformation"]["script"].as_str().unwrap().contains("webhook.body"));
    let cleared = json_of(&of("shape", &["--filter", "none", "--channels", "none", "--template", "none"]).run().await);
    assert_eq!((&cleared["filter"], &cleared["transformation"]), (&json!(null), &json!(null)));
    let batch = ["--batch", "10,250", "--batch-format", "ndjson", "--payload", "reference"];
    let batched = json_of(&of("shape", &batch).run().await);
    assert_eq!(batched["batching"], json!({"max_events": 10, "max_wait_ms": 250, "format": "ndjson"}));
    assert_eq!(batched["payload"], "reference");
    let cleared = json_of(&of("shape", &["--batch", "none", "--payload", "full"]).run().await);
    assert_eq!((&cleared["batching"], &cleared["payload"]), (&json!(null), &json!("full")));
    for (given, shown) in [("data.customer_id", json!("data.customer_id")), ("all", json!(true)), ("none", json!(null))]
    {
        let ordered = json_of(&of("shape", &["--ordered", given]).run().await);
        assert_eq!(ordered["ordered"], shown);
    }
    let order = json_of(&desk.command(&["subscription", "order", &id, "--tenant", "one"]).run().await);
    assert_eq!(order, json!({"ordered": null, "blocking": []}));

    let event = ["--event-type", "invoice.created", "--data", r#"{"amount": 150}"#];
    let tried = json_of(&of("try", &[&["--filter", "data.amount > 100"][..], &event].concat()).run().await);
    assert_eq!(tried["matches"], true);
    let tried = json_of(&of("try", &[&["--script", file][..], &event].concat()).run().await);
    assert_eq!((&tried["result"], &tried["request"]["body"]), (&json!("sends"), &json!(r#"{"n":1}"#)));
    let tried = json_of(&of("try", &[&["--template", "slack"][..], &event].concat()).run().await);
    assert_eq!(tried["result"], "sends");

    for (action, arguments, expected) in [
        ("shape", vec![], "give --filter, --channels, --script, --template, --batch, --payload or --ordered"),
        ("shape", vec!["--filter", "data.amount >"], "filter: line 1"),
        ("shape", vec!["--batch", "many"], "--batch \"many\" must be EVENTS or EVENTS,MS"),
        ("shape", vec!["--batch", "1"], "batching.max_events: must be between 2 and 1000"),
        ("shape", vec!["--payload", "thin"], "payload: must be full or reference"),
        ("shape", vec!["--ordered", "customer"], "ordered: must begin with data or metadata"),
        ("shape", vec!["--template", "pagerduty", "--option", "x"], "--option \"x\" has no ="),
        ("shape", vec!["--script", "/nowhere.js"], "--script: /nowhere.js cannot be read"),
        ("try", vec!["--event-type", "a.b"], "give --filter, --script or --template"),
        ("try", vec!["--filter", "true", "--event-type", "a.b", "--data", "{"], "--data is not valid JSON"),
    ] {
        let ended = of(action, &arguments).run().await;
        assert!(ended.sentence().contains(expected), "{arguments:?}: {}", ended.stderr);
    }
}
