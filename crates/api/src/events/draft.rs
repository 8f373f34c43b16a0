//! An event as its publisher sends it, and the checks on the way in.

use crate::{App, body::too_large, problem::Problem, types::Misfit};
use bytes::Bytes;
use delivery::{Draft, PublishError};
use model::{EventType, Priority, Problems, TenantId, Timestamp, event::check_given_id};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use storage::StorageError;
use utoipa::ToSchema;

/// So much `data` an event may have.
pub(crate) const DATA_MAX: usize = 1024 * 1024;
const METADATA_MAX: usize = 64 * 1024;
const KEY_MAX: usize = 255;

/// An event to be published.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewEvent)]
pub(crate) struct NewEvent<'a> {
    /// For example `invoice.created`.
    #[serde(rename = "type", borrow)]
    #[schema(value_type = String, example = "invoice.created", max_length = 100)]
    event_type: Cow<'a, str>,
    /// Any JSON object. Receivers get it byte for byte.
    #[serde(borrow)]
    #[schema(value_type = Object, example = json!({"invoice_id": "inv_123", "amount": 100.0, "currency": "USD"}))]
    data: &'a RawValue,
    /// Your own id for it: published again, it is known and not delivered twice.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    id: Option<Cow<'a, str>>,
    /// When it happened; now, when absent.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    timestamp: Option<Cow<'a, str>>,
    /// A JSON object that goes beside the data.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<&'a RawValue>,
    /// `high` goes before others of the tenant.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "normal")]
    priority: Option<Cow<'a, str>>,
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

impl NewEvent<'_> {
    /// Checks it; `prefix` stands before the names of its fields in faults.
    pub(super) fn check(self, app: &App, tenant: &TenantId, prefix: &str) -> Result<Draft, Problem> {
        let mut faults = Problems::default();
        let field = |name: &str| format!("{prefix}{name}");
        let event_type = faults.take(&field("type"), EventType::parse(&self.event_type));
        if !is_object(self.data) {
            faults.add(field("data"), "must be a JSON object");
        }
        let metadata = self.metadata.filter(|raw| raw.get() != "null");
        if metadata.is_some_and(|raw| !is_object(raw)) {
            faults.add(field("metadata"), "must be a JSON object");
        }
        if let Some(id) = &self.id {
            faults.take(&field("id"), check_given_id(id));
        }
        let timestamp =
            self.timestamp.as_deref().and_then(|text| faults.take(&field("timestamp"), Timestamp::parse(text)));
        let priority = self.priority.as_deref().map_or(Some(Priority::Normal), |name| {
            faults.take(&field("priority"), Priority::parse(name).ok_or("must be low, normal or high"))
        });
        for (name, raw, max) in [("data", Some(self.data), DATA_MAX), ("metadata", metadata, METADATA_MAX)] {
            if raw.is_some_and(|raw| raw.get().len() > max) {
                return Err(too_large(format!("{}: must have at most {max} bytes", field(name))));
            }
        }
        faults.into_result()?;
        let (Some(event_type), Some(priority)) = (event_type, priority) else {
            return Err(Problem::bad_request("The event is malformed"));
        };
        let misfit = app.types.check(app, tenant, &event_type, self.data.get(), &field("type"), &field("data"))?;
        Ok(Draft {
            event_type,
            data: Bytes::copy_from_slice(self.data.get().as_bytes()),
            metadata: metadata.map_or_else(Bytes::new, |raw| Bytes::copy_from_slice(raw.get().as_bytes())),
            given_id: self.id.map(Cow::into_owned),
            timestamp,
            priority,
            idempotency_key: None,
            broke_schema: misfit == Some(Misfit::Schema),
        })
    }
}

/// The `Idempotency-Key` header, checked.
pub(crate) fn idempotency_key(headers: &http::HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(text) if !text.is_empty() && text.len() <= KEY_MAX => Ok(Some(text)),
        _ => Err(Problem::invalid("Idempotency-Key", format!("must be 1 to {KEY_MAX} visible ASCII characters"))),
    }
}

pub(crate) fn refused(fault: PublishError, tenant: &TenantId) -> Problem {
    match &fault {
        PublishError::Busy => Problem::busy("More is being published than can be written; try again shortly"),
        PublishError::ShuttingDown => Problem::busy("The server is shutting down; try again shortly"),
        PublishError::NoTenant => Problem::not_found(format!("Tenant not found: {tenant}")),
        PublishError::TooManySubscriptions => Problem::invalid("type", fault.to_string()),
        PublishError::NobodyWants => Problem::not_found("No active subscription wants this event"),
        PublishError::Store(source) if matches!(**source, StorageError::Unsure(_)) => Problem::busy(
            "The store failed while this was being written, so it may have been accepted. Publish it again with the same \
             id or Idempotency-Key: then it is not delivered twice. Without either, look for it in GET /api/v1/events \
             first",
        )
        .because(&fault),
        PublishError::Store(_) => Problem::busy("The store is not available now; nothing was accepted").because(&fault),
    }
}
