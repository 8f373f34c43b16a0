//! `standard`: plain Standard Webhooks (<https://www.standardwebhooks.com>; the retry schedule is that of its section
//! "Deliverability and reliability").

use super::rules::{Body, Field, GeneratedSecret, Rules};
use crate::retry::Schedule;

pub(super) const RULES: Rules = Rules {
    name: "standard",
    body: Body::Envelope(&[Field::Type, Field::Timestamp, Field::Data]),
    headers: &[],
    signature: None,
    redirect_is_success: false,
    client_error_is_final: false,
    gone_disables: true,
    schedule: Schedule::Fixed(&[5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]),
    max_retries: 9,
    generated_secret: GeneratedSecret::Whsec,
};
