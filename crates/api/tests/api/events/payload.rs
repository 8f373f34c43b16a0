//! `GET /api/v1/events/{id}/payload`.

use crate::support::TestApp;
use http::Method;

#[tokio::test]
async fn a_payload_is_returned_as_it_was_published() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let data = r#"{ "big":123456789012345678901234567890.10, "b" :1,"a":[ ],"é":"\u00e9" }"#;
    let body = format!(r#"{{"type":"invoice.created","id":"one","data":{data}}}"#);
    acme.send(Method::POST, "/api/v1/events", body).await.expect(202);
    let answer = acme.get("/api/v1/events/one/payload").await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, data));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    app.finish().await;
}

#[tokio::test]
async fn an_erased_payload_and_one_of_another_tenant_are_not_found() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.tenant("acme").await, app.tenant("globex").await);
    let event = acme.publish().await;
    let path = format!("/api/v1/events/{}/payload", event["id"].as_str().unwrap());
    globex.get(&path).await.problem(404, "not_found");
    acme.get("/api/v1/events/nothing/payload").await.problem(404, "not_found");
    acme.delete(&path).await.expect(200);
    acme.get(&path).await.problem(410, "payload_erased");
    app.finish().await;
}
