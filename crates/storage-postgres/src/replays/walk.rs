//! The walk of a replay by rising id: along the subscription's deliveries, then along the tenant's events.

use super::ids::{IDS, uuids};
use crate::{
    cells::Cells,
    codes::{IN_REPLAY, NO_NODE, RETRYING, TROUBLED},
    rows,
    values::{Values, add},
};
use model::{
    DeliveryStatus, EventId, EventPattern, EventType, ReplayPosition, ReplaySelection, SubscriptionId, TenantId,
};
use storage::{ReplayCandidate, ReplayChosen, StorageError, Wants, codec::id_bounds};
use tokio_postgres::Row;
use uuid::Uuid;

/// The rows that a replay walks over.
pub(super) struct Walk<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) subscription: SubscriptionId,
    pub(super) selection: &'a ReplaySelection,
    pub(super) wants: Option<&'a Wants>,
}

/// Events whose contents are read at once.
pub(super) const PIECE: usize = 50;

impl Walk<'_> {
    /// Waiting replays of the subscription, of all owners, counted up to `most`.
    pub(super) fn waiting_replays(&self, most: u32) -> (String, Values) {
        let mut values = Values::default();
        let tenant = add!(values, self.tenant.as_str().to_owned() => TEXT);
        let subscription = add!(values, self.subscription.uuid() => UUID);
        let limit = add!(values, i64::from(most) => INT8);
        let sql = format!(
            "SELECT count(*) AS rows FROM (
                 SELECT 1 FROM (SELECT {NO_NODE} AS id UNION ALL SELECT id FROM postrider.nodes) o, LATERAL (
                     SELECT 1 FROM postrider.waiting w WHERE w.owner = o.id AND w.tenant_id = {tenant}
                     AND w.subscription_id = {subscription} AND w.queue = {IN_REPLAY} LIMIT {limit}) w
                 LIMIT {limit}) counted"
        );
        (sql, values)
    }

    /// Reads up to `limit` candidates behind a position.
    pub(super) fn candidates(&self, at: ReplayPosition, limit: usize) -> (String, Values) {
        let (least, below) = id_bounds(self.selection.after, Some(self.selection.before));
        let behind = |id: &[u8; 16]| u128::from_be_bytes(*id).saturating_add(1).to_be_bytes().max(least);
        let least = at.id().map_or(least, behind);
        let mut values = Values::default();
        let tenant = add!(values, self.tenant.as_str().to_owned() => TEXT);
        let least = add!(values, rows::uuid(&least) => UUID);
        let below = add!(values, rows::uuid(&below) => UUID);
        let limit = add!(values, i64::try_from(limit).unwrap_or(i64::MAX) => INT8);
        let range = format!("tenant_id = {tenant} AND id >= {least} AND id < {below}");
        let sql = match at {
            ReplayPosition::Deliveries(_) => {
                let subscription = add!(values, self.subscription.uuid() => UUID);
                self.deliveries(&format!("{range} AND subscription_id = {subscription}"), &limit)
            }
            ReplayPosition::Missed(_) => {
                let of_type = match self.selection.missed.as_slice() {
                    [EventPattern::One(one)] => {
                        format!(" AND event_type = {}", add!(values, one.as_str().to_owned() => TEXT))
                    }
                    _ => String::new(),
                };
                format!(
                    "SELECT tenant_id, id AS event_id,
                     CASE WHEN payload_erased_at IS NULL THEN event_type END AS event_type
                     FROM postrider.events WHERE {range}{of_type}
                     ORDER BY id LIMIT {limit}"
                )
            }
        };
        (sql, values)
    }

    fn deliveries(&self, narrow: &str, limit: &str) -> String {
        let columns = "tenant_id, id, status, event_type";
        let first = |table: &str, more: String| {
            format!("(SELECT {columns} FROM postrider.{table} WHERE {narrow}{more} ORDER BY id LIMIT {limit})")
        };
        let mut parts = Vec::new();
        let statuses = &self.selection.statuses;
        if statuses.contains(&DeliveryStatus::Delivered) {
            parts.push(first("deliveries", String::new()));
        } else {
            // Each rare status has its own range of the partial index.
            let rare = statuses.iter().filter(|status| !status.is_waiting());
            parts.extend(
                rare.map(|status| first("deliveries", format!(" AND status = {} AND {TROUBLED}", status.code()))),
            );
        }
        if statuses.contains(&DeliveryStatus::Retrying) {
            parts.push(first("waiting", format!(" AND status = {RETRYING}")));
        }
        format!("SELECT * FROM ({}) candidates ORDER BY id LIMIT {limit}", parts.join(" UNION ALL "))
    }

    /// Chooses up to `rows` of the candidates. Events may have a delivery already: see [`Self::missed`].
    pub(super) fn choose(
        &self,
        at: ReplayPosition,
        candidates: &[Row],
        limits: (usize, usize),
    ) -> Result<ReplayChosen, StorageError> {
        match at {
            ReplayPosition::Deliveries(_) => {
                let read = |row: &Row| {
                    let cells = Cells::deliveries(row);
                    Ok(ReplayCandidate {
                        id: cells.delivery_id("id"),
                        status: Some(cells.code("status", DeliveryStatus::from_code)?),
                        event_type: Some(EventType::trusted(cells.get("event_type"))),
                    })
                };
                let candidates = candidates.iter().map(read).collect::<Result<Vec<_>, StorageError>>()?;
                Ok(ReplayChosen::deliveries(self.selection, at, &candidates, limits))
            }
            ReplayPosition::Missed(_) => {
                let read = |row: &Row| {
                    let cells = Cells::events(row);
                    // An event whose payload was erased has none here, so it is never chosen.
                    let event_type = cells.get::<Option<&str>>("event_type").map(EventType::trusted);
                    ReplayCandidate { id: cells.event_id("event_id"), status: None, event_type }
                };
                let candidates: Vec<_> = candidates.iter().map(read).collect();
                Ok(ReplayChosen::events(self.selection, at, &candidates, limits))
            }
        }
    }

    /// Reads the contents of these events, in order of their ids; `None` when all are wanted.
    pub(super) fn contents(&self, events: &[EventId]) -> Option<(String, Values)> {
        self.wants?;
        let mut values = Values::default();
        let tenant = add!(values, self.tenant.as_str().to_owned() => TEXT);
        let ids = values.add(uuids(events, EventId::uuid), IDS);
        let sql = format!(
            "SELECT {} FROM postrider.events e WHERE e.tenant_id = {tenant} AND e.id = ANY ({ids}) ORDER BY e.id",
            rows::EVENT
        );
        Some((sql, values))
    }

    /// The wanted ones of the events that [`Self::contents`] has read.
    pub(super) fn wanted(&self, contents: &[Row]) -> Result<Vec<EventId>, StorageError> {
        let mut ids = Vec::with_capacity(contents.len());
        for row in contents {
            let event = rows::event(row)?;
            if self.wants.is_none_or(|wants| (wants.0)(&event)) {
                ids.push(event.id);
            }
        }
        Ok(ids)
    }

    /// Selects the events that have no delivery to the subscription, and none of a test send.
    pub(super) fn missed(&self, events: &[EventId]) -> (String, Values) {
        let last = |event: EventId| event.delivery_range().1.uuid();
        let mut values = Values::default();
        let tenant = add!(values, self.tenant.as_str().to_owned() => TEXT);
        let subscription = add!(values, self.subscription.uuid() => UUID);
        let first = values.add(uuids(events, EventId::uuid), IDS);
        let last_ids = values.add(uuids(events, last), IDS);
        // The whole range too, by which the planner leaves out other days.
        let least = add!(values, events.iter().min().map_or(Uuid::nil(), |id| id.uuid()) => UUID);
        let most = add!(values, events.iter().max().map_or(Uuid::nil(), |id| last(*id)) => UUID);
        let within =
            |table: &str| format!("{table}.tenant_id = {tenant} AND {table}.id >= {least} AND {table}.id <= {most}");
        let sql = format!(
            "SELECT {tenant} AS tenant_id, n.first AS event_id
             FROM unnest({first}::uuid[], {last_ids}::uuid[]) AS n (first, last)
             WHERE NOT EXISTS (SELECT 1 FROM postrider.waiting w WHERE {} AND w.id > n.first AND w.id <= n.last
                               AND (w.subscription_id = {subscription} OR w.id = n.last))
             AND NOT EXISTS (SELECT 1 FROM postrider.deliveries d WHERE {} AND d.subscription_id = {subscription}
                             AND d.id > n.first AND d.id <= n.last)
             AND NOT EXISTS (SELECT 1 FROM postrider.deliveries d WHERE {} AND d.id = n.last)",
            within("w"),
            within("d"),
            within("d"),
        );
        (sql, values)
    }
}
