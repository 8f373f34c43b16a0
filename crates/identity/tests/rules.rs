//! Claims, algorithms and keys that are refused, and the users that are recognised.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::{Algorithm, BadKey, BadKeySet, ClaimPath, Key, Refusal, Rules, Standing, Token, User, parse_key_set};
use model::{Role, Scope, Timestamp};
use proptest::prelude::*;
use ring::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};
use std::time::Duration;

const SECRET: &[u8] = b"a secret of the platform, 32 bytes";
const NOW: i64 = 1_800_000_000;

fn rules() -> Rules {
    Rules {
        algorithms: vec![Algorithm::Hs256],
        issuer: Some("https://id.example".into()),
        audiences: vec!["postrider".into(), "hooks".into()],
        skew: Duration::from_secs(60),
        tenant: ClaimPath::parse("tenant_id").unwrap(),
        permissions: ClaimPath::parse("permissions").unwrap(),
        role: Some(ClaimPath::parse("/realm/roles").unwrap()),
        roles: vec![("admins".into(), Role::Operator), ("helpdesk".into(), Role::Support)],
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed(header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn verify(text: &str) -> Result<User, Refusal> {
    let keys = [Key::from_secret(SECRET).unwrap()];
    rules().verify(&Token::parse(text)?, &keys, Timestamp::from_millis(NOW * 1_000))
}

/// The claims of a good token, changed by `change`: null removes a claim.
fn claims(change: &Value) -> Value {
    let mut all = json!({
        "iss": "https://id.example", "aud": "postrider", "exp": NOW + 300, "sub": "user-7", "tenant_id": "acme",
        "permissions": ["webhooks:manage", "invoices:read"],
    });
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(all.as_object_mut().unwrap().remove(name)),
            value => all[name] = value.clone(),
        }
    }
    all
}

fn of(change: &Value) -> Result<User, Refusal> {
    verify(&signed(&json!({"alg": "HS256", "typ": "JWT"}), &claims(change)))
}

#[test]
fn a_user_has_the_tenant_and_the_permissions_of_its_claims() {
    let user = of(&json!({})).unwrap();
    let Standing::Member { tenant, scopes } = &user.standing else { panic!("{user:?}") };
    assert_eq!((tenant.as_str(), scopes.names()), ("acme", vec!["webhooks:manage"]));
    assert_eq!(user.subject.as_deref(), Some("user-7"));
    // One string with spaces, as in `scope`; and no permissions at all.
    let user = of(&json!({"permissions": "openid webhooks:read events:publish"})).unwrap();
    let expected = [Scope::WebhooksRead, Scope::EventsPublish].into_iter().collect();
    assert!(matches!(user.standing, Standing::Member { scopes, .. } if scopes == expected));
    let user = of(&json!({"permissions": ["no webhooks:manage", "events:publish "]})).unwrap();
    assert!(matches!(user.standing, Standing::Member { scopes, .. } if scopes.is_empty()), "elements are whole");
    let user = of(&json!({"permissions": null, "sub": null})).unwrap();
    assert!(matches!(user.standing, Standing::Member { scopes, .. } if scopes.is_empty()));
    assert_eq!(user.subject, None);
}

#[test]
fn a_role_is_the_highest_of_those_that_are_configured() {
    let role = |roles: Value| of(&json!({"realm": {"roles": roles}, "tenant_id": null})).map(|user| user.standing);
    assert_eq!(role(json!(["helpdesk", "admins", "x"])), Ok(Standing::Staff(Role::Operator)));
    assert_eq!(role(json!("helpdesk")), Ok(Standing::Staff(Role::Support)));
    // A name with spaces is one name, and not its words.
    for other in [json!("former admins"), json!(["former admins", "Network helpdesk"]), json!(["Admins", " admins"])] {
        assert!(matches!(role(other.clone()), Err(Refusal::Claim(name, _)) if name == "tenant_id"), "{other}");
    }
    // The names of the roles mean nothing where others are configured.
    assert!(matches!(role(json!(["operator", "viewer"])), Err(Refusal::Claim(name, _)) if name == "tenant_id"));
    let standing = Rules { role: None, ..rules() };
    let text = signed(&json!({"alg": "HS256"}), &claims(&json!({"realm": {"roles": ["admins"]}})));
    let keys = [Key::from_secret(SECRET).unwrap()];
    let user = standing.verify(&Token::parse(&text).unwrap(), &keys, Timestamp::from_millis(NOW * 1_000)).unwrap();
    assert!(matches!(user.standing, Standing::Member { .. }));
}

#[test]
fn claims_that_do_not_hold_are_refused() {
    let claim = |name: &str| Refusal::Claim(name.to_owned(), "");
    let rows = [
        (json!({"exp": null}), claim("exp")),
        (json!({"exp": "soon"}), claim("exp")),
        (json!({"exp": -1}), claim("exp")),
        (json!({"exp": 1e300}), claim("exp")),
        (json!({"exp": NOW - 60}), Refusal::Expired),
        (json!({"exp": 0}), Refusal::Expired),
        (json!({"nbf": NOW + 61}), Refusal::NotYet),
        (json!({"iat": NOW + 61}), Refusal::NotYet),
        (json!({"nbf": true}), claim("nbf")),
        (json!({"iss": null}), Refusal::Issuer),
        (json!({"iss": "https://id.example/"}), Refusal::Issuer),
        (json!({"iss": ["https://id.example", "x"]}), Refusal::Issuer),
        (json!({"aud": null}), Refusal::Audience),
        (json!({"aud": []}), Refusal::Audience),
        (json!({"aud": "Postrider"}), Refusal::Audience),
        (json!({"aud": {"postrider": 1}}), claim("aud")),
        (json!({"sub": "a\nb"}), claim("sub")),
        (json!({"sub": "x".repeat(256)}), claim("sub")),
        (json!({"tenant_id": null}), claim("tenant_id")),
        (json!({"tenant_id": 7}), claim("tenant_id")),
        (json!({"tenant_id": ""}), claim("tenant_id")),
        (json!({"tenant_id": "a/b"}), claim("tenant_id")),
        (json!({"tenant_id": "_postrider"}), claim("tenant_id")),
        (json!({"tenant_id": ["acme", "beta"]}), claim("tenant_id")),
        (json!({"permissions": {"webhooks:manage": true}}), claim("permissions")),
        (json!({"permissions": [1]}), claim("permissions")),
    ];
    for (change, expected) in rows {
        let found = of(&change).map(|_| ()).map_err(|refusal| match refusal {
            Refusal::Claim(name, _) => Refusal::Claim(name, ""),
            other => other,
        });
        assert_eq!(found, Err(expected), "{change}");
    }
    for good in [
        json!({"exp": NOW - 59}),
        json!({"exp": NOW as f64 + 0.5}),
        json!({"nbf": NOW + 60, "iat": NOW + 60}),
        json!({"aud": ["other", "hooks"]}),
        json!({"tenant_id": ["acme"]}),
    ] {
        assert!(of(&good).is_ok(), "{good} {:?}", of(&good));
    }
}

#[test]
fn the_algorithm_is_pinned() {
    let good = claims(&json!({}));
    for (header, expected) in [
        (json!({"alg": "none"}), Refusal::Algorithm),
        (json!({"alg": "hs256"}), Refusal::Algorithm),
        (json!({"alg": "HS512"}), Refusal::Algorithm),
        (json!({"alg": "RS256"}), Refusal::Algorithm),
        (json!({"typ": "JWT"}), Refusal::Malformed),
        (json!({"alg": ["HS256"]}), Refusal::Malformed),
        (json!({"alg": "HS256", "crit": ["exp"]}), Refusal::Critical),
        (json!({"alg": "HS256", "b64": false}), Refusal::Critical),
        (json!([]), Refusal::Malformed),
    ] {
        assert_eq!(verify(&signed(&header, &good)), Err(expected), "{header}");
    }
    let unsigned = format!("{}.{}.", encode(&json!({"alg": "none"})), encode(&good));
    assert_eq!(verify(&unsigned), Err(Refusal::Algorithm));
    let unsigned = format!("{}.{}.", encode(&json!({"alg": "HS256"})), encode(&good));
    assert_eq!(verify(&unsigned), Err(Refusal::Signature));
}

/// A public key that is taken for a shared secret is the classic fault (CVE-2015-9235).
#[test]
fn a_public_key_is_never_a_shared_secret() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = pair.public_key().as_ref();
    let text = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(public)}]}).to_string();
    let algorithms = [Algorithm::Hs256, Algorithm::EdDsa];
    let keys = parse_key_set(text.as_bytes(), &algorithms).unwrap();
    let rules = Rules { algorithms: algorithms.to_vec(), ..rules() };
    let message = format!("{}.{}", encode(&json!({"alg": "HS256"})), encode(&claims(&json!({}))));
    let forged = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public), message.as_bytes());
    let at = Timestamp::from_millis(NOW * 1_000);
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(forged));
    assert_eq!(rules.verify(&Token::parse(&token).unwrap(), &keys, at), Err(Refusal::UnknownKey));
    let message = format!("{}.{}", encode(&json!({"alg": "EdDSA"})), encode(&claims(&json!({}))));
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes())));
    assert!(rules.verify(&Token::parse(&token).unwrap(), &keys, at).is_ok());
}

#[test]
fn a_key_is_chosen_by_its_name() {
    let pairs = [1, 2].map(|seed| Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap());
    let jwk = |name: Option<&str>, pair: &Ed25519KeyPair| {
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        json!({"kty": "OKP", "crv": "Ed25519", "kid": name, "x": x})
    };
    let token = |name: Option<&str>, pair: &Ed25519KeyPair| {
        let header = json!({"alg": "EdDSA", "kid": name});
        let message = format!("{}.{}", encode(&header), encode(&claims(&json!({}))));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes())))
    };
    let set = json!({"keys": [jwk(Some("a"), &pairs[0]), jwk(Some("b"), &pairs[1])]}).to_string();
    let keys = parse_key_set(set.as_bytes(), &[Algorithm::EdDsa]).unwrap();
    let rules = Rules { algorithms: vec![Algorithm::EdDsa], ..rules() };
    let verify = |text: &str| rules.verify(&Token::parse(text)?, &keys, Timestamp::from_millis(NOW * 1_000));
    assert!(verify(&token(Some("a"), &pairs[0])).is_ok());
    assert!(verify(&token(None, &pairs[1])).is_ok(), "every key is tried");
    assert_eq!(verify(&token(Some("a"), &pairs[1])), Err(Refusal::Signature));
    assert_eq!(verify(&token(Some("c"), &pairs[1])), Err(Refusal::UnknownKey));
}

#[test]
fn keys_that_do_not_fit_are_left_out_of_a_set() {
    let x = URL_SAFE_NO_PAD.encode([5; 32]);
    let good = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        key
    };
    for bad in [
        with("use", json!("enc")),
        with("key_ops", json!(["sign"])),
        with("alg", json!("ES256")),
        with("crv", json!("X25519")),
        with("x", json!("AAAA")),
        with("x", json!("not base64")),
        with("kty", json!(7)),
        json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(SECRET)}),
        json!({"kty": "RSA", "e": "AQAB", "n": URL_SAFE_NO_PAD.encode([255; 128])}),
        json!({"kty": "RSA", "e": "", "n": URL_SAFE_NO_PAD.encode([255; 256])}),
        json!({"kty": "EC", "crv": "P-256", "x": x, "y": "AAAA"}),
        json!("text"),
    ] {
        let set = json!({"keys": [bad]}).to_string();
        assert_eq!(parse_key_set(set.as_bytes(), &Algorithm::ALL).err(), Some(BadKeySet::Unusable), "{set}");
        let set = json!({"keys": [bad, good, with("use", json!("sig"))]}).to_string();
        assert_eq!(parse_key_set(set.as_bytes(), &Algorithm::ALL).unwrap().len(), 2, "{set}");
    }
    for (bytes, expected) in [
        ("{}".to_owned(), BadKeySet::Malformed),
        ("[]".to_owned(), BadKeySet::Malformed),
        (json!({"keys": vec![good.clone(); 101]}).to_string(), BadKeySet::TooMany),
        (" ".repeat(300_000), BadKeySet::TooLarge),
    ] {
        assert_eq!(parse_key_set(bytes.as_bytes(), &Algorithm::ALL).err(), Some(expected));
    }
}

/// Keys that `openssl genpkey` made.
#[test]
fn public_keys_are_read_from_pem() {
    for (name, expected) in [
        ("rsa", Ok(Algorithm::Rs256)),
        ("p256", Ok(Algorithm::Es256)),
        ("ed25519", Ok(Algorithm::EdDsa)),
        ("rsa1024", Err(BadKey::RsaSize)),
        ("p384", Err(BadKey::Kind)),
        ("private", Err(BadKey::NotPem)),
    ] {
        let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(Key::from_pem(&text).map(|key| key.algorithm()), expected, "{name}");
    }
    assert_eq!(Key::from_pem("").err(), Some(BadKey::NotPem));
    assert_eq!(Key::from_secret(&[1; 31]).err(), Some(BadKey::ShortSecret));
}

proptest! {
    #[test]
    fn a_token_with_another_byte_is_refused(at in 0usize..400, byte in any::<u8>()) {
        let good = signed(&json!({"alg": "HS256"}), &claims(&json!({})));
        let mut bytes = good.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(text) = String::from_utf8(bytes)
            && text != good
        {
            prop_assert!(verify(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,200}", parts in proptest::collection::vec("[A-Za-z0-9_-]{0,40}", 0..5)) {
        prop_assert!(verify(&text).is_err());
        prop_assert!(verify(&parts.join(".")).is_err());
        prop_assert!(Key::from_pem(&text).is_err());
        drop(parse_key_set(text.as_bytes(), &Algorithm::ALL));
    }
}
