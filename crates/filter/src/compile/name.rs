//! The names that filters know.

use crate::{
    kind::Kind,
    tree::{Function, LoopKind, Part, Variable},
};

/// A variable and its type.
pub(super) fn variable(name: &str) -> Option<(Variable, Kind)> {
    Some(match name {
        "type" => (Variable::Type, Kind::String),
        "tenant" => (Variable::Tenant, Kind::String),
        "data" => (Variable::Data, Kind::Map),
        "metadata" => (Variable::Metadata, Kind::Map),
        _ => return None,
    })
}

pub(super) fn unknown_variable(name: &str) -> String {
    let known = "filters know data, metadata, type and tenant";
    match name {
        "True" | "TRUE" => "write `true` in small letters".to_owned(),
        "False" | "FALSE" => "write `false` in small letters".to_owned(),
        "NULL" | "Null" | "nil" | "None" | "undefined" => "write `null`".to_owned(),
        _ if name.starts_with('.') => format!("`{name}` is not a variable: {known}; write them without the dot"),
        _ => format!("`{name}` is not a variable: {known}; a field of the event is data.{name}"),
    }
}

/// The ways to call a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `f(x)`.
    Global,
    /// `x.f()`.
    Receiver,
    Both,
}

pub(super) struct Signature {
    pub(super) name: &'static str,
    pub(super) function: Function,
    pub(super) form: Form,
    /// Including the receiver.
    pub(super) arguments: usize,
    /// The type of every argument, when there is only one type that works.
    pub(super) takes: Option<Kind>,
    pub(super) result: Kind,
    /// A call for messages.
    pub(super) example: &'static str,
}

const fn text(
    name: &'static str,
    function: Function,
    arguments: usize,
    result: Kind,
    example: &'static str,
) -> Signature {
    Signature { name, function, form: Form::Receiver, arguments, takes: Some(Kind::String), result, example }
}

const fn conversion(name: &'static str, function: Function, result: Kind, example: &'static str) -> Signature {
    Signature { name, function, form: Form::Global, arguments: 1, takes: None, result, example }
}

const fn part(name: &'static str, part: Part, example: &'static str) -> Signature {
    Signature {
        name,
        function: Function::Part(part),
        form: Form::Receiver,
        arguments: 1,
        takes: Some(Kind::Timestamp),
        result: Kind::Number,
        example,
    }
}

pub(super) const FUNCTIONS: &[Signature] = &[
    Signature {
        name: "size",
        function: Function::Size,
        form: Form::Both,
        arguments: 1,
        takes: None,
        result: Kind::Number,
        example: "size(data.items)",
    },
    text("contains", Function::Contains, 2, Kind::Boolean, "data.name.contains(\"part\")"),
    text("startsWith", Function::StartsWith, 2, Kind::Boolean, "data.name.startsWith(\"start\")"),
    text("endsWith", Function::EndsWith, 2, Kind::Boolean, "data.name.endsWith(\"end\")"),
    text("lowerAscii", Function::LowerAscii, 1, Kind::String, "data.name.lowerAscii()"),
    text("upperAscii", Function::UpperAscii, 1, Kind::String, "data.name.upperAscii()"),
    conversion("int", Function::Int, Kind::Number, "int(data.count)"),
    conversion("uint", Function::Uint, Kind::Number, "uint(data.count)"),
    conversion("double", Function::Double, Kind::Number, "double(data.price)"),
    conversion("string", Function::String, Kind::String, "string(data.id)"),
    conversion("timestamp", Function::Timestamp, Kind::Timestamp, "timestamp(data.created)"),
    conversion("duration", Function::Duration, Kind::Duration, "duration(\"1h30m\")"),
    part("getFullYear", Part::Year, "timestamp(data.created).getFullYear()"),
    part("getMonth", Part::Month, "timestamp(data.created).getMonth()"),
    part("getDate", Part::Date, "timestamp(data.created).getDate()"),
    part("getDayOfMonth", Part::DayOfMonth, "timestamp(data.created).getDayOfMonth()"),
    part("getDayOfWeek", Part::DayOfWeek, "timestamp(data.created).getDayOfWeek()"),
    part("getDayOfYear", Part::DayOfYear, "timestamp(data.created).getDayOfYear()"),
    part("getHours", Part::Hours, "timestamp(data.created).getHours()"),
    part("getMinutes", Part::Minutes, "timestamp(data.created).getMinutes()"),
    part("getSeconds", Part::Seconds, "timestamp(data.created).getSeconds()"),
    part("getMilliseconds", Part::Milliseconds, "timestamp(data.created).getMilliseconds()"),
];

impl Function {
    /// The name of the function in a filter.
    pub(crate) fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|signature| signature.function == self).map_or("function", |signature| signature.name)
    }
}

pub(super) const MATCHES_EXAMPLE: &str = "data.name.matches(\"^[a-z]+$\")";

pub(super) fn loop_kind(name: &str) -> Option<LoopKind> {
    Some(match name {
        "all" => LoopKind::All,
        "exists" => LoopKind::Exists,
        "exists_one" | "existsOne" => LoopKind::ExistsOne,
        "filter" => LoopKind::Filter,
        "map" => LoopKind::Map,
        _ => return None,
    })
}

pub(super) fn unknown_function(name: &str) -> String {
    let instead = match name {
        "type" => {
            return "`type` is the event's type here, not a function; compare it: type == \"order.paid\"".to_owned();
        }
        "len" | "length" | "count" => "size(x)",
        "toLowerCase" | "toLower" | "lower" | "tolower" => "x.lowerAscii()",
        "toUpperCase" | "toUpper" | "upper" | "toupper" => "x.upperAscii()",
        "includes" | "contain" | "indexOf" | "find" => "x.contains(\"part\")",
        "starts_with" | "startswith" | "hasPrefix" => "x.startsWith(\"start\")",
        "ends_with" | "endswith" | "hasSuffix" => "x.endsWith(\"end\")",
        "match" | "test" | "regex" | "regexp" => MATCHES_EXAMPLE,
        "any" | "some" => "x.exists(element, condition)",
        "every" => "x.all(element, condition)",
        "exist" | "defined" | "isset" => "has(data.field)",
        "now" => return "there is no `now()`, because a filter gives the same result at any time".to_owned(),
        _ => {
            let names: Vec<_> = FUNCTIONS.iter().map(|signature| signature.name).collect();
            let loops = "has, matches, all, exists, exists_one, filter, map";
            return format!("there is no function `{name}`; the functions are {loops}, {}", names.join(", "));
        }
    };
    format!("there is no function `{name}`; write {instead}")
}
