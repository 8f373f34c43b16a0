//! Insertion of many rows in one statement, column by column: each table's statement and the order of its parameters
//! come from one list of columns.

use crate::{
    connect::{Fault, Tx},
    rows::text,
};
use futures_util::future::join;
use model::{Attempt, Event, TenantId, Timestamp};
use std::{borrow::Cow, sync::LazyLock};
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

/// Rows that exist already.
#[derive(Clone, Copy)]
pub(crate) enum Existing {
    /// The statement fails.
    Fail,
    Keep,
}

/// The statement of a table, for each case of [`Existing`].
struct Statement {
    fail: String,
    keep: String,
}

impl Statement {
    /// `columns` have names and array types.
    fn new(table: &str, columns: &[(&str, &str)]) -> Self {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let arrays: Vec<String> = (1..).zip(columns).map(|(at, (_, array))| format!("${at}::{array}")).collect();
        let fail =
            format!("INSERT INTO postrider.{table} ({}) SELECT * FROM unnest({})", names.join(", "), arrays.join(", "));
        Self { keep: format!("{fail} ON CONFLICT DO NOTHING"), fail }
    }

    fn of(&self, existing: Existing) -> &str {
        match existing {
            Existing::Fail => &self.fail,
            Existing::Keep => &self.keep,
        }
    }
}

/// The array type of a column, for the client and in SQL.
macro_rules! array {
    (TEXT) => {
        (Type::TEXT_ARRAY, "text[]")
    };
    (UUID) => {
        (Type::UUID_ARRAY, "uuid[]")
    };
    (BYTEA) => {
        (Type::BYTEA_ARRAY, "bytea[]")
    };
    (INT2) => {
        (Type::INT2_ARRAY, "smallint[]")
    };
    (INT4) => {
        (Type::INT4_ARRAY, "integer[]")
    };
    (INT8) => {
        (Type::INT8_ARRAY, "bigint[]")
    };
}

/// Defines a row, and the rows of one statement.
macro_rules! rows {
    ($(#[$doc:meta])* $row:ident, $rows:ident in $table:literal { $($column:ident: $type:ty = $sql:ident),* $(,)? }) => {
        $(#[$doc])*
        pub(crate) struct $row<'v> {
            $(pub(crate) $column: $type),*
        }

        #[derive(Default)]
        pub(crate) struct $rows<'v> {
            $($column: Vec<$type>),*
        }

        impl<'v> $rows<'v> {
            pub(crate) fn push(&mut self, row: $row<'v>) {
                $(self.$column.push(row.$column);)*
            }

            /// Inserts all rows; without rows, nothing is sent.
            pub(crate) async fn insert(&self, tx: &Tx, existing: Existing) -> Result<(), Fault> {
                static STATEMENT: LazyLock<Statement> =
                    LazyLock::new(|| Statement::new($table, &[$((stringify!($column), array!($sql).1)),*]));
                if self.tenant_id.is_empty() {
                    return Ok(());
                }
                let values = [$((&self.$column as &(dyn ToSql + Sync), array!($sql).0)),*];
                tx.query(STATEMENT.of(existing), &values).await.map(drop)
            }
        }
    };
}

rows! {
    EventRow, EventRows in "events" {
        tenant_id: &'v str = TEXT,
        id: Uuid = UUID,
        given_id: Option<&'v str> = TEXT,
        event_type: &'v str = TEXT,
        timestamp: i64 = INT8,
        data: &'v [u8] = BYTEA,
        metadata: &'v [u8] = BYTEA,
        priority: i16 = INT2,
        deliveries: i32 = INT4,
    }
}

rows! {
    /// An event with a `deliver_at`, a trace context or channels, or one that is transferred after its payload was erased. It has a
    /// statement of its own, so that other events pay nothing for the columns.
    FullEventRow, FullEventRows in "events" {
        tenant_id: &'v str = TEXT,
        id: Uuid = UUID,
        given_id: Option<&'v str> = TEXT,
        event_type: &'v str = TEXT,
        timestamp: i64 = INT8,
        data: &'v [u8] = BYTEA,
        metadata: &'v [u8] = BYTEA,
        priority: i16 = INT2,
        deliveries: i32 = INT4,
        deliver_at: Option<i64> = INT8,
        payload_erased_at: Option<i64> = INT8,
        trace: Option<String> = TEXT,
        channels: Option<String> = TEXT,
    }
}

/// Events to insert, with and without the columns that few events have.
#[derive(Default)]
pub(crate) struct AllEventRows<'v> {
    plain: EventRows<'v>,
    full: FullEventRows<'v>,
}

impl<'v> AllEventRows<'v> {
    pub(crate) fn push(&mut self, tenant: &'v TenantId, event: &'v Event) {
        let row = EventRow::of(tenant, event);
        let is_plain = event.deliver_at.is_none() && event.payload_erased_at.is_none() && event.trace.is_none();
        if is_plain && event.channels.is_empty() {
            return self.plain.push(row);
        }
        let EventRow { tenant_id, id, given_id, event_type, timestamp, data, metadata, priority, deliveries } = row;
        let micros = |at: Option<Timestamp>| at.map(Timestamp::micros);
        self.full.push(FullEventRow {
            tenant_id,
            id,
            given_id,
            event_type,
            timestamp,
            data,
            metadata,
            priority,
            deliveries,
            deliver_at: micros(event.deliver_at),
            payload_erased_at: micros(event.payload_erased_at),
            trace: event.trace.as_ref().map(|trace| trace.stored()),
            channels: event.channels.stored(),
        });
    }

    /// Inserts all rows, in one statement for each kind that there is.
    pub(crate) async fn insert(&self, tx: &Tx, existing: Existing) -> Result<(), Fault> {
        let (plain, full) = join(self.plain.insert(tx, existing), self.full.insert(tx, existing)).await;
        plain.and(full)
    }
}

rows! {
    /// A delivery that has ended.
    DeliveryRow, DeliveryRows in "deliveries" {
        tenant_id: &'v str = TEXT,
        id: Uuid = UUID,
        subscription_id: Uuid = UUID,
        event_type: &'v str = TEXT,
        given_id: Option<&'v str> = TEXT,
        status: i16 = INT2,
        attempts: i32 = INT4,
        earlier_attempts: i32 = INT4,
        updated_at: i64 = INT8,
        response_code: Option<i16> = INT2,
        error: Option<Cow<'v, str>> = TEXT,
        duration_us: Option<i64> = INT8,
    }
}

rows! {
    AttemptRow, AttemptRows in "attempts" {
        tenant_id: &'v str = TEXT,
        delivery_id: Uuid = UUID,
        number: i32 = INT4,
        started_at: i64 = INT8,
        duration_us: i64 = INT8,
        response_code: Option<i16> = INT2,
        error: Option<Cow<'v, str>> = TEXT,
        request_headers: Cow<'v, str> = TEXT,
        response_headers: Cow<'v, str> = TEXT,
        response_body: &'v [u8] = BYTEA,
        note: Option<Cow<'v, str>> = TEXT,
        remote_ip: Option<String> = TEXT,
        timings: Option<String> = TEXT,
        request_body: Option<&'v [u8]> = BYTEA,
    }
}

impl<'v> EventRow<'v> {
    fn of(tenant: &'v TenantId, event: &'v Event) -> Self {
        Self {
            tenant_id: tenant.as_str(),
            id: event.id.uuid(),
            given_id: event.given_id.as_deref(),
            event_type: event.event_type.as_str(),
            timestamp: event.timestamp.micros(),
            data: &event.data,
            metadata: &event.metadata,
            priority: i16::from(event.priority.code()),
            deliveries: event.deliveries as i32,
        }
    }
}

impl<'v> AttemptRow<'v> {
    pub(crate) fn of(tenant: &'v TenantId, delivery_id: Uuid, attempt: &'v Attempt) -> Self {
        Self {
            tenant_id: tenant.as_str(),
            delivery_id,
            number: attempt.number as i32,
            started_at: attempt.started_at.micros(),
            duration_us: attempt.duration.as_micros() as i64,
            response_code: attempt.response_code.map(|code| code as i16),
            error: attempt.error.as_deref().map(text),
            request_headers: text(&attempt.request_headers),
            response_headers: text(&attempt.response_headers),
            response_body: &attempt.response_body,
            note: attempt.note.as_deref().map(text),
            remote_ip: attempt.remote_ip.map(|ip| ip.to_string()),
            timings: attempt.timings.stored(),
            request_body: attempt.request_body.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_name_their_columns_in_order() {
        let statement = Statement::new("t", &[("a", "text[]"), ("b", "uuid[]")]);
        let sql = "INSERT INTO postrider.t (a, b) SELECT * FROM unnest($1::text[], $2::uuid[])";
        assert_eq!(statement.of(Existing::Fail), sql);
        assert_eq!(statement.of(Existing::Keep), format!("{sql} ON CONFLICT DO NOTHING"));
    }
}
