//! One attempt: put the request together, sign it, send it, and say what came of it.

use crate::{
    egress::{Egress, Sent},
    target::{Defaults, Target},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use model::{
    Attempt, AttemptError, AttemptResult, Event, Profile, Timestamp,
    attempt::{AttemptErrorKind, response_message},
    profile,
};
use std::sync::OnceLock;

/// An event on its way: its bodies are made once and shared by all of its deliveries.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) event: Event,
    public_id: OnceLock<String>,
    bodies: [OnceLock<Bytes>; Profile::ALL.len()],
}

impl Outgoing {
    pub(crate) const fn new(event: Event) -> Self {
        Self { event, public_id: OnceLock::new(), bodies: [const { OnceLock::new() }; Profile::ALL.len()] }
    }

    pub(crate) fn public_id(&self) -> &str {
        self.public_id.get_or_init(|| self.event.public_id())
    }

    fn body(&self, profile: Profile) -> Bytes {
        self.bodies[usize::from(profile.code())].get_or_init(|| profile::render(profile, &self.event)).clone()
    }

    /// About what it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        2 * self.event.data.len() + self.event.metadata.len() + 768
    }
}

/// Sends `outgoing` to `target` as attempt number `number`.
pub(crate) async fn send(
    egress: &Egress,
    defaults: &Defaults,
    target: &Target,
    outgoing: &Outgoing,
    number: u32,
    now: Timestamp,
) -> (Attempt, AttemptResult) {
    let unsendable = |message: &str| {
        let error = AttemptError::new(AttemptErrorKind::Unsendable, format!("Not sent: {message}"));
        Sent { result: Err(error), took: std::time::Duration::ZERO }
    };
    let (sent, lines) = match target.prepared(defaults) {
        Err(fault) => (unsendable(fault), String::new()),
        Ok(prepared) => {
            let body = outgoing.body(target.subscription.profile);
            let mut lines = prepared.lines.clone();
            match headers(target, outgoing, &body, now, prepared.headers.clone(), &mut lines, &prepared.secrets) {
                Err(fault) => (unsendable(fault), lines),
                Ok(headers) => {
                    let timeout = target.subscription.timeout;
                    (egress.post(prepared.uri.clone(), headers, body, timeout).await, lines)
                }
            }
        }
    };
    report(sent, lines, target.subscription.profile, number, now)
}

/// Adds the Standard Webhooks headers and the profile's own.
fn headers(
    target: &Target,
    outgoing: &Outgoing,
    body: &[u8],
    now: Timestamp,
    mut headers: HeaderMap,
    lines: &mut String,
    secrets: &[(signing::Secret, Option<Timestamp>)],
) -> Result<HeaderMap, &'static str> {
    let mut set = |name: &'static str, value: String| {
        lines.push_str(name);
        lines.push_str(": ");
        lines.push_str(&value);
        lines.push('\n');
        let value = HeaderValue::try_from(value).map_err(|_| "a header's value is malformed")?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "a header's name is malformed")?;
        headers.insert(name, value);
        Ok::<_, &'static str>(())
    };
    let rules = target.subscription.profile.rules();
    let id = outgoing.public_id();
    let seconds = now.seconds();
    set("webhook-id", id.to_owned())?;
    set("webhook-timestamp", seconds.to_string())?;
    let live = || secrets.iter().filter(|(_, until)| until.is_none_or(|until| until > now));
    let signatures: Vec<String> = live().map(|(secret, _)| secret.standard(id, seconds, body)).collect();
    if !signatures.is_empty() {
        set("webhook-signature", signatures.join(" "))?;
    }
    for (name, value) in rules.headers {
        let value = match value {
            profile::HeaderValue::EventId => id.to_owned(),
            profile::HeaderValue::EventType => outgoing.event.event_type.to_string(),
            profile::HeaderValue::AttemptTime => now.to_string(),
        };
        set(name, value)?;
    }
    if let (Some(own), Some((secret, _))) = (rules.signature, secrets.first()) {
        set(own.header, format!("{}{}", own.prefix, signing::hex(&secret.hmac(body))))?;
    }
    Ok(headers)
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
            let ended = now.after(sent.took);
            AttemptResult::Response {
                status: answer.status,
                retry_after: answer.retry_after.map(|after| after.from(ended)),
            }
        }
    };
    (attempt, result)
}
