//! Every query of every panel and every alert, run by Prometheus against servers under load.

use super::{
    dashboards::{self, Query},
    expressions::selectors,
    scene::{SHARED, Scene},
};
use crate::support::{alone, client::Client, wait_until};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use url::form_urlencoded::byte_serialize;

/// Turns of all queries that have returned nothing yet, a second each.
const TURNS: usize = 120;

/// A result of a query: labels and value.
#[derive(Clone, Debug)]
struct Sample {
    labels: BTreeMap<String, String>,
    value: f64,
}

/// Runs an instant query; the error is that of Prometheus.
async fn ask(prometheus: &Client, expression: &str) -> Result<Vec<Sample>, String> {
    let encoded: String = byte_serialize(expression.as_bytes()).collect();
    let answer = prometheus.get(&format!("/api/v1/query?query={encoded}")).await;
    if answer.body["status"] != "success" {
        return Err(answer.body["error"].to_string());
    }
    let data = &answer.body["data"];
    let number = |value: &Value| value[1].as_str().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
    if data["resultType"] == "scalar" {
        return Ok(vec![Sample { labels: BTreeMap::new(), value: number(&data["result"]) }]);
    }
    let samples = data["result"].as_array().into_iter().flatten();
    Ok(samples
        .map(|sample| Sample {
            labels: serde_json::from_value(sample["metric"].clone()).expect("labels"),
            value: number(&sample["value"]),
        })
        .collect())
}

/// Runs the queries again and again until each has returned a number; returns those that never did.
async fn without_data(prometheus: &Client, mut queries: BTreeSet<String>) -> BTreeSet<String> {
    for _ in 0..TURNS {
        let mut empty = BTreeSet::new();
        for query in queries {
            let samples = ask(prometheus, &query).await.unwrap_or_else(|fault| panic!("{query}: {fault}"));
            if !samples.iter().any(|sample| sample.value.is_finite()) {
                empty.insert(query);
            }
        }
        queries = empty;
        if queries.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    queries
}

/// Panels without data in this test, and why that is right.
const EMPTY: [(&str, &str); 0] = [];

async fn every_panel_has_data(prometheus: &Client) {
    let queries = dashboards::queries();
    let asked: BTreeSet<String> = queries.iter().map(Query::sent).collect();
    let empty = without_data(prometheus, asked).await;
    let missing: Vec<String> = queries
        .iter()
        .filter(|query| empty.contains(&query.sent()) && !EMPTY.iter().any(|(panel, _)| *panel == query.panel))
        .map(|query| format!("{}, {}: {}", query.dashboard, query.panel, query.sent()))
        .collect();
    assert!(missing.is_empty(), "panels without data:\n{}", missing.join("\n"));
    for (panel, reason) in EMPTY {
        let has_data = |query: &&Query| query.panel == panel && !empty.contains(&query.sent());
        assert!(!queries.iter().any(|query| has_data(&query)), "{panel} has data now, though: {reason}");
    }
}

/// Labels that the panels must tell apart.
async fn panels_tell_everything_apart(prometheus: &Client) {
    for (expression, label, expected) in [
        ("webhook_deliveries_total", "status", "abandoned delivered failed retrying"),
        ("webhook_retries_total", "reason", "connection_error rate_limited server_error timeout"),
        ("webhook_delivery_http_status", "status_code", "200 404 410 429 503"),
        ("postrider_deliveries_waiting > 0", "queue", "delayed normal retry"),
        ("postrider_lanes > 0", "state", "breaker_open busy limited paused"),
        ("postrider_replays > 0", "state", "paused running"),
        ("postrider_events_refused_total > 0", "reason", "invalid rate_limited"),
        ("postrider_subscriptions_disabled_total > 0", "reason", "gone"),
        ("postrider_egress_refusals_total > 0", "reason", "private_address"),
        ("postrider_build_info", "store", "postgres sqlite"),
        ("postrider_nodes > 0", "state", "live"),
        ("postrider_store_size_bytes", "part", "database log"),
    ] {
        let mut found = BTreeSet::new();
        for _ in 0..TURNS {
            let samples = ask(prometheus, expression).await.unwrap();
            found.extend(samples.iter().filter_map(|sample| sample.labels.get(label).cloned()));
            if expected.split(' ').all(|value| found.contains(value)) {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let missing: Vec<&str> = expected.split(' ').filter(|value| !found.contains(*value)).collect();
        assert!(missing.is_empty(), "{expression} has no {label} {missing:?}, only {found:?}");
    }
}

/// Every rule is evaluated, and every series that it selects exists. (Most alerts themselves return nothing, rightly.)
async fn every_rule_selects_existing_series(prometheus: &Client) {
    let answer = prometheus.get("/api/v1/rules").await;
    let groups = answer.body["data"]["groups"].as_array().cloned().unwrap_or_default();
    let rules: Vec<Value> = groups.iter().flat_map(|group| group["rules"].as_array().cloned().unwrap()).collect();
    let alerts = super::rules::alerts();
    assert_eq!(rules.iter().filter(|rule| rule["type"] == "alerting").count(), alerts.len());
    let mut selected = BTreeSet::new();
    for rule in &rules {
        assert_eq!(rule["health"], "ok", "{rule}");
        selected.extend(selectors(rule["query"].as_str().unwrap()));
    }
    let allowed = |selector: &String| !SELDOM.iter().any(|(name, _)| selector.starts_with(name));
    let empty: Vec<String> =
        without_data(prometheus, selected.into_iter().filter(allowed).collect()).await.into_iter().collect();
    assert_eq!(empty, Vec::<String>::new(), "rules select series that do not exist");
}

/// Selectors of rules that match nothing in this test, and why.
const SELDOM: [(&str, &str); 1] =
    [("postrider_http_requests_total{status=~\"5..\"}", "no call fails by the fault of a healthy server")];

/// The state of an alert of a job: inactive, pending or firing.
async fn is_active(prometheus: &Client, alert: &str, job: &str) -> bool {
    let answer = prometheus.get("/api/v1/alerts").await;
    let alerts = answer.body["data"]["alerts"].as_array().cloned().unwrap_or_default();
    alerts.iter().any(|one| one["labels"]["alertname"] == alert && one["labels"]["job"] == job)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panels_and_alerts_have_data_under_load() {
    let _alone = alone().await;
    let mut scene = Scene::start().await;
    every_panel_has_data(&scene.prometheus).await;
    panels_tell_everything_apart(&scene.prometheus).await;
    every_rule_selects_existing_series(&scene.prometheus).await;
    for alert in ["PostriderDeliveryFailures", "PostriderRetries"] {
        for job in ["postrider", SHARED] {
            let what = format!("{alert} sees the failing receivers of {job}");
            wait_until(&what, async || is_active(&scene.prometheus, alert, job).await.then_some(())).await;
        }
    }
    assert!(!is_active(&scene.prometheus, "PostriderNodeLost", SHARED).await);
    scene.nodes.remove(1).server.kill();
    wait_until("the lost node is noticed", async || {
        is_active(&scene.prometheus, "PostriderNodeLost", SHARED).await.then_some(())
    })
    .await;
    assert!(!is_active(&scene.prometheus, "PostriderNodeSilent", "postrider").await);
    let Scene { sqlite, prometheus, .. } = &mut scene;
    sqlite.server.signal("KILL");
    wait_until("the silent server is noticed", async || {
        is_active(prometheus, "PostriderNodeSilent", "postrider").await.then_some(())
    })
    .await;
}
