//! The calls of the API behind the screen.

use super::{
    data::{Attempt, Delivery, Detail, Overview},
    screen::{Change, Subject},
};
use crate::client::{Session, escape};
use anyhow::Context;
use http::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;

/// Longest wait for a response.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn overview(session: &Session) -> anyhow::Result<Overview> {
    get(session, "/api/v1/admin/overview", None).await
}

#[derive(Deserialize)]
struct WithAttempts {
    attempts: Vec<Attempt>,
}

/// Reads a subscription, its last deliveries, and the attempts of `delivery` or of the newest one.
pub(super) async fn inspect(session: &Session, subject: &Subject, delivery: Option<String>) -> anyhow::Result<Detail> {
    let (path, tenant) = (path(subject), Some(subject.tenant.as_str()));
    let subscription = get(session, &format!("{path}?backlog=true"), tenant).await?;
    let deliveries: Vec<Delivery> = get(session, &format!("{path}/deliveries?limit=50"), tenant).await?;
    let attempts = match delivery.or_else(|| deliveries.first().map(|one| one.id.clone())) {
        None => None,
        Some(id) => {
            let path = format!("/api/v1/webhooks/deliveries/{}", escape(&id));
            let WithAttempts { attempts } = get(session, &path, tenant).await?;
            Some((id, attempts))
        }
    };
    Ok(Detail { subscription, deliveries, attempts })
}

/// Makes a change; returns a sentence about it.
pub(super) async fn change(session: &Session, subject: &Subject, change: Change) -> anyhow::Result<String> {
    let (id, path) = (&subject.subscription, path(subject));
    match change {
        Change::Pause => {
            post(session, &format!("{path}/pause"), subject, None).await?;
            Ok(format!("{id} is paused"))
        }
        Change::Activate => {
            post(session, &format!("{path}/activate"), subject, None).await?;
            Ok(format!("{id} is active"))
        }
        Change::ResetBreaker => {
            post(session, &format!("{path}/breaker/reset"), subject, None).await?;
            Ok(format!("the circuit breaker of {id} is closed"))
        }
        Change::Retry => {
            let body = json!({ "subscription_id": id }).to_string();
            let made = post(session, "/api/v1/webhooks/replays", subject, Some(body)).await?;
            let replay = made.get("id").and_then(Value::as_str).unwrap_or("a replay").to_owned();
            Ok(format!("{replay} sends the failed deliveries again"))
        }
    }
}

fn path(subject: &Subject) -> String {
    format!("/api/v1/webhooks/subscriptions/{}", escape(&subject.subscription))
}

async fn get<T: DeserializeOwned>(session: &Session, path: &str, tenant: Option<&str>) -> anyhow::Result<T> {
    let value = within(session.call(Method::GET, path, tenant, None)).await?;
    serde_json::from_value(value).context("the server has another version: its response has an unknown form")
}

async fn post(session: &Session, path: &str, subject: &Subject, body: Option<String>) -> anyhow::Result<Value> {
    within(session.call(Method::POST, path, Some(&subject.tenant), body)).await
}

async fn within<T>(call: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::time::timeout(PATIENCE, call).await.context("no response within 10 s")?
}
