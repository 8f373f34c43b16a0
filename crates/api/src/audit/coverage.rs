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
/// So many event types are looked at; where there are more, those of which most was published.
const TYPES_MAX: u32 = 10_000;

/// What is promised against what was really published.
#[derive(Serialize, ToSchema)]
pub(crate) struct Coverage {
    days: u32,
    /// Counts are of whole days (UTC); so this is the beginning of one.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    generated_at: Timestamp,
    summary: CoverageSummary,
    /// The report that `code` is taken from. For the operator; null when none was uploaded.
    report: Option<report::ReportLine>,
    /// By name: what is promised, and what was published.
    events: Vec<CoverageEvent>,
    /// A customer can subscribe to these and will hear nothing.
    promised_never_seen: Vec<String>,
    /// Published, and not in the catalog.
    seen_unknown: Vec<String>,
    /// Published, and no active subscription wants it.
    seen_nobody_subscribed: Vec<String>,
    /// Types that active subscriptions name, and patterns of which they get nothing.
    subscribed_never_published: Vec<WaitingInVain>,
    schema_broken: Vec<BrokenSchema>,
}

/// Numbers of event types.
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
    /// Published while nobody was subscribed.
    pub(super) nobody_subscribed: usize,
    /// Types and patterns that somebody is subscribed to in vain.
    pub(super) waiting_in_vain: usize,
    /// Published with a payload that broke the schema.
    pub(super) broke_schema: usize,
}

/// An event type.
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
    /// Active subscriptions that get it.
    pub(super) subscriptions: u64,
    /// Events whose payload broke the schema. Up to 500 payloads a second are checked; what comes through the outbox is
    /// not.
    pub(super) misfits: u64,
    /// What the uploaded report says of it, for the operator.
    pub(super) code: Option<report::Code>,
}

/// Somebody waits for what nobody publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WaitingInVain {
    /// A type, or a pattern such as `invoice.*`.
    pub(super) event_type: String,
    /// Active subscriptions that name it.
    pub(super) subscriptions: u64,
}

/// A type whose payloads were not as the catalog says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BrokenSchema {
    pub(super) event_type: String,
    pub(super) misfits: u64,
}

/// What is promised against what was really published
///
/// With a tenant's key (scope `webhooks:read`), or the operator's and `X-Tenant-Id`: of that tenant alone. With the
/// operator's key alone: of all tenants. Events count from when they were accepted, also those that retention has removed
/// since, for 400 days.
#[utoipa::path(get, path = "/api/v1/audit/coverage", tag = "Audit",
    params(("days" = inline(Option<Days>), Query),
           ("X-Tenant-Id" = Option<String>, Header, description = "With the operator's key: this tenant alone")),
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
