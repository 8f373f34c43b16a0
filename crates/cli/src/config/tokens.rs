//! Settings of JSON Web Tokens.

use super::{
    Raw,
    bad_setting::BadSetting,
    token_settings::{TokenKeys, TokenSettings},
};
use anyhow::anyhow;
use http::Uri;
use identity::{Algorithm, ClaimPath, Key, Rules};
use model::Role;
use std::{net::IpAddr, path::Path, time::Duration};

/// The settings with keys, of which one is given.
const SOURCES: [&str; 3] = ["jwt_secret", "jwt_key_file", "jwt_jwks_url"];

const BEGIN: &str = "-----BEGIN ";

impl Raw {
    /// `None` when no key is configured.
    pub(super) fn tokens(&self) -> anyhow::Result<Option<TokenSettings>> {
        let given: Vec<&str> = SOURCES.into_iter().filter(|name| self.text(name).is_some()).collect();
        let keys = match given[..] {
            [] => return Ok(None),
            ["jwt_secret"] => TokenKeys::Given(vec![self.get("jwt_secret", |text| {
                Key::from_secret(text.as_bytes())
                    .map_err(|fault| format!("{fault}; for example the output of: openssl rand -hex 32"))
            })?]),
            ["jwt_key_file"] => TokenKeys::Given(self.get("jwt_key_file", read_keys)?),
            ["jwt_jwks_url"] => TokenKeys::Url(self.get("jwt_jwks_url", parse_url)?),
            [first, ..] => {
                let fault = "is one of several sources of keys; give one of POSTRIDER_JWT_SECRET, \
                             POSTRIDER_JWT_KEY_FILE and POSTRIDER_JWT_JWKS_URL, for example the last";
                return Err(BadSetting { name: first.to_owned(), fault: fault.into() }.into());
            }
        };
        let (issuer, audiences) = (self.text("jwt_issuer"), self.get("jwt_audience", |text| Ok(words(text)))?);
        if matches!(keys, TokenKeys::Url(_)) {
            // A provider signs tokens for other programs with the same keys.
            for (name, is_absent) in [("jwt_issuer", issuer.is_none()), ("jwt_audience", audiences.is_empty())] {
                if is_absent {
                    let fault = "is required with POSTRIDER_JWT_JWKS_URL: the provider's tokens for other programs must \
                                 not be valid here; for example the iss and aud of a token";
                    return Err(BadSetting { name: name.to_owned(), fault: fault.into() }.into());
                }
            }
        }
        let rules = Rules {
            algorithms: self.algorithms(&keys)?,
            issuer,
            audiences,
            skew: Duration::from_secs(self.number("jwt_clock_skew_seconds", 0, 600, 60)?),
            tenant: self.get("jwt_tenant_claim", parse_claim)?,
            permissions: self.get("jwt_permissions_claim", parse_claim)?,
            role: self.text("jwt_role_claim").map(|_| self.get("jwt_role_claim", parse_claim)).transpose()?,
            roles: self.get("jwt_roles", parse_roles)?,
        };
        Ok(Some(TokenSettings { rules, keys }))
    }

    fn algorithms(&self, keys: &TokenKeys) -> anyhow::Result<Vec<Algorithm>> {
        let named = self.get("jwt_algorithms", |text| {
            let parse = |name: &String| {
                Algorithm::parse(name).ok_or_else(|| {
                    format!("has {name:?} but must be of HS256, RS256, ES256 and EdDSA, for example RS256")
                })
            };
            words(text).iter().map(parse).collect::<Result<Vec<_>, _>>()
        })?;
        match keys {
            TokenKeys::Given(keys) if named.is_empty() => Ok(keys.iter().map(Key::algorithm).collect()),
            TokenKeys::Url(_) if named.is_empty() => Ok(vec![Algorithm::Rs256]),
            TokenKeys::Given(keys) if !keys.iter().any(|key| named.contains(&key.algorithm())) => {
                let has = keys.iter().map(|key| key.algorithm().name()).collect::<Vec<_>>().join(", ");
                Err(anyhow!("POSTRIDER_JWT_ALGORITHMS allows none of the given keys, whose algorithm is {has}"))
            }
            TokenKeys::Url(_) if named.iter().all(|one| one.is_symmetric()) => Err(anyhow!(
                "POSTRIDER_JWT_ALGORITHMS allows only HS256, but a key set is public and has no secrets; for example RS256"
            )),
            _ => Ok(named),
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn parse_claim(text: &str) -> Result<ClaimPath, String> {
    let fault = || "must be the name of a claim or a JSON Pointer, for example tenant_id or /app/tenant".to_owned();
    ClaimPath::parse(text).ok_or_else(fault)
}

/// `value=role` pairs; the roles' own names when there are none.
fn parse_roles(text: &str) -> Result<Vec<(String, Role)>, String> {
    let parse = |pair: String| {
        let (value, role) = pair.split_once('=')?;
        Some((value.to_owned(), Role::parse(role)?))
    };
    let pairs: Option<Vec<_>> = words(text).into_iter().map(parse).collect();
    let fault = || "must be value=role pairs with the roles viewer, support and operator, for example admins=operator";
    let pairs = pairs.ok_or_else(fault)?;
    let own = || Role::ALL.into_iter().map(|role| (role.name().to_owned(), role)).collect();
    Ok(if pairs.is_empty() { own() } else { pairs })
}

/// All public keys in PEM of a file.
fn read_keys(path: &str) -> Result<Vec<Key>, String> {
    let text = std::fs::read_to_string(Path::new(path)).map_err(|fault| format!("names {path:?}: {fault}"))?;
    let starts: Vec<usize> = text.match_indices(BEGIN).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts.iter().zip(ends).filter_map(|(from, to)| text.get(*from..to));
    let keys: Vec<Key> =
        parts.map(Key::from_pem).collect::<Result<_, _>>().map_err(|fault| format!("names {path:?}, which {fault}"))?;
    if keys.is_empty() {
        return Err(format!("names {path:?}, which has no public key in PEM (-----BEGIN PUBLIC KEY-----)"));
    }
    Ok(keys)
}

/// Plain HTTP is only for this machine: whoever can change the keys on their way can be anybody.
fn parse_url(text: &str) -> Result<Uri, String> {
    let wrong = || "must be an https URL, for example https://id.example.com/.well-known/jwks.json";
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let host = uri.host().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") if !host.is_empty() => Ok(uri),
        Some("http") if is_local => Ok(uri),
        _ => Err(wrong().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, tests::check};

    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const URL: (&str, &str) = ("jwt_jwks_url", "https://id.example/jwks");

    fn tokens(given: &[(&str, &str)]) -> anyhow::Result<Option<TokenSettings>> {
        check(given).map(|config: Config| config.tokens)
    }

    #[test]
    fn tokens_are_refused_without_a_key() {
        assert!(tokens(&[]).unwrap().is_none());
        assert!(tokens(&[("jwt_issuer", "a")]).unwrap().is_none());
    }

    #[test]
    fn the_algorithm_is_that_of_the_keys_unless_one_is_named() {
        let of = |given: &[(&str, &str)]| tokens(given).unwrap().unwrap().rules.algorithms;
        let named = [URL, ("jwt_issuer", "i"), ("jwt_audience", "a b"), ("jwt_algorithms", "ES256,EdDSA")];
        assert_eq!(of(&[("jwt_secret", SECRET)]), [Algorithm::Hs256]);
        assert_eq!(of(&named[..3]), [Algorithm::Rs256]);
        assert_eq!(of(&named), [Algorithm::Es256, Algorithm::EdDsa]);
    }

    #[test]
    fn roles_are_off_by_default_and_have_the_configured_names() {
        let of = |given: &[(&str, &str)]| tokens(&[&[("jwt_secret", SECRET)], given].concat()).unwrap().unwrap().rules;
        assert_eq!(of(&[]).role, None);
        assert_eq!(of(&[("jwt_role_claim", "role")]).roles.len(), 3);
        let rules = of(&[("jwt_role_claim", "/realm/roles"), ("jwt_roles", "admins=operator,helpdesk=support")]);
        assert_eq!(rules.roles, [("admins".to_owned(), Role::Operator), ("helpdesk".to_owned(), Role::Support)]);
    }

    #[test]
    fn wrong_settings_name_their_variable_and_no_secret() {
        for (given, variable) in [
            (&[("jwt_secret", "do-not-show")][..], "POSTRIDER_JWT_SECRET"),
            (&[("jwt_secret", SECRET), URL], "POSTRIDER_JWT_SECRET"),
            (&[("jwt_key_file", "/nowhere/key.pem")], "POSTRIDER_JWT_KEY_FILE"),
            (&[("jwt_key_file", "/dev/null")], "POSTRIDER_JWT_KEY_FILE"),
            (&[URL], "POSTRIDER_JWT_ISSUER"),
            (&[URL, ("jwt_issuer", "i")], "POSTRIDER_JWT_AUDIENCE"),
            (&[("jwt_jwks_url", "http://id.example/jwks")], "POSTRIDER_JWT_JWKS_URL"),
            (&[("jwt_secret", SECRET), ("jwt_algorithms", "none")], "POSTRIDER_JWT_ALGORITHMS"),
            (&[("jwt_secret", SECRET), ("jwt_algorithms", "RS256")], "POSTRIDER_JWT_ALGORITHMS"),
            (&[("jwt_secret", SECRET), ("jwt_roles", "admins=root")], "POSTRIDER_JWT_ROLES"),
            (&[("jwt_secret", SECRET), ("jwt_clock_skew_seconds", "601")], "POSTRIDER_JWT_CLOCK_SKEW_SECONDS"),
        ] {
            let fault = tokens(given).err().unwrap().to_string();
            assert!(fault.starts_with(variable), "{fault}");
            assert!(!fault.contains("do-not-show") && !fault.contains(SECRET), "{fault}");
        }
    }
}
