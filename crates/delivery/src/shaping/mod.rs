//! Shaping: the form of a subscription's requests beyond its profile: transformation, method, path, query, compression.
//! A subscription without a shape costs one comparison.

mod compress;
mod turns;

use crate::{
    batch,
    egress::LocalFault,
    outgoing::Outgoing,
    receivers::Tokens,
    target::{Defaults, Prepared, Target},
};
use bytes::Bytes;
pub(crate) use compress::compress;
use http::{HeaderName, HeaderValue, Uri, uri::PathAndQuery};
use model::{
    Event, Subscription, Timestamp, profile,
    shape::{EventFacts, Method, PayloadForm, RequestShape, Transformation},
    subscription::{check_header, may_be_credential},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use transform::{
    Effect, Failure, Input, Ran, ScriptFault, Scripts,
    templates::{EventFacts as TemplateFacts, Options, Template},
};
use turns::Turns;

/// Forms requests.
#[derive(Clone)]
pub(crate) struct Shaping {
    scripts: Arc<Scripts>,
    turns: Turns,
    /// Access tokens of subscriptions with OAuth 2.0.
    pub(crate) tokens: Tokens,
}

/// A request whose form is that of its subscription.
#[derive(Debug, Default)]
pub(crate) struct Shaped {
    pub(crate) method: Method,
    /// `None`: that of the subscription.
    pub(crate) uri: Option<Uri>,
    /// `None`: that of the profile.
    pub(crate) body: Option<Bytes>,
    /// The parts of the events, in the body of a batch.
    pub(crate) parts: Vec<Bytes>,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// `headers` replace all headers of the subscription that a script sees.
    pub(crate) is_complete: bool,
    pub(crate) ran: Option<ScriptRun>,
}

/// The console lines of a script, and how long it ran.
pub(crate) type ScriptRun = (Vec<String>, Duration);

/// Why there is no request.
#[derive(Debug)]
pub(crate) enum NotShaped {
    /// The transformation drops the delivery.
    Dropped(Option<ScriptRun>),
    /// The script failed.
    Script(Box<ScriptFault>, Option<ScriptRun>),
    /// The event or a setting is at fault; a sentence for the log.
    Fault(String),
    /// The server is short of something.
    Shortage(LocalFault),
}

impl Shaping {
    /// `workers`: processes that run scripts.
    pub(crate) fn new(scripts: Arc<Scripts>, workers: usize) -> Self {
        Self { scripts, turns: Turns::new(workers), tokens: Tokens::new() }
    }

    pub(crate) async fn check(&self, script: &str) -> Result<Result<(), ScriptFault>, LocalFault> {
        self.scripts.check(script).await.map_err(|failure| shortage(&failure))
    }

    pub(crate) async fn shape(
        &self,
        defaults: &Defaults,
        target: &Target,
        prepared: &Prepared,
        outgoing: &Outgoing,
    ) -> Result<Shaped, NotShaped> {
        let shape = &target.subscription.policies.shape;
        let mut shaped = Shaped { method: shape.request.method(), ..Shaped::default() };
        if shape.request.changes_url() {
            shaped.uri = Some(self::uri(&shape.request, &target.subscription, outgoing, defaults)?);
        }
        match &shape.transformation {
            None => {}
            Some(Transformation::Script(script)) => {
                let uri = shaped.uri.clone().unwrap_or_else(|| prepared.uri.clone());
                let Ran { result, console, took } =
                    self.run(defaults, target, (script, shaped.method, &uri), outgoing).await?;
                shaped.ran = Some((console, took));
                match result {
                    Ok(Effect::Drop) => return Err(NotShaped::Dropped(shaped.ran)),
                    Ok(Effect::Send(sent)) => shaped.apply(sent, &uri)?,
                    Err(fault) => return Err(NotShaped::Script(Box::new(fault), shaped.ran)),
                }
            }
            Some(Transformation::Template(_)) => {
                if let Some((template, options)) = &prepared.template {
                    render(*template, options, outgoing, defaults, &mut shaped)?;
                }
            }
        }
        Ok(shaped)
    }

    async fn run(
        &self,
        defaults: &Defaults,
        target: &Target,
        (script, method, uri): (&str, Method, &Uri),
        outgoing: &Outgoing,
    ) -> Result<Ran, NotShaped> {
        let (subscription, event) = (&target.subscription, &outgoing.event);
        let headers = visible_headers(subscription);
        let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let body = outgoing.body(subscription.profile, defaults.ids);
        let timestamp = event.timestamp.to_string();
        let input = Input {
            id: outgoing.public_id(defaults.ids),
            kind: event.event_type.as_str(),
            timestamp: &timestamp,
            tenant: event.tenant.as_str(),
            metadata: text(&event.metadata),
            method: method.name(),
            path,
            headers: &headers,
            body: &body,
            may_set: &|name| check_header(name, "").is_ok(),
        };
        let _turn = self.turns.take(&event.tenant).await.ok_or(NotShaped::Shortage(LocalFault::Scripts))?;
        self.scripts.run(script, &input).await.map_err(|failure| NotShaped::Shortage(shortage(&failure)))
    }
}

impl Shaped {
    /// Takes over the body of a batch, or of a reference to the data, when the subscription asks for one.
    pub(crate) fn carry(
        &mut self,
        events: &[&Outgoing],
        target: &Target,
        defaults: &Defaults,
        now: Timestamp,
    ) -> Result<(), NotShaped> {
        let Subscription { profile, ref policies, .. } = target.subscription;
        let (batching, ids) = (policies.shape.batching, defaults.ids);
        let references = match policies.shape.payload {
            PayloadForm::Full if batching.is_none() => return Ok(()),
            PayloadForm::Full => None,
            PayloadForm::Reference => Some(defaults.references.as_ref().ok_or_else(no_references)?),
        };
        let render = |event: &Outgoing, body: &mut Vec<u8>| match references {
            None => event.append_to_batch(profile, ids, body),
            Some(references) => {
                let (url, expires) = references.url(&event.event, profile, now);
                body.extend(profile::render_reference(profile, &event.event, ids, &url, expires));
            }
        };
        let Some(batching) = batching else {
            let mut body = Vec::new();
            events.first().into_iter().for_each(|event| render(event, &mut body));
            self.body = Some(body.into());
            return Ok(());
        };
        let format = batching.format();
        self.content_type = Some(HeaderValue::from_static(format.content_type()));
        let (body, parts) = batch::body(format, events.len(), |i, body| render(events[i], body));
        (self.body, self.parts) = (Some(body), parts);
        Ok(())
    }

    /// Takes a script's request over. `uri` is the URL before.
    fn apply(&mut self, sent: transform::Shaped, uri: &Uri) -> Result<(), NotShaped> {
        if let Some(method) = sent.method.and_then(|method| Method::parse(method.name())) {
            self.method = method;
        }
        if let Some(path) = &sent.path {
            self.uri = Some(with_path(uri, path).ok_or_else(|| malformed("path"))?);
        }
        self.content_type = Some(HeaderValue::from_str(&sent.content_type).map_err(|_| malformed("content type"))?);
        (self.headers, self.is_complete) = (parsed(&sent.headers)?, true);
        self.body = Some(sent.body);
        Ok(())
    }
}

fn no_references() -> NotShaped {
    NotShaped::Fault("the server makes no URLs for payloads".into())
}

/// The shortage that a failure is. A process that cannot be started is an operator's affair.
fn shortage(failure: &Failure) -> LocalFault {
    if let Failure::Worker(error) = failure {
        tracing::error!(error, "failed to start a process for transformations");
    }
    LocalFault::Scripts
}

/// The fault of a part that the crate `transform` has checked already.
fn malformed(part: &str) -> NotShaped {
    NotShaped::Fault(format!("the transformation made a malformed {part}"))
}

fn parsed(headers: &[(String, String)]) -> Result<Vec<(HeaderName, HeaderValue)>, NotShaped> {
    let one = |(name, value): &(String, String)| Some((name.parse().ok()?, HeaderValue::from_str(value).ok()?));
    headers.iter().map(one).collect::<Option<_>>().ok_or_else(|| malformed("header"))
}

/// The subscription's headers that a script sees and may change: those that carry no credential.
fn visible_headers(subscription: &Subscription) -> Vec<(String, String)> {
    let visible = subscription.headers.iter().filter(|(name, _)| !may_be_credential(name));
    visible.map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect()
}

/// The same URI with another path and query.
fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path.parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// The URL of a request whose path or query comes from its event.
fn uri(
    request: &RequestShape,
    subscription: &Subscription,
    outgoing: &Outgoing,
    defaults: &Defaults,
) -> Result<Uri, NotShaped> {
    let event = &outgoing.event;
    let (data, metadata) = (value(&event.data), value(&event.metadata));
    let facts = EventFacts {
        id: outgoing.public_id(defaults.ids),
        event_type: &event.event_type,
        timestamp: event.timestamp,
        tenant: &event.tenant,
        data: &data,
        metadata: &metadata,
    };
    let mut base = subscription.url.to_url();
    base.set_fragment(None);
    let url = request.url(&base, &facts).map_err(|fault| NotShaped::Fault(format!("{fault}, which the URL needs")))?;
    url.as_str().parse().map_err(|_| NotShaped::Fault("the URL of this event is malformed".into()))
}

fn value(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap_or_default()
}

/// Renders a template that ships with Postrider.
fn render(
    template: Template,
    options: &Options,
    outgoing: &Outgoing,
    defaults: &Defaults,
    shaped: &mut Shaped,
) -> Result<(), NotShaped> {
    let event: &Event = &outgoing.event;
    let timestamp = event.timestamp.to_string();
    let event = TemplateFacts {
        id: outgoing.public_id(defaults.ids),
        kind: event.event_type.as_str(),
        timestamp: &timestamp,
        tenant: event.tenant.as_str(),
        source: &defaults.source,
        data: text(&event.data),
        metadata: text(&event.metadata),
    };
    let rendered = template.render(&event, options);
    shaped.content_type = Some(HeaderValue::from_static(rendered.content_type));
    shaped.headers = parsed(&rendered.headers)?;
    shaped.body = Some(rendered.body.into());
    Ok(())
}

/// A JSON object as text; an absent one is empty.
fn text(json: &[u8]) -> &str {
    if json.is_empty() { "{}" } else { std::str::from_utf8(json).unwrap_or("{}") }
}
