//! JavaScript values to JSON. Walks own enumerable members itself instead of calling `JSON.stringify`, so `toJSON` and
//! changed prototypes have no influence. Getters run under the deadline.

use super::{
    spelling::{Key, Spelling},
    stop::Stop,
    tools::{Kind, Tools},
};
use crate::limits::DEPTH_MAX;
use rquickjs::{Array, Error, Object, String as JsString, Type, Value, object::Filter};

/// The reason for which a value has no JSON.
pub(super) enum Problem {
    /// The engine failed, with an exception pending or not.
    Engine(Error),
    /// The value is not acceptable.
    Refused(String),
    /// The deadline is over.
    Late,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

pub(super) struct Writer<'a, 'js, 's> {
    tools: &'a Tools<'js>,
    stop: &'a Stop,
    spelling: &'a Spelling<'js, 's>,
    json: String,
    max: usize,
    path: Vec<Key>,
}

/// The JSON of the body, of at most `max` bytes.
pub(super) fn write<'js>(
    tools: &Tools<'js>,
    stop: &Stop,
    spelling: &Spelling<'js, '_>,
    value: &Value<'js>,
    max: usize,
) -> Result<String, Problem> {
    let mut writer = Writer { tools, stop, spelling, json: String::new(), max, path: Vec::new() };
    let root = Value::new_undefined(tools.ctx.clone());
    writer.value(&root, &Key::Index(0), value)?;
    Ok(writer.json)
}

impl<'js> Writer<'_, 'js, '_> {
    fn value(&mut self, container: &Value<'js>, key: &Key, value: &Value<'js>) -> Result<(), Problem> {
        match value.type_of() {
            Type::Null => self.put("null"),
            Type::Bool => self.put(if value.as_bool() == Some(true) { "true" } else { "false" }),
            Type::Int | Type::Float => {
                let number = value.as_number().unwrap_or(f64::NAN);
                match self.spelling.number(container, key, number) {
                    Some(text) => self.put(&text),
                    None => self.refuse(&format!("is {number}, which JSON cannot hold")),
                }
            }
            Type::BigInt => {
                let digits = self.tools.digits(value)?;
                self.put(&digits)
            }
            Type::String => match (self.spelling.text(value), value.as_string()) {
                (Some(source), _) => self.put(source),
                (None, Some(string)) => self.string(string),
                (None, None) => self.refuse("is no text"),
            },
            Type::Array => match value.as_array() {
                Some(array) => self.array(array),
                None => self.refuse("is no array"),
            },
            Type::Object => match value.as_object() {
                Some(object) => self.object(object),
                None => self.refuse("is no object"),
            },
            Type::Function | Type::Constructor => self.refuse("is a function, which JSON cannot hold"),
            Type::Symbol => self.refuse("is a symbol, which JSON cannot hold"),
            Type::Promise => self.refuse("is a promise; scripts are synchronous"),
            Type::Exception => self.refuse("is an Error; use its message"),
            Type::Undefined => self.refuse("is undefined, which JSON cannot hold"),
            _ => self.refuse("cannot be written as JSON"),
        }
    }

    fn object(&mut self, object: &Object<'js>) -> Result<(), Problem> {
        match self.tools.kind(object)? {
            Kind::Plain => {}
            Kind::Date(text) => {
                let text = quoted(&text);
                return self.put(&text);
            }
            Kind::Foreign(kind) => return self.refuse(&format!("is a {kind}, which JSON cannot hold")),
        }
        self.put("{")?;
        let mut is_first = true;
        for name in object.own_keys::<Value>(Filter::new().string().enum_only()) {
            let name = name?;
            let member: Value = object.get(name.clone())?;
            // As `JSON.stringify` does it: `{ a: undefined }` is `{}`.
            if member.is_undefined() {
                continue;
            }
            if !is_first {
                self.put(",")?;
            }
            is_first = false;
            let name = name.get::<JsString>()?;
            let text = self.tools.text(&name)?;
            self.put(&quoted(&text))?;
            self.put(":")?;
            self.inner(object.as_value(), Key::Name(text), &member)?;
        }
        self.put("}")
    }

    fn array(&mut self, array: &Array<'js>) -> Result<(), Problem> {
        self.put("[")?;
        let mut at = 0;
        // A getter may change the length, which `Array::len` does not expect to exceed 31 bits.
        while (at as f64) < array.as_object().get::<_, f64>("length")? {
            if at > 0 {
                self.put(",")?;
            }
            let element: Value = array.get(at)?;
            self.inner(array.as_value(), Key::Index(at), &element)?;
            at += 1;
        }
        self.put("]")
    }

    fn inner(&mut self, container: &Value<'js>, key: Key, value: &Value<'js>) -> Result<(), Problem> {
        if self.path.len() >= DEPTH_MAX && value.is_object() {
            return Err(Problem::Refused(format!(
                "body is nested deeper than {DEPTH_MAX} levels, or contains itself: {}",
                self.location()
            )));
        }
        // The engine does not ask for the deadline while no code of the script runs.
        if self.stop.is_over() {
            return Err(Problem::Late);
        }
        self.path.push(key.clone());
        self.value(container, &key, value)?;
        self.path.pop();
        Ok(())
    }

    fn string(&mut self, string: &JsString<'js>) -> Result<(), Problem> {
        let text = self.tools.text(string)?;
        self.put(&quoted(&text))
    }

    fn put(&mut self, text: &str) -> Result<(), Problem> {
        if self.json.len() + text.len() > self.max {
            return Err(Problem::Refused(format!("body is larger than {} bytes", self.max)));
        }
        self.json.push_str(text);
        Ok(())
    }

    fn refuse(&self, why: &str) -> Result<(), Problem> {
        Err(Problem::Refused(format!("{} {why}", self.location())))
    }

    /// The place in the body, such as `body.items[2].price`.
    fn location(&self) -> String {
        let mut text = "body".to_owned();
        for key in self.path.iter().take(8) {
            match key {
                Key::Name(name) => text.extend(".".chars().chain(name.chars().take(40))),
                Key::Index(at) => text.push_str(&format!("[{at}]")),
            }
        }
        text
    }
}

/// A text as a JSON string with the usual escapes.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
