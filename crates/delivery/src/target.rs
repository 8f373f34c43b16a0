//! A subscription prepared for sending: its URI, headers and keys are parsed once, on first use.

use crate::egress::Origin;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use model::{
    IdStyle, JsonObject, RetryPolicy, Subscription, Timestamp,
    subscription::{MASKED, SigningSecret, may_be_credential},
};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// Settings of the installation for all subscriptions.
#[derive(Clone, Debug)]
pub struct Defaults {
    pub user_agent: HeaderValue,
    /// Base of exponential schedules.
    pub retry_base: Duration,
    /// The form in which generated event ids are written.
    pub ids: IdStyle,
}

/// Headers of a request beside the subscription's own, at most.
const MORE_HEADERS: usize = 12;

/// A subscription as lanes and egress use it. Replaced as a whole when the subscription changes.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) subscription: Subscription,
    prepared: OnceLock<Result<Box<Prepared>, String>>,
}

/// The parts that all requests to a subscription share.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) origin: Origin,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// The headers as lines for the log, credentials masked.
    pub(crate) lines: String,
    /// The names of the profile's own headers, in its order.
    pub(crate) own: Vec<HeaderName>,
    /// The name of the profile's own signature.
    pub(crate) own_signature: Option<HeaderName>,
    pub(crate) secrets: Vec<(signing::Secret, Option<Timestamp>)>,
    /// Number of retries, and the backoff between them.
    pub(crate) policy: RetryPolicy,
}

impl Target {
    /// Drops description and metadata, which may be large and are not needed for sending.
    pub(crate) fn new(subscription: Subscription) -> Arc<Self> {
        let subscription = Subscription { description: None, metadata: JsonObject::default(), ..subscription };
        Arc::new(Self { subscription, prepared: OnceLock::new() })
    }

    /// The error is a message for the log. Only a subscription that the API did not validate, such as a row inserted by
    /// hand, can cause one.
    pub(crate) fn prepared(&self, defaults: &Defaults) -> Result<&Prepared, &str> {
        let made = self.prepared.get_or_init(|| prepare(&self.subscription, defaults).map(Box::new));
        made.as_deref().map_err(String::as_str)
    }
}

fn prepare(subscription: &Subscription, defaults: &Defaults) -> Result<Prepared, String> {
    // `url` normalises the host, so that the address policy checks the address that is dialled (0x7f.1 is 127.0.0.1).
    let mut url = url::Url::parse(&subscription.url).map_err(|fault| format!("the URL is malformed: {fault}"))?;
    url.set_fragment(None);
    let uri: Uri = url.as_str().parse().map_err(|fault| format!("the URL is malformed: {fault}"))?;
    let mut headers = HeaderMap::with_capacity(subscription.headers.len() + MORE_HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, defaults.user_agent.clone());
    let mut lines =
        format!("content-type: application/json\nuser-agent: {}\n", defaults.user_agent.to_str().unwrap_or(""));
    for (name, value) in &subscription.headers {
        let parsed: HeaderName = name.parse().map_err(|_| format!("the header name {name:?} is malformed"))?;
        let mut held =
            HeaderValue::from_str(value).map_err(|_| format!("the value of header {name:?} is malformed"))?;
        held.set_sensitive(may_be_credential(name));
        lines.push_str(&format!("{parsed}: {}\n", if may_be_credential(name) { MASKED } else { value }));
        headers.append(parsed, held);
    }
    let parse = |secret: &SigningSecret| match signing::Secret::parse(&secret.value) {
        Ok(key) => Ok((key, secret.until)),
        Err(fault) => Err(format!("the signing secret is malformed: {fault}")),
    };
    let secrets = subscription.secrets.iter().map(parse).collect::<Result<_, _>>()?;
    let rules = subscription.profile.rules();
    let name = |name: &str| name.parse().map_err(|_| format!("the header name {name:?} is malformed"));
    Ok(Prepared {
        headers,
        lines,
        secrets,
        own: rules.headers.iter().map(|(own, _)| name(own)).collect::<Result<_, String>>()?,
        own_signature: rules.signature.map(|own| name(own.header)).transpose()?,
        policy: subscription.retry_policy(defaults.retry_base),
        origin: Origin::new(&url)?,
        uri,
    })
}
