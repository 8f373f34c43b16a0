//! Checks that tests of the API get every documented error. (The tests themselves check the reverse: that every error
//! they get is documented.)

use crate::workspace::root;
use anyhow::{Context, bail};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The errors that the tests got, below the target's `tmp`: lines of method, path, status and code.
pub(crate) const FILE: &str = "api-errors.txt";

/// Errors of middleware and extractors, which many operations share: a test of one operation suffices.
const SHARED: [&str; 13] = [
    "BadRequest",
    "CsrfTokenRequired",
    "Forbidden",
    "Invalid",
    "MalformedJson",
    "NoSuchTenant",
    "NotOperator",
    "NotPublished",
    "Timeout",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "UnsupportedEncoding",
];

/// Errors that no test of the API gets by its usual client, and why.
const ALLOWED: [(&str, &str); 4] = [
    ("Timeout", "a body that stops half way needs a raw connection; `bodies` has it"),
    ("LeaseLost", "it takes a store of several nodes; `readiness` of the process tests has it"),
    ("Lagging", "it takes a journal with thousands of waiting entries"),
    ("TenantBeingDeleted", "it takes a deletion that was interrupted; the conformance suite of stores has it"),
];

/// Fails when a documented error is not in [`FILE`].
pub(crate) fn check(folder: &Path) -> anyhow::Result<()> {
    let got = fs::read_to_string(folder.join(FILE)).context("failed to read the errors that the API's tests got")?;
    let got: BTreeSet<&str> = got.lines().collect();
    let document = fs::read_to_string(root().join("docs/openapi.json"))?;
    let missing = missing(&serde_json::from_str(&document)?, &got);
    if !missing.is_empty() {
        bail!("no test of the API gets these documented errors:\n  {}", missing.join("\n  "));
    }
    Ok(())
}

fn missing(document: &Value, got: &BTreeSet<&str>) -> Vec<String> {
    let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (kind, line) in documented(document) {
        by_kind.entry(kind).or_default().push(line);
    }
    by_kind.retain(|kind, _| !ALLOWED.iter().any(|(allowed, _)| allowed == kind));
    let mut missing = Vec::new();
    for (kind, lines) in by_kind {
        let is_got = |line: &&String| got.contains(line.as_str());
        if SHARED.contains(&kind.as_str()) {
            if !lines.iter().any(|line| is_got(&line)) {
                missing.push(format!("{kind}, of {} operations", lines.len()));
            }
        } else {
            missing.extend(lines.iter().filter(|line| !is_got(line)).map(|line| format!("{line} ({kind})")));
        }
    }
    missing
}

/// The documented errors of all operations: kind, and a line as in [`FILE`].
fn documented(document: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                let target = response["$ref"].as_str().map(|target| target.trim_start_matches('#'));
                let response = target.and_then(|target| document.pointer(target)).unwrap_or(response);
                let examples = response["content"]["application/problem+json"]["examples"].as_object();
                for (kind, example) in examples.into_iter().flatten() {
                    let code = example["value"]["code"].as_str().unwrap_or_default();
                    all.push((kind.clone(), format!("{} {path} {status} {code}", method.to_uppercase())));
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_own_error_is_needed_at_each_operation_and_a_shared_one_at_any() {
        let response = |kind: &str, code: &str| {
            let examples = json!({ kind: {"value": {"code": code}} });
            json!({"content": {"application/problem+json": {"examples": examples}}})
        };
        let operation = json!({"responses": {
            "200": {}, "401": {"$ref": "#/shared"}, "409": response("Contended", "conflict"),
            "408": response("Timeout", "timeout"),
        }});
        let document = json!({
            "paths": {"/a": {"get": operation}, "/b": {"put": operation}},
            "shared": response("Unauthorized", "unauthorized"),
        });
        let got = BTreeSet::from(["GET /a 401 unauthorized", "PUT /b 409 conflict"]);
        assert_eq!(missing(&document, &got), ["GET /a 409 conflict (Contended)"]);
        let got = BTreeSet::from(["GET /a 409 conflict", "PUT /b 409 conflict"]);
        assert_eq!(missing(&document, &got), ["Unauthorized, of 2 operations"]);
    }
}
