//! One delivery attempt: builds the request, signs it, sends it, and reports the result.

use crate::{
    batch::{self, ANSWER_MAX, Failed},
    egress::{Answer, Egress, LocalFault, Sent, kept},
    outgoing::Outgoing,
    receivers::{Token, Tokens, Unauthenticated, authenticate},
    shaping::{NotShaped, ScriptRun, Shaped, Shaping, compress},
    target::{Defaults, Prepared, Target},
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Uri,
    header::{self, InvalidHeaderValue},
};
use model::{
    Attempt, AttemptError, AttemptResult, Clock, IdStyle, Profile, Timestamp, TraceContext, Verdict,
    attempt::{AttemptErrorKind, response_message},
    profile,
    shape::{Compression, Method},
    subscription::MASKED,
};
use std::sync::Arc;

/// The time of an attempt, by two clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) now: Timestamp,
    /// Wall-clock time for signatures, since receivers compare it with their own clock.
    pub(crate) stamp: Timestamp,
}

/// The parts of the server that an attempt needs.
#[derive(Clone, Copy)]
pub(crate) struct Means<'s> {
    pub(crate) egress: &'s Egress,
    pub(crate) defaults: &'s Defaults,
    pub(crate) shaping: &'s Shaping,
    pub(crate) tokens: &'s Tokens,
    pub(crate) clock: &'s dyn Clock,
}

/// A request that was made, or could not be, and what became of it.
pub(crate) struct Reply {
    pub(crate) attempt: Attempt,
    pub(crate) result: AttemptResult,
    /// The events of a batch that its receiver has not processed.
    failed: Failed,
    /// The id of the batch.
    batch: Option<String>,
    /// The part of each event in the body of the batch.
    parts: Vec<Bytes>,
}

impl Reply {
    /// The attempt and its result for the only event of the request. `number` counts the attempts of its delivery.
    pub(crate) fn into_one(self, event: &Outgoing, number: u32, ids: IdStyle) -> (Attempt, AttemptResult) {
        self.failed.apply((Attempt { number, ..self.attempt }, self.result), event.public_id(ids))
    }

    /// The same for the event at `place` in the batch.
    pub(crate) fn of(&self, event: &Outgoing, (number, place): (u32, usize), ids: IdStyle) -> (Attempt, AttemptResult) {
        let mut attempt = Attempt { number, ..self.attempt.clone() };
        let others = self.parts.len().saturating_sub(1);
        if let (Some(batch), 1..) = (&self.batch, others) {
            // The whole body would be kept with each event.
            attempt.request_body = self.parts.get(place).cloned();
            attempt.remark(&format!(
                "sent in {batch} with {others} other {}",
                if others == 1 { "event" } else { "events" }
            ));
        }
        self.failed.apply((attempt, self.result.clone()), event.public_id(ids))
    }
}

/// Sends `events` (one, or those of a batch) to `target` in one request, with this trace context. `None`: the
/// subscription's transformation drops the delivery. Fails when a shortage of this machine prevents the attempt.
pub(crate) async fn send(
    means: Means<'_>,
    target: &Target,
    events: &[&Outgoing],
    times: Times,
    trace: Option<&TraceContext>,
) -> Result<Option<Reply>, LocalFault> {
    let profile = target.subscription.profile;
    let failed = |message: String| {
        let error = AttemptError::new(AttemptErrorKind::Unsendable, format!("Not sent: {message}"));
        let (attempt, result) = report(Sent::not_made(error), String::new(), profile, 1, times.now);
        Reply { attempt, result, failed: Failed::None, batch: None, parts: Vec::new() }
    };
    Ok(Some(match form(means, target, events, times, trace).await {
        Err(NotShaped::Shortage(fault)) => return Err(fault),
        Err(NotShaped::Dropped(_)) => return Ok(None),
        Err(NotShaped::Script(fault, _)) => failed(format!("the transformation failed: {fault}")),
        Err(NotShaped::Fault(message)) => failed(message),
        Ok(formed) => {
            let Formed { prepared, method, uri, headers, lines, body, wire, is_shaped, token, batch, parts, .. } =
                formed;
            let read = (target.subscription.timeout, if batch.is_some() { ANSWER_MAX } else { 0 });
            let uri = uri.as_ref().unwrap_or(&prepared.uri);
            let destination = (&target.subscription.tenant, &prepared.origin);
            let sent = means.egress.send(destination, (method, uri), headers, wire, read).await?;
            if let (Some(token), Some(authentication), Ok(Answer { status: 401, .. })) =
                (&token, &prepared.authentication, &sent.result)
            {
                authenticate::refused(authentication, means.tokens, token);
            }
            let (mut attempt, result) = report(sent, lines, profile, 1, times.now);
            attempt.request_body = is_shaped.then_some(body);
            let mut failed = Failed::None;
            if batch.is_some() {
                let is_accepted = attempt.response_code.map(|status| profile.rules().verdict(status));
                if is_accepted == Some(Verdict::Delivered) {
                    failed = Failed::read(&attempt.response_body);
                }
                attempt.response_body = kept(&attempt.response_body);
            }
            Reply { attempt, result, failed, batch, parts }
        }
    }))
}

/// The body in its encoding, with the encoding's name.
fn compressed(compression: Option<Compression>, body: Bytes) -> (Option<&'static str>, Bytes) {
    let Some(compression) = compression else { return (None, body) };
    match compress(compression, &body) {
        Some(small) => (Some(compression.name()), small),
        None => (None, body),
    }
}

/// A request, signed and ready to be sent.
pub(crate) struct Formed<'t> {
    pub(crate) prepared: &'t Prepared,
    pub(crate) method: Method,
    /// `None`: that of the subscription.
    pub(crate) uri: Option<Uri>,
    pub(crate) headers: HeaderMap,
    /// The headers as lines for the log, credentials masked.
    pub(crate) lines: String,
    /// The body that is signed, before it is compressed.
    pub(crate) body: Bytes,
    /// The body as it is sent.
    pub(crate) wire: Bytes,
    /// The access token that it carries.
    pub(crate) token: Option<Arc<Token>>,
    /// The body is not that of the profile.
    pub(crate) is_shaped: bool,
    /// The id of the batch that it carries.
    batch: Option<String>,
    parts: Vec<Bytes>,
    pub(crate) ran: Option<ScriptRun>,
}

/// Forms and signs a request.
pub(crate) async fn form<'t>(
    Means { egress, defaults, shaping, tokens, clock }: Means<'_>,
    target: &'t Target,
    events: &[&Outgoing],
    times: Times,
    trace: Option<&TraceContext>,
) -> Result<Formed<'t>, NotShaped> {
    let prepared = target.prepared(defaults).map_err(|fault| NotShaped::Fault(fault.to_string()))?;
    let profile = target.subscription.profile;
    let [outgoing, ..] = events else { return Err(NotShaped::Fault("there is no event".into())) };
    let shape = &target.subscription.policies.shape;
    let mut shaped = match shape.forms_requests() {
        false => Shaped::default(),
        true => shaping.shape(defaults, target, prepared, outgoing).await?,
    };
    let batch = shape.batching.map(|_| batch::id(target.subscription.id, events, defaults.ids));
    shaped.carry(events, target, defaults, times.now)?;
    let about = match &batch {
        Some(id) => (id.as_str(), batch::EVENT_TYPE),
        None => (outgoing.public_id(defaults.ids), outgoing.event.event_type.as_str()),
    };
    let is_shaped = shaped.body.is_some();
    let body = shaped.body.clone().unwrap_or_else(|| outgoing.body(profile, defaults.ids));
    let (mut headers, mut lines) = headers(prepared, profile, about, (&body, &shaped), times, trace)
        .map_err(|_| NotShaped::Fault("a header's value is malformed".to_owned()))?;
    let Shaped { method, uri, ran, parts, .. } = shaped;
    let (encoding, wire) = compressed(shape.compression, body.clone());
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        lines.push_str(&format!("content-encoding: {encoding}\n"));
    }
    let mut token = None;
    if let Some(authentication) = &prepared.authentication {
        let uri = uri.as_ref().unwrap_or(&prepared.uri);
        let request = Unauthenticated { method, uri, body: &wire, headers: &mut headers, lines: &mut lines };
        let authenticated = request.authenticate(authentication, (egress, tokens, clock)).await;
        token = authenticated.map_err(|fault| NotShaped::Fault(fault.0))?;
    }
    Ok(Formed { prepared, method, uri, headers, lines, body, wire, token, is_shaped, batch, parts, ran })
}

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The request's headers (the subscription's, those of Standard Webhooks, the trace's, and the profile's own), and the same headers
/// as lines for the log.
fn headers(
    prepared: &Prepared,
    profile: Profile,
    (id, event_type): (&str, &str),
    (body, shaped): (&[u8], &Shaped),
    Times { now, stamp }: Times,
    trace: Option<&TraceContext>,
) -> Result<(HeaderMap, String), InvalidHeaderValue> {
    let mut lines = String::with_capacity(prepared.lines.len() + 512);
    let mut headers = base(prepared, shaped, &mut lines);
    let mut set = |name: &HeaderName, shown: &str, value: &str| {
        for part in [shown, ": ", value, "\n"] {
            lines.push_str(part);
        }
        let value = HeaderValue::from_str(value)?;
        headers.insert(name.clone(), value);
        Ok::<_, InvalidHeaderValue>(())
    };
    let (rules, seconds) = (profile.rules(), stamp.seconds());
    set(&ID, ID.as_str(), id)?;
    set(&TIMESTAMP, TIMESTAMP.as_str(), &seconds.to_string())?;
    let mut signatures = String::with_capacity(64);
    for (secret, _) in prepared.secrets.iter().filter(|(_, until)| until.is_none_or(|until| until > now)) {
        if !signatures.is_empty() {
            signatures.push(' ');
        }
        signatures.push_str(&secret.standard(id, seconds, body));
    }
    if !signatures.is_empty() {
        set(&SIGNATURE, SIGNATURE.as_str(), &signatures)?;
    }
    for (name, (shown, value)) in prepared.own.iter().zip(rules.headers) {
        match value {
            profile::HeaderValue::EventId => set(name, shown, id)?,
            profile::HeaderValue::EventType => set(name, shown, event_type)?,
            profile::HeaderValue::AttemptTime => set(name, shown, &stamp.to_string())?,
        }
    }
    if let Some(trace) = trace {
        set(&TRACEPARENT, TRACEPARENT.as_str(), &trace.traceparent())?;
        if let Some(state) = trace.tracestate() {
            set(&TRACESTATE, TRACESTATE.as_str(), state)?;
        }
    }
    if let (Some(own), Some(name), Some((secret, _))) =
        (rules.signature, &prepared.own_signature, prepared.secrets.first())
    {
        set(name, own.header, &format!("{}{}", own.prefix, signing::hex(&secret.hmac(body))))?;
    }
    Ok((headers, lines))
}

/// The headers that come before those of the server: the subscription's, changed by its shape.
fn base(prepared: &Prepared, shaped: &Shaped, lines: &mut String) -> HeaderMap {
    let mut headers = prepared.headers.clone();
    if shaped.method != Method::Post {
        lines.push_str(&format!(":method: {}\n", shaped.method.name()));
    }
    if let Some(target) = shaped.uri.as_ref().and_then(Uri::path_and_query) {
        lines.push_str(&format!(":path: {target}\n"));
    }
    if shaped.content_type.is_none() && shaped.headers.is_empty() && !shaped.is_complete {
        lines.push_str(&prepared.lines);
        return headers;
    }
    if shaped.is_complete {
        prepared.visible.iter().for_each(|name| drop(headers.remove(name)));
    }
    for (name, value) in &shaped.headers {
        headers.insert(name.clone(), value.clone());
    }
    if let Some(content_type) = &shaped.content_type {
        headers.insert(header::CONTENT_TYPE, content_type.clone());
    }
    for (name, value) in &headers {
        let shown = if value.is_sensitive() { MASKED } else { value.to_str().unwrap_or_default() };
        lines.push_str(&format!("{name}: {shown}\n"));
    }
    headers
}

/// The failed attempt that a test send reports when a shortage of this machine prevented the request.
pub(crate) fn not_made(now: Timestamp) -> Attempt {
    unsent("Not sent: the server is short of connections; try again in a moment", 1, now)
}

/// An attempt for which no request was made.
pub(crate) fn unsent(text: &str, number: u32, now: Timestamp) -> Attempt {
    let error = AttemptError::new(AttemptErrorKind::Unsendable, text);
    report(Sent::not_made(error), String::new(), Profile::default(), number, now).0
}

fn report(sent: Sent, lines: String, profile: Profile, number: u32, now: Timestamp) -> (Attempt, AttemptResult) {
    let mut attempt = Attempt {
        number,
        started_at: now,
        duration: sent.took,
        response_code: None,
        error: None,
        request_headers: lines,
        response_headers: String::new(),
        response_body: Bytes::new(),
        request_body: None,
        note: None,
        remote_ip: sent.remote_ip,
        timings: sent.timings,
    };
    let result = match sent.result {
        Err(error) => {
            attempt.error = Some(error.message.clone());
            AttemptResult::Failed(error)
        }
        Ok(answer) => {
            attempt.response_code = Some(answer.status);
            if profile.rules().verdict(answer.status) != model::Verdict::Delivered {
                attempt.error = Some(response_message(answer.status, answer.location.as_deref()));
            }
            attempt.response_headers = answer.headers;
            attempt.response_body = answer.body;
            attempt.note = answer.note;
            let ended = now.after(sent.took);
            AttemptResult::Response {
                status: answer.status,
                retry_after: answer.retry_after.map(|after| after.from(ended)),
            }
        }
    };
    (attempt, result)
}
