//! Tokens and keys of the standards: RFC 7515 (appendices A.1 to A.3) and RFC 8037 (appendix A.4).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::{Algorithm, ClaimPath, Key, Refusal, Rules, Token, parse_key_set};
use model::Timestamp;
use std::time::Duration;

const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const SECRET: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
const KEYS: &str = r#"{"keys": [
    {"kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
    {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
    {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

fn rules() -> Rules {
    Rules {
        algorithms: Algorithm::ALL.to_vec(),
        issuer: Some("joe".into()),
        audiences: Vec::new(),
        skew: Duration::from_secs(60),
        tenant: ClaimPath::parse("iss").unwrap(),
        permissions: ClaimPath::parse("permissions").unwrap(),
        role: None,
        roles: Vec::new(),
    }
}

#[test]
fn the_tokens_of_the_standards_verify() {
    let mut keys = parse_key_set(KEYS.as_bytes(), &Algorithm::ALL).unwrap();
    keys.push(Key::from_secret(&URL_SAFE_NO_PAD.decode(SECRET).unwrap()).unwrap());
    let (before, after) = (1_300_819_379, 1_300_819_380 + 60);
    let tokens = [
        format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{CLAIMS}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        format!(
            "eyJhbGciOiJSUzI1NiJ9.{CLAIMS}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        ),
        format!(
            "eyJhbGciOiJFUzI1NiJ9.{CLAIMS}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        ),
    ];
    for text in &tokens {
        let token = Token::parse(text).unwrap();
        let user = rules()
            .verify(&token, &keys, Timestamp::from_millis(before * 1_000))
            .unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(user.expires_at, Timestamp::from_millis(1_300_819_380_000), "{text}");
        let late = rules().verify(&token, &keys, Timestamp::from_millis(after * 1_000));
        assert_eq!(late, Err(Refusal::Expired));
    }
}

/// Its payload is a text and no claims, so it is refused, but only after the signature was found right.
#[test]
fn the_ed25519_signature_of_the_standard_verifies() {
    let text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let keys = parse_key_set(KEYS.as_bytes(), &[Algorithm::EdDsa]).unwrap();
    let at = Timestamp::from_millis(0);
    assert_eq!(rules().verify(&Token::parse(text).unwrap(), &keys, at), Err(Refusal::Malformed));
    let other = text.replace("hgyY", "hgyZ");
    assert_eq!(rules().verify(&Token::parse(&other).unwrap(), &keys, at), Err(Refusal::Signature));
}
