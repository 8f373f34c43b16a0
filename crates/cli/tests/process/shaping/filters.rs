//! Filters and channels: the same decision in publishing, batches, previews, replays and the outbox; counted; and kept
//! over a kill.

use super::{Place, Recorder, change, nothing_waits, on_both_stores, publish, publish_to, shown};
use crate::{
    metrics::scrape,
    support::{client::Client, receiver::Receiver, wait_until},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use testing::Postgres;

on_both_stores! {
    events_go_to_the_subscriptions_whose_filter_and_channels_fit,
    replays_of_missed_events_are_filtered_and_resends_are_not,
    a_filtered_and_transformed_backlog_continues_after_a_kill,
}

/// Fields of a subscription by its name.
fn subscriptions() -> [(&'static str, Value); 7] {
    [
        ("all", json!({})),
        ("large", json!({ "filter": "data.amount > 100" })),
        ("europe", json!({ "channels": ["eu", "uk"] })),
        ("both", json!({ "filter": "data.amount > 100", "channels": ["eu"] })),
        ("metadata", json!({ "filter": "metadata.source == 'shop' && tenant == 'acme'" })),
        ("type", json!({ "events": ["*"], "filter": "type.startsWith('invoice.') && !type.endsWith('voided')" })),
        ("absent", json!({ "filter": "data.none == 1" })),
    ]
}

/// Events with the names of the subscriptions that get them.
fn events() -> Vec<(Value, BTreeSet<&'static str>)> {
    let event = |event_type: &str, amount: f64, channels: Value, source: &str| json!({ "type": event_type, "data": { "amount": amount }, "channels": channels, "metadata": { "source": source } });
    [
        (
            event("invoice.paid", 150.0, json!(["eu"]), "shop"),
            vec!["all", "large", "europe", "both", "metadata", "type"],
        ),
        (event("invoice.paid", 100.0, json!(["eu"]), "shop"), vec!["all", "europe", "metadata", "type"]),
        (event("invoice.paid", 150.5, json!(["us"]), "api"), vec!["all", "large", "type"]),
        (event("invoice.voided", 1.0, json!(["us", "uk"]), "api"), vec!["all", "europe"]),
        (event("invoice.voided", 1e9, json!([]), ""), vec!["all", "large"]),
    ]
    .map(|(event, names)| (event, names.into_iter().collect()))
    .into()
}

/// Numbers of deliveries that were left out, by the statistics.
async fn filtered(client: &Client, path: &str) -> u64 {
    client.get(path).await.body["total"]["filtered"].as_u64().unwrap()
}

async fn events_go_to_the_subscriptions_whose_filter_and_channels_fit(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let mut names = BTreeMap::new();
    for (name, fields) in subscriptions() {
        let made = client.subscribe(&receiver.url(&format!("/{name}")), &fields).await;
        names.insert(made.id, name);
    }
    let mut expected: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut left_out = 0;
    for (at, (event, to)) in events().into_iter().enumerate() {
        let preview = client.post("/api/v1/events/preview", &event).await.body;
        let previewed: BTreeSet<&str> = preview["matches"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["matches"] == true)
            .map(|one| names[one["subscription_id"].as_str().unwrap()])
            .collect();
        assert_eq!(previewed, to, "{preview}");
        let ids: Vec<String> = if at % 2 == 0 {
            vec![publish(&client, &event).await["id"].as_str().unwrap().to_owned()]
        } else {
            let answer = client.post("/api/v1/events/batch", &json!({ "events": [event, event] })).await;
            assert_eq!(answer.status, 202, "{}", answer.body);
            let all = answer.body["results"].as_array().unwrap();
            all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        left_out += (names.len() - to.len()) * ids.len();
        expected.extend(ids.into_iter().map(|id| (id, to.clone())));
    }
    let count = expected.values().map(BTreeSet::len).sum();
    let requests = receiver.wait(count).await;
    nothing_waits(&client).await;
    assert_eq!(receiver.requests().len(), count);
    for request in requests {
        let name = request.target.trim_start_matches('/');
        assert!(expected.get_mut(request.header("webhook-id")).unwrap().remove(name), "{request:?}");
    }

    assert_eq!(filtered(&client, "/api/v1/webhooks/stats").await, left_out as u64);
    let scraped = scrape(&server).await;
    let series = |kind: &str| format!("postrider_deliveries_filtered_total{{event=\"{kind}\",tenant_id=\"acme\"}}");
    let counted = ["invoice.paid", "invoice.voided"].map(|kind| scraped.value(&series(kind)).unwrap());
    assert_eq!(counted.iter().sum::<f64>(), left_out as f64);
}

async fn replays_of_missed_events_are_filtered_and_resends_are_not(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    for amount in [50, 150, 250] {
        publish_to(&client, "invoice.paid", &json!({ "amount": amount }), 0).await;
    }
    let made = client.subscribe(&receiver.url("/"), &json!({ "filter": "data.amount > 100" })).await;
    let replay = json!({ "subscription_id": made.id, "missed_only": true });
    let started = client.post("/api/v1/webhooks/replays", &replay).await;
    assert_eq!(started.status, 202, "{}", started.body);
    let path = format!("/api/v1/webhooks/replays/{}", started.body["id"].as_str().unwrap());
    let ended = wait_until("the replay has ended", async || {
        let replay = client.get(&path).await.body;
        (replay["state"] == "completed").then_some(replay)
    })
    .await;
    assert_eq!(ended["queued"], 2, "{ended}");
    receiver.wait(2).await;
    nothing_waits(&client).await;
    let mut amounts: Vec<u64> =
        receiver.requests().iter().map(|one| one.json()["data"]["amount"].as_u64().unwrap()).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, [150, 250]);

    // A delivery that exists is sent again whatever the filter says now, and so is a test.
    change(&client, &made.id, &json!({ "filter": "data.amount > 1000", "channels": ["none"] })).await;
    let id = client.deliveries("success").await[0]["id"].as_str().unwrap().to_owned();
    let again = client.post(&format!("/api/v1/webhooks/deliveries/{id}/retry"), &json!({ "force": true })).await;
    assert_eq!(again.status, 200, "{}", again.body);
    receiver.wait(3).await;
    let tested = client.post(&made.path("/test"), &json!({ "payload": { "amount": 1 } })).await;
    assert_eq!((tested.status.as_u16(), &tested.body["success"]), (200, &json!(true)), "{}", tested.body);
    assert_eq!(receiver.wait(4).await.len(), 4);
}

async fn a_filtered_and_transformed_backlog_continues_after_a_kill(place: Place) {
    const EVENTS: u64 = 200;
    let receiver = Receiver::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    // The receiver counts by `seq`, which the script changes.
    let fields = json!({
        "filter": "data.seq % 2 == 0",
        "transformation": { "script": "export default (w) => ({ body: { data: { seq: w.body.data.seq + 1000 } } })" },
        "rate_limit": { "limit": 50, "period": "second", "burst": 1 },
    });
    let made = client.subscribe(&receiver.url(), &fields).await;
    client.publish_batch("invoice.created", 0..EVENTS).await;
    wait_until("some have arrived", async || (receiver.distinct() >= 20).then_some(())).await;
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    assert_eq!(shown(&client, &made).await["filter"], fields["filter"]);
    client.publish_batch("invoice.created", EVENTS..EVENTS + 20).await;
    let expected: Vec<u64> = (0..EVENTS + 20).step_by(2).map(|seq| seq + 1_000).collect();
    wait_until("all have arrived", async || (receiver.missing(expected.iter().copied()) == 0).then_some(())).await;
    nothing_waits(&client).await;
    assert_eq!(receiver.distinct(), expected.len());
    assert_eq!(filtered(&client, &made.path("/stats")).await, (EVENTS + 20) / 2);
    assert_eq!(server.stop().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_the_outbox_are_filtered() {
    let (place, receiver) = (Place::postgres(), Recorder::start().await);
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    client.subscribe(&receiver.url("/"), &json!({ "filter": "data.n < 10", "channels": ["eu", "b"] })).await;
    for (n, channels) in
        [(1, "ARRAY['eu']"), (2, "ARRAY['us']"), (3, "NULL"), (4, "ARRAY['us', 'b']"), (40, "ARRAY['eu']")]
    {
        insert(&place, n, channels);
    }
    assert_eq!(numbers(&receiver, 2).await, BTreeSet::from([1, 4]));
    let stats = async || client.get("/api/v1/webhooks/stats").await.body;
    wait_until("three are counted", async || (stats().await["total"]["filtered"] == 3).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_channels_do_not_stop_the_outbox() {
    let (place, receiver) = (Place::postgres(), Recorder::start().await);
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    client.subscribe(&receiver.url("/"), &json!({})).await;
    for channels in ["ARRAY['a b']", "ARRAY['a,b']", "ARRAY['']", "ARRAY['a', NULL]", "ARRAY['a', 'é']"] {
        // A row that is accepted would fail with another error.
        let sql = format!(
            "DO $$ BEGIN {}; RAISE 'accepted'; EXCEPTION WHEN check_violation THEN NULL; END $$",
            insertion(0, channels)
        );
        Postgres::shared().sql(place.database.as_ref().unwrap(), &sql);
    }
    for (n, channels) in [(1, "ARRAY['eu', 'eu']"), (2, "'{}'"), (3, "NULL"), (4, "ARRAY['eu', 'b']")] {
        insert(&place, n, channels);
    }
    assert_eq!(numbers(&receiver, 4).await, BTreeSet::from([1, 2, 3, 4]));
}

/// Inserts an event of a program into the outbox.
fn insert(place: &Place, n: u32, channels: &str) {
    Postgres::shared().sql(place.database.as_ref().unwrap(), &insertion(n, channels));
}

fn insertion(n: u32, channels: &str) -> String {
    format!(
        "INSERT INTO postrider.outbox (tenant_id, event_type, data, channels) \
         VALUES ('acme', 'invoice.paid', '{{\"n\": {n}}}', {channels})"
    )
}

/// The numbers of the events that arrived.
async fn numbers(receiver: &Recorder, count: usize) -> BTreeSet<u64> {
    receiver.wait(count).await.iter().map(|one| one.json()["data"]["n"].as_u64().unwrap()).collect()
}
