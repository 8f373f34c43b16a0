//! The walk of a replay by rising id: along the subscription's deliveries, then along the tenant's events.

use crate::{
    cells::Cells,
    codes::{IN_REPLAY, TROUBLED},
    error::sqlite,
    query, rows,
};
use const_format::formatcp;
use model::{
    DeliveryId, DeliveryStatus, EventId, EventPattern, EventType, ReplayPosition, ReplaySelection, SubscriptionId,
    TenantId,
};
use rusqlite::{Connection, Row};
use storage::{ReplayCandidate, ReplayChosen, StorageError, Wants, codec::id_bounds};

/// The type of a delivery's event.
const TYPE: &str = "(SELECT e.event_type FROM events e WHERE e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14))";

/// An event's delivery to a subscription, or its delivery of a test send. `?1` tenant, `?2` subscription, `?3` and `?4`
/// the first and the last id of its deliveries.
const RECEIVED: &str = "SELECT 1 FROM deliveries INDEXED BY deliveries_by_subscription
    WHERE tenant_id = ?1 AND subscription_id = ?2 AND id BETWEEN ?3 AND ?4
    UNION ALL SELECT 1 FROM deliveries NOT INDEXED WHERE tenant_id = ?1 AND id = ?4 LIMIT 1";

const WAITING: &str = formatcp!(
    "SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_due
     WHERE tenant_id = ?1 AND subscription_id = ?2 AND queue = {IN_REPLAY} AND next_attempt_at IS NOT NULL LIMIT ?3)"
);

/// The rows that a replay walks over.
pub(super) struct Walk<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) subscription: SubscriptionId,
    pub(super) selection: &'a ReplaySelection,
    pub(super) wants: Option<&'a Wants>,
}

impl Walk<'_> {
    /// Waiting replays of the subscription, counted up to `most`.
    pub(super) fn waiting_replays(&self, connection: &Connection, most: u32) -> Result<u32, StorageError> {
        let mut statement = connection.prepare_cached(WAITING).map_err(sqlite)?;
        let key = (self.tenant.as_str(), self.subscription.bytes(), most);
        statement.query_row(key, |row| row.get(0)).map_err(sqlite)
    }

    /// Reads up to `limit` candidates behind a position and chooses up to `rows` of them.
    pub(super) fn choose(
        &self,
        connection: &Connection,
        at: ReplayPosition,
        (rows, limit): (usize, usize),
    ) -> Result<ReplayChosen, StorageError> {
        match at {
            ReplayPosition::Deliveries(last) => {
                let candidates = self.deliveries(connection, last, limit)?;
                Ok(ReplayChosen::deliveries(self.selection, at, &candidates, (rows, limit)))
            }
            ReplayPosition::Missed(last) => {
                let candidates = self.events(connection, last, limit)?;
                let mut chosen = ReplayChosen::events(self.selection, at, &candidates, (rows, limit));
                let mut missed = Vec::with_capacity(chosen.events.len());
                for event in chosen.events {
                    if !received(connection, self.tenant, self.subscription, event)?
                        && self.is_wanted(connection, event)?
                    {
                        missed.push(event);
                    }
                }
                chosen.events = missed;
                Ok(chosen)
            }
        }
    }

    fn is_wanted(&self, connection: &Connection, id: EventId) -> Result<bool, StorageError> {
        let Some(wants) = self.wants else { return Ok(true) };
        let event = crate::events::by_id(connection, self.tenant, id)?;
        Ok(event.is_some_and(|event| (wants.0)(&event)))
    }

    fn deliveries(
        &self,
        connection: &Connection,
        last: Option<DeliveryId>,
        limit: usize,
    ) -> Result<Vec<ReplayCandidate<DeliveryId>>, StorageError> {
        let (least, below) = id_bounds(self.selection.after, Some(self.selection.before));
        let least = last.map_or(least, |last| next(last.bytes()).max(least));
        let sql = deliveries_query(self.selection);
        let mut statement = connection.prepare_cached(&sql).map_err(sqlite)?;
        let key = (self.tenant.as_str(), self.subscription.bytes(), least, below, limit);
        query::all(&mut statement, key, |row| {
            let cells = Cells::deliveries(row);
            Ok(ReplayCandidate {
                id: cells.delivery_id("id")?,
                status: Some(cells.code("status", DeliveryStatus::from_code)?),
                event_type: cells.text_or_none("event_type")?.map(EventType::trusted),
            })
        })
    }

    fn events(
        &self,
        connection: &Connection,
        last: Option<EventId>,
        limit: usize,
    ) -> Result<Vec<ReplayCandidate<EventId>>, StorageError> {
        let (least, below) = id_bounds(self.selection.after, Some(self.selection.before));
        // One more than the last event's key of 14 bytes.
        let least = last.map_or(least, |last| plus(last.bytes(), 1 << 16).max(least));
        let (least, below) = (rows::event_bound(&least), rows::event_bound(&below));
        let of_type = match self.selection.missed.as_slice() {
            [EventPattern::One(one)] => Some(one.as_str()),
            _ => None,
        };
        let mut statement = connection.prepare_cached(&events_query(of_type.is_some())).map_err(sqlite)?;
        let key = (self.tenant.as_str(), of_type, least, below, limit);
        query::all(&mut statement, key, |row: &Row<'_>| {
            let cells = Cells::events(row);
            // An event whose payload was erased has none here, so it is never chosen.
            let event_type = cells.text_or_none("event_type")?.map(EventType::trusted);
            Ok(ReplayCandidate { id: cells.event_id("event_id")?, status: None, event_type })
        })
    }
}

/// Candidates among the deliveries: `?1` tenant, `?2` subscription, `?3` least and `?4` exclusive greatest id, `?5`
/// limit. Without successful ones, the rare statuses are merged from their ranges of a partial index.
fn deliveries_query(selection: &ReplaySelection) -> String {
    let event_type = if selection.event_types.is_empty() { "NULL" } else { TYPE };
    let select = |index: &str, status: &str| {
        format!(
            "SELECT d.id AS id, d.status AS status, {event_type} AS event_type, d.tenant_id AS tenant_id
             FROM deliveries d INDEXED BY {index}
             WHERE d.tenant_id = ?1 AND d.subscription_id = ?2 AND d.id >= ?3 AND d.id < ?4{status}"
        )
    };
    let is_rare = |status: &DeliveryStatus| !matches!(status, DeliveryStatus::Delivered | DeliveryStatus::Pending);
    let rows = if selection.statuses.iter().all(is_rare) {
        let of = |status: &DeliveryStatus| {
            let code = status.code();
            select("deliveries_troubled_by_subscription", &format!(" AND d.status = {code} AND {TROUBLED}"))
        };
        selection.statuses.iter().map(of).collect::<Vec<_>>().join(" UNION ALL ")
    } else {
        select("deliveries_by_subscription", "")
    };
    format!("{rows} ORDER BY id LIMIT ?5")
}

/// Candidates among the events: `?1` tenant, `?2` type, `?3` least and `?4` exclusive greatest id, `?5` limit.
fn events_query(by_type: bool) -> String {
    let (index, narrow) =
        if by_type { ("INDEXED BY events_by_type", "e.event_type = ?2") } else { ("NOT INDEXED", "?2 IS NULL") };
    format!(
        "SELECT e.tenant_id AS tenant_id, e.id AS event_id,
         CASE WHEN e.payload_erased_at IS NULL THEN e.event_type END AS event_type FROM events e {index}
         WHERE e.tenant_id = ?1 AND {narrow} AND e.id >= ?3 AND e.id < ?4 ORDER BY e.id LIMIT ?5"
    )
}

/// True when the event has a delivery to the subscription, or is a test's.
pub(super) fn received(
    connection: &Connection,
    tenant: &TenantId,
    subscription: SubscriptionId,
    event: EventId,
) -> Result<bool, StorageError> {
    let (first, last) = event.delivery_range();
    let mut statement = connection.prepare_cached(RECEIVED).map_err(sqlite)?;
    statement.exists((tenant.as_str(), subscription.bytes(), first.bytes(), last.bytes())).map_err(sqlite)
}

fn plus(id: &[u8; 16], more: u128) -> [u8; 16] {
    u128::from_be_bytes(*id).saturating_add(more).to_be_bytes()
}

fn next(id: &[u8; 16]) -> [u8; 16] {
    plus(id, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn plan(sql: &str) -> Vec<String> {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut connection).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = rusqlite::params_from_iter(vec!["1"; statement.parameter_count()]);
        let steps = statement.query_map(values, |row| row.get("detail")).unwrap();
        steps.map(Result::unwrap).collect()
    }

    #[test]
    fn every_walk_of_a_replay_follows_an_index() {
        use DeliveryStatus::{Delivered, Exhausted, Failed};
        let selection = |statuses: &[DeliveryStatus], types: &str| ReplaySelection {
            statuses: statuses.to_vec(),
            event_types: storage::codec::patterns(types).unwrap(),
            missed: Vec::new(),
            after: None,
            before: Timestamp::from_millis(1),
        };
        let queries = [
            deliveries_query(&selection(&[Failed], "")),
            deliveries_query(&selection(&[Failed, Exhausted], "a.b")),
            deliveries_query(&selection(&[Failed, Delivered], "a.*")),
            events_query(true),
            events_query(false),
            RECEIVED.to_owned(),
            WAITING.to_owned(),
        ];
        for sql in queries {
            let steps = plan(&sql);
            assert!(steps.iter().any(|step| step.starts_with("SEARCH")), "{sql}: {steps:?}");
            let bad =
                |step: &String| step.contains("B-TREE") || step.starts_with("SCAN d") || step.starts_with("SCAN e");
            assert!(!steps.iter().any(bad), "{sql}: {steps:?}");
        }
    }
}
