//! Entries on their way to other nodes: JSON arrays, which nodes of another version can read as far as they know them.

use super::{Change, Entry, Skipped};
use model::{DeliveryId, DeliveryStatus, EventId, EventType, SubscriptionId, TenantId, Timestamp};
use serde_json::{Value, json};

pub(crate) fn encode(entries: &[Entry]) -> Vec<u8> {
    let rows = entries.iter().map(|entry| match entry {
        Entry::Change(Change::Event { tenant, id, given, event_type, at }) => {
            json!(["event", tenant.as_str(), id.to_string(), given.as_deref(), event_type.as_str(), at.micros()])
        }
        Entry::Change(Change::Delivery { tenant, id, given, subscription, event_type, status, at }) => json!([
            "delivery",
            tenant.as_str(),
            id.to_string(),
            given.as_deref(),
            subscription.to_string(),
            event_type.as_str(),
            status.code(),
            at.micros()
        ]),
        Entry::Change(Change::Subscription { tenant, id }) => {
            json!(["subscription", tenant.as_str(), id.to_string()])
        }
        Entry::Skipped(tenant, skipped) => json!(["skipped", tenant.as_str(), skipped.deliveries, skipped.events]),
        Entry::Gap(tenant) => json!(["gap", tenant.as_ref().map(TenantId::as_str)]),
    });
    Value::Array(rows.collect()).to_string().into_bytes()
}

/// The entries that this version knows; `None` when the bytes are no packet.
pub(crate) fn decode(bytes: &[u8]) -> Option<Vec<Entry>> {
    let rows: Vec<Vec<Value>> = serde_json::from_slice(bytes).ok()?;
    Some(rows.iter().filter_map(|row| entry(row)).collect())
}

fn entry(row: &[Value]) -> Option<Entry> {
    let text = |at: usize| row.get(at)?.as_str();
    let tenant = |at: usize| TenantId::parse(text(at)?).ok();
    let time = |at: usize| row.get(at)?.as_i64().map(Timestamp::from_micros);
    let count = |at: usize| row.get(at)?.as_u64().and_then(|count| u32::try_from(count).ok());
    let event_type = |at: usize| EventType::parse(text(at)?).ok();
    let subscription = |at: usize| SubscriptionId::parse(text(at)?).ok();
    Some(match text(0)? {
        "event" => Entry::Change(Change::Event {
            tenant: tenant(1)?,
            id: EventId::parse(text(2)?).ok()?,
            given: text(3).map(Into::into),
            event_type: event_type(4)?,
            at: time(5)?,
        }),
        "delivery" => Entry::Change(Change::Delivery {
            tenant: tenant(1)?,
            id: DeliveryId::parse(text(2)?).ok()?,
            given: text(3).map(Into::into),
            subscription: subscription(4)?,
            event_type: event_type(5)?,
            status: u8::try_from(count(6)?).ok().and_then(DeliveryStatus::from_code)?,
            at: time(7)?,
        }),
        "subscription" => Entry::Change(Change::Subscription { tenant: tenant(1)?, id: subscription(2)? }),
        "skipped" => Entry::Skipped(tenant(1)?, Skipped { deliveries: count(2)?, events: count(3)? }),
        "gap" => Entry::Gap(tenant(1)),
        _ => return None,
    })
}
