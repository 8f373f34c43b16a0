//! Credentials with which requests of a subscription are authenticated to its receiver. Stores keep them sealed; no
//! answer of the API shows their secret parts.

use crate::{
    headers::{BadHeader, check_header},
    invalid::Invalid,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The longest single credential, in bytes.
pub const CREDENTIAL_MAX: usize = 4_096;
/// The longest certificate chain or key, in bytes of PEM.
pub const PEM_MAX: usize = 32 * 1024;

/// Credentials of a subscription, in the form in which stores seal them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<ClientTls>,
    /// Options of the subscription's template, which may be keys of its receiver.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub template_options: BTreeMap<String, String>,
}

impl Credentials {
    pub fn is_empty(&self) -> bool {
        self.authentication.is_none() && self.tls.is_none() && self.template_options.is_empty()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.authentication.as_ref().map(Authentication::kind);
        f.debug_struct("Credentials").field("authentication", &kind).finish_non_exhaustive()
    }
}

/// The authentication of requests by headers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Authentication {
    /// `Authorization: Basic` (RFC 7617).
    Basic { username: String, password: String },
    /// `Authorization: Bearer` (RFC 6750).
    Bearer { token: String },
    /// A header of the receiver's choice.
    ApiKey { header: String, value: String },
    #[serde(rename = "oauth2")]
    OAuth2(OAuth2),
    #[serde(rename = "aws_sigv4")]
    AwsSigV4(AwsSigV4),
}

/// A bearer token from a token endpoint: OAuth 2.0 client credentials (RFC 6749, section 4.4).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    pub token_url: String,
    pub client_id: String,
    pub client_secret: String,
    /// Scopes, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
}

/// How the client authenticates itself to the token endpoint (RFC 6749, section 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// `Authorization: Basic`.
    #[default]
    Header,
    /// `client_id` and `client_secret` in the form.
    Body,
}

/// A signature by Amazon's Signature Version 4.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsSigV4 {
    pub access_key_id: String,
    pub secret_access_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<String>,
    pub region: String,
    pub service: String,
}

/// A client certificate (mutual TLS), and the authority that signed the receiver's certificate.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientTls {
    /// The certificate chain with its private key, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<ClientIdentity>,
    /// Certificates of authorities, in PEM. The receiver's certificate must be signed by one of them, not by a public one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorities: Option<String>,
}

/// A client certificate with its key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientIdentity {
    pub certificate: String,
    pub private_key: String,
}

impl ClientAuthentication {
    pub const ALL: [Self; 2] = [Self::Header, Self::Body];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Body => "body",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl Authentication {
    /// The kinds, in the order of the documentation.
    pub const KINDS: [&str; 5] = ["basic", "bearer", "api_key", "oauth2", "aws_sigv4"];

    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "basic",
            Self::Bearer { .. } => "bearer",
            Self::ApiKey { .. } => "api_key",
            Self::OAuth2(_) => "oauth2",
            Self::AwsSigV4(_) => "aws_sigv4",
        }
    }

    /// Checks all but URLs, which only the installation's policy can judge.
    pub fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Basic { username, password } => {
                if username.contains(':') {
                    return Err(Invalid::new("username", "must not contain a colon"));
                }
                text("username", username)?;
                // An empty password is usual where the user name is a key.
                if password.is_empty() { Ok(()) } else { text("password", password) }
            }
            Self::Bearer { token } => visible("token", token),
            Self::ApiKey { header, value } => {
                text("value", value)?;
                let field = |fault| if fault == BadHeader::Value { "value" } else { "header" };
                check_header(header, value).map_err(|fault| Invalid::new(field(fault), fault.to_string()))
            }
            Self::OAuth2(of) => {
                visible("token_url", &of.token_url)?;
                text("client_id", &of.client_id)?;
                text("client_secret", &of.client_secret)?;
                of.scope.as_deref().map_or(Ok(()), |scope| text("scope", scope))?;
                of.audience.as_deref().map_or(Ok(()), |audience| text("audience", audience))
            }
            Self::AwsSigV4(of) => {
                visible("access_key_id", &of.access_key_id)?;
                visible("secret_access_key", &of.secret_access_key)?;
                of.session_token.as_deref().map_or(Ok(()), |token| visible("session_token", token))?;
                name("region", &of.region)?;
                name("service", &of.service)
            }
        }
    }
}

fn text(field: &str, value: &str) -> Result<(), Invalid> {
    if value.is_empty() || value.len() > CREDENTIAL_MAX || value.chars().any(char::is_control) {
        return Err(Invalid::new(field, format!("must have 1 to {CREDENTIAL_MAX} bytes and no control characters")));
    }
    Ok(())
}

fn visible(field: &str, value: &str) -> Result<(), Invalid> {
    if value.is_empty() || value.len() > CREDENTIAL_MAX || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Invalid::new(field, format!("must be 1 to {CREDENTIAL_MAX} visible ASCII characters")));
    }
    Ok(())
}

/// The name of a region or a service.
fn name(field: &str, value: &str) -> Result<(), Invalid> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if value.is_empty() || value.len() > 64 || !value.bytes().all(good) {
        return Err(Invalid::new(field, "must be 1 to 64 letters, digits and the characters -_."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws() -> AwsSigV4 {
        AwsSigV4 {
            access_key_id: "AKID".into(),
            secret_access_key: "hush".into(),
            session_token: None,
            region: "eu-west-1".into(),
            service: "execute-api".into(),
        }
    }

    fn oauth() -> OAuth2 {
        OAuth2 {
            token_url: "https://id.example/token".into(),
            client_id: "me".into(),
            client_secret: "hush".into(),
            scope: Some("a b".into()),
            audience: None,
            client_authentication: ClientAuthentication::Body,
        }
    }

    #[test]
    fn sealed_credentials_are_read_back_and_never_shown() {
        for authentication in [
            Authentication::Basic { username: "me".into(), password: "hush".into() },
            Authentication::Bearer { token: "hush".into() },
            Authentication::ApiKey { header: "x-key".into(), value: "hush".into() },
            Authentication::OAuth2(oauth()),
            Authentication::AwsSigV4(aws()),
        ] {
            assert!(Authentication::KINDS.contains(&authentication.kind()));
            assert_eq!(authentication.check(), Ok(()));
            let identity = ClientIdentity { certificate: "c".into(), private_key: "hush".into() };
            let tls = ClientTls { identity: Some(identity), authorities: None };
            let credentials = Credentials {
                authentication: Some(authentication),
                tls: Some(tls),
                template_options: [("key".into(), "hush".into())].into(),
            };
            let sealed = serde_json::to_string(&credentials).unwrap();
            assert_eq!(serde_json::from_str::<Credentials>(&sealed).unwrap(), credentials);
            assert!(!format!("{credentials:?}").contains("hush"));
        }
    }

    #[test]
    fn malformed_credentials_are_refused_by_field() {
        let long = "x".repeat(CREDENTIAL_MAX + 1);
        for (authentication, field) in [
            (Authentication::Basic { username: "a:b".into(), password: "p".into() }, "username"),
            (Authentication::Basic { username: String::new(), password: "p".into() }, "username"),
            (Authentication::Basic { username: "a".into(), password: "p\n".into() }, "password"),
            (Authentication::Bearer { token: "a b".into() }, "token"),
            (Authentication::Bearer { token: long.clone() }, "token"),
            (Authentication::ApiKey { header: "host".into(), value: "v".into() }, "header"),
            (Authentication::ApiKey { header: "x y".into(), value: "v".into() }, "header"),
            (Authentication::ApiKey { header: "x-key".into(), value: String::new() }, "value"),
            (Authentication::OAuth2(OAuth2 { client_secret: String::new(), ..oauth() }), "client_secret"),
            (Authentication::OAuth2(OAuth2 { scope: Some("\r".into()), ..oauth() }), "scope"),
            (Authentication::AwsSigV4(AwsSigV4 { region: "eu/west".into(), ..aws() }), "region"),
            (Authentication::AwsSigV4(AwsSigV4 { service: String::new(), ..aws() }), "service"),
        ] {
            assert_eq!(authentication.check().unwrap_err().field, field);
        }
    }
}
