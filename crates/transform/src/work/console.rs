//! Output of `console.log` and its relatives, bounded, for dry runs.

use super::names::type_name;
use crate::limits::{CONSOLE_BYTES, CONSOLE_LINES};
use rquickjs::{Array, Coerced, Result, String as JsString, Value};
use std::{cell::RefCell, rc::Rc};

#[derive(Clone, Default)]
pub(super) struct Console(Rc<RefCell<Lines>>);

#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    bytes: usize,
    is_full: bool,
}

impl Console {
    /// Adds a line. Texts are printed as they are, other values as JSON.
    pub(super) fn log(&self, level: &JsString<'_>, parts: &Array<'_>) -> Result<()> {
        if self.0.borrow().is_full {
            return Ok(());
        }
        let mut line = String::new();
        let level = level.to_string()?;
        if matches!(level.as_str(), "warn" | "error") {
            line = format!("{level}: ");
        }
        for (at, part) in parts.iter::<Value>().enumerate() {
            if at > 0 {
                line.push(' ');
            }
            line.push_str(&printed(&part?));
            if line.len() > CONSOLE_BYTES {
                break;
            }
        }
        self.0.borrow_mut().add(line);
        Ok(())
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut().lines)
    }
}

impl Lines {
    fn add(&mut self, line: String) {
        self.bytes += line.len();
        if self.lines.len() + 1 < CONSOLE_LINES && self.bytes <= CONSOLE_BYTES {
            self.lines.push(line);
        } else {
            self.lines.push("(further lines are left out)".to_owned());
            self.is_full = true;
        }
    }
}

/// A value as text. Objects are printed by the engine's own `JSON.stringify`, which may run code of the script.
fn printed(value: &Value<'_>) -> String {
    let ctx = value.ctx();
    if let Some(text) = value.as_string() {
        return text.to_string().unwrap_or_else(|_| "(a text with lone surrogates)".to_owned());
    }
    if let Some(error) = value.as_object().filter(|object| object.is_error()) {
        let name = error.get::<_, String>("name").unwrap_or_else(|_| "Error".to_owned());
        return format!("{name}: {}", error.get::<_, String>("message").unwrap_or_default());
    }
    if let Some(number) = value.as_number() {
        return number.to_string();
    }
    if value.is_big_int() {
        return value.get::<Coerced<String>>().map(|digits| digits.0).unwrap_or_default();
    }
    let json = ctx.json_stringify(value.clone()).and_then(|text| text.map(|text| text.to_string()).transpose());
    match json {
        Ok(Some(text)) => text,
        Ok(None) => type_name(value).to_owned(),
        Err(_) => {
            // An interrupt stays pending inside of the engine: only the exception is taken.
            drop(ctx.catch());
            format!("({})", type_name(value))
        }
    }
}
