//! Published test vectors and independent implementations.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE},
};
use signing::{Secret, VerifyError, WHSEC_RANDOM, generate_ed25519, generate_whsec, hex, verify_hex, verify_standard};

/// The test vector that the Standard Webhooks reference libraries share.
#[test]
fn standard_webhooks_reference_vector() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let (id, timestamp) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330);
    let body = br#"{"test": 2432232314}"#;
    let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_eq!(Secret::parse(secret).unwrap().standard(id, timestamp, body), signature);
    verify_standard(secret, id, "1614265330", signature, body, timestamp + 10).unwrap();
}

/// RFC 4231, test case 2.
#[test]
fn hmac_sha256_vector() {
    let secret = Secret::parse("Jefe").unwrap();
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(hex(&secret.hmac(b"what do ya want for nothing?")), expected);
    verify_hex("Jefe", expected, b"what do ya want for nothing?").unwrap();
    verify_hex("Jefe", &format!("sha256={expected}"), b"what do ya want for nothing?").unwrap();
    assert_eq!(verify_hex("Jefe", expected, b"what do ya want?"), Err(VerifyError::Signature));
    assert_eq!(verify_hex("Jefe", "", b"x"), Err(VerifyError::Signature));
}

#[test]
fn postrider_and_the_reference_crate_verify_each_others_signatures() {
    let text = generate_whsec([7; WHSEC_RANDOM]);
    let theirs = standardwebhooks::Webhook::new(&text).unwrap();
    let ours = Secret::parse(&text).unwrap();
    let body = "{\"a\":\"é\"}".as_bytes();
    let by_them = theirs.sign("evt_1", 1_700_000_000, body).unwrap();
    assert_eq!(ours.standard("evt_1", 1_700_000_000, body), by_them);
    verify_standard(&text, "evt_1", "1700000000", &by_them, body, 1_700_000_000).unwrap();
}

#[test]
fn ed25519_verifies_with_the_public_key() {
    let private = generate_ed25519([9; 32]);
    let secret = Secret::parse(&private).unwrap();
    let public = secret.public_key().unwrap().to_string();
    let signature = secret.standard("evt_1", 1_700_000_000, b"{}");
    assert!(signature.starts_with("v1a,"));
    verify_standard(&public, "evt_1", "1700000000", &signature, b"{}", 1_700_000_100).unwrap();
    // The private key verifies as well, because it contains the public one.
    verify_standard(&private, "evt_1", "1700000000", &signature, b"{}", 1_700_000_100).unwrap();
    let other = generate_ed25519([8; 32]);
    assert_eq!(
        verify_standard(&other, "evt_1", "1700000000", &signature, b"{}", 1_700_000_100),
        Err(VerifyError::Signature)
    );
    assert_eq!(
        verify_standard(&public, "evt_2", "1700000000", &signature, b"{}", 1_700_000_100),
        Err(VerifyError::Signature)
    );
}

#[test]
fn any_of_several_signatures_is_accepted_and_old_timestamps_are_refused() {
    let (old, new) = (generate_whsec([1; WHSEC_RANDOM]), generate_whsec([2; WHSEC_RANDOM]));
    let sign = |text: &str| Secret::parse(text).unwrap().standard("evt_1", 1_700_000_000, b"{}");
    let both = format!("{} v9,abc {}", sign(&new), sign(&old));
    for key in [&old, &new] {
        verify_standard(key, "evt_1", "1700000000", &both, b"{}", 1_700_000_000).unwrap();
    }
    let late = verify_standard(&new, "evt_1", "1700000000", &both, b"{}", 1_700_000_301);
    assert_eq!(late, Err(VerifyError::Timestamp));
    let odd = verify_standard(&new, "evt_1", "soon", &both, b"{}", 1_700_000_000);
    assert_eq!(odd, Err(VerifyError::Header("webhook-timestamp")));
}

#[test]
fn secrets_must_have_the_form_of_their_prefix() {
    for bad in ["whsec_***", "whsk_AAAA", "whsk_%"] {
        assert!(Secret::parse(bad).is_err(), "{bad}");
    }
    for good in ["plain words", "whsec_", "ünïcode"] {
        assert!(Secret::parse(good).is_ok(), "{good}");
    }
}

#[test]
fn the_key_of_a_secret_follows_its_prefix() {
    let decoded = [5; 24];
    let whsec = format!("whsec_{}", STANDARD.encode(decoded));
    for (text, bytes) in [
        (whsec.as_str(), 24),
        ("whsec_", 0),
        ("pl\u{e4}in", 6),
        ("", 0),
        (&generate_ed25519([1; 32]), 32),
        (&generate_whsec([3; WHSEC_RANDOM]), 33),
    ] {
        assert_eq!(Secret::parse(text).unwrap().key_bytes(), bytes, "{text}");
    }
}

/// All libraries of Standard Webhooks must derive the same key from a secret, so a text that they decode differently is
/// refused.
#[test]
fn whsec_must_be_followed_by_padded_standard_base64() {
    let bytes = [0xfb; 25];
    for refused in [
        format!("whsec_{}", URL_SAFE.encode(bytes)),
        format!("whsec_{}", STANDARD_NO_PAD.encode(bytes)),
        format!("whsec_{} ", STANDARD.encode(bytes)),
        format!("whsec_{}\n", STANDARD.encode(bytes)),
    ] {
        assert!(Secret::parse(&refused).is_err(), "{refused}");
    }
    assert!(Secret::parse(&format!("whsec_{}", STANDARD.encode(bytes))).is_ok());
}

#[test]
fn generated_secrets_use_all_letters_and_digits_equally_often() {
    let mut random = [0_u8; WHSEC_RANDOM];
    let mut counts = std::collections::BTreeMap::new();
    for round in 0..=u16::MAX / 16 {
        for (place, byte) in random.iter_mut().enumerate() {
            // A fixed pseudo-random sequence.
            let mixed = (u64::from(round) << 8 | place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            *byte = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9).to_be_bytes()[0];
        }
        for character in generate_whsec(random)["whsec_".len()..].chars() {
            *counts.entry(character).or_insert(0_u32) += 1;
        }
    }
    assert_eq!(counts.len(), 62, "{counts:?}");
    let expected = 4_096 * 44 / 62;
    assert!(counts.values().all(|count| count.abs_diff(expected) < expected / 10), "{counts:?}");
}

proptest::proptest! {
    #[test]
    fn generated_secrets_have_the_form_that_every_library_decodes(random: [u8; WHSEC_RANDOM]) {
        let text = generate_whsec(random);
        let rest = text.strip_prefix("whsec_").unwrap();
        proptest::prop_assert!(rest.len() == 44 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{}", text);
        let key = STANDARD.decode(rest).unwrap();
        proptest::prop_assert_eq!(key.len(), 33);
        proptest::prop_assert_eq!(URL_SAFE.decode(rest).unwrap(), key);
        proptest::prop_assert!(standardwebhooks::Webhook::new(&text).is_ok());
    }

    #[test]
    fn only_the_signed_body_verifies(secret in "[ -~]{1,60}", body: Vec<u8>, other: Vec<u8>) {
        proptest::prop_assume!(!secret.starts_with("whsec_") && !secret.starts_with("whsk_"));
        let ours = Secret::parse(&secret).unwrap();
        let signature = ours.standard("evt_1", 5, &body);
        proptest::prop_assert!(verify_standard(&secret, "evt_1", "5", &signature, &body, 5).is_ok());
        proptest::prop_assert!(verify_hex(&secret, &hex(&ours.hmac(&body)), &body).is_ok());
        if other != body {
            proptest::prop_assert!(verify_standard(&secret, "evt_1", "5", &signature, &other, 5).is_err());
        }
    }
}
