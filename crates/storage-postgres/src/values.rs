//! The values of a statement that is put together piece by piece.

use tokio_postgres::types::{ToSql, Type};

#[derive(Default)]
pub(crate) struct Values(Vec<(Box<dyn ToSql + Send + Sync>, Type)>);

impl Values {
    /// Adds a value; answers its name in the statement.
    pub(crate) fn add(&mut self, value: impl ToSql + Send + Sync + 'static, of: Type) -> String {
        self.0.push((Box::new(value), of));
        format!("${}", self.0.len())
    }

    /// As a statement takes them.
    pub(crate) fn params(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.0.iter().map(|(value, of)| (&**value as &(dyn ToSql + Sync), of.clone())).collect()
    }
}

/// `add!(values, value => TYPE)`.
macro_rules! add {
    ($values:expr, $value:expr => $type:ident) => {
        $values.add($value, tokio_postgres::types::Type::$type)
    };
}
pub(crate) use add;
