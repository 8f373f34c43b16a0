//! Lists of subscriptions: candidates along the primary key or the index by id, then the rows of the matches.

use super::row::{SELECT, read};
use crate::{cells::Cells, error::sqlite, query, statistics::RecentAttempts};
use model::{Profile, Subscription, SubscriptionId, SubscriptionState, TenantId};
use rusqlite::{CachedStatement, Connection, Row, types::Value};
use storage::{
    Counted, HealthFilter, ListScope, Listed, Page, Place, StorageError, SubscriptionFilter, Vault, Walk, rows_within,
};

/// `?1` is the id below which the list begins. `?2` is its tenant: the list's tenant, or, over all tenants, the bound
/// for rows with exactly this id.
fn query(scope: ListScope<'_>) -> &'static str {
    match scope {
        ListScope::Tenant(_) => {
            "SELECT id, tenant_id, state, profile, events, url,
             length(metadata) + length(headers) + length(secrets) + length(coalesce(description, '')) AS size
             FROM subscriptions NOT INDEXED WHERE id < ?1 AND tenant_id = ?2 ORDER BY id DESC"
        }
        ListScope::AllTenants => {
            "SELECT id, tenant_id, state, profile, events, url,
             length(metadata) + length(headers) + length(secrets) + length(coalesce(description, '')) AS size,
             (SELECT t.deleting FROM tenants t WHERE t.id = tenant_id) IS 0 AS has_tenant
             FROM subscriptions INDEXED BY subscriptions_by_id
             WHERE id <= ?1 AND (id, tenant_id) < (?1, ?2) ORDER BY id DESC, tenant_id DESC"
        }
    }
}

fn fits(row: &Row<'_>, scope: ListScope<'_>, filter: &SubscriptionFilter) -> Result<bool, StorageError> {
    let cells = Cells::subscriptions(row);
    if scope == ListScope::AllTenants && !cells.flag("has_tenant")? {
        return Ok(false);
    }
    let state = cells.code("state", SubscriptionState::from_code)?;
    let profile = cells.code("profile", Profile::from_code)?;
    let fits = filter.fits(state, profile, cells.text("url")?, cells.text("events")?);
    fits.map_err(|fault| cells.corrupt("events", fault))
}

/// The filter by health: reads each candidate, because no column has its health.
struct OfHealth<'c> {
    wanted: &'c HealthFilter,
    vault: &'c Vault,
    load: CachedStatement<'c>,
    recent: RecentAttempts<'c>,
}

impl<'c> OfHealth<'c> {
    fn prepare(connection: &'c Connection, vault: &'c Vault, wanted: &'c HealthFilter) -> Result<Self, StorageError> {
        let sql = format!("{SELECT} WHERE s.tenant_id = ?1 AND s.id = ?2");
        let load = connection.prepare_cached(&sql).map_err(sqlite)?;
        Ok(Self { wanted, vault, load, recent: RecentAttempts::prepare(connection, wanted.from)? })
    }

    fn has(&mut self, place: &Place<SubscriptionId>) -> Result<bool, StorageError> {
        let values = (place.tenant_text(), place.id.bytes());
        let found = query::one(&mut self.load, values, |row| read(self.vault, row))?;
        Ok(self.wanted.fits(&found, self.recent.of(&found.tenant, found.id)?))
    }
}

/// Positions and sizes of the page's rows, and whether the list ended.
struct Found {
    walk: Walk<SubscriptionId>,
    rows: Vec<(Place<SubscriptionId>, usize)>,
    ended: bool,
}

fn find(
    connection: &Connection,
    vault: &Vault,
    scope: ListScope<'_>,
    filter: &SubscriptionFilter,
    page: &Page<Place<SubscriptionId>>,
) -> Result<Found, StorageError> {
    let is_bounded = scope == ListScope::AllTenants || filter.url.is_some() || filter.health.is_some();
    let mut walk = if is_bounded { Walk::bounded(page) } else { Walk::exact(page) };
    // Without a cursor the list begins below the greatest id; no id exceeds it, so no second query is needed.
    let below = page.cursor.as_ref().map_or([0xff; 16], |place| *place.id.bytes());
    let tenant = match scope {
        ListScope::Tenant(tenant) => tenant.as_str(),
        ListScope::AllTenants => page.cursor.as_ref().map_or("", Place::tenant_text),
    };
    let mut statement = connection.prepare_cached(query(scope)).map_err(sqlite)?;
    let values: [Value; 2] = [below.to_vec().into(), tenant.to_owned().into()];
    let mut found = statement.query(values).map_err(sqlite)?;
    let mut health = filter.health.as_ref().map(|wanted| OfHealth::prepare(connection, vault, wanted)).transpose()?;
    let mut rows = Vec::new();
    while !walk.is_done() {
        let Some(row) = found.next().map_err(sqlite)? else { return Ok(Found { walk, rows, ended: true }) };
        let cells = Cells::subscriptions(row);
        let place = Place::of(cells.subscription_id("id")?, &cells.tenant("tenant_id")?);
        let mut fits = fits(row, scope, filter)?;
        if let (true, Some(health)) = (fits, &mut health) {
            fits = health.has(&place)?;
        }
        if walk.look(place.clone(), fits) {
            rows.push((place, cells.get("size")?));
        }
    }
    Ok(Found { walk, rows, ended: false })
}

pub(super) fn page(
    connection: &Connection,
    vault: &Vault,
    scope: ListScope<'_>,
    filter: &SubscriptionFilter,
    page: &Page<Place<SubscriptionId>>,
) -> Result<Listed<Subscription, SubscriptionId>, StorageError> {
    let connection = connection.unchecked_transaction().map_err(sqlite)?;
    let Found { walk, rows, ended } = find(&connection, vault, scope, filter, page)?;
    let within = rows_within(rows.iter().map(|(_, size)| *size));
    let mut places = walk.listed(rows, ended);
    places.truncate(within, |(place, _)| place.clone());
    let sql = format!("{SELECT} WHERE s.tenant_id = ?1 AND s.id = ?2");
    let mut load = connection.prepare_cached(&sql).map_err(sqlite)?;
    let mut one = |place: &Place<SubscriptionId>| {
        query::one(&mut load, (place.tenant_text(), place.id.bytes()), |row| read(vault, row))
    };
    let loaded = places.rows.iter().map(|(place, _)| one(place)).collect::<Result<Vec<_>, _>>()?;
    Ok(places.with(loaded))
}

pub(super) fn count(
    connection: &Connection,
    vault: &Vault,
    scope: ListScope<'_>,
    filter: &SubscriptionFilter,
    most: u32,
) -> Result<Counted<SubscriptionId>, StorageError> {
    let Found { walk, ended, .. } = find(connection, vault, scope, filter, &Page::first(most))?;
    Ok(walk.counted(ended))
}

pub(super) fn tenants_with(connection: &Connection, id: SubscriptionId) -> Result<Vec<TenantId>, StorageError> {
    let sql = "SELECT s.tenant_id AS tenant_id FROM subscriptions s INDEXED BY subscriptions_by_id
               JOIN tenants t ON t.id = s.tenant_id AND t.deleting = 0 WHERE s.id = ?1 ORDER BY s.tenant_id";
    let mut statement = connection.prepare_cached(sql).map_err(sqlite)?;
    query::all(&mut statement, [id.bytes()], |row| Cells::subscriptions(row).tenant("tenant_id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_uses_an_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut connection).unwrap();
        let tenant = TenantId::trusted("acme");
        for (scope, way) in [
            (ListScope::Tenant(&tenant), "SEARCH subscriptions USING PRIMARY KEY (tenant_id=? AND id<?)"),
            (ListScope::AllTenants, "SEARCH subscriptions USING INDEX subscriptions_by_id"),
        ] {
            let sql = format!("EXPLAIN QUERY PLAN {}", query(scope));
            let mut statement = connection.prepare(&sql).unwrap();
            let steps = statement.query_map(["x", "x"], |row| row.get("detail")).unwrap();
            let steps: Vec<String> = steps.map(Result::unwrap).collect();
            assert!(steps[0].starts_with(way), "{steps:?}");
            assert!(steps.iter().all(|step| !step.contains("B-TREE")), "{steps:?}");
        }
    }
}
