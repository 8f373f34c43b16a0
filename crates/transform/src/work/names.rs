//! Names of the kinds of values, for messages.

use rquickjs::{Type, Value};

/// The kind of a value by JavaScript's own names.
pub(super) fn type_name(value: &Value<'_>) -> &'static str {
    match value.type_of() {
        Type::Bool => "boolean",
        Type::Int | Type::Float => "number",
        Type::BigInt => "bigint",
        Type::Constructor => "function",
        Type::Exception => "error",
        other => other.as_str(),
    }
}
