//! Signatures of AWS, verified by botocore.

use super::{Place, Recorder, change, on_both_stores, publish_to, recorder::Recorded};
use serde_json::{Value, json};
use std::{io::Write, path::PathBuf, process::Command, sync::OnceLock};
use testing::workshop;

on_both_stores! {
    botocore_computes_the_same_signature,
}

fn here(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/process/shaping").join(file)
}

/// A Python with botocore.
fn python() -> &'static PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let folder = workshop::folder(env!("CARGO_TARGET_TMPDIR"), "shaping-python");
        workshop::python(&folder, &here("requirements.txt"))
    })
}

fn case(request: &Recorded, token: Option<&str>) -> Value {
    let host = request.header("host");
    let headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    let body = request.body.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    json!({
        "method": request.method.as_str(), "url": format!("http://{host}{}", request.target), "headers": headers,
        "body": body, "key": "AKIDEXAMPLE", "secret": "hush/+=", "token": token, "region": "eu-west-1",
        "service": "execute-api",
    })
}

async fn botocore_computes_the_same_signature(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let aws = json!({
        "type": "aws_sigv4", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "hush/+=", "region": "eu-west-1",
        "service": "execute-api",
    });
    let fields = json!({ "authentication": aws, "headers": { "X-Team": "billing" } });
    let made = client.subscribe(&receiver.url("/stage/hooks?b=2&a=1%20x"), &fields).await;
    let data = json!({ "text": "\u{e9}".repeat(500), "id": "a b/ü" });
    let shapes = [
        json!({}),
        json!({ "request": { "method": "PUT", "path": "/{data.id}/x y//z", "query": { "type": "{type}", "z": "é/=" } } }),
        json!({ "compression": "gzip" }),
        json!({ "transformation": { "script": "export default () => ({ body: 'text' })" } }),
    ];
    let mut cases = Vec::new();
    for shape in &shapes {
        change(&client, &made.id, shape).await;
        publish_to(&client, "invoice.paid", &data, 1).await;
        cases.push(case(&receiver.nth(cases.len() + 1).await, None));
    }
    let mut temporary = aws;
    temporary["session_token"] = json!("session/+=");
    temporary.as_object_mut().unwrap().remove("secret_access_key");
    change(&client, &made.id, &json!({ "authentication": temporary })).await;
    let server = place.kill_and_start(server, &place.launch()).await;
    publish_to(&client.at(server.address), "invoice.paid", &data, 1).await;
    cases.push(case(&receiver.nth(cases.len() + 1).await, Some("session/+=")));

    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(json!(cases).to_string().as_bytes()).unwrap();
    let mut command = Command::new(python());
    command.arg("-B").arg(here("verify_aws.py")).arg(file.path());
    let printed = tokio::task::spawn_blocking(move || workshop::run(&mut command, "python3")).await.unwrap();
    assert_eq!(printed.trim(), "verified");
}
