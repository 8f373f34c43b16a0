//! Query parameters of every GET keep to the OpenAPI document: bounds, defaults and closed lists.

use crate::support::{Caller, Operation, TestApp, document};
use serde_json::Value;
use std::collections::BTreeSet;

/// The query parameters of each GET.
fn parameters() -> Vec<(Operation, Value)> {
    let document = document();
    let mut all = Vec::new();
    for operation in Operation::all().into_iter().filter(|one| one.method == "GET") {
        let shown = &document["paths"][&operation.path]["get"]["parameters"];
        let query = shown.as_array().into_iter().flatten().filter(|one| one["in"] == "query");
        all.extend(query.map(|one| (operation.clone(), one.clone())));
    }
    all
}

struct Asked {
    app: TestApp,
    subscription: String,
}

impl Asked {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let acme = app.tenant("acme").await;
        let made = acme.subscribe("https://a.example/").await;
        Self { app, subscription: made["id"].as_str().unwrap().to_owned() }
    }

    fn caller(&self, operation: &Operation) -> Caller {
        if operation.path.starts_with("/api/v1/admin/") { self.app.admin() } else { self.app.admin_in("acme") }
    }

    /// The status of the call with this query.
    async fn status(&self, operation: &Operation, name: &str, value: &str) -> u16 {
        let path = format!("{}?{name}={value}", operation.with(&self.subscription));
        self.caller(operation).get(&path).await.status.as_u16()
    }
}

/// The status of a parameter that is out of bounds.
fn invalid(operation: &Operation) -> u16 {
    if operation.path.starts_with("/api/v1/tenant/webhooks") { 400 } else { 422 }
}

#[tokio::test]
async fn the_server_enforces_the_documented_bounds_of_numbers() {
    let asked = Asked::new().await;
    let mut names = Vec::new();
    for (operation, parameter) in parameters() {
        let schema = &parameter["schema"];
        if schema["type"] != "integer" {
            continue;
        }
        let name = parameter["name"].as_str().unwrap();
        let bound = |which: &str| {
            schema[which].as_i64().unwrap_or_else(|| panic!("{}: {name} has no {which}", operation.name()))
        };
        let (least, most) = (bound("minimum"), bound("maximum"));
        // A filter has no default.
        let default = schema["default"].as_i64();
        assert!(default.is_none_or(|default| (least..=most).contains(&default)), "{}: {name}", operation.name());
        for (value, expected) in [
            (least.to_string(), 200),
            (most.to_string(), 200),
            (String::new(), 200),
            ((least - 1).to_string(), invalid(&operation)),
            ((most + 1).to_string(), invalid(&operation)),
            ("ten".into(), invalid(&operation)),
            ("1.5".into(), invalid(&operation)),
            ("99999999999999999999".into(), invalid(&operation)),
        ] {
            let status = asked.status(&operation, name, &value).await;
            assert_eq!(status, expected, "{}: {name}={value}", operation.name());
        }
        names.push(name.to_owned());
    }
    for name in ["limit", "offset", "days"] {
        assert!(names.iter().any(|one| one == name), "{name}");
    }
    asked.app.finish().await;
}

#[tokio::test]
async fn an_empty_query_parameter_counts_as_absent_as_documented() {
    let asked = Asked::new().await;
    let mut types = BTreeSet::new();
    for (operation, parameter) in parameters() {
        let name = parameter["name"].as_str().unwrap();
        assert_eq!(parameter["allowEmptyValue"], true, "{}: {name}", operation.name());
        let path = operation.with(&asked.subscription);
        let caller = asked.caller(&operation);
        let (absent, empty) = (caller.get(&path).await, caller.get(&format!("{path}?{name}=")).await);
        assert_eq!(empty.status, 200, "{}: {name}", operation.name());
        assert_eq!(empty.body, absent.body, "{}: {name}", operation.name());
        types.insert(parameter["schema"]["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(types.into_iter().collect::<Vec<_>>(), ["boolean", "integer", "string"]);
    let document = document();
    for operation in Operation::all() {
        let shown = &document["paths"][&operation.path][operation.method.to_lowercase()]["parameters"];
        for parameter in shown.as_array().into_iter().flatten() {
            let allows = (parameter["in"] == "query").then_some(true);
            assert_eq!(parameter["allowEmptyValue"].as_bool(), allows, "{}: {parameter}", operation.name());
        }
    }
    asked.app.finish().await;
}

#[tokio::test]
async fn the_server_refuses_values_outside_documented_lists() {
    let asked = Asked::new().await;
    let mut seen = 0;
    for (operation, parameter) in parameters() {
        let name = parameter["name"].as_str().unwrap();
        let values = parameter["schema"]["enum"].as_array();
        assert!(name != "status" || values.is_some(), "{}: {name} has no enum", operation.name());
        for value in values.into_iter().flatten() {
            let status = asked.status(&operation, name, value.as_str().unwrap()).await;
            assert_eq!(status, 200, "{}: {name}={value}", operation.name());
        }
        if values.is_some() {
            assert_eq!(asked.status(&operation, name, "nonsense").await, invalid(&operation), "{}", operation.name());
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen} parameters are closed lists");
    asked.app.finish().await;
}

#[tokio::test]
async fn the_server_enforces_the_documented_forms_of_ids_and_times() {
    let asked = Asked::new().await;
    for (operation, parameter) in parameters() {
        let name = parameter["name"].as_str().unwrap();
        let schema = &parameter["schema"];
        assert_ne!(schema["type"], Value::Null, "{}: {name} has no type", operation.name());
        let is_id = ["cursor", "subscription_id", "tenant_id"].contains(&name);
        let is_time = ["after", "before"].contains(&name);
        assert!(!is_id || schema["pattern"].is_string(), "{}: {name} has no pattern", operation.name());
        assert!(!is_time || schema["format"] == "date-time", "{}: {name} has no format", operation.name());
        if is_id || is_time {
            let status = asked.status(&operation, name, "not%20one").await;
            assert_eq!(status, invalid(&operation), "{}: {name}", operation.name());
        }
    }
    let document = document();
    for operation in Operation::all() {
        let shown = &document["paths"][&operation.path][operation.method.to_lowercase()]["parameters"];
        for parameter in shown.as_array().into_iter().flatten().filter(|one| one["in"] == "path") {
            let schema = &parameter["schema"];
            let has_form = schema["pattern"].is_string() || schema["maxLength"].is_u64();
            assert!(has_form, "{}: {parameter}", operation.name());
        }
    }
    asked.app.finish().await;
}
