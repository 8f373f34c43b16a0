//! One delivery attempt: builds the request, signs it, sends it, and reports the result.

use crate::{
    egress::{Egress, LocalFault, Sent},
    outgoing::Outgoing,
    target::{Defaults, Prepared, Target},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header::InvalidHeaderValue};
use model::{
    Attempt, AttemptError, AttemptResult, Profile, Timestamp, TraceContext,
    attempt::{AttemptErrorKind, response_message},
    profile,
};

/// The time of an attempt, by two clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) now: Timestamp,
    /// Wall-clock time for signatures, since receivers compare it with their own clock.
    pub(crate) stamp: Timestamp,
}

/// Sends `outgoing` to `target` as attempt number `number`, with this trace context. Fails when a shortage of this machine prevents the attempt.
pub(crate) async fn send(
    egress: &Egress,
    defaults: &Defaults,
    target: &Target,
    outgoing: &Outgoing,
    number: u32,
    times: Times,
    trace: Option<&TraceContext>,
) -> Result<(Attempt, AttemptResult), LocalFault> {
    let (sent, lines) = match form(defaults, target, outgoing, times, trace) {
        Err(message) => {
            let error = AttemptError::new(AttemptErrorKind::Unsendable, format!("Not sent: {message}"));
            (Sent::not_made(error), String::new())
        }
        Ok(Formed { prepared, headers, lines, body }) => {
            let timeout = target.subscription.timeout;
            (egress.post(&prepared.origin, &prepared.uri, headers, body, timeout).await?, lines)
        }
    };
    Ok(report(sent, lines, target.subscription.profile, number, times.now))
}

/// A request, signed and ready to be sent.
pub(crate) struct Formed<'t> {
    pub(crate) prepared: &'t Prepared,
    pub(crate) headers: HeaderMap,
    /// The headers as lines for the log, credentials masked.
    pub(crate) lines: String,
    pub(crate) body: Bytes,
}

/// Forms and signs a request. The error is a sentence for the log.
pub(crate) fn form<'t>(
    defaults: &Defaults,
    target: &'t Target,
    outgoing: &Outgoing,
    times: Times,
    trace: Option<&TraceContext>,
) -> Result<Formed<'t>, String> {
    let prepared = target.prepared(defaults).map_err(ToString::to_string)?;
    let profile = target.subscription.profile;
    let body = outgoing.body(profile, defaults.ids);
    let id = outgoing.public_id(defaults.ids);
    let (headers, lines) = headers(prepared, profile, (outgoing, id), &body, times, trace)
        .map_err(|_| "a header's value is malformed".to_owned())?;
    Ok(Formed { prepared, headers, lines, body })
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
    body: &[u8],
    Times { now, stamp }: Times,
    trace: Option<&TraceContext>,
) -> Result<(HeaderMap, String), InvalidHeaderValue> {
    let mut headers = prepared.headers.clone();
    let mut lines = String::with_capacity(prepared.lines.len() + 512);
    lines.push_str(&prepared.lines);
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
