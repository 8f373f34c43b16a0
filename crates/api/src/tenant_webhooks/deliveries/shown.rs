//! A delivery in the tenant API, with the status names of that API.

use crate::App;
use crate::schemas::{Hyphenated, TenantStatusName};
use model::{Delivery, DeliveryStatus, Timestamp, attempt::cut};
use serde::Serialize;
use std::collections::HashMap;
use storage::StorageError;
use utoipa::ToSchema;

/// The status names of the tenant API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Sending,
    Delivered,
    Failed,
}

impl Status {
    pub(super) const ALL: [Self; 4] = [Self::Pending, Self::Sending, Self::Delivered, Self::Failed];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Sending => "SENDING",
            Self::Delivered => "DELIVERED",
            Self::Failed => "FAILED",
        }
    }

    pub(super) fn of(app: &App, delivery: &Delivery) -> Self {
        match delivery.status {
            DeliveryStatus::Delivered => Self::Delivered,
            DeliveryStatus::Failed
            | DeliveryStatus::Exhausted
            | DeliveryStatus::Disabled
            | DeliveryStatus::Cancelled => Self::Failed,
            DeliveryStatus::Pending | DeliveryStatus::Retrying => {
                if app.engine.control.is_sending(delivery.id) {
                    Self::Sending
                } else {
                    Self::Pending
                }
            }
        }
    }

    /// The stored states that this status may stand for.
    pub(super) fn stored(self) -> Vec<DeliveryStatus> {
        match self {
            Self::Pending | Self::Sending => vec![DeliveryStatus::Pending, DeliveryStatus::Retrying],
            Self::Delivered => vec![DeliveryStatus::Delivered],
            Self::Failed => vec![
                DeliveryStatus::Failed,
                DeliveryStatus::Exhausted,
                DeliveryStatus::Disabled,
                DeliveryStatus::Cancelled,
            ],
        }
    }
}

/// A delivery in the tenant API.
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantDelivery {
    #[schema(value_type = Hyphenated)]
    id: String,
    event: String,
    /// `PENDING`, `SENDING`, `DELIVERED` or `FAILED`.
    #[schema(value_type = TenantStatusName)]
    status: &'static str,
    /// Attempts since the event was published, or since the last retry by hand.
    attempts: u32,
    target_url: String,
    /// At most 500 characters.
    last_error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// Converts deliveries, with the URLs of their subscriptions.
pub(super) async fn show(app: &App, deliveries: &[Delivery]) -> Result<Vec<TenantDelivery>, StorageError> {
    let Some(first) = deliveries.first() else { return Ok(Vec::new()) };
    let mut ids: Vec<_> = deliveries.iter().map(|delivery| delivery.subscription).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = app.store.subscriptions_ever(&first.tenant, &ids).await?;
    let urls: HashMap<_, _> = known.into_iter().map(|one| (one.id, one.url.to_string())).collect();
    let show = |delivery: &Delivery| TenantDelivery {
        id: delivery.id.uuid().to_string(),
        event: delivery.event_type.to_string(),
        status: Status::of(app, delivery).name(),
        attempts: delivery.attempts - delivery.earlier_attempts,
        target_url: urls.get(&delivery.subscription).cloned().unwrap_or_default(),
        last_error: delivery.error.as_deref().map(cut),
        created_at: delivery.created_at(),
        updated_at: delivery.updated_at,
    };
    Ok(deliveries.iter().map(show).collect())
}
