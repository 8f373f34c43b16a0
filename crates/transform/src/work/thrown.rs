//! Exceptions of the engine as faults. An exception is a value of the script: reading it may run its code, or throw.

use super::{names::type_name, stop::Stop, tools::Tools};
use crate::fault::{FaultKind, ScriptFault};
use rquickjs::{Ctx, Error, Object, Value};

/// The name of the script in the engine's stack traces.
pub(super) const NAME: &str = "transform.js";

/// The fault behind an error of the engine. `while_compiling` tells a syntax error of the source from one that the script
/// threw.
pub(super) fn fault(ctx: &Ctx<'_>, stop: &Stop, error: &Error, while_compiling: bool) -> ScriptFault {
    let thrown = if matches!(error, Error::Exception) || ctx.has_exception() { Some(ctx.catch()) } else { None };
    let described = match (&thrown, error) {
        (Some(value), _) => describe(value, while_compiling),
        (None, Error::Allocation | Error::Unknown) => out_of_memory(),
        (None, other) => ScriptFault::output(format!("the returned value cannot be read: {other}")),
    };
    if stop.has_fired() { late() } else { described }
}

/// The end of the host's sentence about memory.
const OR_NULL: &str = ", or threw null";

/// The host writes the sentence, with the deadline.
pub(super) fn late() -> ScriptFault {
    ScriptFault::new(FaultKind::TimeOut, "the script ran for too long")
}

pub(super) fn out_of_memory() -> ScriptFault {
    ScriptFault::new(FaultKind::Memory, "")
}

fn describe(value: &Value<'_>, while_compiling: bool) -> ScriptFault {
    if value.is_null() {
        // The engine throws null when it has no memory left for an error. A script hardly ever does.
        return ScriptFault::new(FaultKind::Memory, OR_NULL);
    }
    let Some(object) = value.as_object() else {
        return ScriptFault::new(FaultKind::Thrown, format!("threw {}", primitive(value)));
    };
    let message = text(object, "message");
    if !object.is_error() && message.is_none() {
        return ScriptFault::new(FaultKind::Thrown, format!("threw a value that is no Error: {}", type_name(value)));
    }
    let (name, message) = (text(object, "name").unwrap_or_else(|| "Error".to_owned()), message.unwrap_or_default());
    if name == "InternalError" && message == "out of memory" {
        return out_of_memory();
    }
    let kind = if while_compiling { FaultKind::Syntax } else { FaultKind::Thrown };
    let colon = if message.is_empty() { "" } else { ": " };
    let (line, column) = text(object, "stack").as_deref().and_then(position).unzip();
    ScriptFault { line, column, ..ScriptFault::new(kind, format!("{name}{colon}{message}")) }
}

fn primitive(value: &Value<'_>) -> String {
    if let Some(text) = value.as_string() {
        return text.to_string().unwrap_or_else(|_| "a text with lone surrogates".to_owned());
    }
    match (value.as_number(), value.as_bool()) {
        (Some(number), _) => number.to_string(),
        (None, Some(bool)) => bool.to_string(),
        (None, None) => type_name(value).to_owned(),
    }
}

/// A member that is a string; a getter that throws counts as none.
fn text(object: &Object<'_>, name: &str) -> Option<String> {
    let value = object.get::<_, Value>(name);
    if value.is_err() {
        drop(object.ctx().catch());
    }
    value.ok()?.as_string()?.to_string().ok()
}

/// Line and column of the first frame of the script.
fn position(stack: &str) -> Option<(u32, u32)> {
    let (_, rest) = stack.split_once(NAME)?;
    let mut numbers = rest.strip_prefix(':')?.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// The fault of an error after compilation.
pub(super) fn of(tools: &Tools<'_>, stop: &Stop, error: &Error) -> ScriptFault {
    fault(&tools.ctx, stop, error, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_of_the_first_frame_of_the_script() {
        for (stack, expected) in [
            ("    at map (native)\n    at f (transform.js:3:7)\n    at x (transform.js:9:1)\n", Some((3, 7))),
            ("    at transform.js:12:5\n", Some((12, 5))),
            ("transform.js", None),
            ("transform.js:99999999999:1", None),
            ("", None),
        ] {
            assert_eq!(position(stack), expected, "{stack}");
        }
    }
}
