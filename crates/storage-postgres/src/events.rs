//! Published events.

mod list;

pub(crate) use list::BY_ID;

use crate::{
    PgStore,
    cells::Cells,
    connect::{As, READ_BY_INDEX, params},
    rows,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{Event, EventId, TenantId};
use storage::{Counted, DedupeKey, EventFilter, Events, ListScope, Listed, Page, Place, StorageError};

#[async_trait]
impl Events for PgStore {
    async fn event(&self, tenant: &TenantId, id: EventId) -> Result<Option<Event>, StorageError> {
        let sql =
            format!("SELECT {} FROM postrider.events e WHERE e.tenant_id = $1 AND e.id = $2 AND {THERE}", rows::EVENT);
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT, id.uuid() => UUID]).await?;
        rows.first().map(rows::event).transpose()
    }

    async fn event_by_key(&self, tenant: &TenantId, key: &DedupeKey) -> Result<Option<Event>, StorageError> {
        let name = key.text();
        let name = rows::text(&name);
        let sql = format!("SELECT event_id FROM postrider.event_keys WHERE tenant_id = $1 AND name = $2 AND {THERE}");
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT, name => TEXT]).await?;
        match rows.first() {
            // Two statements, so that the id is known when the event's partition is selected.
            Some(row) => self.event(tenant, Cells::events(row).event_id("event_id")).await,
            None => Ok(None),
        }
    }

    async fn events(
        &self,
        scope: ListScope<'_>,
        filter: &EventFilter,
        page: Page<Place<EventId>>,
    ) -> Result<Listed<Event, EventId>, StorageError> {
        match scope {
            ListScope::Tenant(tenant) => list::of_tenant(self, tenant, filter, &page).await,
            ListScope::AllTenants => list::of_all(self, filter, &page).await,
        }
    }

    async fn count_events(
        &self,
        scope: ListScope<'_>,
        filter: &EventFilter,
        most: u32,
    ) -> Result<Counted<EventId>, StorageError> {
        list::count(self, scope, filter, most).await
    }

    async fn tenants_with_event(&self, id: EventId) -> Result<Vec<TenantId>, StorageError> {
        let sql = format!(
            "SELECT e.tenant_id FROM postrider.events e WHERE e.id = $1 AND {BY_ID}
             AND (SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = e.tenant_id) ORDER BY e.tenant_id"
        );
        let rows = self.read_in(READ_BY_INDEX, As::Operator, &sql, params![id.uuid() => UUID]).await?;
        Ok(rows.iter().map(|row| Cells::events(row).tenant("tenant_id")).collect())
    }
}
