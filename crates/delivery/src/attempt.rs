//! One delivery attempt: builds the request, signs it, sends it, and reports the result.

use crate::{
    egress::{Answer, Egress, LocalFault, Sent},
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
    Attempt, AttemptError, AttemptResult, Clock, Profile, Timestamp, TraceContext,
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

/// Sends `outgoing` to `target` as attempt number `number`, with this trace context. `None`:
/// the subscription's transformation drops the delivery. Fails when a shortage of this machine prevents the attempt.
pub(crate) async fn send(
    means: Means<'_>,
    target: &Target,
    outgoing: &Outgoing,
    number: u32,
    times: Times,
    trace: Option<&TraceContext>,
) -> Result<Option<(Attempt, AttemptResult)>, LocalFault> {
    let profile = target.subscription.profile;
    let failed = |message: String| {
        let error = AttemptError::new(AttemptErrorKind::Unsendable, format!("Not sent: {message}"));
        report(Sent::not_made(error), String::new(), profile, number, times.now)
    };
    let (attempt, result) = match form(means, target, outgoing, times, trace).await {
        Err(NotShaped::Shortage(fault)) => return Err(fault),
        Err(NotShaped::Dropped(_)) => return Ok(None),
        Err(NotShaped::Script(fault, _)) => failed(format!("the transformation failed: {fault}")),
        Err(NotShaped::Fault(message)) => failed(message),
        Ok(formed) => {
            let timeout = target.subscription.timeout;
            let Formed { prepared, method, uri, headers, lines, body, wire, is_shaped, token, .. } = formed;
            let uri = uri.as_ref().unwrap_or(&prepared.uri);
            let destination = (&target.subscription.tenant, &prepared.origin);
            let sent = means.egress.send(destination, (method, uri), headers, wire, timeout).await?;
            if let (Some(token), Some(authentication), Ok(Answer { status: 401, .. })) =
                (&token, &prepared.authentication, &sent.result)
            {
                authenticate::refused(authentication, means.tokens, token);
            }
            let (mut attempt, result) = report(sent, lines, profile, number, times.now);
            attempt.request_body = is_shaped.then_some(body);
            (attempt, result)
        }
    };
    Ok(Some((attempt, result)))
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
    pub(crate) ran: Option<ScriptRun>,
}

/// Forms and signs a request.
pub(crate) async fn form<'t>(
    Means { egress, defaults, shaping, tokens, clock }: Means<'_>,
    target: &'t Target,
    outgoing: &Outgoing,
    times: Times,
    trace: Option<&TraceContext>,
) -> Result<Formed<'t>, NotShaped> {
    let prepared = target.prepared(defaults).map_err(|fault| NotShaped::Fault(fault.to_string()))?;
    let profile = target.subscription.profile;
    let id = outgoing.public_id(defaults.ids);
    let shaped = match target.subscription.policies.shape.forms_requests() {
        false => Shaped::default(),
        true => shaping.shape(defaults, target, prepared, outgoing).await?,
    };
    let is_shaped = shaped.body.is_some();
    let body = shaped.body.clone().unwrap_or_else(|| outgoing.body(profile, defaults.ids));
    let (mut headers, mut lines) = headers(prepared, profile, (outgoing, id), (&body, &shaped), times, trace)
        .map_err(|_| NotShaped::Fault("a header's value is malformed".to_owned()))?;
    let Shaped { method, uri, ran, .. } = shaped;
    let (encoding, wire) = compressed(target.subscription.policies.shape.compression, body.clone());
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
    Ok(Formed { prepared, method, uri, headers, lines, body, wire, token, is_shaped, ran })
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
    (outgoing, id): (&Outgoing, &str),
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
            profile::HeaderValue::EventType => set(name, shown, outgoing.event.event_type.as_str())?,
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
