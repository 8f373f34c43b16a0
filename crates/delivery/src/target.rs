//! A subscription made ready to be sent to: its URI, headers and keys prepared once, on first use.

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

/// What an installation sets for all subscriptions.
#[derive(Clone, Debug)]
pub struct Defaults {
    pub user_agent: HeaderValue,
    /// Base of exponential schedules.
    pub retry_base: Duration,
    /// How event ids of ours are written.
    pub ids: IdStyle,
}

/// What every request has beside the subscription's own headers, at most.
const MORE_HEADERS: usize = 12;

/// A subscription as lanes and egress use it. Replaced as a whole when the subscription changes.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) subscription: Subscription,
    prepared: OnceLock<Result<Box<Prepared>, String>>,
}

/// What does not change from request to request.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) origin: Origin,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// The log's lines for those headers, credentials masked.
    pub(crate) lines: String,
    /// The names of the profile's own headers, in its order.
    pub(crate) own: Vec<HeaderName>,
    /// The name of the profile's own signature.
    pub(crate) own_signature: Option<HeaderName>,
    pub(crate) secrets: Vec<(signing::Secret, Option<Timestamp>)>,
    /// How often it is tried again, and when.
    pub(crate) policy: RetryPolicy,
}

impl Target {
    /// Without description and metadata: an owner may make them large, and nothing here needs them.
    pub(crate) fn new(subscription: Subscription) -> Arc<Self> {
        let subscription = Subscription { description: None, metadata: JsonObject::default(), ..subscription };
        Arc::new(Self { subscription, prepared: OnceLock::new() })
    }

    /// The fault is a sentence for the log; it can only be one of a subscription written by hand.
    pub(crate) fn prepared(&self, defaults: &Defaults) -> Result<&Prepared, &str> {
        let made = self.prepared.get_or_init(|| prepare(&self.subscription, defaults).map(Box::new));
        made.as_deref().map_err(String::as_str)
    }
}

fn prepare(subscription: &Subscription, defaults: &Defaults) -> Result<Prepared, String> {
    let mut url = subscription.url.to_url();
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
