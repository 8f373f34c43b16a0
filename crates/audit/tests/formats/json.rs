//! The JSON format, validated against its published schema.

use crate::{faults, sample, value};
use audit::report::{
    Report,
    formats::{Format, render},
};

const SCHEMA: &str = include_str!("../../../../docs/audit-report.schema.json");

#[test]
fn a_report_keeps_its_schema() {
    let schema = value(SCHEMA);
    assert!(jsonschema::meta::is_valid(&schema));
    for report in [sample::full(), sample::empty()] {
        let instance = value(&render(&report, Format::Json));
        assert_eq!(faults(&schema, &instance), [""; 0]);
    }
}

#[test]
fn what_is_written_is_read_again() {
    for report in [sample::full(), sample::empty()] {
        let read: Report = serde_json::from_str(&render(&report, Format::Json)).unwrap();
        assert_eq!(read, report);
    }
}

/// A field without a schema would be no part of the contract.
#[test]
fn the_schema_has_every_field() {
    let schema = value(SCHEMA);
    let mut unknown = Vec::new();
    compare(&schema, &schema, &value(&render(&sample::full(), Format::Json)), "", &mut unknown);
    assert_eq!(unknown, [""; 0]);
}

fn compare(
    root: &serde_json::Value,
    schema: &serde_json::Value,
    instance: &serde_json::Value,
    path: &str,
    unknown: &mut Vec<String>,
) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).expect("the reference leads somewhere"),
        None => schema,
    };
    match instance {
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                let path = format!("{path}/{name}");
                match schema["properties"].get(name) {
                    Some(schema) => {
                        let described = schema["description"].is_string() || schema["$ref"].is_string();
                        if !described {
                            unknown.push(format!("{path} has no description"));
                        }
                        compare(root, schema, field, &path, unknown);
                    }
                    None => unknown.push(path),
                }
            }
        }
        serde_json::Value::Array(items) if schema["items"].is_object() => {
            for item in items {
                compare(root, &schema["items"], item, path, unknown);
            }
        }
        _ => (),
    }
}

#[test]
fn the_schema_is_open_for_more_fields() {
    let schema = value(SCHEMA);
    let mut instance = value(&render(&sample::full(), Format::Json));
    instance["of_the_future"] = true.into();
    instance["events"][0]["of_the_future"] = true.into();
    assert_eq!(faults(&schema, &instance), [""; 0]);
    instance["events"][0]["state"] = "perhaps".into();
    instance["summary"].as_object_mut().unwrap().remove("coverage");
    assert_eq!(faults(&schema, &instance).len(), 2);
}
