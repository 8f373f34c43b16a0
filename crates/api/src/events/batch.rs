//! `POST /api/v1/events/batch`: up to 1,000 events in one commit.

use super::{
    publish::Accepted,
    request::{EventRequest, idempotency_key, refused, warn_of_difference},
};
use crate::{
    App,
    auth::{Member, Publish},
    body::{self, PUBLISH_MAX, Raw},
    problem::{
        Problem,
        kinds::{KeyReused, NotPublished, RateLimited},
    },
    quota::{Quota, RateHeaders},
    schemas::IdempotencyKey,
    trace::Trace,
    warnings::Warnings,
};
use axum::{Json, extract::State};
use delivery::{Want, batch_key};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

const EVENTS_MAX: usize = 1_000;
/// Events that are checked without a pause.
const CHUNK: usize = 16;

/// Events to publish together, all or none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEvents)]
pub(crate) struct NewEvents<'a> {
    #[serde(borrow)]
    #[schema(min_items = 1, max_items = 1000)]
    events: Vec<EventRequest<'a>>,
}

impl<'a> NewEvents<'a> {
    #[cfg(feature = "fuzzing")]
    pub(crate) fn events(&self) -> &[EventRequest<'a>] {
        &self.events
    }
}

/// The accepted events, in the order of the request.
#[derive(Serialize, ToSchema)]
pub(crate) struct AcceptedBatch {
    results: Vec<Accepted>,
    /// Number of deliveries created, by event type; duplicates do not count.
    deliveries_by_type: BTreeMap<String, u64>,
}

/// Publish up to 1,000 events at once
///
/// All events are accepted in one commit, or none: an invalid event refuses the batch and is named by its index. An
/// `Idempotency-Key` covers the whole batch. Needs the scope `events:publish`.
#[utoipa::path(
    post,
    path = "/api/v1/events/batch",
    tag = "Events",
    request_body = NewEvents,
    params(("Idempotency-Key" = inline(Option<IdempotencyKey>), Header, description = "Publish this batch at most once")),
    responses((status = 202, description = "Accepted and durable", body = AcceptedBatch), KeyReused, NotPublished,
        RateLimited)
)]
pub(crate) async fn batch(
    State(app): State<App>,
    member: Member<Publish>,
    headers: HeaderMap,
    Trace(trace): Trace,
    warnings: Warnings,
    body: Raw<PUBLISH_MAX>,
) -> Result<(StatusCode, RateHeaders, Json<AcceptedBatch>), Problem> {
    let tenant = member.tenant();
    let quota = Quota::of(&app, tenant);
    quota.refuse_if_spent()?;
    let turn = app.admission.turn(tenant, body.len()).await;
    let NewEvents { events } = body::parse(&body, &warnings)?;
    if events.is_empty() || events.len() > EVENTS_MAX {
        return Err(Problem::invalid("events", format!("must be 1 to {EVENTS_MAX} events")));
    }
    let key = idempotency_key(&headers)?;
    let mut drafts = Vec::with_capacity(events.len());
    for (index, event) in events.into_iter().enumerate() {
        if index % CHUNK == CHUNK - 1 {
            // Lets other tasks run on this thread.
            tokio::task::yield_now().await;
        }
        let mut draft = event.check(&app, tenant, &quota, &format!("events[{index}]."), &warnings)?;
        draft.trace.clone_from(&trace);
        draft.idempotency_key = key.map(|key| batch_key(key, index));
        drafts.push(draft);
    }
    // The journal has a bound of its own for waiting events, so the body's bytes are released here.
    drop(body);
    let mut permit = quota.admit(drafts.len())?;
    let published = app.engine.publisher.publish(tenant, drafts, Want::Any).await;
    // A batch holds its turn until it is durable: otherwise the batches of a flood would fill the journal.
    drop(turn);
    let published = permit.unless_refused(published).map_err(|fault| refused(fault, tenant, true))?;
    for (index, one) in published.iter().enumerate() {
        warn_of_difference(one, &format!("events[{index}]."), &warnings);
    }
    let mut deliveries_by_type = BTreeMap::new();
    for one in published.iter().filter(|one| !one.duplicate) {
        *deliveries_by_type.entry(one.event.event_type.to_string()).or_default() += u64::from(one.event.deliveries);
    }
    let headers = permit.charge(published.iter().filter(|one| !one.duplicate).count());
    let results = published.into_iter().map(|one| Accepted::new(&app, one)).collect();
    Ok((StatusCode::ACCEPTED, headers, Json(AcceptedBatch { results, deliveries_by_type })))
}
