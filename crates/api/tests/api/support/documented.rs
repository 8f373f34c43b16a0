//! Compares every answer that a test gets with the OpenAPI document: its status and, for an error, its `code` must be
//! documented for the operation. The errors that were answered are written down for `cargo xtask test`, which reports
//! documented errors that no test gets.

use super::{http::Answer, operations::document};
use http::Method;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::OpenOptions,
    io::Write,
    path::Path,
    sync::{LazyLock, Mutex},
};

/// The codes of each status of an operation; none for a success.
type Statuses = BTreeMap<u16, BTreeSet<String>>;

/// The documented answers, by method and path.
static DOCUMENTED: LazyLock<BTreeMap<(String, String), Statuses>> = LazyLock::new(|| {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| {
        let operations = item.as_object().unwrap().iter();
        let of = |(method, operation): (&String, &Value)| {
            ((method.to_uppercase(), path.clone()), statuses(&document, &operation["responses"]))
        };
        operations.map(of).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
});

fn statuses(document: &Value, responses: &Value) -> Statuses {
    let of = |(status, response): (&String, &Value)| {
        let response = match response["$ref"].as_str() {
            Some(target) => document.pointer(target.trim_start_matches('#')).unwrap(),
            None => response,
        };
        let examples = response["content"]["application/problem+json"]["examples"].as_object();
        let codes = examples.into_iter().flatten().map(|(_, one)| one["value"]["code"].as_str().unwrap().to_owned());
        Some((status.parse().ok()?, codes.collect()))
    };
    responses.as_object().unwrap().iter().filter_map(of).collect()
}

/// The documented path that the router takes for a path: one without parameters goes first.
fn template(path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default();
    let matches = |template: &&str| {
        let (given, parts) = (path.split('/'), template.split('/'));
        given.clone().count() == parts.clone().count()
            && given.zip(parts).all(|(given, part)| given == part || part.starts_with('{') && !given.is_empty())
    };
    let templates = DOCUMENTED.keys().map(|(_, template)| template.as_str());
    templates.filter(matches).min_by_key(|template| template.matches('{').count())
}

/// Panics when the document does not have this answer.
#[track_caller]
pub(super) fn check_documented(method: &Method, path: &str, answer: &Answer) {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let Some(template) = template(path) else { return };
    let Some(statuses) = DOCUMENTED.get(&(method.to_owned(), template.to_owned())) else { return };
    let (status, call) = (answer.status.as_u16(), &answer.call);
    let Some(codes) = statuses.get(&status) else {
        panic!("{call}: {status} is not documented for {method} {template}: {}", answer.text())
    };
    // The answer to HEAD has no body.
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(code) = body["code"].as_str().filter(|_| status >= 400) {
        assert!(codes.contains(code), "{call}: {status} {code} is not documented for {method} {template}");
        note(&format!("{method} {template} {status} {code}\n"));
    }
}

/// Appends a line to the file of answered errors, once per process.
fn note(line: &str) {
    static NOTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if NOTED.lock().unwrap().insert(line.to_owned()) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("api-errors.txt");
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("the file of answered errors");
        file.write_all(line.as_bytes()).expect("the file of answered errors");
    }
}
