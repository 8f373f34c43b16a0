//! `tenant`: the wire style of subscriptions created through the tenant API (`docs/contracts.md`, On the wire).

use super::rules::{Body, GeneratedSecret, HeaderValue, OwnSignature, Rules};
use crate::retry::Schedule;

pub(super) const RULES: Rules = Rules {
    name: "tenant",
    body: Body::Payload,
    headers: &[("X-Event", HeaderValue::EventType)],
    signature: Some(OwnSignature { header: "X-Signature", prefix: "sha256=" }),
    redirect_is_success: true,
    client_error_is_final: true,
    gone_disables: false,
    schedule: Schedule::Exponential,
    max_retries: 3,
    generated_secret: GeneratedSecret::None,
};
