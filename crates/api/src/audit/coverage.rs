//! `GET /api/v1/audit/coverage`.

use super::{join, report};
use crate::{
    App,
    auth::{Read, Viewer},
    problem::Problem,
    query::Query,
    schemas::Days,
};
use axum::{Json, extract::State};
use model::Timestamp;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Maximum number of published event types that are read: those with the most events.
const TYPES_MAX: u32 = 10_000;

/// Promised event types compared with published ones.
#[derive(Serialize, ToSchema)]
pub(crate) struct Coverage {
    days: u32,
    /// Start of the period: the beginning of a day (UTC), since counts are kept by day.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    generated_at: Timestamp,
    summary: CoverageSummary,
    /// The audit report from which `code` is taken. For the operator; null when none was uploaded.
    report: Option<report::ReportLine>,
    /// Promised and published event types, by name.
    events: Vec<CoverageEvent>,
    /// Promised types of which nothing was published: their subscribers receive nothing.
    promised_never_seen: Vec<String>,
    /// Published types that are not in the catalog.
    seen_unknown: Vec<String>,
    /// Published types that no active subscription receives.
    seen_nobody_subscribed: Vec<String>,
    /// Types and patterns of active subscriptions of which nothing was published.
    subscribed_never_published: Vec<WaitingInVain>,
    schema_broken: Vec<BrokenSchema>,
}

/// Numbers of event types, by finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CoverageSummary {
    /// In the catalog and not retired.
    pub(super) promised: usize,
    /// Promised and published.
    pub(super) seen: usize,
    /// Promised and not published.
    pub(super) never_seen: usize,
    /// Published and not in the catalog.
    pub(super) unknown: usize,
    /// Published, and received by no active subscription.
    pub(super) nobody_subscribed: usize,
    /// Types and patterns of active subscriptions of which nothing was published.
    pub(super) waiting_in_vain: usize,
    /// Published with a payload that violated the schema.
    pub(super) broke_schema: usize,
}

/// Coverage of an event type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CoverageEvent {
    pub(super) event_type: String,
    pub(super) category: Option<String>,
    /// In the catalog and not retired.
    pub(super) promised: bool,
    /// Events accepted, without duplicates.
    pub(super) published: u64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) last_published_at: Option<Timestamp>,
    /// Active subscriptions that receive it.
    pub(super) subscriptions: u64,
    /// Events whose payload violated the schema. Up to 500 payloads per second are checked, none from the outbox.
    pub(super) misfits: u64,
    /// State of the type in the uploaded audit report; for the operator.
    pub(super) code: Option<report::Code>,
}

/// A type or pattern with active subscriptions of which nothing was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WaitingInVain {
    /// A type, or a pattern such as `invoice.*`.
    pub(super) event_type: String,
    /// Active subscriptions that name this type or pattern.
    pub(super) subscriptions: u64,
}

/// An event type with payloads that violated its schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BrokenSchema {
    pub(super) event_type: String,
    pub(super) misfits: u64,
}

/// Compare promised event types with published ones
///
/// A tenant's key (scope `webhooks:read`), or the operator's key with `X-Tenant-Id`, covers that tenant; the operator's
/// key alone covers all tenants. Events count on the day they were accepted, including events that retention has
/// removed since; counts are kept for 400 days.
#[utoipa::path(get, path = "/api/v1/audit/coverage", tag = "Audit",
    params(("days" = inline(Option<Days>), Query),
           ("X-Tenant-Id" = Option<String>, Header, description = "With the operator's key: only this tenant")),
    responses((status = 200, body = Coverage)))]
pub(crate) async fn coverage(
    State(app): State<App>,
    viewer: Viewer<Read>,
    query: Query,
) -> Result<Json<Coverage>, Problem> {
    let tenant = viewer.tenant();
    let days = query.bounded::<Days>()?;
    let now = app.clock.now();
    let since = day_of(now.before(DAY * days));
    let seen = match tenant {
        Some(tenant) => app.store.publications(tenant, since, TYPES_MAX).await?,
        None => app.store.all_publications(since, TYPES_MAX).await?,
    };
    let digest = if viewer.is_operator() { report::digest(&app).await? } else { None };
    let (report, codes) = digest.map_or_else(Default::default, |(line, codes)| (Some(line), codes));
    let joined = join::Joined::of(&app.catalog().catalog, &seen, &app.engine.control.demand(tenant), &codes);
    Ok(Json(Coverage {
        days,
        since,
        generated_at: now,
        summary: joined.summary(),
        report,
        promised_never_seen: joined.names(|one| one.promised && one.published == 0),
        seen_unknown: joined.names(join::is_unknown),
        seen_nobody_subscribed: joined.names(join::wants_nobody),
        schema_broken: joined.schema_broken(),
        subscribed_never_published: joined.in_vain,
        events: joined.events,
    }))
}

/// The beginning of a day (UTC).
fn day_of(at: Timestamp) -> Timestamp {
    let day = DAY.as_micros() as i64;
    Timestamp::from_micros(at.micros() - at.micros().rem_euclid(day))
}
