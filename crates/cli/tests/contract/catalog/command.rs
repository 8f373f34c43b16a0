//! `postrider catalog`, and errors of catalog files that prevent the start.

use super::{CATALOG_FILE, coverage::all};
use crate::{
    rows::{Row, row},
    server::finish,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, process::Output};

fn success(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The error message of a failed command, which must be a single sentence.
fn sentence(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

fn catalog(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    success(&finish(folder.path(), &[&["catalog"], arguments].concat(), &[]))
}

fn with_file(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("types")).unwrap();
    std::fs::write(folder.path().join("types/own.json"), text).unwrap();
    folder
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = looking();
    rows.extend(asyncapi());
    rows.extend(broken());
    rows
}

fn looking() -> Vec<Row> {
    vec![
        row("postrider catalog list", "every type, one per line; --category", |_| async {
            let first_words = |text: &str| -> BTreeSet<String> {
                text.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
            };
            let events = |of: Option<&str>| -> BTreeSet<String> {
                all().into_iter().filter(|(c, _)| of.is_none_or(|of| of == c)).map(|(_, event)| event).collect()
            };
            assert_eq!(first_words(&catalog(&["list"])), events(None));
            assert_eq!(first_words(&catalog(&["list", "--category", "audit"])), events(Some("audit")));
        }),
        row("postrider catalog show", "one with its schema and example; unknown: a sentence", |w| async move {
            let shown: Value = serde_json::from_str(&catalog(&["show", "invoice.paid"])).unwrap();
            assert_eq!(shown, w.p("GET /events/invoice.paid", ()).await.is(200).body);
            let folder = tempfile::tempdir().unwrap();
            let failed = finish(folder.path(), &["catalog", "show", "no.such"], &[]);
            assert!(sentence(&failed).contains("no.such"));
        }),
        row("postrider catalog check", "all in order, the folder's too", |_| async {
            assert!(catalog(&["check"]).starts_with("75 "));
            let folder = with_file(CATALOG_FILE);
            let environment = [("POSTRIDER_CATALOG_FOLDER", "types")];
            assert!(success(&finish(folder.path(), &["catalog", "check"], &environment)).starts_with("76 "));
            let by_flag = finish(folder.path(), &["catalog", "check", "--folder", "types"], &[]);
            assert!(success(&by_flag).starts_with("76 "));
        }),
        row("postrider catalog export --format json", "all entries, as the API shows them", |w| async move {
            let exported: Vec<Value> = serde_json::from_str(&catalog(&["export", "--format", "json"])).unwrap();
            assert_eq!(catalog(&["export"]), catalog(&["export", "--format", "json"]));
            assert_eq!(exported.len(), 75);
            for one in &exported {
                let path = format!("GET /events/{}", one["event_type"].as_str().unwrap());
                assert_eq!(*one, w.p(&path, ()).await.is(200).body);
            }
        }),
        row("postrider catalog export --format markdown", "a page with a section for each", |_| async {
            let page = catalog(&["export", "--format", "markdown"]);
            let lines: BTreeSet<_> = page.lines().collect();
            for (category, event) in all() {
                assert!(lines.contains(format!("## {category}").as_str()), "{category}");
                assert!(lines.contains(format!("### {event}").as_str()), "{event}");
            }
        }),
    ]
}

/// All `$ref`s in a document.
fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|one| references(one, found));
        }
        Value::Array(list) => list.iter().for_each(|one| references(one, found)),
        _ => {}
    }
}

fn asyncapi() -> Vec<Row> {
    const EXPORT: &str = "postrider catalog export --format asyncapi";
    vec![
        row(EXPORT, "asyncapi 3.0.0; lists every type", |_| async {
            let document: Value = serde_json::from_str(&catalog(&["export", "--format", "asyncapi"])).unwrap();
            assert_eq!(document["asyncapi"], "3.0.0");
            assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
            let events: BTreeSet<_> = all().into_iter().map(|(_, event)| event).collect();
            for part in ["/channels", "/components/messages"] {
                let there: BTreeSet<_> = document.pointer(part).unwrap().as_object().unwrap().keys().cloned().collect();
                assert_eq!(there, events, "{part}");
            }
            assert_eq!(document["operations"].as_object().unwrap().len(), events.len());
        }),
        row(EXPORT, "all its $refs resolve, a folder's self-referring schema too", |_| async {
            let tree = json!({
                "category": "trees", "events": [{ "type": "tree.grown", "description": "x",
                    "schema": { "type": "object", "properties": { "child": { "$ref": "#" },
                        "leaf": { "$ref": "#/$defs/leaf" } }, "$defs": { "leaf": { "type": "string" } } } }],
            });
            let folder = with_file(&tree.to_string());
            let arguments = ["catalog", "export", "--format", "asyncapi", "--folder", "types"];
            let document: Value = serde_json::from_str(&success(&finish(folder.path(), &arguments, &[]))).unwrap();
            let mut found = Vec::new();
            references(&document, &mut found);
            assert!(found.len() > 4 * 76, "{}", found.len());
            for one in found {
                let pointer = one.strip_prefix('#').unwrap_or_else(|| panic!("{one} leads out of the document"));
                assert!(document.pointer(pointer).is_some(), "{one} leads nowhere");
            }
        }),
    ]
}

fn broken() -> Vec<Row> {
    let stops = |text: &str, part: &str| {
        let folder = with_file(text);
        let path: &Path = folder.path();
        let environment =
            [("POSTRIDER_CATALOG_FOLDER", "types"), ("POSTRIDER_ADMIN_KEY", "twenty-four-characters-and-more")];
        for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["catalog", "check"]] {
            let said = sentence(&finish(path, arguments, &environment));
            assert!(said.contains("own.json") && said.contains(part), "{said}");
            assert!(said.contains("POSTRIDER_CATALOG_FOLDER"), "{said}");
        }
    };
    vec![row(
        "POSTRIDER_CATALOG_FOLDER",
        "a broken file stops the start with a sentence naming it",
        move |_| async move {
            stops("{ not json", "");
            stops(r#"{ "category": "x", "events": [{ "type": "a b", "description": "x" }] }"#, "a b");
            stops(r#"{ "category": "x", "events": [{ "type": "invoice.paid", "description": "x" }] }"#, "invoice.paid");
            let bad_schema = r#"{ "category": "x", "events": [
            { "type": "a.b", "description": "x", "schema": { "type": "objekt" } }] }"#;
            stops(bad_schema, "a.b");
            let bad_example = r#"{ "category": "x", "events": [
            { "type": "a.b", "description": "x", "schema": { "required": ["n"] }, "example": {} }] }"#;
            stops(bad_example, "a.b");
            let unknown = r#"{ "category": "x", "events": [{ "type": "a.b", "description": "x", "sample": {} }] }"#;
            stops(unknown, "sample");
            let twice = r#"{ "category": "x", "events": [
            { "type": "a.b", "description": "x" }, { "type": "a.b", "description": "y" }] }"#;
            stops(twice, "a.b");
        },
    )]
}
