//! ed25519: signatures that a receiver verifies with the keys of the JWKS URL alone, through rotations between both kinds
//! of secrets. Node's crypto module verifies.

use super::{Place, Recorder, SUBSCRIPTIONS, on_both_stores, publish_to, recorder::Recorded, shown, verify};
use crate::support::client::{Client, Subscription};
use serde_json::{Value, json};
use std::{io::Write, process::Command};

on_both_stores! {
    signatures_are_verified_with_the_keys_of_the_jwks_url,
}

/// Reads the keys of the URL, and prints the `kid` of those that verify a `v1a` signature of the request.
const VERIFIER: &str = r#"
import { createPublicKey, verify, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
const [url, file] = process.argv.slice(2);
const response = await fetch(url);
if (!response.ok || !response.headers.get("content-type").startsWith("application/json")) throw new Error(response.status);
const { keys } = await response.json();
const request = JSON.parse(readFileSync(file));
const signed = Buffer.concat([Buffer.from(`${request.id}.${request.timestamp}.`), Buffer.from(request.body, "hex")]);
const signatures = request.signatures.split(" ").filter((one) => one.startsWith("v1a,"));
const found = [];
for (const key of keys) {
  if (key.kty !== "OKP" || key.crv !== "Ed25519" || key.alg !== "EdDSA" || key.use !== "sig") throw new Error("kind");
  const thumbprint = createHash("sha256").update(JSON.stringify({ crv: key.crv, kty: key.kty, x: key.x })).digest("base64url");
  if (key.kid !== thumbprint) throw new Error("kid");
  const publicKey = createPublicKey({ key, format: "jwk" });
  if (signatures.some((one) => verify(null, signed, publicKey, Buffer.from(one.slice(4), "base64")))) found.push(key.x);
}
console.log(JSON.stringify({ keys: keys.map((key) => key.x), found, signatures: request.signatures.split(" ").map((one) => one.split(",")[0]) }));
"#;

/// Node's answer for a request and the keys of the URL: all keys, those that verify, and the versions of signatures.
fn seen(client: &Client, made: &Subscription, request: &Recorded) -> Value {
    let mut program = tempfile::Builder::new().suffix(".mjs").tempfile().unwrap();
    program.write_all(VERIFIER.as_bytes()).unwrap();
    let body = request.body.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let case = json!({
        "id": request.header("webhook-id"), "timestamp": request.header("webhook-timestamp"),
        "signatures": request.header("webhook-signature"), "body": body,
    });
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(case.to_string().as_bytes()).unwrap();
    let url = format!("http://{}{SUBSCRIPTIONS}/{}/jwks.json", client.server(), made.id);
    let mut node = Command::new("node");
    let printed = testing::workshop::run(node.arg(program.path()).arg(url).arg(file.path()), "nodejs");
    serde_json::from_str(&printed).unwrap()
}

async fn rotate(client: &Client, made: &Subscription, options: &Value) -> Value {
    let answer = client.post(&made.path("/rotate-secret"), options).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

async fn signatures_are_verified_with_the_keys_of_the_jwks_url(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let made = client.subscribe(&receiver.url("/"), &json!({ "secret_type": "ed25519", "profile": "standard" })).await;
    assert!(made.secret.starts_with("whsk_"));
    let mut count = 0;
    let mut next = async |client: &Client| {
        publish_to(client, "invoice.paid", &json!({ "text": "\u{e9} \u{1f600}" }), 1).await;
        count += 1;
        receiver.nth(count).await
    };
    let first = seen(&client, &made, &next(&client).await);
    assert_eq!(first["signatures"], json!(["v1a"]), "{first}");
    assert_eq!((&first["keys"], first["keys"].as_array().unwrap().len()), (&first["found"], 1), "{first}");
    let listed = shown(&client, &made).await["public_keys"].clone();
    assert_eq!(listed, json!([key_of(&first["keys"][0])]));

    // To another key, and then to a shared secret: the old ones verify beside the new one.
    let second = rotate(&client, &made, &json!({ "grace_seconds": 3600 })).await;
    assert!(second["secret"].as_str().unwrap().starts_with("whsk_"));
    let request = next(&client).await;
    let both = seen(&client, &made, &request);
    assert_eq!((both["found"].as_array().unwrap().len(), &both["signatures"]), (2, &json!(["v1a", "v1a"])), "{both}");
    assert_eq!(second["public_key"], key_of(&both["keys"][0]));
    let third = rotate(&client, &made, &json!({ "grace_seconds": 3600, "secret_type": "hmac" })).await;
    let shared = third["secret"].as_str().unwrap().to_owned();
    assert!(shared.starts_with("whsec_") && third["public_key"].is_null());
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    let request = next(&client).await;
    verify(&shared, &request);
    let all = seen(&client, &made, &request);
    assert_eq!(
        (all["found"].as_array().unwrap().len(), &all["signatures"]),
        (2, &json!(["v1", "v1a", "v1a"])),
        "{all}"
    );

    // Without a grace period only the new secret remains.
    rotate(&client, &made, &json!({ "grace_seconds": 0, "secret_type": "hmac" })).await;
    let request = next(&client).await;
    let none = seen(&client, &made, &request);
    assert_eq!((&none["keys"], &none["signatures"]), (&json!([]), &json!(["v1"])), "{none}");
    assert_eq!(client.delete(&made.path("")).await.status, 204);
    assert_eq!(client.get(&made.path("/jwks.json")).await.status, 404);
}

/// The key `whpk_…` of a key of the JWKS.
fn key_of(x: &Value) -> String {
    let mut text = x.as_str().unwrap().replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    format!("whpk_{text}")
}
