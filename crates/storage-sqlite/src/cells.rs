//! Strict reading of rows: a value that no version of Postrider can have written is [`StorageError::Corrupt`], with the
//! row's table and key.

use crate::error::sqlite;
use model::{DeliveryId, EventId, SubscriptionId, TenantId, Timestamp};
use rusqlite::{
    Row,
    types::{FromSql, ValueRef},
};
use std::{fmt::Display, time::Duration};
use storage::StorageError;

/// A row of a table.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'r, 's> {
    row: &'r Row<'s>,
    table: &'static str,
    /// Columns of the key: their names in the statement and in the table.
    key: &'static [(&'static str, &'static str)],
}

/// Defines a constructor for the rows of each table.
macro_rules! tables {
    ($($name:ident ($($selected:literal AS $column:literal),*))*) => {
        impl<'r, 's> Cells<'r, 's> {
            $(pub(crate) const fn $name(row: &'r Row<'s>) -> Self {
                Self { row, table: stringify!($name), key: &[$(($selected, $column)),*] }
            })*
        }
    };
}

tables! {
    api_keys("tenant_id" AS "tenant_id", "id" AS "id")
    attempts("tenant_id" AS "tenant_id", "delivery_id" AS "delivery_id", "number" AS "number")
    custom_types("event_type" AS "event_type")
    deliveries("tenant_id" AS "tenant_id", "id" AS "id")
    documents("name" AS "name")
    events("tenant_id" AS "tenant_id", "event_id" AS "id")
    meta("name" AS "name")
    portal_sessions("tenant_id" AS "tenant_id", "id" AS "id")
    publications("tenant_id" AS "tenant_id", "day" AS "day", "event_type" AS "event_type")
    replays("tenant_id" AS "tenant_id", "id" AS "id")
    sessions("tenant_id" AS "tenant_id")
    statistics(
        "tenant_id" AS "tenant_id", "hour" AS "hour", "subscription_id" AS "subscription_id",
        "event_type" AS "event_type"
    )
    statistics_pending("number" AS "number")
    subscriptions("tenant_id" AS "tenant_id", "id" AS "id")
    tenants("id" AS "id")
}

impl<'r> Cells<'r, '_> {
    pub(crate) fn get<T: FromSql>(&self, column: &str) -> Result<T, StorageError> {
        self.row.get(column).map_err(|fault| self.fault(column, fault))
    }

    pub(crate) fn text(&self, column: &str) -> Result<&'r str, StorageError> {
        self.value(column)?.as_str().map_err(|fault| self.corrupt(column, fault))
    }

    pub(crate) fn text_or_none(&self, column: &str) -> Result<Option<&'r str>, StorageError> {
        self.value(column)?.as_str_or_null().map_err(|fault| self.corrupt(column, fault))
    }

    pub(crate) fn blob(&self, column: &str) -> Result<&'r [u8], StorageError> {
        self.value(column)?.as_blob().map_err(|fault| self.corrupt(column, fault))
    }

    pub(crate) fn blob_or_none(&self, column: &str) -> Result<Option<&'r [u8]>, StorageError> {
        self.value(column)?.as_blob_or_null().map_err(|fault| self.corrupt(column, fault))
    }

    fn value(&self, column: &str) -> Result<ValueRef<'r>, StorageError> {
        self.row.get_ref(column).map_err(|fault| self.fault(column, fault))
    }

    /// A number that stands for one of a few values; `known` returns `None` for an unknown number.
    pub(crate) fn code<T>(&self, column: &str, known: impl FnOnce(u8) -> Option<T>) -> Result<T, StorageError> {
        let code: i64 = self.get(column)?;
        let value = u8::try_from(code).ok().and_then(known);
        value.ok_or_else(|| self.corrupt(column, format_args!("unknown code {code}")))
    }

    pub(crate) fn code_or_none<T>(
        &self,
        column: &str,
        known: impl FnOnce(u8) -> Option<T>,
    ) -> Result<Option<T>, StorageError> {
        self.get::<Option<i64>>(column)?.map(|_| self.code(column, known)).transpose()
    }

    /// A truth value: 0 or 1.
    pub(crate) fn flag(&self, column: &str) -> Result<bool, StorageError> {
        self.code(column, |code| match code {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    }

    /// A text in a form of its own.
    pub(crate) fn parsed<T, F: Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, F>,
    ) -> Result<T, StorageError> {
        parse(self.text(column)?).map_err(|fault| self.corrupt(column, fault))
    }

    pub(crate) fn parsed_or_none<T, F: Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, F>,
    ) -> Result<Option<T>, StorageError> {
        self.text_or_none(column)?.map(|text| parse(text).map_err(|fault| self.corrupt(column, fault))).transpose()
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, StorageError> {
        self.get(column).map(Timestamp::from_micros)
    }

    pub(crate) fn time_or_none(&self, column: &str) -> Result<Option<Timestamp>, StorageError> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_micros))
    }

    pub(crate) fn micros(&self, column: &str) -> Result<Duration, StorageError> {
        self.get(column).map(Duration::from_micros)
    }

    pub(crate) fn micros_or_none(&self, column: &str) -> Result<Option<Duration>, StorageError> {
        Ok(self.get::<Option<u64>>(column)?.map(Duration::from_micros))
    }

    pub(crate) fn tenant(&self, column: &str) -> Result<TenantId, StorageError> {
        self.text(column).map(TenantId::trusted)
    }

    pub(crate) fn event_id(&self, column: &str) -> Result<EventId, StorageError> {
        let kept: [u8; 14] = self.get(column)?;
        let mut bytes = [0; 16];
        bytes[..14].copy_from_slice(&kept);
        Ok(EventId::from_bytes(bytes))
    }

    pub(crate) fn delivery_id(&self, column: &str) -> Result<DeliveryId, StorageError> {
        self.get(column).map(DeliveryId::from_bytes)
    }

    pub(crate) fn subscription_id(&self, column: &str) -> Result<SubscriptionId, StorageError> {
        self.get(column).map(SubscriptionId::from_bytes)
    }

    /// The error for a column with an invalid value.
    pub(crate) fn corrupt(&self, column: &str, problem: impl Display) -> StorageError {
        let row: Vec<String> = self.key.iter().filter_map(|(selected, name)| self.condition(selected, name)).collect();
        StorageError::corrupt(self.table, row.join(" AND "), format!("{column}: {problem}"))
    }

    fn fault(&self, column: &str, fault: rusqlite::Error) -> StorageError {
        match fault {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => self.corrupt(column, fault),
            fault => sqlite(fault),
        }
    }

    /// A column of the key as an SQL condition; `None` when the statement does not select it.
    fn condition(&self, selected: &str, name: &str) -> Option<String> {
        match self.row.get_ref(selected).ok()? {
            ValueRef::Text(text) => Some(format!("{name} = '{}'", String::from_utf8_lossy(text))),
            ValueRef::Blob(blob) => {
                let digits: String = blob.iter().map(|byte| format!("{byte:02x}")).collect();
                Some(format!("{name} = x'{digits}'"))
            }
            ValueRef::Integer(number) => Some(format!("{name} = {number}")),
            ValueRef::Real(_) | ValueRef::Null => None,
        }
    }
}
