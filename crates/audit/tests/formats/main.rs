//! All formats, of a full report, of an empty one, and of one whose names contain markup.

mod annotations;
mod browser;
mod escaping;
mod json;
mod names;
mod odd;
mod page;
mod reading;
mod sample;
mod sarif;
mod text;

/// The violations of a JSON Schema, with their paths.
fn faults(schema: &serde_json::Value, instance: &serde_json::Value) -> Vec<String> {
    let validator =
        jsonschema::options().should_validate_formats(true).build(schema).expect("the schema is a schema itself");
    validator.iter_errors(instance).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

fn value(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("it is JSON")
}
