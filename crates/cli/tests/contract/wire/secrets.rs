//! The lines "signature over", "key" and "generated secret".

use super::{PROFILES, Profile, python_v1, subscribe, verify_standard};
use crate::{
    receiver::{Got, Receiver},
    rows::{Row, World, python_hmac, row},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub(super) const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const WHSK: &str = "whsk_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
const PLAIN: &str = "a-plain-\u{fc}n\u{ef}code-secret";
/// All profiles except `standard` accept a secret that is neither `whsec_` nor `whsk_`.
const PLAIN_PROFILES: [Profile; 2] = [Profile::Platform, Profile::Tenant];

/// A request signed with this secret.
async fn signed(w: &World, profile: Profile, secret: Option<&str>) -> (Got, String) {
    let receiver = Receiver::start().await;
    let known = subscribe(w, profile, &receiver.url(), secret).await;
    w.publish_data("invoice.created", "{\"u\":\"\u{e9}\", \"n\": 1.0}").await;
    (receiver.got(1).await, known.unwrap_or_default())
}

/// The hex digits of the profile's own signature.
fn own_signature(profile: Profile, got: &Got) -> Option<String> {
    match profile {
        Profile::Platform => Some(got.header("x-webhook-signature").to_owned()),
        Profile::Tenant => Some(got.header("x-signature").strip_prefix("sha256=").unwrap().to_owned()),
        Profile::Standard => None,
    }
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row("Wire, signature over: the body; key: the secret's UTF-8 bytes", "platform and tenant", |w| async move {
            for profile in [Profile::Platform, Profile::Tenant] {
                for secret in [PLAIN, WHSEC, WHSK] {
                    let w = w.in_tenant(Some(&format!("{}-{profile:?}-{}", w.tenant(), secret.len())));
                    let (got, _) = signed(&w, profile, Some(secret)).await;
                    let expected = python_hmac("hex", secret.as_bytes(), &got.body).await;
                    assert_eq!(own_signature(profile, &got).unwrap(), expected, "{profile:?} {secret}");
                    assert_eq!(signing::verify_hex(secret, &expected, &got.body), Ok(()));
                }
            }
        }),
        row("Wire, signature over: id.timestamp.body; key: whsec_ base64 decoded", "all profiles", |w| async move {
            for profile in PROFILES {
                let w = w.in_tenant(Some(&format!("{}-{profile:?}", w.tenant())));
                let (got, _) = signed(&w, profile, Some(WHSEC)).await;
                let key = STANDARD.decode(&WHSEC[6..]).unwrap();
                assert_eq!(got.header("webhook-signature"), python_v1(&got, &key).await, "{profile:?}");
                verify_standard(&got, WHSEC);
            }
        }),
        row("Wire, key", "for another secret its UTF-8 bytes: platform and tenant", |w| async move {
            for profile in PLAIN_PROFILES {
                let w = w.in_tenant(Some(&format!("{}-{profile:?}", w.tenant())));
                let (got, _) = signed(&w, profile, Some(PLAIN)).await;
                assert_eq!(got.header("webhook-signature"), python_v1(&got, PLAIN.as_bytes()).await, "{profile:?}");
                verify_standard(&got, PLAIN);
            }
        }),
        row("Wire, key", "the profile standard refuses a secret of another form", |w| async move {
            let body =
                json!({ "url": "https://example.com/", "events": ["*"], "profile": "standard", "secret": PLAIN });
            w.p("POST /subscriptions", body).await.is(422).says("secret");
        }),
        row("Wire, key", "outer spaces of a secret given to the tenant API are cut", |w| async move {
            let blanks = format!(" \t{PLAIN}\r\n");
            let (got, _) = signed(&w, Profile::Tenant, Some(&blanks)).await;
            let expected = python_hmac("hex", PLAIN.as_bytes(), &got.body).await;
            assert_eq!(own_signature(Profile::Tenant, &got).unwrap(), expected);
            verify_standard(&got, PLAIN);
        }),
        row("Wire, webhook-signature", "`v1a,` for ed25519: all profiles", |w| async move {
            let public = signing::Secret::parse(WHSK).unwrap().public_key().unwrap().to_string();
            for profile in PROFILES {
                let w = w.in_tenant(Some(&format!("{}-{profile:?}", w.tenant())));
                let (got, _) = signed(&w, profile, Some(WHSK)).await;
                assert!(got.header("webhook-signature").starts_with("v1a,"), "{profile:?}");
                verify_standard(&got, &public);
            }
        }),
    ];
    rows.extend(generated());
    rows.extend(rotated());
    rows
}

/// The key of a generated secret; asserts the secret's form.
#[track_caller]
fn generated_key(secret: &str) -> Vec<u8> {
    let rest = secret.strip_prefix("whsec_").unwrap_or_else(|| panic!("{secret}"));
    assert!(rest.len() == 44 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{secret}");
    let key = STANDARD.decode(rest).unwrap();
    assert_eq!(key.len(), 33);
    key
}

fn generated() -> Vec<Row> {
    const GENERATED: &str = "Wire, generated secret";
    vec![
        row(GENERATED, "platform and standard: whsec_ + 44 characters of [A-Za-z0-9]", |w| async move {
            for profile in [Profile::Platform, Profile::Standard] {
                let w = w.in_tenant(Some(&format!("{}-{profile:?}", w.tenant())));
                let (got, secret) = signed(&w, profile, None).await;
                let key = generated_key(&secret);
                assert_eq!(got.header("webhook-signature"), python_v1(&got, &key).await);
                verify_standard(&got, &secret);
                if let Some(own) = own_signature(profile, &got) {
                    assert_eq!(own, python_hmac("hex", secret.as_bytes(), &got.body).await);
                }
                let again = w.subscribe("https://example.com/", json!({})).await.text_of("secret");
                assert_ne!(secret, again);
            }
        }),
        row(GENERATED, "tenant: none if none given", |w| async move {
            let body = json!({ "event": "invoice.created", "url": "https://example.com/hook" });
            assert_eq!(w.t("POST /subscriptions", body).await.is(201)["secret"], Value::Null);
            let through_p = w.subscribe("https://example.com/", json!({ "profile": "tenant" })).await;
            assert_eq!((&through_p["secret"], &through_p["profile"]), (&Value::Null, &json!("tenant")));
        }),
        row(GENERATED, "tenant: rotating one without a secret makes this form", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Tenant, &receiver.url(), None).await;
            let id = w.p("GET /subscriptions", ()).await.is(200).all("id")[0].clone();
            let secret = w.p(&format!("POST /subscriptions/{id}/rotate-secret"), ()).await.is(200).text_of("secret");
            generated_key(&secret);
            w.publish("invoice.created").await;
            let got = receiver.got(1).await;
            verify_standard(&got, &secret);
            let expected = python_hmac("hex", secret.as_bytes(), &got.body).await;
            assert_eq!(own_signature(Profile::Tenant, &got).unwrap(), expected);
        }),
    ]
}

fn rotated() -> Vec<Row> {
    vec![row("Wire, webhook-signature", "space-separated when several keys are valid", |w| async move {
        for (profile, secret) in [(Profile::Platform, WHSEC), (Profile::Tenant, PLAIN), (Profile::Standard, WHSK)] {
            let w = w.in_tenant(Some(&format!("{}-{profile:?}", w.tenant())));
            let receiver = Receiver::start().await;
            subscribe(&w, profile, &receiver.url(), Some(secret)).await;
            let id = w.p("GET /subscriptions", ()).await.is(200).all("id")[0].clone();
            let rotate = format!("POST /subscriptions/{id}/rotate-secret");
            let new = w.p(&rotate, ()).await.is(200).text_of("secret");
            w.publish("invoice.created").await;
            let got = receiver.got(1).await;
            assert_eq!(got.header("webhook-signature").split(' ').count(), 2);
            for one in [secret, &new] {
                let public = signing::Secret::parse(one).unwrap().public_key().map(|key| key.to_string());
                verify_standard(&got, public.as_deref().unwrap_or(one));
            }
            if let Some(own) = own_signature(profile, &got) {
                assert_eq!(own, python_hmac("hex", new.as_bytes(), &got.body).await, "signed with the newest secret");
            }
        }
    })]
}
