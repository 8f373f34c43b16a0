//! Strict reading of rows: a value that no version of Postrider can have written is [`StorageError::Corrupt`], with the
//! row's table and key. (The types of columns are the schema's; only values can be wrong.)

use model::{DeliveryId, EventId, SubscriptionId, TenantId, Timestamp};
use std::{fmt::Display, time::Duration};
use storage::StorageError;
use tokio_postgres::{
    Row,
    types::{FromSql, Type},
};
use uuid::Uuid;

/// A row of a table.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'r> {
    row: &'r Row,
    table: &'static str,
    /// Columns of the key: their names in the statement and in the table.
    key: &'static [(&'static str, &'static str)],
}

/// Defines a constructor for the rows of each table.
macro_rules! tables {
    ($($name:ident ($($selected:literal AS $column:literal),*))*) => {
        impl<'r> Cells<'r> {
            $(pub(crate) const fn $name(row: &'r Row) -> Self {
                Self { row, table: stringify!($name), key: &[$(($selected, $column)),*] }
            })*
        }
    };
}

tables! {
    api_keys("tenant_id" AS "tenant_id", "id" AS "id")
    attempts("tenant_id" AS "tenant_id", "delivery_id" AS "delivery_id", "number" AS "number")
    changes("version" AS "version", "tenant_id" AS "tenant_id", "id" AS "id")
    custom_types("event_type" AS "event_type")
    deliveries("tenant_id" AS "tenant_id", "id" AS "id")
    events("tenant_id" AS "tenant_id", "event_id" AS "id")
    feed_packets("node" AS "node", "number" AS "number")
    limit_claims("node" AS "node")
    meta("name" AS "name")
    nodes("id" AS "id")
    outbox("number" AS "number")
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
    waiting("tenant_id" AS "tenant_id", "subscription_id" AS "subscription_id", "id" AS "id")
}

impl<'r> Cells<'r> {
    pub(crate) fn get<T: FromSql<'r>>(&self, column: &str) -> T {
        self.row.get(column)
    }

    /// A number that stands for one of a few values; `known` returns `None` for an unknown number.
    pub(crate) fn code<T>(&self, column: &str, known: impl FnOnce(u8) -> Option<T>) -> Result<T, StorageError> {
        let code: i16 = self.get(column);
        let value = u8::try_from(code).ok().and_then(known);
        value.ok_or_else(|| self.corrupt(column, format_args!("unknown code {code}")))
    }

    pub(crate) fn code_or_none<T>(
        &self,
        column: &str,
        known: impl FnOnce(u8) -> Option<T>,
    ) -> Result<Option<T>, StorageError> {
        self.get::<Option<i16>>(column).map(|_| self.code(column, known)).transpose()
    }

    /// A number of the narrower type `T`, stored as `S`.
    pub(crate) fn number<S, T>(&self, column: &str) -> Result<T, StorageError>
    where
        S: FromSql<'r> + Copy + Display,
        T: TryFrom<S>,
    {
        self.narrow(column, self.get::<S>(column))
    }

    pub(crate) fn number_or_none<S, T>(&self, column: &str) -> Result<Option<T>, StorageError>
    where
        S: FromSql<'r> + Copy + Display,
        T: TryFrom<S>,
    {
        self.get::<Option<S>>(column).map(|number| self.narrow(column, number)).transpose()
    }

    fn narrow<S: Copy + Display, T: TryFrom<S>>(&self, column: &str, number: S) -> Result<T, StorageError> {
        T::try_from(number).map_err(|_| self.corrupt(column, format_args!("{number} is out of range")))
    }

    /// A text in a form of its own.
    pub(crate) fn parsed<T, F: Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&'r str) -> Result<T, F>,
    ) -> Result<T, StorageError> {
        parse(self.get(column)).map_err(|fault| self.corrupt(column, fault))
    }

    pub(crate) fn parsed_or_none<T, F: Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&'r str) -> Result<T, F>,
    ) -> Result<Option<T>, StorageError> {
        self.get::<Option<&str>>(column).map(|_| self.parsed(column, parse)).transpose()
    }

    /// A list of texts; null is an empty one.
    pub(crate) fn parsed_list<T, F: Display>(
        &self,
        column: &str,
        parse: impl FnOnce(Vec<&'r str>) -> Result<T, F>,
    ) -> Result<T, StorageError> {
        let list = self.get::<Option<Vec<&str>>>(column).unwrap_or_default();
        parse(list).map_err(|fault| self.corrupt(column, fault))
    }

    pub(crate) fn time(&self, column: &str) -> Timestamp {
        Timestamp::from_micros(self.get(column))
    }

    pub(crate) fn time_or_none(&self, column: &str) -> Option<Timestamp> {
        self.get::<Option<i64>>(column).map(Timestamp::from_micros)
    }

    pub(crate) fn micros(&self, column: &str) -> Result<Duration, StorageError> {
        self.number::<i64, u64>(column).map(Duration::from_micros)
    }

    pub(crate) fn micros_or_none(&self, column: &str) -> Result<Option<Duration>, StorageError> {
        Ok(self.number_or_none::<i64, u64>(column)?.map(Duration::from_micros))
    }

    pub(crate) fn tenant(&self, column: &str) -> TenantId {
        TenantId::trusted(self.get(column))
    }

    pub(crate) fn event_id(&self, column: &str) -> EventId {
        EventId::from_uuid(self.get(column))
    }

    pub(crate) fn delivery_id(&self, column: &str) -> DeliveryId {
        DeliveryId::from_uuid(self.get(column))
    }

    pub(crate) fn subscription_id(&self, column: &str) -> SubscriptionId {
        SubscriptionId::from_uuid(self.get(column))
    }

    /// The error for a column with an invalid value.
    pub(crate) fn corrupt(&self, column: &str, problem: impl Display) -> StorageError {
        let row: Vec<String> = self.key.iter().filter_map(|(selected, name)| self.condition(selected, name)).collect();
        StorageError::corrupt(self.table, row.join(" AND "), format!("{column}: {problem}"))
    }

    /// A column of the key as an SQL condition; `None` when the statement does not select it.
    fn condition(&self, selected: &str, name: &str) -> Option<String> {
        let column = self.row.columns().iter().position(|column| column.name() == selected)?;
        match *self.row.columns()[column].type_() {
            Type::TEXT => Some(format!("{name} = '{}'", self.row.try_get::<_, &str>(column).ok()?)),
            Type::UUID => Some(format!("{name} = '{}'", self.row.try_get::<_, Uuid>(column).ok()?)),
            Type::INT4 => Some(format!("{name} = {}", self.row.try_get::<_, i32>(column).ok()?)),
            Type::INT8 => Some(format!("{name} = {}", self.row.try_get::<_, i64>(column).ok()?)),
            _ => None,
        }
    }
}
