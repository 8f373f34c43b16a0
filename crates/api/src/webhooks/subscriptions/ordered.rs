//! The field `ordered` of a subscription: `true`, or the path of a key.

use crate::{body::Patch, schemas::KeyPathText};
use model::{
    FieldErrors,
    shape::{KeyPath, Order},
};
use serde::{
    Deserializer, Serialize,
    de::{Error, Visitor},
};
use std::{borrow::Cow, fmt};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, OneOfBuilder, Schema, Type},
    },
};

/// As clients send it, before the path is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ordered {
    All(bool),
    ByKey(String),
}

/// Which deliveries are sent one after the other: `true` for all, or a path in events for those with the same value there.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum OrderedShown {
    All(bool),
    ByKey(String),
}

impl PartialSchema for OrderedShown {
    fn schema() -> RefOr<Schema> {
        let description = "`true`: all deliveries are sent one after the other. A path in events: those with the same value \
                           there are.";
        let all = ObjectBuilder::new().schema_type(Type::Boolean);
        OneOfBuilder::new().item(all).item(KeyPathText::schema()).description(Some(description)).into()
    }
}

impl ToSchema for OrderedShown {
    fn name() -> Cow<'static, str> {
        "Ordered".into()
    }
}

impl OrderedShown {
    pub(super) fn new(order: &Order) -> Self {
        match order {
            Order::All => Self::All(true),
            Order::ByKey(path) => Self::ByKey(path.as_str().to_owned()),
        }
    }
}

/// Reads the field: a boolean, a path, or null.
pub(super) fn ordered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Patch<Ordered>, D::Error> {
    deserializer.deserialize_any(Field).map(Patch::from)
}

struct Field;

impl Visitor<'_> for Field {
    type Value = Option<Ordered>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, or a path such as data.customer_id")
    }

    fn visit_bool<E: Error>(self, all: bool) -> Result<Self::Value, E> {
        Ok(Some(Ordered::All(all)))
    }

    fn visit_str<E: Error>(self, path: &str) -> Result<Self::Value, E> {
        Ok(Some(Ordered::ByKey(path.trim().to_owned())))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

impl Ordered {
    /// The order that is asked for; `Some(None)`: none.
    pub(super) fn check(&self, faults: &mut FieldErrors) -> Option<Option<Order>> {
        match self {
            Self::All(all) => Some(all.then_some(Order::All)),
            Self::ByKey(path) => faults.take("ordered", KeyPath::parse(path)).map(|path| Some(Order::ByKey(path))),
        }
    }
}
