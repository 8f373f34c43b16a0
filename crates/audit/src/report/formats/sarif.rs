//! SARIF 2.1.0 (OASIS, errata 01), for code scanning. `versionControlProvenance` requires the address of the
//! repository, which the report does not have; so the revision is in the run's properties.

use super::{
    doubt::{Doubt, candidate, doubt},
    findings::{Finding, Level, Rule, Spot, findings},
};
use crate::report::Report;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

pub(super) fn render(report: &Report) -> String {
    let mut seen = HashMap::new();
    let results: Vec<Value> = findings(report).iter().map(|finding| result(finding, &mut seen)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Postrider",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Rule::ALL.map(rule),
            }},
            "automationDetails": {"id": "postrider/webhook-audit/"},
            "invocations": [{
                "executionSuccessful": true,
                "toolConfigurationNotifications": doubts(report),
                "toolExecutionNotifications": skipped(report),
            }],
            "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that was audited."}}},
            "properties": {
                "revision": report.revision,
                "modified": report.modified,
                "generatedAt": report.generated_at,
                "catalog": report.catalog.name,
                "summary": report.summary,
            },
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).expect("a log has only string keys");
    text.push('\n');
    text
}

fn rule(rule: Rule) -> Value {
    json!({
        "id": rule.id(),
        "name": rule.name(),
        "shortDescription": {"text": format!("{}.", rule.title())},
        "fullDescription": {"text": rule.help()},
        "help": {"text": rule.help()},
        "defaultConfiguration": {"level": level(rule.level())},
        "properties": {"tags": ["webhooks"]},
    })
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// A result. `seen` counts the findings that differ only in their line.
fn result(finding: &Finding<'_>, seen: &mut HashMap<String, usize>) -> Value {
    let index = Rule::ALL.iter().position(|rule| *rule == finding.rule);
    // Either all results have suppressions or none has (3.27.23); an empty list means that the gap is not accepted.
    let suppressions: Vec<Value> = finding
        .accepted
        .iter()
        .map(|why| json!({"kind": "external", "status": "accepted", "justification": why}))
        .collect();
    let mut result = json!({
        "ruleId": finding.rule.id(),
        "ruleIndex": index,
        "level": level(finding.level),
        "message": {"text": finding.message},
        "partialFingerprints": {"postriderFinding/v1": fingerprint(finding, seen)},
        "suppressions": suppressions,
    });
    let fields = result.as_object_mut().expect("it was made as an object");
    if let Some(known) = finding.known {
        fields.insert("baselineState".into(), json!(if known { "unchanged" } else { "new" }));
    }
    if let Some(spot) = &finding.spot {
        fields.insert("locations".into(), json!([location(spot)]));
    }
    if !finding.related.is_empty() {
        let related: Vec<Value> = finding.related.iter().enumerate().map(related).collect();
        fields.insert("relatedLocations".into(), related.into());
    }
    if let Some(subject) = finding.subject {
        let key = if finding.rule == Rule::Unresolved { "expression" } else { "eventType" };
        fields.insert("properties".into(), json!({key: subject}));
    }
    result
}

/// A fingerprint without the line, so that it does not change when code above it does.
fn fingerprint(finding: &Finding<'_>, seen: &mut HashMap<String, usize>) -> String {
    let file = finding.spot.as_ref().map_or("", |spot| spot.file);
    let key = format!("{}|{}|{file}", finding.rule.id(), finding.subject.unwrap_or_default());
    let number = seen.entry(key.clone()).or_default();
    *number += 1;
    format!("{key}|{number}")
}

fn related((at, (spot, text)): (usize, &(Spot<'_>, String))) -> Value {
    let mut location = location(spot);
    location["id"] = json!(at + 1);
    location["message"] = json!({"text": text});
    location
}

fn location(spot: &Spot<'_>) -> Value {
    let mut location = Map::new();
    location.insert(
        "physicalLocation".into(),
        json!({
            "artifactLocation": {"uri": uri(spot.file), "uriBaseId": ROOT},
            "region": {"startLine": spot.line.max(1)},
        }),
    );
    if let Some(function) = spot.function {
        location.insert("logicalLocations".into(), json!([{"fullyQualifiedName": function, "kind": "function"}]));
    }
    location.into()
}

/// A warning when the report is not sure which set is the catalog.
fn doubts(report: &Report) -> Vec<Value> {
    let notification = |doubt: Doubt<'_>| {
        let candidates: Vec<String> = doubt.candidates.iter().map(candidate).collect();
        let text = format!("{} Candidates: {}. {}", doubt.what, candidates.join("; "), doubt.next);
        json!({"level": "warning", "message": {"text": text}})
    };
    doubt(report).map(notification).into_iter().collect()
}

fn skipped(report: &Report) -> Vec<Value> {
    let notification = |skipped: &crate::report::Skipped| {
        json!({
            "level": "note",
            "message": {"text": format!("The file was not read: {}", skipped.reason)},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(&skipped.file), "uriBaseId": ROOT}}}],
        })
    };
    let in_part = |partial: &crate::report::Partial| {
        let region = json!({"startLine": partial.line});
        let artifact = json!({"uri": uri(&partial.file), "uriBaseId": ROOT});
        json!({
            "level": "note",
            "message": {"text": "A part of the file was not read, because of a syntax error."},
            "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        })
    };
    let skipped = report.files.skipped.iter().map(notification);
    skipped.chain(report.files.partial.iter().map(in_part)).collect()
}

/// A relative reference (RFC 3986): unreserved characters and slashes stay, everything else is encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_is_a_relative_reference() {
        assert_eq!(super::uri("src/a b:ü.py"), "src/a%20b%3A%C3%BC.py");
        assert_eq!(super::uri("src\\a.cs"), "src/a.cs");
    }
}
