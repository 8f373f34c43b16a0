//! Sets in YAML and JSON documents: the enums of OpenAPI, JSON Schema and AsyncAPI, their webhooks, channels and
//! messages, and lists of event types in configurations.

use super::{
    node::{Entry, Node, Value},
    sets::{Item, Set},
};
use crate::text::events;

/// Words of names that speak of events, as they may stand in a key.
const WORDS: &[&str] = &["event", "Event", "EVENT", "webhook", "Webhook", "topic", "Topic", "trigger", "Trigger"];

/// Marks of a schema.
const MARKS: &[&str] = &["enum", "openapi", "asyncapi", "discriminator", "oneOf", "anyOf"];

/// True when a document speaks of events and is a schema, or has a list under a key with such a word.
pub(super) fn may_have_set(text: &str) -> bool {
    let is_schema = || MARKS.iter().any(|mark| text.contains(mark));
    text.contains("asyncapi")
        || WORDS.iter().any(|word| {
            let mut places = text.match_indices(word).map(|(at, _)| text.get(at..).unwrap_or(""));
            places.next().is_some_and(|first| is_schema() || begins_list(first) || places.any(begins_list))
        })
}

/// True when a key ends here and a list or a map follows: `events: [`, `"events": {`, `events:` at the end of a line.
fn begins_list(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let rest = rest.trim_start_matches(['"', '\'']).trim_start_matches(' ');
    let Some(rest) = rest.strip_prefix(':') else { return false };
    rest.trim_start_matches([' ', '\t', '\r']).starts_with(['[', '{', '\n', '#'])
}

/// Keys of schemas that say nothing about the values.
const STRUCTURE: &[&str] = &[
    "additionalproperties",
    "allof",
    "anyof",
    "application/json",
    "array",
    "components",
    "content",
    "data",
    "definitions",
    "defs",
    "delete",
    "elements",
    "get",
    "headers",
    "items",
    "json",
    "oneof",
    "options",
    "parameters",
    "patch",
    "paths",
    "post",
    "properties",
    "put",
    "requestbody",
    "requestbodies",
    "responses",
    "schema",
    "schemas",
    "value",
    "values",
];

/// Keys below which are samples of data and texts for people.
const SAMPLES: &[&str] =
    &["default", "description", "example", "examples", "summary", "x-codesamples", "x-code-samples"];

/// Properties of a payload with its event type.
const TYPES: &[&str] = &["type", "event", "event_type", "eventType", "event_name", "topic", "name", "trigger"];

/// Fewer payloads with a constant type are no catalog.
const CONSTANTS_MIN: usize = 2;

/// The sets of a document. `stem` is the name of its file without the extension.
pub(super) fn sets(stem: &str, root: &Node) -> Vec<Set> {
    let is_schema =
        ["openapi", "swagger", "asyncapi", "$schema", "$defs", "definitions"].iter().any(|key| root.get(key).is_some());
    let mut reader = Reader { is_schema, sets: Vec::new(), constants: Vec::new() };
    let mut path = Vec::new();
    if !is_schema {
        path.push(stem.to_owned());
        if events::speaks_of_events(stem) {
            reader.list(root, &path);
        }
    }
    reader.walk(root, &mut path);
    if root.get("openapi").is_some()
        && let Some(webhooks) = root.get("webhooks").or(root.get("x-webhooks"))
    {
        reader.keys("webhooks", webhooks);
    }
    if root.get("asyncapi").is_some() {
        reader.messages(root);
    }
    let Reader { mut sets, constants, .. } = reader;
    if constants.len() >= CONSTANTS_MIN {
        let line = constants[0].line;
        sets.push(Set { name: "event.type".into(), line, members: constants });
    }
    sets
}

struct Reader {
    /// A schema has enums, another document lists.
    is_schema: bool,
    sets: Vec<Set>,
    /// Event types of payloads with one type each.
    constants: Vec<Item>,
}

impl Reader {
    // Bounded: by the depth of the document, which its parser limits.
    fn walk(&mut self, node: &Node, path: &mut Vec<String>) {
        match &node.value {
            Value::Map(entries) => {
                self.enumerated(node, path);
                for entry in entries {
                    let key = entry.key.to_ascii_lowercase();
                    if SAMPLES.contains(&key.as_str()) && !is_property(path) {
                        continue;
                    }
                    path.push(entry.key.clone());
                    if !self.is_schema && events::speaks_of_events(&entry.key) {
                        self.list(&entry.node, path);
                    }
                    self.walk(&entry.node, path);
                    path.pop();
                }
            }
            Value::List(items) => {
                for item in items {
                    // The parameters of an operation.
                    let name = item.get("schema").and(item.get("name")).and_then(Node::text);
                    path.extend(name.map(str::to_owned));
                    self.walk(item, path);
                    if name.is_some() {
                        path.pop();
                    }
                }
            }
            Value::Text(_) | Value::Other => {}
        }
    }

    /// `enum: [a.b, c.d]`, `oneOf: [{const: a.b}, {const: c.d}]`, `const: a.b`, and the mapping of a discriminator.
    fn enumerated(&mut self, node: &Node, path: &[String]) {
        let mut members = node.get("enum").map(texts).unwrap_or_default();
        for key in ["oneOf", "anyOf"] {
            let choices = node.get(key).map(Node::items).unwrap_or_default();
            let constant = |choice: &Node| choice.get("const").and_then(|one| Some(Item::plain(one.text()?, one.line)));
            members.extend(choices.iter().filter_map(constant));
        }
        if let Some(mapping) = node.get("discriminator").and_then(|one| one.get("mapping")) {
            members.extend(mapping.entries().iter().map(|entry| Item::plain(entry.key.clone(), entry.line)));
        }
        let constant = node.get("const").and_then(|one| Some(Item::plain(one.text()?, one.line)));
        if let Some(only) = constant.or_else(|| if members.len() == 1 { members.pop() } else { None }) {
            let is_type =
                path.last().is_some_and(|key| TYPES.contains(&key.as_str())) && is_property(&path[..path.len() - 1]);
            if is_type
                && events::looks_like_event(&only.text)
                && !self.constants.iter().any(|one| one.text == only.text)
            {
                self.constants.push(only);
            }
        } else if !members.is_empty() {
            self.sets.push(Set { name: name(path), line: node.line, members });
        }
    }

    /// `events: [a.b, c.d]`, `events: [{name: a.b}]`, `events: {a.b: …}`
    fn list(&mut self, node: &Node, path: &[String]) {
        let members: Vec<Item> = match &node.value {
            Value::List(items) => items.iter().filter_map(listed).collect(),
            Value::Map(entries) => entries.iter().map(|entry| Item::plain(entry.key.clone(), entry.line)).collect(),
            Value::Text(_) | Value::Other => Vec::new(),
        };
        // Lists with such names have filters and settings as well.
        let events = members.iter().filter(|member| events::looks_like_event(&member.text)).count();
        if events >= 2 && events == members.len() {
            self.sets.push(Set { name: name(path), line: node.line, members });
        }
    }

    fn keys(&mut self, name: &str, node: &Node) {
        let members = node.entries().iter().map(|entry| Item::plain(entry.key.clone(), entry.line)).collect();
        self.sets.push(Set { name: name.to_owned(), line: node.line, members });
    }

    /// The messages of AsyncAPI by their names, and its channels.
    fn messages(&mut self, root: &Node) {
        if let Some(channels) = root.get("channels") {
            let address = |entry: &Entry| match entry.node.get("address") {
                Some(address) => Some(Item::plain(address.text()?, address.line)),
                None => Some(Item::plain(entry.key.clone(), entry.line)),
            };
            let members: Vec<Item> = channels.entries().iter().filter_map(address).collect();
            self.add_events("event.channels", channels.line, members);
        }
        if let Some(messages) = root.get("components").and_then(|components| components.get("messages")) {
            let name = |entry: &Entry| match entry.node.get("name") {
                Some(name) => Some(Item::plain(name.text()?, name.line)),
                None => Some(Item::plain(entry.key.clone(), entry.line)),
            };
            let members = messages.entries().iter().filter_map(name).collect();
            self.add_events("event.messages", messages.line, members);
        }
    }

    fn add_events(&mut self, name: &str, line: u32, members: Vec<Item>) {
        let events = members.iter().filter(|member| events::looks_like_event(&member.text)).count();
        if events >= 2 {
            self.sets.push(Set { name: name.to_owned(), line, members });
        }
    }
}

fn texts(node: &Node) -> Vec<Item> {
    node.items().iter().filter_map(|item| Some(Item::plain(item.text()?, item.line))).collect()
}

/// An element of a list: a text, or an object with a name.
fn listed(item: &Node) -> Option<Item> {
    if let Some(text) = item.text() {
        return Some(Item::plain(text, item.line));
    }
    let named = |key: &&str| Some(item.get(key)?).filter(|one| one.text().is_some_and(events::looks_like_event));
    let one = TYPES.iter().chain(&["key", "id", "code", "slug"]).find_map(named)?;
    Some(Item::plain(one.text()?, one.line))
}

/// True when the keys below are names of properties, whatever they are called.
fn is_property(path: &[String]) -> bool {
    path.last().is_some_and(|key| key == "properties")
}

/// The name of a set: the last keys that say something, two when the last alone does not speak of events.
fn name(path: &[String]) -> String {
    let says = |key: &&String| {
        let lower = key.to_ascii_lowercase();
        let is_code = key.bytes().all(|c| c.is_ascii_digit() || c == b'$');
        !is_code && !STRUCTURE.contains(&lower.trim_start_matches('$'))
    };
    let mut keys = path.iter().filter(says).rev();
    // `/v1/webhooks/{id}`: the last word of a path.
    let short = |key: &String| {
        let mut parts = key.split('/').filter(|part| !part.is_empty() && !part.starts_with('{'));
        parts.next_back().unwrap_or(key).to_owned()
    };
    let last = keys.next().map(short).unwrap_or_default();
    let before = keys.next().map(short);
    match before {
        Some(before) if events::speaks_of_events(&before) || !events::speaks_of_events(&last) => {
            format!("{before}.{last}")
        }
        _ => last,
    }
}
