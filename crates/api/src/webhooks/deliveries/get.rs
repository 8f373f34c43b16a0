//! `GET /api/v1/webhooks/deliveries/{id}`.

use super::shown::DeliveryShown;
use crate::{
    App,
    auth::{Member, Read},
    pages,
    problem::{Problem, kinds::NoSuchDelivery},
    room::Room,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use bytes::Bytes;
use model::{Attempt, DeliveryId, Profile, Timestamp, Timings, Verdict, attempt::body_text, profile};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{net::IpAddr, time::Duration};
use utoipa::ToSchema;

/// Maximum number of attempts that are shown.
const ATTEMPTS: u32 = 200;

/// A delivery with its attempts.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryDetail {
    #[serde(flatten)]
    delivery: DeliveryShown,
    /// Time at which the payload of the event was erased; absent while it is kept. Attempts have no headers and bodies
    /// since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    payload_erased_at: Option<Timestamp>,
    /// The newest 200 attempts.
    #[schema(max_items = 200)]
    attempts: Vec<AttemptShown>,
}

/// An attempt: one HTTP request.
#[derive(Serialize, ToSchema)]
#[schema(as = Attempt)]
pub(crate) struct AttemptShown {
    attempt_number: u32,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    duration_ms: u64,
    response_code: Option<u16>,
    error_message: Option<String>,
    /// Headers of the request; credentials are masked.
    #[schema(value_type = Object)]
    request_headers: Map<String, Value>,
    /// Body of the request, the same in all attempts. Null in older ones when all bodies would exceed 4 MiB.
    request_body: Option<String>,
    #[schema(value_type = Object)]
    response_headers: Map<String, Value>,
    /// The first 4 KiB of the response's body; gzip and deflate are decompressed.
    response_body: Option<String>,
    /// True when the delivery was sent again by hand (replay) after an attempt had succeeded; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    resend: bool,
    /// An oddity of the response or the request that is not an error; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// The address to which the request was sent; null when there was no connection, and in attempts of earlier versions.
    #[schema(value_type = Option<String>, example = "192.0.2.7")]
    remote_ip: Option<IpAddr>,
    /// The parts of the duration in milliseconds; null when nothing was measured.
    timings_ms: Option<TimingsShown>,
}

/// The parts of an attempt's duration in milliseconds. A reused connection has no DNS, connection and TLS handshake: they
/// are null, like parts that an attempt did not reach.
#[derive(Serialize, ToSchema)]
#[schema(as = AttemptTimings)]
pub(crate) struct TimingsShown {
    dns: Option<f64>,
    connect: Option<f64>,
    tls: Option<f64>,
    /// From the beginning of the request to the response's status.
    first_byte: Option<f64>,
    /// From the response's status to its end.
    rest: Option<f64>,
}

impl TimingsShown {
    fn new(timings: Timings) -> Option<Self> {
        let shown = |part: Option<Duration>| part.map(|part| part.as_micros() as f64 / 1_000.0);
        let Timings { dns, connect, tls, first_byte, rest } = timings;
        let all = Self {
            dns: shown(dns),
            connect: shown(connect),
            tls: shown(tls),
            first_byte: shown(first_byte),
            rest: shown(rest),
        };
        (!timings.is_empty()).then_some(all)
    }
}

/// Converts `name: value` lines to an object; the values of a repeated name are joined.
pub(crate) fn object(lines: &str) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, value) in lines.lines().filter_map(|line| line.split_once(": ")) {
        match map.get_mut(name) {
            Some(Value::String(known)) => {
                known.push_str(", ");
                known.push_str(value);
            }
            _ => drop(map.insert(name.to_owned(), value.into())),
        }
    }
    map
}

impl AttemptShown {
    fn new(attempt: &Attempt, request_body: Option<&str>, resend: bool) -> Self {
        Self {
            attempt_number: attempt.number,
            started_at: attempt.started_at,
            duration_ms: attempt.duration.as_millis() as u64,
            response_code: attempt.response_code,
            error_message: attempt.error.clone(),
            request_headers: object(&attempt.request_headers),
            request_body: request_body.map(str::to_owned),
            response_headers: object(&attempt.response_headers),
            response_body: attempt.response_code.map(|_| body_text(&attempt.response_body)),
            resend,
            note: attempt.note.clone(),
            remote_ip: attempt.remote_ip,
            timings_ms: TimingsShown::new(attempt.timings),
        }
    }
}

/// Get a delivery with its attempts
#[utoipa::path(get, path = "/api/v1/webhooks/deliveries/{id}", tag = "Deliveries", params(("id" = String, Path)),
    responses((status = 200, body = DeliveryDetail), NoSuchDelivery))]
pub(crate) async fn get(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let missing = || NoSuchDelivery::problem(format!("Webhook delivery not found: {id}"));
    let parsed = DeliveryId::parse(&id).map_err(|_| missing())?;
    let delivery = app.store.delivery(tenant, parsed).await?.ok_or_else(missing)?;
    let attempts = app.store.attempts(tenant, parsed, ATTEMPTS).await?;
    // Without a transformation all attempts sent the same bytes: event and profile determine them, and the profile never
    // changes.
    let sent_to = app.store.subscriptions_ever(tenant, &[delivery.subscription]).await?;
    let profile = sent_to.first().map_or(Profile::Platform, |subscription| subscription.profile);
    let event = app.store.event(tenant, parsed.event()).await?;
    let payload_erased_at = event.as_ref().and_then(|event| event.payload_erased_at);
    let body = match event {
        None => String::new(),
        Some(event) => String::from_utf8_lossy(&profile::render(profile, &event, app.settings.ids)).into_owned(),
    };
    // The newest attempts have the body, as many as fit into 4 MiB.
    let size = |attempt: &Attempt| attempt.request_body.as_ref().map_or(body.len(), Bytes::len);
    let without = attempts.len() - storage::rows_within(attempts.iter().rev().map(size));
    let _rows = room.hold(attempts[without..].iter().map(size).sum())?;
    let mut succeeded = false;
    let show = |(at, attempt): (usize, &Attempt)| {
        let own = attempt.request_body.as_ref().map(|own| String::from_utf8_lossy(own));
        let sent = own.as_deref().unwrap_or(&body);
        let shown =
            AttemptShown::new(attempt, (at >= without && payload_erased_at.is_none()).then_some(sent), succeeded);
        succeeded |= attempt.response_code.is_some_and(|status| profile.rules().verdict(status) == Verdict::Delivered);
        shown
    };
    let attempts = attempts.iter().enumerate().map(show).collect();
    let delivery = DeliveryShown::new(&delivery, app.settings.ids);
    pages::json(&room, &DeliveryDetail { delivery, payload_erased_at, attempts })
}
