//! Signing secrets: the rules for secrets that clients give, and the generation of new ones. The rules apply when a
//! subscription is created; a stored secret keeps signing even if the rules have changed since.

use crate::{App, body::Patch};
use model::{
    FieldErrors, Profile, Subscription, Timestamp,
    profile::GeneratedSecret,
    subscription::{SECRET_CHARACTERS, SECRET_KEY_BYTES_MIN, SigningSecret},
};
use signing::{BadSecret, Form, PublicKey, Secret};

/// The reason for which a given secret is refused, as a sentence without the field's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SecretFault {
    #[error("must not contain white space or control characters")]
    WhiteSpace,
    #[error("must not contain control characters")]
    Control,
    #[error("must have at most {} characters", SECRET_CHARACTERS.end())]
    TooLong,
    #[error(
        "must have {} to {} characters, not counting blanks around it",
        SECRET_CHARACTERS.start(),
        SECRET_CHARACTERS.end()
    )]
    Length,
    #[error(
        "must have a key of at least {SECRET_KEY_BYTES_MIN} bytes{}; it has {key_bytes}",
        if *is_base64 { " after whsec_, base64 decoded" } else { "" }
    )]
    ShortKey { key_bytes: usize, is_base64: bool },
    #[error(
        "must be whsec_ and base64, or whsk_ and base64 of an ed25519 key: libraries of Standard Webhooks take no other \
         secret"
    )]
    NotStandard,
    /// Everybody may know it, and verifiers take it for the key of ed25519 signatures.
    #[error("must not be a public key (whpk_)")]
    PublicKey,
    #[error(transparent)]
    Malformed(#[from] BadSecret),
}

/// The prefix of an ed25519 public key in Standard Webhooks.
const PUBLIC: &str = "whpk_";

/// Checks a secret given to the platform API for a subscription of this profile.
pub(crate) fn check_given(value: &str, profile: Profile) -> Result<(), SecretFault> {
    // White space is lost when a secret goes through forms and files, and base64 has none.
    if value.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(SecretFault::WhiteSpace);
    }
    if value.chars().count() > *SECRET_CHARACTERS.end() {
        return Err(SecretFault::TooLong);
    }
    if value.starts_with(PUBLIC) {
        return Err(SecretFault::PublicKey);
    }
    let key_bytes = Secret::parse(value)?.key_bytes();
    if key_bytes < SECRET_KEY_BYTES_MIN {
        return Err(SecretFault::ShortKey { key_bytes, is_base64: Form::of(value) == Form::Whsec });
    }
    if profile == Profile::Standard && Form::of(value) == Form::Plain {
        return Err(SecretFault::NotStandard);
    }
    Ok(())
}

/// Checks a secret given to the tenant API, which accepts any text of 8 to 500 characters and cuts outer blanks.
pub(crate) fn check_given_by_tenant(value: &str) -> Result<&str, SecretFault> {
    let value = value.trim();
    if !SECRET_CHARACTERS.contains(&value.chars().count()) {
        return Err(SecretFault::Length);
    }
    if value.contains(char::is_control) {
        return Err(SecretFault::Control);
    }
    if value.starts_with(PUBLIC) {
        return Err(SecretFault::PublicKey);
    }
    Secret::parse(value)?;
    Ok(value)
}

/// Generates the secret of a subscription that is created without one; `None` if its profile has none.
pub(crate) fn generate(app: &App, profile: Profile) -> Option<SigningSecret> {
    match profile.rules().generated_secret {
        GeneratedSecret::None => None,
        GeneratedSecret::Whsec => Some(current(generate_whsec(app))),
    }
}

/// The kind of a generated secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretType {
    Hmac,
    Ed25519,
}

impl SecretType {
    pub(crate) const NAMES: [&str; 2] = ["hmac", "ed25519"];
}

/// The given kind of a secret.
pub(crate) fn secret_type(given: &Patch<String>, field: &str, faults: &mut FieldErrors) -> Option<SecretType> {
    let known = match given.as_ref().value()?.as_str() {
        "hmac" => Ok(SecretType::Hmac),
        "ed25519" => Ok(SecretType::Ed25519),
        _ => Err("must be hmac or ed25519"),
    };
    faults.take(field, known)
}

/// Generates a secret of this kind.
pub(crate) fn generate_of(app: &App, kind: SecretType) -> String {
    match kind {
        SecretType::Hmac => generate_whsec(app),
        SecretType::Ed25519 => generate_ed25519(app),
    }
}

/// Generates the successor of `old`: an ed25519 key for an ed25519 key, because its receivers verify with a public key;
/// otherwise a `whsec_` secret.
pub(crate) fn generate_next(app: &App, old: Option<&SigningSecret>) -> String {
    if old.is_some_and(|secret| Form::of(&secret.value) == Form::Whsk) {
        return generate_ed25519(app);
    }
    generate_whsec(app)
}

fn generate_ed25519(app: &App) -> String {
    let mut random = [0; 32];
    app.ids.secret(&mut random);
    signing::generate_ed25519(random)
}

/// A secret that signs until it is rotated.
pub(crate) const fn current(value: String) -> SigningSecret {
    SigningSecret { value, until: None }
}

fn generate_whsec(app: &App) -> String {
    let mut random = [0; signing::WHSEC_RANDOM];
    app.ids.secret(&mut random);
    signing::generate_whsec(random)
}

/// The public keys with which signatures of a subscription are verified now, the current one first.
pub(crate) fn public_keys(of: &Subscription, now: Timestamp) -> impl Iterator<Item = PublicKey> {
    let valid = of.secrets.iter().filter(move |secret| secret.until.is_none_or(|until| until > now));
    valid.filter_map(|secret| Secret::parse(&secret.value).ok()?.public_key())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const WHSK: &str = "whsk_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

    #[test]
    fn the_platform_api_requires_24_key_bytes_without_white_space() {
        let long = "x".repeat(500);
        for good in [
            "123456789012345678901234",
            "\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}",
            WHSEC,
            WHSK,
            &long,
        ] {
            assert_eq!(check_given(good, Profile::Platform), Ok(()), "{good}");
            assert_eq!(check_given(good, Profile::Tenant), Ok(()), "{good}");
        }
        let longer = "x".repeat(501);
        for (bad, part) in [
            ("", "it has 0"),
            ("12345678901234567890123", "24 bytes; it has 23"),
            // 23 bytes, the longest that is too short, in base64.
            ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=", "base64 decoded; it has 23"),
            ("whsec_", "it has 0"),
            ("whsec_not!base64", "base64"),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_", "base64"),
            ("whsk_c2hvcnQ=", "ed25519"),
            ("whpk_GXn3ZPpOFeLvbdDHPRDRBHxIT1VnmYCXYQtnRGyVfg8=", "public key"),
            ("                        ", "white space"),
            (" 123456789012345678901234", "white space"),
            ("123456789012345678901234\n", "white space"),
            ("123456789012 345678901234", "white space"),
            ("123456789012\u{a0}345678901234", "white space"),
            ("123456789012\u{0}345678901234", "control"),
            (&longer, "at most 500"),
        ] {
            for profile in Profile::ALL {
                let message = check_given(bad, profile).unwrap_err().to_string();
                assert!(message.contains(part), "{bad:?}: {message}");
            }
        }
    }

    #[test]
    fn the_standard_profile_refuses_secrets_that_libraries_do_not_accept() {
        for good in [WHSEC, WHSK] {
            assert_eq!(check_given(good, Profile::Standard), Ok(()));
        }
        for bad in ["123456789012345678901234", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G"] {
            assert!(check_given(bad, Profile::Standard) == Err(SecretFault::NotStandard), "{bad}");
        }
    }

    #[test]
    fn the_tenant_api_accepts_8_to_500_characters_and_cuts_outer_blanks() {
        let (long, longer) = ("x".repeat(500), "x".repeat(501));
        let padded = format!(" {long}\n");
        for (given, kept) in [
            ("12345678", "12345678"),
            ("\t pa ss wo rd \r\n", "pa ss wo rd"),
            ("\u{a0}12345678\u{2003}", "12345678"),
            (" whsec_AAAA ", "whsec_AAAA"),
            (&padded, &long),
        ] {
            assert_eq!(check_given_by_tenant(given), Ok(kept), "{given:?}");
        }
        for (bad, part) in [
            ("", "8 to 500"),
            ("        ", "8 to 500"),
            (" 1234567 ", "8 to 500"),
            (&longer, "8 to 500"),
            ("12345\u{0}78", "control"),
            ("whsec_not base64", "base64"),
            ("whsk_c2hvcnQ=", "ed25519"),
            (" whpk_AAAAAAAAAAAAAAAA", "public key"),
        ] {
            let message = check_given_by_tenant(bad).unwrap_err().to_string();
            assert!(message.contains(part), "{bad:?}: {message}");
        }
    }
}
