//! Authentication to the receiver and its TLS in the platform API. Secret parts are write-only.

use crate::{
    App,
    body::{Patch, text},
    schemas::{AuthenticationName, ClientAuthenticationName},
};
use model::{
    Invalid, SubscriptionUrl, TenantId,
    credentials::{Authentication, AwsSigV4, ClientAuthentication, ClientIdentity, ClientTls, OAuth2},
    subscription::MASKED,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How requests are authenticated. `type` decides which of the other fields are used.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct AuthenticationFields {
    #[serde(default, rename = "type", deserialize_with = "text")]
    #[schema(value_type = AuthenticationName, example = "bearer")]
    kind: Patch<String>,
    /// `basic`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    username: Patch<String>,
    /// `basic`; may be empty.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Patch<String>,
    /// `bearer`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>)]
    token: Patch<String>,
    /// `api_key`: the name of the header.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, example = "x-api-key")]
    header: Patch<String>,
    /// `api_key`: the value of the header.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>)]
    value: Patch<String>,
    /// `oauth2`: the token endpoint.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, max_length = 2048, example = "https://id.example.com/oauth/token")]
    token_url: Patch<String>,
    /// `oauth2`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>)]
    client_id: Patch<String>,
    /// `oauth2`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>)]
    client_secret: Patch<String>,
    /// `oauth2`: scopes, separated by spaces.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>)]
    scope: Patch<String>,
    /// `oauth2`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>)]
    audience: Patch<String>,
    /// `oauth2`: where the token endpoint gets the client's id and secret.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<ClientAuthenticationName>, default = "header")]
    client_authentication: Patch<String>,
    /// `aws_sigv4`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>)]
    access_key_id: Patch<String>,
    /// `aws_sigv4`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>)]
    secret_access_key: Patch<String>,
    /// `aws_sigv4`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>)]
    session_token: Patch<String>,
    /// `aws_sigv4`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, example = "eu-west-1")]
    region: Patch<String>,
    /// `aws_sigv4`.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, example = "execute-api")]
    service: Patch<String>,
}

/// A client certificate, and the authorities of the receiver's certificate; all in PEM.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct TlsFields {
    /// The client's certificate, followed by its chain.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, max_length = 32768)]
    certificate: Patch<String>,
    /// The key of the certificate, not encrypted.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, max_length = 32768)]
    private_key: Patch<String>,
    /// The receiver's certificate must be signed by one of these, and not by a public authority.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, max_length = 32768)]
    authorities: Patch<String>,
}

/// How requests are authenticated, without the secret parts.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Authentication)]
pub(crate) struct AuthenticationShown {
    #[serde(rename = "type")]
    #[schema(value_type = AuthenticationName)]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ClientAuthenticationName>)]
    client_authentication: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
}

/// The client certificate and the authorities, without the private key.
#[derive(Serialize, ToSchema)]
#[schema(as = ClientTls)]
pub(crate) struct TlsShown {
    certificate: Option<String>,
    authorities: Option<String>,
}

impl AuthenticationShown {
    pub(super) fn new(of: &Authentication) -> Self {
        let mut shown = Self { kind: of.kind(), ..Self::default() };
        match of {
            Authentication::Basic { username, .. } => shown.username = Some(username.clone()),
            Authentication::Bearer { .. } => {}
            Authentication::ApiKey { header, .. } => shown.header = Some(header.clone()),
            Authentication::OAuth2(of) => {
                shown.token_url = Some(of.token_url.clone());
                shown.client_id = Some(of.client_id.clone());
                shown.scope.clone_from(&of.scope);
                shown.audience.clone_from(&of.audience);
                shown.client_authentication = Some(of.client_authentication.name());
            }
            Authentication::AwsSigV4(of) => {
                shown.access_key_id = Some(of.access_key_id.clone());
                shown.region = Some(of.region.clone());
                shown.service = Some(of.service.clone());
            }
        }
        shown
    }
}

impl TlsShown {
    pub(super) fn new(of: &ClientTls) -> Self {
        let certificate = of.identity.as_ref().map(|one| one.certificate.clone());
        Self { certificate, authorities: of.authorities.clone() }
    }
}

/// The given text of a field that is required.
fn required(name: &str, given: &Patch<String>) -> Result<String, Invalid> {
    given.as_ref().value().cloned().ok_or_else(|| Invalid::new(name, "is missing"))
}

fn optional(given: &Patch<String>) -> Option<String> {
    given.as_ref().value().filter(|text| !text.is_empty()).cloned()
}

/// A secret: absent, or given as the mask, it keeps its known value.
fn secret(name: &str, given: &Patch<String>, known: Option<&String>) -> Result<String, Invalid> {
    match (given.as_ref().value(), known) {
        (Some(text), _) if text != MASKED => Ok(text.clone()),
        (_, Some(known)) => Ok(known.clone()),
        (_, None) => Err(Invalid::new(name, "is missing")),
    }
}

impl AuthenticationFields {
    /// Secrets that are absent keep their value, if the type stays the same.
    pub(super) fn check(
        &self,
        (app, tenant): (&App, &TenantId),
        known: Option<&Authentication>,
    ) -> Result<Authentication, Invalid> {
        let kind = required("type", &self.kind)?;
        let made = match kind.as_str() {
            "basic" => {
                let old = known.and_then(|one| {
                    if let Authentication::Basic { password, .. } = one { Some(password) } else { None }
                });
                let password = secret("password", &self.password, old)?;
                Authentication::Basic { username: required("username", &self.username)?, password }
            }
            "bearer" => {
                let old =
                    known.and_then(|one| if let Authentication::Bearer { token } = one { Some(token) } else { None });
                Authentication::Bearer { token: secret("token", &self.token, old)? }
            }
            "api_key" => {
                let old = known
                    .and_then(|one| if let Authentication::ApiKey { value, .. } = one { Some(value) } else { None });
                let value = secret("value", &self.value, old)?;
                Authentication::ApiKey { header: required("header", &self.header)?.to_ascii_lowercase(), value }
            }
            "oauth2" => {
                let old = known.and_then(|one| if let Authentication::OAuth2(of) = one { Some(of) } else { None });
                Authentication::OAuth2(self.oauth2(app, tenant, old)?)
            }
            "aws_sigv4" => {
                let old = known.and_then(|one| if let Authentication::AwsSigV4(of) = one { Some(of) } else { None });
                Authentication::AwsSigV4(self.aws(old)?)
            }
            _ => {
                let kinds = Authentication::KINDS.join(", ");
                return Err(Invalid::new("type", format!("must be one of {kinds}")));
            }
        };
        made.check()?;
        Ok(made)
    }

    fn oauth2(&self, app: &App, tenant: &TenantId, known: Option<&OAuth2>) -> Result<OAuth2, Invalid> {
        let url = required("token_url", &self.token_url)?;
        let checked = SubscriptionUrl::parse(&url, app.settings.allow_http)
            .map_err(|fault| fault.to_string())
            .and_then(|url| app.engine.control.check_url(tenant, &url).map_err(|fault| fault.to_string()));
        checked.map_err(|message| Invalid::new("token_url", message))?;
        let client_authentication = match self.client_authentication.as_ref().value() {
            None => ClientAuthentication::default(),
            Some(name) => ClientAuthentication::parse(name)
                .ok_or_else(|| Invalid::new("client_authentication", "must be header or body"))?,
        };
        Ok(OAuth2 {
            token_url: url,
            client_id: required("client_id", &self.client_id)?,
            client_secret: secret("client_secret", &self.client_secret, known.map(|of| &of.client_secret))?,
            scope: optional(&self.scope),
            audience: optional(&self.audience),
            client_authentication,
        })
    }

    fn aws(&self, known: Option<&AwsSigV4>) -> Result<AwsSigV4, Invalid> {
        let old = known.map(|of| &of.secret_access_key);
        let session_token = match self.session_token.as_ref().value() {
            // Null removes it.
            _ if self.session_token == Patch::Null => None,
            None => known.and_then(|of| of.session_token.clone()),
            Some(text) if text == MASKED => known.and_then(|of| of.session_token.clone()),
            Some(_) => optional(&self.session_token),
        };
        Ok(AwsSigV4 {
            access_key_id: required("access_key_id", &self.access_key_id)?,
            secret_access_key: secret("secret_access_key", &self.secret_access_key, old)?,
            session_token,
            region: required("region", &self.region)?,
            service: required("service", &self.service)?,
        })
    }
}

impl TlsFields {
    pub(super) fn check(&self, known: Option<&ClientTls>) -> Result<ClientTls, Invalid> {
        let old = known.and_then(|known| known.identity.as_ref()).map(|one| &one.private_key);
        let identity = match optional(&self.certificate) {
            None if optional(&self.private_key).is_some() => {
                return Err(Invalid::new("certificate", "is missing"));
            }
            None => None,
            Some(certificate) => {
                Some(ClientIdentity { certificate, private_key: secret("private_key", &self.private_key, old)? })
            }
        };
        let tls = ClientTls { identity, authorities: optional(&self.authorities) };
        if tls == ClientTls::default() {
            return Err(Invalid::new(
                "certificate",
                "is missing; give a certificate, authorities, or null for neither",
            ));
        }
        delivery::check_client_tls(&tls).map_err(|fault| Invalid::new(fault.field(), fault.to_string()))?;
        Ok(tls)
    }
}
