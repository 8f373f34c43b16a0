//! Compatibility of schemas: every payload that is valid under the new schema must keep the guarantees of the old one,
//! on which receivers rely.
//!
//! The check is structural and errs on the side of refusal: keywords that it does not understand must not change.

use serde_json::{Map, Value};
use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashSet},
};

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
    let comparison = Comparison::new(old, new);
    // A list of pairs instead of recursion: the depth of recursive schemas has no bound.
    let (mut compared, mut pending) = (HashSet::new(), vec![Pair { at: String::new(), old, new: Some(new) }]);
    while let Some(pair) = pending.pop() {
        let (at, old) = (pair.at, resolve(comparison.old_root, pair.old));
        let Some(new) = pair.new.map(|new| resolve(comparison.new_root, new)) else {
            found.push(Break { pointer: at, message: "is no longer described".into() });
            continue;
        };
        // A recursive schema meets a pair again and again; a broken guarantee is reported at the first place.
        if !compared.insert((std::ptr::from_ref(old), std::ptr::from_ref(new))) {
            continue;
        }
        if compared.len() > PAIRS_MAX {
            let message = format!("has more than {PAIRS_MAX} parts, which are too many to compare");
            found.push(Break { pointer: String::new(), message });
            break;
        }
        let parts = comparison.schema(&at, old, new, &mut found);
        pending.extend(parts.into_iter().rev());
    }
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

/// Maximum number of references that are followed one after the other.
const DEPTH: usize = 32;

/// Maximum number of pairs of parts that are compared. With references there can be more pairs than parts: recursive
/// schemas of n and of m definitions have up to n·m.
const PAIRS_MAX: usize = 20_000;

struct Comparison<'s> {
    old_root: &'s Value,
    new_root: &'s Value,
    /// The documents differ, and their definitions; found out once, since they may be large.
    roots_differ: OnceCell<bool>,
    definitions_differ: OnceCell<bool>,
}

impl<'s> Comparison<'s> {
    fn new(old_root: &'s Value, new_root: &'s Value) -> Self {
        Self { old_root, new_root, roots_differ: OnceCell::new(), definitions_differ: OnceCell::new() }
    }
}

/// A part of the old schema and its counterpart, if it has one.
struct Pair<'s> {
    at: String,
    old: &'s Value,
    new: Option<&'s Value>,
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

impl<'s> Comparison<'s> {
    /// Compares two schemas except for their parts, which it returns.
    fn schema(&self, at: &str, old: &'s Value, new: &'s Value, found: &mut Vec<Break>) -> Vec<Pair<'s>> {
        let mut note = |message: String| found.push(Break { pointer: at.to_owned(), message });
        let message = match (old, new) {
            (Value::Bool(true), _) | (_, Value::Bool(false)) => return Vec::new(),
            (Value::Object(old), Value::Bool(true)) if old.keys().all(|key| WORDS.contains(&key.as_str())) => {
                return Vec::new();
            }
            (Value::Object(old), Value::Object(new)) => {
                types(old, new, &mut note);
                values(old, new, &mut note);
                bounds(old, new, &mut note);
                self.rest(old, new, &mut note);
                let mut parts = properties(at, old, new, found);
                parts.extend(items(at, old, new));
                return parts;
            }
            (Value::Bool(false), _) => "was impossible and is now possible",
            (_, Value::Bool(true)) => "is no longer described",
            _ => "must be described by an object",
        };
        note(message.into());
        Vec::new()
    }

    /// Keywords that are not understood must be unchanged or new, and so must everything that they refer to.
    fn rest(&self, old: &Object, new: &Object, note: &mut impl FnMut(String)) {
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
        let differ = || definitions.iter().any(|d| self.old_root.get(d) != self.new_root.get(d));
        match targets.iter().all(is_definition) {
            true => !targets.is_empty() && *self.definitions_differ.get_or_init(differ),
            false => *self.roots_differ.get_or_init(|| self.old_root != self.new_root),
        }
    }
}

type Object = Map<String, Value>;

fn properties<'s>(at: &str, old: &'s Object, new: &'s Object, found: &mut Vec<Break>) -> Vec<Pair<'s>> {
    let pointer = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    let kept = names(new.get("required"));
    for name in names(old.get("required")) {
        if !kept.contains(name) {
            found.push(Break { pointer: pointer(name), message: "was required and is now optional".into() });
        }
    }
    let now = new.get("properties").and_then(Value::as_object);
    let properties = old.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties.map(|(name, old)| Pair { at: pointer(name), old, new: now.and_then(|now| now.get(name)) }).collect()
}

fn items<'s>(at: &str, old: &'s Object, new: &'s Object) -> impl Iterator<Item = Pair<'s>> {
    SUBSCHEMAS.into_iter().filter_map(move |keyword| {
        let new = new.get(keyword).unwrap_or(&Value::Bool(true));
        old.get(keyword).map(|old| Pair { at: format!("{at}/*"), old, new: Some(new) })
    })
}

fn types(old: &Object, new: &Object, note: &mut impl FnMut(String)) {
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

fn values(old: &Object, new: &Object, note: &mut impl FnMut(String)) {
    let list = |schema: &Object| match (schema.get("const"), schema.get("enum")) {
        (Some(one), _) => Some(vec![one.clone()]),
        (None, Some(Value::Array(list))) => Some(list.clone()),
        _ => None,
    };
    match (list(old), list(new)) {
        (None, _) => {}
        (Some(_), None) => note("may now have any value".into()),
        (Some(before), Some(after)) => {
            // The lists may be long.
            let known: HashSet<&Value> = before.iter().collect();
            let added: Vec<_> = after.iter().filter(|v| !known.contains(v)).map(ToString::to_string).collect();
            if !added.is_empty() {
                note(format!("may now be {}", added.join(" or ")));
            }
        }
    }
}

fn bounds(old: &Object, new: &Object, note: &mut impl FnMut(String)) {
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
    fn recursive_schemas_and_long_lists_are_compared_in_bounded_time() {
        let both = json!({"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}});
        assert_eq!(breaks(&both, &both), []);
        let deep = json!({"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}, "c": {"type": "string"}}});
        assert_eq!(breaks(&deep, &both).len(), 1);
        // Cycles of 200 and of 199 definitions meet in all pairs of them.
        let cycle = |length: usize| {
            let next = |at: usize| json!({"properties": {"a": {"$ref": format!("#/$defs/{}", (at + 1) % length)}}});
            let all: Map<String, Value> = (0..length).map(|at| (at.to_string(), next(at))).collect();
            json!({"$ref": "#/$defs/0", "$defs": all})
        };
        let found = breaks(&cycle(200), &cycle(199));
        assert!(found.len() == 1 && found[0].message.starts_with("has more than 20000 parts"), "{found:?}");
        let list = |from: usize| json!({"enum": (from..from + 50_000).collect::<Vec<_>>()});
        assert_eq!(breaks(&list(0), &list(1))[0].message, "may now be 50000");
    }

    #[test]
    fn a_recursive_schema_terminates() {
        let tree = json!({"type": "object", "properties": {"child": {"$ref": "#"}}});
        assert_eq!(breaks(&tree, &tree), []);
        let circle = json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}});
        let _ = breaks(&circle, &circle);
    }
}
