//! The bodies of an attempt, byte for byte.

pub(crate) mod request_body;
pub(crate) mod response_body;

use crate::{
    App,
    problem::{
        Problem,
        kinds::{NoSuchAttempt, NoSuchDelivery, PayloadErased},
    },
};
use model::{Attempt, Delivery, DeliveryId, Event, TenantId};

/// Attempts that can be named: the newest, as the delivery shows them.
const ATTEMPTS: u32 = 200;

/// An attempt with its delivery and its event.
struct Found {
    delivery: Delivery,
    event: Event,
    attempt: Attempt,
}

async fn find(app: &App, tenant: &TenantId, id: &str, number: &str) -> Result<Found, Problem> {
    let missing = || NoSuchDelivery::problem(format!("Webhook delivery not found: {id}"));
    let parsed = DeliveryId::parse(id).map_err(|_| missing())?;
    let delivery = app.store.delivery(tenant, parsed).await?.ok_or_else(missing)?;
    let event = app.store.event(tenant, parsed.event()).await?.ok_or_else(missing)?;
    let no_attempt = || NoSuchAttempt::problem(format!("Attempt {number} of delivery {id} not found"));
    let wanted: u32 = number.parse().map_err(|_| no_attempt())?;
    let attempts = app.store.attempts(tenant, parsed, ATTEMPTS).await?;
    let attempt = attempts.into_iter().find(|attempt| attempt.number == wanted).ok_or_else(no_attempt)?;
    if let Some(at) = event.payload_erased_at {
        return Err(PayloadErased::problem(format!("The payload of the event was erased at {at}")));
    }
    Ok(Found { delivery, event, attempt })
}
