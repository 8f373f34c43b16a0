//! The table of hostile URLs over HTTP: each is refused with 422 at creation, with its reason.

use super::PATH;
use crate::support::{Setup, TestApp};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Table {
    refused: BTreeMap<String, Vec<(String, String)>>,
    accepted: Vec<(String, String)>,
}

fn table() -> Table {
    serde_json::from_str(include_str!("../../../../../../testing/urls/hostile.json")).unwrap()
}

#[tokio::test]
async fn every_hostile_url_is_refused_with_its_reason_and_the_field() {
    let app = TestApp::start_as(Setup { allow_loopback: false, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    for (url, reason) in table().refused.values().flatten() {
        let (field, message) = acme.post(PATH, json!({"url": url, "events": ["*"]})).await.fault();
        assert_eq!(field, "url", "{url:?}");
        assert!(message.contains(reason.as_str()), "{url:?}: {message}");
    }
    for (url, _) in table().accepted {
        acme.post(PATH, json!({"url": url, "events": ["*"]})).await.expect(201);
    }
    app.finish().await;
}
