//! Compatibility of schemas: every payload that is valid under the new schema must keep the guarantees of the old one,
//! on which receivers rely.
//!
//! The check is structural and errs on the side of refusal: keywords that it does not understand must not change.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A guarantee of the old schema that the new one breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// JSON pointer into the payload, with `*` for every item of an array.
    pub pointer: String,
    pub message: String,
}

impl std::fmt::Display for Break {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{pointer}: {}", self.message)
    }
}

/// All broken guarantees, in the old schema's order; empty when the change is compatible.
pub fn breaks(old: &Value, new: &Value) -> Vec<Break> {
    let mut found = Vec::new();
    Comparison { old_root: old, new_root: new }.schema("", old, new, 0, &mut found);
    found
}

/// Keywords without an effect on payloads.
const WORDS: [&str; 11] = [
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "definitions",
    "$anchor",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
];

/// Keywords whose schema applies to all of an object's or array's other members.
const SUBSCHEMAS: [&str; 2] = ["items", "additionalProperties"];

const LOWER: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const UPPER: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/// Maximum depth to which references are followed, for recursive schemas.
const DEPTH: usize = 32;

struct Comparison<'s> {
    old_root: &'s Value,
    new_root: &'s Value,
}

/// Follows a local `$ref`.
fn resolve<'s>(root: &'s Value, mut schema: &'s Value) -> &'s Value {
    for _ in 0..DEPTH {
        let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#')) else { break };
        let Some(found) = root.pointer(target) else { break };
        schema = found;
    }
    schema
}

fn names(value: Option<&Value>) -> BTreeSet<&str> {
    match value {
        Some(Value::String(one)) => BTreeSet::from([one.as_str()]),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

impl Comparison<'_> {
    fn schema(&self, at: &str, old: &Value, new: &Value, depth: usize, found: &mut Vec<Break>) {
        let (old, new) = (resolve(self.old_root, old), resolve(self.new_root, new));
        let mut note = |message: String| found.push(Break { pointer: at.to_owned(), message });
        let (old, new) = match (old, new) {
            (Value::Bool(true), _) | (_, Value::Bool(false)) => return,
            (Value::Bool(false), _) => return note("was impossible and is now possible".into()),
            (Value::Object(old), Value::Bool(true)) if old.keys().all(|key| WORDS.contains(&key.as_str())) => return,
            (_, Value::Bool(true)) => return note("is no longer described".into()),
            (Value::Object(old), Value::Object(new)) => (old, new),
            _ => return note("must be described by an object".into()),
        };
        types(old, new, &mut note);
        values(old, new, &mut note);
        bounds(old, new, &mut note);
        self.rest(old, new, &mut note);
        if depth < DEPTH {
            self.properties(at, old, new, depth, found);
            self.items(at, old, new, depth, found);
        }
    }

    /// Keywords that are not understood must be unchanged or new, and so must everything that they refer to.
    fn rest(&self, old: &Map<String, Value>, new: &Map<String, Value>, note: &mut impl FnMut(String)) {
        let understood = |keyword: &&str| {
            ["$ref", "type", "enum", "const", "required", "properties"].contains(keyword)
                || [&WORDS[..], &SUBSCHEMAS, &LOWER, &UPPER].iter().any(|known| known.contains(keyword))
        };
        for (keyword, before) in old.iter().filter(|(keyword, _)| !understood(&keyword.as_str())) {
            if new.get(keyword) != Some(before) {
                note(format!("{keyword} changed"));
            } else if self.targets_differ(before) {
                note(format!("{keyword} refers to a changed definition"));
            }
        }
    }

    /// True when a definition changed that this part, equal in both schemas, may refer to.
    fn targets_differ(&self, schema: &Value) -> bool {
        let mut targets = Vec::new();
        references(schema, &mut targets);
        let definitions = ["$defs", "definitions"];
        let is_definition = |target: &&str| definitions.iter().any(|name| target.starts_with(&format!("#/{name}/")));
        match targets.iter().all(is_definition) {
            true => !targets.is_empty() && definitions.iter().any(|d| self.old_root.get(d) != self.new_root.get(d)),
            false => self.old_root != self.new_root,
        }
    }

    fn properties(
        &self,
        at: &str,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        depth: usize,
        found: &mut Vec<Break>,
    ) {
        let pointer = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        let kept = names(new.get("required"));
        for name in names(old.get("required")) {
            if !kept.contains(name) {
                found.push(Break { pointer: pointer(name), message: "was required and is now optional".into() });
            }
        }
        let Some(properties) = old.get("properties").and_then(Value::as_object) else { return };
        let now = new.get("properties").and_then(Value::as_object);
        for (name, before) in properties {
            match now.and_then(|now| now.get(name)) {
                Some(after) => self.schema(&pointer(name), before, after, depth + 1, found),
                None => found.push(Break { pointer: pointer(name), message: "is no longer described".into() }),
            }
        }
    }

    fn items(
        &self,
        at: &str,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        depth: usize,
        found: &mut Vec<Break>,
    ) {
        for keyword in SUBSCHEMAS {
            let Some(before) = old.get(keyword) else { continue };
            let after = new.get(keyword).unwrap_or(&Value::Bool(true));
            self.schema(&format!("{at}/*"), before, after, depth + 1, found);
        }
    }
}

fn types(old: &Map<String, Value>, new: &Map<String, Value>, note: &mut impl FnMut(String)) {
    let (before, after) = (names(old.get("type")), names(new.get("type")));
    if before.is_empty() {
        return;
    }
    if after.is_empty() {
        return note("may now be of any type".into());
    }
    // Every integer is a number.
    let known = |kind: &&str| before.contains(kind) || (*kind == "integer" && before.contains("number"));
    let added: Vec<_> = after.iter().filter(|kind| !known(kind)).copied().collect();
    if !added.is_empty() {
        note(format!("may now be {}", added.join(" or ")));
    }
}

fn values(old: &Map<String, Value>, new: &Map<String, Value>, note: &mut impl FnMut(String)) {
    let list = |schema: &Map<String, Value>| match (schema.get("const"), schema.get("enum")) {
        (Some(one), _) => Some(vec![one.clone()]),
        (None, Some(Value::Array(list))) => Some(list.clone()),
        _ => None,
    };
    match (list(old), list(new)) {
        (None, _) => {}
        (Some(_), None) => note("may now have any value".into()),
        (Some(before), Some(after)) => {
            let added: Vec<_> = after.iter().filter(|v| !before.contains(v)).map(ToString::to_string).collect();
            if !added.is_empty() {
                note(format!("may now be {}", added.join(" or ")));
            }
        }
    }
}

fn bounds(old: &Map<String, Value>, new: &Map<String, Value>, note: &mut impl FnMut(String)) {
    for keyword in LOWER.into_iter().chain(UPPER) {
        let Some(before) = old.get(keyword).and_then(Value::as_f64) else { continue };
        let looser = match new.get(keyword).and_then(Value::as_f64) {
            None => true,
            Some(after) if LOWER.contains(&keyword) => after < before,
            Some(after) => after > before,
        };
        if looser {
            note(format!("{keyword} is looser than before"));
        }
    }
}

/// All references in a schema, at any depth.
fn references<'s>(schema: &'s Value, found: &mut Vec<&'s str>) {
    match schema {
        Value::Object(map) => {
            found.extend(["$ref", "$dynamicRef"].iter().filter_map(|key| map.get(*key)?.as_str()));
            map.values().for_each(|one| references(one, found));
        }
        Value::Array(list) => list.iter().for_each(|one| references(one, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(properties: Value, required: Value) -> Value {
        json!({"type": "object", "properties": properties, "required": required})
    }

    #[test]
    fn rows() {
        let text = json!({"type": "string"});
        let rows = [
            ("nothing changes", text.clone(), text.clone(), ""),
            ("words change", json!({"type": "string", "title": "a"}), text.clone(), ""),
            ("type widens", text.clone(), json!({"type": ["string", "null"]}), "/: may now be null"),
            ("type narrows", json!({"type": ["string", "null"]}), text.clone(), ""),
            ("type goes", text.clone(), json!({}), "/: may now be of any type"),
            ("number becomes integer", json!({"type": "number"}), json!({"type": "integer"}), ""),
            ("integer becomes number", json!({"type": "integer"}), json!({"type": "number"}), "/: may now be number"),
            ("value added", json!({"enum": [1, 2]}), json!({"enum": [1, 2, 3]}), "/: may now be 3"),
            ("value removed", json!({"enum": [1, 2]}), json!({"enum": [1]}), ""),
            ("values go", json!({"enum": [1]}), json!({}), "/: may now have any value"),
            ("const kept in enum", json!({"enum": ["a", "b"]}), json!({"const": "a"}), ""),
            ("bound loosens", json!({"minimum": 1}), json!({"minimum": 0}), "/: minimum is looser than before"),
            ("bound tightens", json!({"maxLength": 5}), json!({"maxLength": 3}), ""),
            ("bound goes", json!({"maxItems": 5}), json!({}), "/: maxItems is looser than before"),
            ("pattern changes", json!({"pattern": "a"}), json!({"pattern": "b"}), "/: pattern changed"),
            (
                "minContains loosens",
                json!({"contains": {}, "minContains": 2}),
                json!({"contains": {}}),
                "/: minContains changed",
            ),
            ("pattern comes", json!({}), json!({"pattern": "b"}), ""),
            ("everything", json!(true), json!({}), ""),
            ("described no more", text.clone(), json!(true), "/: is no longer described"),
        ];
        for (name, old, new, expected) in rows {
            let got = breaks(&old, &new).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            assert_eq!(got, expected, "{name}");
        }
    }

    #[test]
    fn properties_are_compared_by_name_and_depth() {
        let old = object(
            json!({"id": {"type": "string"}, "who": object(json!({"a/b": {"type": "string"}}), json!([]))}),
            json!(["id"]),
        );
        let fuller = object(
            json!({"id": {"type": "string"}, "new": {}, "who": object(json!({"a/b": {"type": "string"}}), json!(["a/b"]))}),
            json!(["id", "new"]),
        );
        assert_eq!(breaks(&old, &fuller), []);
        let poorer = object(json!({"who": object(json!({"a/b": {"type": "null"}}), json!([]))}), json!([]));
        let got: Vec<_> = breaks(&old, &poorer).iter().map(ToString::to_string).collect();
        assert_eq!(
            got,
            ["/id: was required and is now optional", "/id: is no longer described", "/who/a~1b: may now be null"]
        );
    }

    #[test]
    fn items_and_references_are_followed() {
        let old = json!({"items": {"$ref": "#/$defs/line"}, "$defs": {"line": {"type": "string"}}});
        let same = json!({"items": {"type": "string"}});
        assert_eq!(breaks(&old, &same), []);
        let other = json!({"items": {"$ref": "#/$defs/line"}, "$defs": {"line": {"type": "integer"}}});
        assert_eq!(breaks(&old, &other)[0].to_string(), "/*: may now be integer");
    }

    #[test]
    fn definitions_that_an_unknown_keyword_refers_to_must_not_change() {
        let one = |line: Value| json!({"anyOf": [{"$ref": "#/$defs/line"}, {"type": "null"}], "$defs": {"line": line}});
        assert_eq!(breaks(&one(json!({"maxLength": 5})), &one(json!({"maxLength": 5}))), []);
        let got = breaks(&one(json!({"maxLength": 5})), &one(json!({"maxLength": 6})));
        assert_eq!(got[0].to_string(), "/: anyOf refers to a changed definition");
        let tree = |more: Value| json!({"type": "object", "allOf": [{"$ref": "#"}], "title": more});
        let got = breaks(&tree(json!("a")), &tree(json!("b")));
        assert_eq!(got[0].to_string(), "/: allOf refers to a changed definition");
    }

    #[test]
    fn a_recursive_schema_terminates() {
        let tree = json!({"type": "object", "properties": {"child": {"$ref": "#"}}});
        assert_eq!(breaks(&tree, &tree), []);
        let circle = json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}});
        let _ = breaks(&circle, &circle);
    }
}
