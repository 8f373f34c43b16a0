//! `platform`: the wire style of subscriptions created through the platform API (`docs/contracts.md`, On the wire).

use super::rules::{Body, Field, GeneratedSecret, HeaderValue, OwnSignature, Rules};
use crate::retry::Schedule;

pub(super) const RULES: Rules = Rules {
    name: "platform",
    body: Body::Envelope(&[
        Field::Id,
        Field::Type,
        Field::Timestamp,
        Field::TenantId,
        Field::Data,
        Field::Metadata,
        Field::CustomMetadata,
    ]),
    headers: &[
        ("X-Webhook-Event-Id", HeaderValue::EventId),
        ("X-Webhook-Event-Type", HeaderValue::EventType),
        ("X-Webhook-Timestamp", HeaderValue::AttemptTime),
    ],
    signature: Some(OwnSignature { header: "X-Webhook-Signature", prefix: "" }),
    redirect_is_success: false,
    client_error_is_final: false,
    gone_disables: true,
    schedule: Schedule::Fixed(&[300, 3_600, 21_600]),
    max_retries: 3,
    generated_secret: GeneratedSecret::Whsec,
};
