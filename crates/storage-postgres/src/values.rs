//! Parameter values of a generated statement.

use tokio_postgres::types::{ToSql, Type};

#[derive(Default)]
pub(crate) struct Values(Vec<(Box<dyn ToSql + Send + Sync>, Type)>);

impl Values {
    /// Adds a value; returns its placeholder.
    pub(crate) fn add(&mut self, value: impl ToSql + Send + Sync + 'static, of: Type) -> String {
        self.0.push((Box::new(value), of));
        format!("${}", self.0.len())
    }

    /// The values in the form that a statement takes.
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
