//! A subscription prepared for sending: its URI, headers and keys are parsed once, on first use.

use crate::{
    content::{Content, LeftOut},
    egress::{Origin, OriginError},
    lanes::PolicyDefaults,
    receivers::authenticate,
    references::References,
};
use filter::Filter;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use model::{
    IdStyle, JsonObject, Retries, Subscription, Timestamp,
    shape::Transformation,
    subscription::{MASKED, SigningSecret, may_be_credential},
};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use storage::Wants;
use transform::templates::{BadOption, Options, Template};

/// Settings of the installation for all subscriptions.
#[derive(Clone, Debug)]
pub struct Defaults {
    pub user_agent: HeaderValue,
    /// Base of exponential schedules.
    pub retry_base: Duration,
    /// The form in which generated event ids are written.
    pub ids: IdStyle,
    pub policies: PolicyDefaults,
    /// The source of events in CloudEvents: the public URL of the installation, or its name.
    pub source: String,
    /// URLs of payloads. `None`: requests that need one are not made.
    pub references: Option<References>,
}

/// Headers of a request beside the subscription's own, at most.
const MORE_HEADERS: usize = 14;

/// A subscription as lanes and egress use it. Replaced as a whole when the subscription changes.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) subscription: Subscription,
    prepared: OnceLock<Result<Box<Prepared>, Unsendable>>,
    filter: OnceLock<Option<Filter>>,
    /// Handles of the subscription's metrics.
    pub(crate) held: metrics::Held,
}

/// The parts that all requests to a subscription share.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) origin: Origin,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// The headers as lines for the log, credentials masked.
    pub(crate) lines: String,
    /// Names of the subscription's headers that its transformation sees.
    pub(crate) visible: Vec<HeaderName>,
    /// The names of the profile's own headers, in its order.
    pub(crate) own: Vec<HeaderName>,
    /// The name of the profile's own signature.
    pub(crate) own_signature: Option<HeaderName>,
    pub(crate) secrets: Vec<(signing::Secret, Option<Timestamp>)>,
    /// The template of the subscription's transformation, with its options.
    pub(crate) template: Option<(Template, Options)>,
    pub(crate) authentication: Option<authenticate::Prepared>,
    /// Retry policies by event type.
    pub(crate) retries: Retries,
}

impl Target {
    /// Drops the metadata, which may be large and are not needed for sending. The description (at most 500 characters) is
    /// part of operational events.
    pub(crate) fn new(subscription: Subscription) -> Arc<Self> {
        let subscription = Subscription { metadata: JsonObject::default(), ..subscription };
        Arc::new(Self {
            subscription,
            prepared: OnceLock::new(),
            filter: OnceLock::new(),
            held: metrics::Held::default(),
        })
    }

    /// Why an event of its types does not go to it; `None` when it does.
    pub(crate) fn leaves_out(&self, content: &Content<'_>) -> Option<LeftOut> {
        let shape = &self.subscription.policies.shape;
        if !content.channels.reach(&shape.channels) {
            return Some(LeftOut::Channels);
        }
        let source = shape.filter.as_deref()?;
        // The API checks filters. A malformed one was written into the store by hand: its deliveries are made, and show
        // the fault in the log, so that no event is lost.
        let filter = self.filter.get_or_init(|| Filter::parse(source).ok()).as_ref()?;
        content.decide(filter).err().map(LeftOut::Filter)
    }

    /// The choice of events without a delivery, for replays; `None` when it chooses by type alone.
    pub(crate) fn wants(self: &Arc<Self>) -> Option<Wants> {
        let target = self.clone();
        let chooses = self.subscription.policies.shape.chooses_by_content();
        chooses.then(|| Wants(Arc::new(move |event| target.leaves_out(&Content::of_event(event)).is_none())))
    }

    /// Fails only for a subscription that was written into the store by hand: the API checks all of this.
    pub(crate) fn prepared(&self, defaults: &Defaults) -> Result<&Prepared, &Unsendable> {
        let made = self.prepared.get_or_init(|| prepare(&self.subscription, defaults).map(Box::new));
        made.as_deref()
    }
}

/// Why no request can be sent for a subscription.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsendable {
    #[error("the URL is malformed: {0}")]
    Uri(#[from] http::uri::InvalidUri),
    #[error(transparent)]
    Origin(#[from] OriginError),
    #[error("the header name {0:?} is malformed")]
    HeaderName(String),
    #[error("the value of header {0:?} is malformed")]
    HeaderValue(String),
    #[error("the filter is malformed: {0}")]
    Filter(#[from] filter::Fault),
    #[error("there is no template {0:?}")]
    Template(String),
    #[error(transparent)]
    TemplateOption(#[from] BadOption),
    #[error(transparent)]
    Authentication(#[from] authenticate::Malformed),
    #[error("the signing secret is malformed: {0}")]
    Secret(#[from] signing::BadSecret),
}

fn prepare(subscription: &Subscription, defaults: &Defaults) -> Result<Prepared, Unsendable> {
    let mut url = subscription.url.to_url();
    url.set_fragment(None);
    let uri: Uri = url.as_str().parse()?;
    if let Some(filter) = &subscription.policies.shape.filter {
        Filter::parse(filter)?;
    }
    let mut headers = HeaderMap::with_capacity(subscription.headers.len() + MORE_HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, defaults.user_agent.clone());
    let mut lines =
        format!("content-type: application/json\nuser-agent: {}\n", defaults.user_agent.to_str().unwrap_or(""));
    let mut visible = Vec::new();
    for (name, value) in &subscription.headers {
        let parsed = header_name(name)?;
        if !may_be_credential(name) {
            visible.push(parsed.clone());
        }
        let mut held = HeaderValue::from_str(value).map_err(|_| Unsendable::HeaderValue(name.clone()))?;
        held.set_sensitive(may_be_credential(name));
        lines.push_str(&format!("{parsed}: {}\n", if may_be_credential(name) { MASKED } else { value }));
        headers.append(parsed, held);
    }
    let parse = |secret: &SigningSecret| Ok((signing::Secret::parse(&secret.value)?, secret.until));
    let secrets = subscription.secrets.iter().map(parse).collect::<Result<_, Unsendable>>()?;
    let rules = subscription.profile.rules();
    Ok(Prepared {
        template: template(subscription)?,
        authentication: authenticate::Prepared::new(subscription)?,
        headers,
        lines,
        visible,
        secrets,
        own: rules.headers.iter().map(|(own, _)| header_name(own)).collect::<Result<_, _>>()?,
        own_signature: rules.signature.map(|own| header_name(own.header)).transpose()?,
        retries: subscription.retries(defaults.retry_base),
        origin: match &subscription.credentials.tls {
            None => Origin::new(&url)?,
            Some(tls) => Origin::new(&url)?.with_client_tls(tls),
        }
        .with_version(subscription.policies.shape.http_version),
        uri,
    })
}

fn template(subscription: &Subscription) -> Result<Option<(Template, Options)>, Unsendable> {
    let Some(Transformation::Template(name)) = &subscription.policies.shape.transformation else { return Ok(None) };
    let template = Template::parse(name).ok_or_else(|| Unsendable::Template(name.to_string()))?;
    Ok(Some((template, Options::check(template, subscription.credentials.template_options.clone())?)))
}

fn header_name(name: &str) -> Result<HeaderName, Unsendable> {
    name.parse().map_err(|_| Unsendable::HeaderName(name.to_owned()))
}
