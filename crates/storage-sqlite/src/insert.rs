//! Insertion of rows that several writers insert: each table's statement and the order of its parameters come from one
//! list of columns.

use crate::rows::event_key;
use model::{Attempt, Delivery, DeliveryId, Event, Queue, Timestamp};
use rusqlite::Statement;

/// Rows that exist already.
#[derive(Clone, Copy)]
pub(crate) enum Existing {
    /// The statement fails.
    Fail,
    Keep,
}

/// Defines a row with its `INSERT`.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident in $table:literal { $first:ident: $first_type:ty, $($column:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        pub(crate) struct $name<'v> {
            pub(crate) $first: $first_type,
            $(pub(crate) $column: $type),*
        }

        impl $name<'_> {
            /// The statement with which [`Self::insert`] is called.
            pub(crate) const fn sql(existing: Existing) -> &'static str {
                match existing {
                    Existing::Fail => concat!("INSERT INTO ", $table, row!(@columns $first $($column)*)),
                    Existing::Keep => concat!("INSERT OR IGNORE INTO ", $table, row!(@columns $first $($column)*)),
                }
            }

            /// Inserts the row.
            pub(crate) fn insert(&self, statement: &mut Statement<'_>) -> rusqlite::Result<usize> {
                statement.execute((&self.$first, $(&self.$column),*))
            }
        }
    };
    (@columns $first:ident $($column:ident)*) => {
        concat!(
            " (", stringify!($first), $(", ", stringify!($column),)* ") VALUES (?", $(row!(@value $column),)* ")"
        )
    };
    (@value $column:ident) => { ", ?" };
}

row! {
    EventRow in "events" {
        tenant_id: &'v str,
        id: &'v [u8],
        given_id: Option<&'v str>,
        event_type: &'v str,
        timestamp: i64,
        data: &'v [u8],
        metadata: &'v [u8],
        priority: u8,
        deliveries: u32,
    }
}

row! {
    /// An event with a `deliver_at`, a trace context or channels, or one that is transferred after its payload was erased. It has a
    /// statement of its own, so that other events pay nothing for the columns.
    FullEventRow in "events" {
        tenant_id: &'v str,
        id: &'v [u8],
        given_id: Option<&'v str>,
        event_type: &'v str,
        timestamp: i64,
        data: &'v [u8],
        metadata: &'v [u8],
        priority: u8,
        deliveries: u32,
        deliver_at: Option<i64>,
        payload_erased_at: Option<i64>,
        trace: Option<String>,
        channels: Option<String>,
    }
}

row! {
    KeyRow in "event_keys" {
        tenant_id: &'v str,
        name: &'v str,
        event_id: &'v [u8],
    }
}

row! {
    AttemptRow in "attempts" {
        tenant_id: &'v str,
        delivery_id: &'v [u8; 16],
        number: u32,
        started_at: i64,
        duration_us: u64,
        response_code: Option<u16>,
        error: Option<&'v str>,
        request_headers: &'v str,
        response_headers: &'v str,
        response_body: &'v [u8],
        note: Option<&'v str>,
        remote_ip: Option<String>,
        timings: Option<String>,
        request_body: Option<&'v [u8]>,
    }
}

row! {
    /// A delivery in any state. (The journal inserts pending ones, which have fewer columns.)
    DeliveryRow in "deliveries" {
        tenant_id: &'v str,
        id: &'v [u8; 16],
        subscription_id: &'v [u8; 16],
        status: u8,
        attempts: u32,
        earlier_attempts: u32,
        next_attempt_at: Option<i64>,
        updated_at: i64,
        response_code: Option<u16>,
        error: Option<&'v str>,
        duration_us: Option<u64>,
        queue: u8,
    }
}

impl<'v> EventRow<'v> {
    pub(crate) fn of(event: &'v Event) -> Self {
        Self {
            tenant_id: event.tenant.as_str(),
            id: event_key(&event.id),
            given_id: event.given_id.as_deref(),
            event_type: event.event_type.as_str(),
            timestamp: event.timestamp.micros(),
            data: &event.data,
            metadata: &event.metadata,
            priority: event.priority.code(),
            deliveries: event.deliveries,
        }
    }
}

impl<'v> FullEventRow<'v> {
    /// `None` for an event that [`EventRow`] writes.
    pub(crate) fn of(row: &EventRow<'v>, event: &Event) -> Option<Self> {
        let is_plain = event.deliver_at.is_none() && event.payload_erased_at.is_none() && event.trace.is_none();
        if is_plain && event.channels.is_empty() {
            return None;
        }
        let EventRow { tenant_id, id, given_id, event_type, timestamp, data, metadata, priority, deliveries } = *row;
        let micros = |at: Option<Timestamp>| at.map(Timestamp::micros);
        let (deliver_at, payload_erased_at) = (micros(event.deliver_at), micros(event.payload_erased_at));
        Some(Self {
            tenant_id,
            id,
            given_id,
            event_type,
            timestamp,
            data,
            metadata,
            priority,
            deliveries,
            deliver_at,
            payload_erased_at,
            trace: event.trace.as_ref().map(|trace| trace.stored()),
            channels: event.channels.stored(),
        })
    }
}

impl<'v> AttemptRow<'v> {
    pub(crate) fn of(tenant: &'v str, delivery: &'v DeliveryId, attempt: &'v Attempt) -> Self {
        Self {
            tenant_id: tenant,
            delivery_id: delivery.bytes(),
            number: attempt.number,
            started_at: attempt.started_at.micros(),
            duration_us: attempt.duration.as_micros() as u64,
            response_code: attempt.response_code,
            error: attempt.error.as_deref(),
            request_headers: &attempt.request_headers,
            response_headers: &attempt.response_headers,
            response_body: &attempt.response_body,
            note: attempt.note.as_deref(),
            remote_ip: attempt.remote_ip.map(|ip| ip.to_string()),
            timings: attempt.timings.stored(),
            request_body: attempt.request_body.as_deref(),
        }
    }
}

impl<'v> DeliveryRow<'v> {
    pub(crate) fn of(delivery: &'v Delivery, queue: Queue) -> Self {
        Self {
            tenant_id: delivery.tenant.as_str(),
            id: delivery.id.bytes(),
            subscription_id: delivery.subscription.bytes(),
            status: delivery.status.code(),
            attempts: delivery.attempts,
            earlier_attempts: delivery.earlier_attempts,
            next_attempt_at: delivery.next_attempt_at.map(Timestamp::micros),
            updated_at: delivery.updated_at.micros(),
            response_code: delivery.response_code,
            error: delivery.error.as_deref(),
            duration_us: delivery.duration.map(|took| took.as_micros() as u64),
            queue: queue.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_name_their_columns_in_order() {
        assert_eq!(KeyRow::sql(Existing::Fail), "INSERT INTO event_keys (tenant_id, name, event_id) VALUES (?, ?, ?)");
        let other = KeyRow::sql(Existing::Keep);
        assert_eq!(other, "INSERT OR IGNORE INTO event_keys (tenant_id, name, event_id) VALUES (?, ?, ?)");
    }
}
