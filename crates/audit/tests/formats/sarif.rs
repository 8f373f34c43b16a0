//! SARIF, validated against the schema of OASIS (`tests/data/README.md` has its source).

use crate::{faults, sample, value};
use audit::report::{
    Report,
    formats::{Format, render},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SCHEMA: &str = include_str!("../data/sarif-schema-2.1.0.json");

/// The schema, with the unmatched bracket of a pattern escaped: only lax engines read it literally.
pub(crate) fn schema() -> Value {
    value(&SCHEMA.replace("{2}]?$", "{2}\\\\]?$"))
}

fn log(report: &Report) -> Value {
    value(&render(report, Format::Sarif))
}

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().unwrap()
}

fn of_event<'log>(log: &'log Value, event_type: &str) -> &'log Value {
    results(log).iter().find(|result| result["properties"]["eventType"] == event_type).unwrap()
}

#[test]
fn a_log_keeps_the_schema() {
    let schema = schema();
    for report in [sample::full(), sample::empty()] {
        assert_eq!(faults(&schema, &log(&report)), [""; 0]);
    }
    let mut broken = log(&sample::full());
    broken["runs"][0]["results"][0]["level"] = "dreadful".into();
    assert_eq!(faults(&schema, &broken).len(), 1);
}

#[test]
fn every_result_has_its_rule() {
    let log = log(&sample::full());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let mut used = BTreeSet::new();
    for result in results(&log) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        used.insert(index);
    }
    assert_eq!(used.len(), rules.len(), "the sample has one of everything");
    assert!(rules.iter().all(|rule| rule["help"]["text"].as_str().is_some_and(|text| text.len() > 40)));
}

#[test]
fn a_missing_event_is_where_it_belongs_else_where_it_is_defined() {
    let log = log(&sample::full());
    let uri = "/locations/0/physicalLocation/artifactLocation/uri";
    let line = "/locations/0/physicalLocation/region/startLine";
    let suggested = of_event(&log, "credit_note.created");
    assert_eq!(suggested.pointer(uri).unwrap(), "billing/credit_notes/service.py");
    assert_eq!(suggested.pointer(line).unwrap(), 48);
    let defined = of_event(&log, "export.failed");
    assert_eq!(defined.pointer(uri).unwrap(), "webhooks/models.py");
    assert_eq!(defined.pointer(line).unwrap(), 61);
    let nowhere = of_event(&log, "file.scanned");
    assert_eq!(nowhere.get("locations"), None);
}

#[test]
fn an_accepted_gap_is_suppressed_with_its_reason() {
    let log = log(&sample::full());
    let expected = json!([{
        "kind": "external", "status": "accepted", "justification": "The provider tells us only in a nightly file.",
    }]);
    assert_eq!(of_event(&log, "email.bounced")["suppressions"], expected);
    // Either all results have the property, or none has.
    assert!(results(&log).iter().all(|result| result["suppressions"].is_array()));
    assert_eq!(results(&log).iter().filter(|result| result["suppressions"] != json!([])).count(), 1);
}

#[test]
fn fingerprints_survive_a_move_of_lines() {
    let fingerprints = |report: &Report| -> Vec<String> {
        let log = log(report);
        results(&log).iter().map(|result| result["partialFingerprints"].to_string()).collect()
    };
    let before = sample::full();
    let mut after = sample::full();
    for event in &mut after.events {
        event.sites.iter_mut().for_each(|site| site.line += 7);
        event.suggestions.iter_mut().for_each(|place| place.line += 7);
    }
    after.undefined.iter_mut().flat_map(|undefined| &mut undefined.sites).for_each(|site| site.line += 7);
    after.bypasses.iter_mut().for_each(|bypass| bypass.line += 7);
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let all = fingerprints(&before);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "no two are alike");
}

#[test]
fn the_revision_is_told_without_an_address_that_nobody_knows() {
    let log = log(&sample::full());
    assert_eq!(log["runs"][0]["properties"]["revision"], "8f14e45fceea167a5a36dedd4bea2543c0ffee00");
    assert_eq!(log["runs"][0].get("versionControlProvenance"), None);
    assert_eq!(log["runs"][0]["tool"]["driver"]["name"], "Postrider");
}
