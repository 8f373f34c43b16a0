//! Published events.

use crate::{
    PgStore,
    connect::{As, params},
    rows,
    tenants::THERE,
};
use async_trait::async_trait;
use model::{Event, EventId, EventType, TenantId};
use storage::{DedupeKey, EventFilter, Events, Page, StorageError, codec};

/// The list's query, newest first.
pub(crate) fn list_query(by_type: bool) -> String {
    let narrow = if by_type { "AND e.event_type = $6" } else { "AND $6::text IS NULL" };
    format!(
        "SELECT {} FROM postrider.events e WHERE e.tenant_id = $1 AND e.id >= $2 AND e.id < $3 {narrow} AND {THERE}
         ORDER BY e.id DESC LIMIT $4 OFFSET $5",
        rows::EVENT
    )
}

#[async_trait]
impl Events for PgStore {
    async fn event(&self, tenant: &TenantId, id: EventId) -> Result<Option<Event>, StorageError> {
        let sql =
            format!("SELECT {} FROM postrider.events e WHERE e.tenant_id = $1 AND e.id = $2 AND {THERE}", rows::EVENT);
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT, id.uuid() => UUID]).await?;
        Ok(rows.first().map(rows::event))
    }

    async fn event_by_key(&self, tenant: &TenantId, key: &DedupeKey) -> Result<Option<Event>, StorageError> {
        let name = key.text();
        let name = rows::text(&name);
        let sql = format!("SELECT event_id FROM postrider.event_keys WHERE tenant_id = $1 AND name = $2 AND {THERE}");
        let rows = self.read(As::Tenant(tenant), &sql, params![tenant.as_str() => TEXT, name => TEXT]).await?;
        match rows.first() {
            // Apart, so that the id is known when the event's partition is looked for.
            Some(row) => self.event(tenant, EventId::from_uuid(row.get("event_id"))).await,
            None => Ok(None),
        }
    }

    async fn events(
        &self,
        tenant: &TenantId,
        filter: &EventFilter,
        page: Page<EventId>,
    ) -> Result<Vec<Event>, StorageError> {
        let (least, most) = codec::id_bounds(filter.after, filter.before);
        let below = page.below.map_or(most, |id| most.min(*id.bytes()));
        let wanted = filter.event_type.as_ref().map(EventType::as_str);
        let values = params![
            tenant.as_str() => TEXT, rows::uuid(&least) => UUID, rows::uuid(&below) => UUID,
            i64::from(page.limit) => INT8, i64::from(page.offset) => INT8, wanted => TEXT,
        ];
        let rows = self.list(tenant, &list_query(wanted.is_some()), values).await?;
        Ok(rows.iter().map(rows::event).collect())
    }
}
