//! `GET /api/v1/audit/coverage`.

use super::{join, report, shown::Coverage};
use crate::{
    App,
    auth::{ReadCoverage, Viewer},
    problem::Problem,
    query::Query,
    schemas::Days,
};
use axum::{Json, extract::State};
use model::Timestamp;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Maximum number of published event types that are read: those with the most events.
const TYPES_MAX: u32 = 10_000;

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
    viewer: Viewer<ReadCoverage>,
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
    let joined = join::Joined::of(&app.catalog(), &seen, &app.engine.control.demand(tenant), &codes);
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
