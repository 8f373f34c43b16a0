//! Client certificates and private authorities against a real nginx that verifies clients, with certificates by OpenSSL.

use super::{Place, change, delivery, on_both_stores, publish_to, shown};
use crate::support::{
    free_port, loopback, nginx,
    server::{Launch, Process},
};
use serde_json::{Value, json};
use std::{fs, net::SocketAddr};
use tempfile::TempDir;

on_both_stores! {
    nginx_accepts_the_client_certificate_and_no_other_request,
}

/// Certificates of a private authority: of the receiver, of a client, and of a client of another authority.
const CERTIFICATES: &str = r#"
authority() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout $1-key.pem -out $1.pem; }
signed() {
  openssl req -newkey $3 -nodes -subj "/CN=$1" -keyout $1-key.pem -out $1.csr
  printf "$4" > $1.ext
  openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2-key.pem -days 2 -extfile $1.ext -out $1.pem
}
exec 2> openssl.log
authority private
authority other
signed receiver private "ec -pkeyopt ec_paramgen_curve:P-256" "subjectAltName=IP:127.0.0.1"
signed client private rsa:2048 "extendedKeyUsage=clientAuth"
signed stranger other "ec -pkeyopt ec_paramgen_curve:P-256" "extendedKeyUsage=clientAuth"
"#;

struct Gate {
    folder: TempDir,
    address: SocketAddr,
    _nginx: Process,
}

impl Gate {
    async fn open() -> Self {
        let (folder, address) = (tempfile::tempdir().unwrap(), loopback(free_port()));
        let made = Launch::script(folder.path(), CERTIFICATES).run().await;
        let log = fs::read_to_string(folder.path().join("openssl.log")).unwrap_or_default();
        assert_eq!(made.code, Some(0), "this test needs the Debian package openssl: {log}");
        let server = format!(
            "log_format clients '$ssl_client_verify $ssl_client_s_dn $status';
             server {{
                 listen {address} ssl http2;
                 ssl_certificate receiver.pem; ssl_certificate_key receiver-key.pem;
                 ssl_client_certificate private.pem; ssl_verify_client on;
                 access_log clients.log clients;
                 location / {{ return 204; }}
             }}"
        );
        let process = nginx::start(folder.path(), &server, &[address]).await;
        Self { folder, address, _nginx: process }
    }

    fn pem(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// TLS settings with the certificate of this name.
    fn client(&self, name: &str) -> Value {
        json!({
            "certificate": self.pem(&format!("{name}.pem")), "private_key": self.pem(&format!("{name}-key.pem")),
            "authorities": self.pem("private.pem"),
        })
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("clients.log")).unwrap()
    }
}

async fn nginx_accepts_the_client_certificate_and_no_other_request(place: Place) {
    let gate = Gate::open().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let url = format!("https://{}/", gate.address);
    let private = json!({ "authorities": gate.pem("private.pem") });
    let stranger = gate.client("stranger");
    let foreign = json!({ "authorities": gate.pem("other.pem") });
    let once = |event_type: &str, tls: &Value| json!({ "events": [event_type], "tls": tls, "retry_enabled": false });

    let made = client.subscribe(&url, &once("invoice.paid", &gate.client("client"))).await;
    publish_to(&client, "invoice.paid", &json!({}), 1).await;
    let sent = delivery(&client, "invoice.paid", "success", 1).await;
    assert_eq!(sent["response_code"], 204, "{sent}");
    assert_eq!(gate.log(), "SUCCESS CN=client 204\n");
    for (event_type, tls, error) in [
        ("invoice.voided", &private, "HTTP 400"),
        ("invoice.created", &stranger, "HTTP 400"),
        ("customer.created", &foreign, "certificate"),
        ("customer.updated", &Value::Null, "certificate"),
    ] {
        client.subscribe(&url, &once(event_type, tls)).await;
        publish_to(&client, event_type, &json!({}), 1).await;
        let failed = delivery(&client, event_type, "failed", 1).await;
        assert!(failed["error_message"].as_str().unwrap().contains(error), "{failed}");
    }
    assert!(!gate.log().contains("204\nSUCCESS"), "{}", gate.log());

    // The key is write-only, and kept when a change does not have it.
    let shown = shown(&client, &made).await["tls"].clone();
    assert_eq!(shown["certificate"], gate.pem("client.pem").trim_end());
    assert!(!shown.to_string().contains("PRIVATE KEY"), "{shown}");
    change(&client, &made.id, &json!({ "tls": shown })).await;
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    let path = format!("/api/v1/webhooks/deliveries/{}/retry", sent["id"].as_str().unwrap());
    assert_eq!(client.post(&path, &json!({ "force": true })).await.status, 200);
    delivery(&client, "invoice.paid", "success", 2).await;
    assert_eq!(gate.log().matches("SUCCESS CN=client 204").count(), 2);

    // A certificate with the key of another one, and TLS settings for a URL without TLS, are refused.
    let mut mixed = gate.client("client");
    mixed["private_key"] = json!(gate.pem("stranger-key.pem"));
    for (fields, field) in
        [(json!({ "tls": mixed }), "tls.certificate"), (json!({ "url": "http://127.0.0.1:1/", "tls": private }), "tls")]
    {
        let refused = client.patch(&made.path(""), &fields).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.body["errors"][0]["field"]),
            (422, &json!(field)),
            "{}",
            refused.body
        );
    }
}
