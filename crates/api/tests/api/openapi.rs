//! The OpenAPI document and Swagger UI, as served. (That the committed copy is current is checked elsewhere.)

use crate::support::{Operation, Setup, TestApp, document};
use serde_json::Value;

#[tokio::test]
async fn the_document_is_served() {
    let app = TestApp::start().await;
    let served = app.nobody().get("/api/v1/openapi.json").await.expect(200);
    assert_eq!(served, document());
    app.finish().await;
}

#[tokio::test]
async fn swagger_ui_loads_nothing_from_other_hosts() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    let redirect = nobody.get("/docs").await;
    assert!(redirect.status.is_redirection() && redirect.header("location") == Some("/docs/"), "{redirect:?}");
    let page = nobody.get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    let html = page.text();
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("src=\"//"), "{html}");
    for attribute in ["src=\"", "href=\""] {
        let links = html.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap());
        for link in links.filter(|link| !link.starts_with("data:")) {
            let part = nobody.get(&format!("/docs/{}", link.trim_start_matches("./"))).await;
            assert_eq!(part.status, 200, "{link}");
        }
    }
    assert!(html.contains("<title>Postrider API</title>"));
    let script = nobody.get("/docs/start.js").await;
    assert!(script.text().contains(r#"url: "/api/v1/openapi.json""#), "{}", script.text());
    assert!(script.text().contains("const key = null;"), "{}", script.text());
    assert_eq!(nobody.get("/docs/nothing.js").await.problem(404, "not_found")["status"], 404);
    app.finish().await;
}

#[tokio::test]
async fn the_page_fills_in_a_development_key() {
    let settings = api::Settings { dev_key: Some("pk_\"dev".into()), ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let script = app.nobody().get("/docs/start.js").await;
    assert!(script.text().contains(r#"const key = "pk_\"dev";"#), "{}", script.text());
    assert_eq!(script.header("cache-control"), Some("no-store"));
    app.finish().await;
}

/// Checks that every `$ref` in the document has a target.
fn check_references(value: &Value, document: &Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get("$ref") {
                let pointer = target.strip_prefix('#').expect("a reference into the document");
                assert!(document.pointer(pointer).is_some(), "{target}");
            }
            map.values().for_each(|one| check_references(one, document));
        }
        Value::Array(list) => list.iter().for_each(|one| check_references(one, document)),
        _ => {}
    }
}

#[test]
fn the_document_is_complete() {
    let document = document();
    check_references(&document, &document);
    assert!(document["info"]["version"].as_str().is_some_and(|version| !version.is_empty()));
    let mut ids = Vec::new();
    for operation in Operation::all() {
        let shown = &document["paths"][&operation.path][operation.method.to_lowercase()];
        let name = operation.name();
        assert!(shown["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        assert_eq!(shown["tags"].as_array().map(Vec::len), Some(1), "{name}");
        let responses = shown["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name}");
        assert_eq!(responses["default"]["$ref"], "#/components/responses/Error", "{name}");
        for (status, response) in responses {
            let shown = match response["$ref"].as_str() {
                Some(target) => document.pointer(target.trim_start_matches('#')).unwrap(),
                None => response,
            };
            assert!(shown["description"].as_str().is_some_and(|text| !text.is_empty()), "{name} {status}");
            if status.starts_with(['4', '5']) {
                let problem = &shown["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(problem, "#/components/schemas/Problem", "{name} {status}");
                let examples = shown["content"]["application/problem+json"]["examples"].as_object();
                let examples = examples.unwrap_or_else(|| panic!("{name} {status} has no example"));
                for (kind, example) in examples {
                    let value = &example["value"];
                    assert_eq!(value["status"].to_string(), *status, "{name} {kind}");
                    let texts = ["code", "detail", "title"].map(|field| value[field].as_str().unwrap_or_default());
                    assert!(texts.iter().all(|text| !text.is_empty()), "{name} {kind}: {value}");
                }
            }
        }
        let parameters = shown["parameters"].as_array().cloned().unwrap_or_default();
        let in_path = parameters.iter().filter(|one| one["in"] == "path").count();
        assert_eq!(in_path, operation.path.matches('{').count(), "{name}");
        ids.push(shown["operationId"].as_str().unwrap().to_owned());
    }
    let total = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), total, "operation ids are unique: client generators name functions by them");
}
