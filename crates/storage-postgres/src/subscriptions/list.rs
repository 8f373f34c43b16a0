//! Lists of subscriptions: candidates along the primary key or the index by id, then the rows of the matches. Coverage
//! by a pattern is evaluated in Rust, not in SQL.

use super::row::{SELECT, read};
use crate::{
    PgStore,
    cells::Cells,
    connect::{As, READ_BY_INDEX, params},
    statistics,
};
use model::{Profile, Subscription, SubscriptionId, SubscriptionState, TenantId, policy::health::Recent};
use std::collections::HashMap;
use storage::{
    Counted, HealthFilter, ListScope, Listed, Page, Place, StorageError, SubscriptionFilter, Walk, rows_within,
};
use tokio_postgres::Row;
use uuid::Uuid;

/// Candidates per fetch. (Statements over all tenants name the condition of the index by id: migration 5.)
const CHUNK: i64 = 1_000;

/// `$1` is the id below which the list continues. `$2` is its tenant: the list's tenant, or, over all tenants, the
/// bound for rows with exactly this id. `$3` limit.
fn query(scope: ListScope<'_>) -> String {
    let columns = "s.tenant_id, s.id, s.state, s.profile, s.events, s.url, octet_length(s.metadata)
        + octet_length(s.headers) + octet_length(s.secrets) + coalesce(octet_length(s.description), 0) AS size,
        coalesce((SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = s.tenant_id), false) AS has_tenant";
    let narrow = match scope {
        ListScope::Tenant(_) => "s.id < $1 AND s.tenant_id = $2",
        ListScope::AllTenants => "s.id <= $1 AND (s.id, s.tenant_id) < ($1, $2) AND s.revision >= 0",
    };
    format!(
        "SELECT {columns} FROM postrider.subscriptions s WHERE {narrow} ORDER BY s.id DESC, s.tenant_id DESC LIMIT $3"
    )
}

fn fits(row: &Row, filter: &SubscriptionFilter) -> Result<bool, StorageError> {
    let cells = Cells::subscriptions(row);
    if !cells.get::<bool>("has_tenant") {
        return Ok(false);
    }
    let state = cells.code("state", SubscriptionState::from_code)?;
    let profile = cells.code("profile", Profile::from_code)?;
    let fits = filter.fits(state, profile, cells.get("url"), cells.get("events"));
    fits.map_err(|fault| cells.corrupt("events", fault))
}

/// Positions and sizes of the page's rows, and whether the list ended.
struct Found {
    walk: Walk<SubscriptionId>,
    rows: Vec<(Place<SubscriptionId>, usize)>,
    ended: bool,
}

async fn find(
    store: &PgStore,
    scope: ListScope<'_>,
    filter: &SubscriptionFilter,
    page: &Page<Place<SubscriptionId>>,
) -> Result<Found, StorageError> {
    let is_bounded = scope == ListScope::AllTenants || filter.url.is_some() || filter.health.is_some();
    let mut walk = if is_bounded { Walk::bounded(page) } else { Walk::exact(page) };
    let mut found = Vec::new();
    // Candidates include deleted subscriptions, which are rare.
    let narrows = *filter != SubscriptionFilter { profile: filter.profile, ..SubscriptionFilter::default() };
    let limit = if narrows { CHUNK } else { i64::from(walk.wanted()).clamp(50, CHUNK) };
    while !walk.is_done() {
        let below = walk.place().map_or(Uuid::max(), |place| place.id.uuid());
        let of_place = walk.place().map_or("", Place::tenant_text);
        let tenant = scope.tenant().map_or(of_place, TenantId::as_str);
        let values = params![below => UUID, tenant => TEXT, limit => INT8];
        let rows = store.read_in(READ_BY_INDEX, scope.into(), &query(scope), values).await?;
        let mut candidates = Vec::with_capacity(rows.len());
        for row in &rows {
            let cells = Cells::subscriptions(row);
            let place = Place::of(cells.subscription_id("id"), &cells.tenant("tenant_id"));
            candidates.push((place, cells.number::<i32, usize>("size")?, fits(row, filter)?));
        }
        if let Some(health) = &filter.health {
            keep_health(store, scope, health, &mut candidates).await?;
        }
        for (place, size, fits) in candidates {
            if walk.is_done() {
                break;
            }
            if walk.look(place.clone(), fits) {
                found.push((place, size));
            }
        }
        if (rows.len() as i64) < limit && !walk.is_done() {
            return Ok(Found { walk, rows: found, ended: true });
        }
    }
    Ok(Found { walk, rows: found, ended: false })
}

/// A row of the list, its size, and whether it is selected.
type Candidate = (Place<SubscriptionId>, usize, bool);

/// Unselects candidates of another health. They are read, because no column has their health.
async fn keep_health(
    store: &PgStore,
    scope: ListScope<'_>,
    health: &HealthFilter,
    candidates: &mut [Candidate],
) -> Result<(), StorageError> {
    let selected = candidates.iter().filter(|(.., fits)| *fits);
    let places: Vec<_> = selected.map(|(place, size, _)| (place.clone(), *size)).collect();
    let loaded = load(store, scope, &places).await?;
    let keys: Vec<(TenantId, SubscriptionId)> = loaded.values().map(|one| (one.tenant.clone(), one.id)).collect();
    let recent = statistics::query::recent(store, &keys, health.from).await?;
    let recent: HashMap<_, Recent> = keys.into_iter().zip(recent).collect();
    for (place, _, fits) in candidates.iter_mut().filter(|(.., fits)| *fits) {
        let of = |one: &Subscription| recent.get(&(one.tenant.clone(), one.id)).copied().unwrap_or_default();
        // A subscription may have been deleted between the two statements.
        *fits = loaded.get(place_key(place).as_str()).is_some_and(|one| health.fits(one, of(one)));
    }
    Ok(())
}

pub(super) async fn page(
    store: &PgStore,
    scope: ListScope<'_>,
    filter: &SubscriptionFilter,
    page: &Page<Place<SubscriptionId>>,
) -> Result<Listed<Subscription, SubscriptionId>, StorageError> {
    let Found { walk, rows, ended } = find(store, scope, filter, page).await?;
    let within = rows_within(rows.iter().map(|(_, size)| *size));
    let mut places = walk.listed(rows, ended);
    places.truncate(within, |(place, _)| place.clone());
    let mut loaded = load(store, scope, &places.rows).await?;
    let taken = |(place, _): &(Place<SubscriptionId>, usize)| loaded.remove(place_key(place).as_str());
    // A subscription may have been deleted between the two statements.
    let rows = places.rows.iter().filter_map(taken).filter(|one| one.state != SubscriptionState::Deleted).collect();
    Ok(places.with(rows))
}

fn place_key(place: &Place<SubscriptionId>) -> String {
    format!("{}/{}", place.id.uuid(), place.tenant_text())
}

async fn load(
    store: &PgStore,
    scope: ListScope<'_>,
    places: &[(Place<SubscriptionId>, usize)],
) -> Result<HashMap<String, Subscription>, StorageError> {
    if places.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = places.iter().map(|(place, _)| place.id.uuid()).collect();
    let tenant = scope.tenant().map(TenantId::as_str);
    let of_tenant = if tenant.is_some() { "s.tenant_id = $2" } else { "$2::text IS NULL AND s.revision >= 0" };
    let sql = format!("{SELECT} WHERE s.id = ANY ($1) AND {of_tenant}");
    let rows = store.read_in(READ_BY_INDEX, scope.into(), &sql, params![ids => UUID_ARRAY, tenant => TEXT]).await?;
    let one = |row: &Row| {
        let subscription = read(&store.0.vault, row)?;
        Ok((place_key(&Place::of(subscription.id, &subscription.tenant)), subscription))
    };
    rows.iter().map(one).collect()
}

pub(super) async fn count(
    store: &PgStore,
    scope: ListScope<'_>,
    filter: &SubscriptionFilter,
    most: u32,
) -> Result<Counted<SubscriptionId>, StorageError> {
    let Found { walk, ended, .. } = find(store, scope, filter, &Page::first(most)).await?;
    Ok(walk.counted(ended))
}

pub(super) async fn tenants_with(store: &PgStore, id: SubscriptionId) -> Result<Vec<TenantId>, StorageError> {
    let sql = "SELECT s.tenant_id FROM postrider.subscriptions s
               WHERE s.id = $1 AND s.revision >= 0 AND (SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = s.tenant_id)
               ORDER BY s.tenant_id";
    let rows = store.read_in(READ_BY_INDEX, As::Operator, sql, params![id.uuid() => UUID]).await?;
    Ok(rows.iter().map(|row| Cells::subscriptions(row).tenant("tenant_id")).collect())
}
