//! Adds the authentication of a subscription to its requests.

use super::{
    token_request::{ANSWER_MAX, read_answer, token_request},
    tokens::{Fetched, Token, TokenFault, TokenKey, Tokens},
};
use crate::egress::Egress;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header, header::AUTHORIZATION, uri::PathAndQuery};
use model::{
    Clock, Subscription, TenantId, Timestamp,
    credentials::{Authentication, AwsSigV4, OAuth2},
    shape::Method,
    subscription::MASKED,
};
use signing::AwsKey;
use std::{fmt, sync::Arc, time::Duration};
use url::Url;

/// Longest time of a request to a token endpoint.
const FETCH: Duration = Duration::from_secs(30);

/// The authentication of a subscription's requests, prepared once.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// The same header in all requests.
    Header(HeaderName, HeaderValue),
    OAuth2(Box<Endpoint>),
    Aws(Secret<AwsSigV4>),
}

/// A token endpoint with the settings of the subscription.
pub(crate) struct Endpoint {
    tenant: TenantId,
    key: TokenKey,
    url: Url,
    settings: OAuth2,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A value that `Debug` does not show.
pub(crate) struct Secret<T>(T);

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The credentials of a subscription are malformed, although the API checks them.
#[derive(Debug, thiserror::Error)]
#[error("the authentication is malformed: {0}")]
pub(crate) struct Malformed(&'static str);

/// Why a request cannot be authenticated; a sentence for the log.
#[derive(Debug)]
pub(crate) struct NotAuthenticated(pub(crate) String);

impl Prepared {
    pub(crate) fn new(subscription: &Subscription) -> Result<Option<Self>, Malformed> {
        let Some(authentication) = &subscription.credentials.authentication else { return Ok(None) };
        let header = |name: HeaderName, value: &str| {
            let mut value = HeaderValue::from_str(value).map_err(|_| Malformed("a header's value"))?;
            value.set_sensitive(true);
            Ok(Self::Header(name, value))
        };
        Ok(Some(match authentication {
            Authentication::Basic { username, password } => {
                header(AUTHORIZATION, &format!("Basic {}", STANDARD.encode(format!("{username}:{password}"))))?
            }
            Authentication::Bearer { token } => header(AUTHORIZATION, &format!("Bearer {token}"))?,
            Authentication::ApiKey { header: name, value } => {
                header(name.parse().map_err(|_| Malformed("the header's name"))?, value)?
            }
            Authentication::OAuth2(settings) => Self::OAuth2(Box::new(Endpoint {
                tenant: subscription.tenant.clone(),
                key: TokenKey::new(subscription.tenant.clone(), subscription.id, settings),
                url: settings.token_url.parse().map_err(|_| Malformed("the token URL"))?,
                settings: settings.clone(),
            })),
            Authentication::AwsSigV4(settings) => Self::Aws(Secret(settings.clone())),
        }))
    }
}

/// A request whose headers are complete but for its authentication.
pub(crate) struct Unauthenticated<'r> {
    pub(crate) method: Method,
    pub(crate) uri: &'r Uri,
    /// The body as it is sent.
    pub(crate) body: &'r [u8],
    pub(crate) headers: &'r mut HeaderMap,
    /// The headers as lines for the log.
    pub(crate) lines: &'r mut String,
}

impl Unauthenticated<'_> {
    fn set(&mut self, name: HeaderName, value: HeaderValue) {
        self.lines.push_str(&format!("{name}: {MASKED}\n"));
        self.headers.insert(name, value);
    }

    /// Adds the authentication. Returns the token that it used.
    pub(crate) async fn authenticate(
        mut self,
        prepared: &Prepared,
        (egress, tokens, clock): (&Egress, &Tokens, &dyn Clock),
    ) -> Result<Option<Arc<Token>>, NotAuthenticated> {
        match prepared {
            Prepared::Header(name, value) => {
                self.set(name.clone(), value.clone());
                Ok(None)
            }
            Prepared::OAuth2(endpoint) => {
                let token = tokens
                    .get(&endpoint.key, || clock.now(), || fetch(egress, endpoint))
                    .await
                    .map_err(|fault| NotAuthenticated(fault.to_string()))?;
                let mut value = HeaderValue::from_str(&format!("Bearer {}", token.access_token()))
                    .map_err(|_| NotAuthenticated("the access token is malformed".into()))?;
                value.set_sensitive(true);
                self.set(AUTHORIZATION, value);
                Ok(Some(token))
            }
            Prepared::Aws(Secret(settings)) => {
                self.sign(settings, clock.wall())?;
                Ok(None)
            }
        }
    }

    fn sign(&mut self, settings: &AwsSigV4, at: Timestamp) -> Result<(), NotAuthenticated> {
        let key = AwsKey {
            access_key_id: &settings.access_key_id,
            secret_access_key: &settings.secret_access_key,
            session_token: settings.session_token.as_deref(),
            region: &settings.region,
            service: &settings.service,
        };
        let host = self.uri.authority().map_or("", |authority| authority.as_str());
        let path = self.uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let content_type = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let signed: Vec<(&str, &str)> = content_type.map(|value| ("content-type", value)).into_iter().collect();
        let added = signing::sign_aws_v4(&key, self.method.name(), host, path, &signed, self.body, at.seconds());
        for (name, value) in added {
            let mut value = HeaderValue::from_str(&value)
                .map_err(|_| NotAuthenticated("the AWS credentials are malformed".into()))?;
            value.set_sensitive(true);
            self.set(HeaderName::from_static(name), value);
        }
        Ok(())
    }
}

/// Fetches a token on the tenant's route. The endpoint is the tenant's choice, so the address policy applies to it.
async fn fetch(egress: &Egress, endpoint: &Endpoint) -> Result<Fetched, TokenFault> {
    let request = token_request(&endpoint.settings);
    let sent =
        egress.fetch((&endpoint.tenant, &endpoint.url), request.headers, request.body, (FETCH, ANSWER_MAX + 8)).await;
    let sent = sent.map_err(|fault| TokenFault::new(fault.to_string()))?;
    match sent.result {
        Ok(answer) => read_answer(&endpoint.settings, answer.status, &answer.body),
        Err(fault) => Err(TokenFault::new(fault.message)),
    }
}

/// The receiver refused the token of a request: the next request gets another one.
pub(crate) fn refused(prepared: &Prepared, tokens: &Tokens, token: &Token) {
    if let Prepared::OAuth2(endpoint) = prepared {
        tokens.refuse(&endpoint.key, token);
    }
}
