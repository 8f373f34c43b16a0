//! An event as its publisher sends it, and its validation.

use crate::schemas::{ChannelName, EventTypeName, GivenId, PriorityName};
use crate::{
    App,
    body::{METADATA_MAX, Unreadable, check_interop, is_object},
    catalog_check::{FieldNames, Misfit},
    problem::{
        Problem,
        kinds::{BadRequest, KeyReused, NoActiveSubscriptions, NoSuchTenant, NotPublished, TooLarge},
    },
    quota::Quota,
    warnings::Warnings,
};
use bytes::Bytes;
use delivery::{Difference, Draft, PublishError, Published};
use model::{Channels, EventType, FieldErrors, Invalid, Priority, TenantId, Timestamp, delay, event::check_given_id};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, time::Duration};
use storage::StorageError;
use utoipa::ToSchema;

const KEY_MAX: usize = 255;

/// An event to publish.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEvent)]
pub(crate) struct EventRequest<'a> {
    /// The event type, for example `invoice.created`.
    #[serde(rename = "type", borrow)]
    #[schema(value_type = EventTypeName, example = "invoice.created")]
    event_type: Cow<'a, str>,
    /// Any JSON object. Receivers get it byte for byte.
    #[serde(borrow)]
    #[schema(value_type = Object, example = json!({"invoice_id": "inv_123", "amount": 100.0, "currency": "USD"}))]
    data: &'a RawValue,
    /// Your own id for deduplication: an event published again with this id is not delivered twice.
    #[serde(borrow, default)]
    #[schema(value_type = Option<GivenId>, example = "order-4711")]
    id: Option<Cow<'a, str>>,
    /// Time of the occurrence; the current time when absent.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    timestamp: Option<Cow<'a, str>>,
    /// A JSON object beside the data.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<&'a RawValue>,
    /// `high` is sent before other deliveries of the tenant.
    #[serde(borrow, default)]
    #[schema(value_type = Option<PriorityName>, example = "normal")]
    priority: Option<Cow<'a, str>>,
    /// Nothing is sent before this time, at most 30 days ahead (or the retention, when that is less). The event is
    /// stored at once, with its deliveries to the subscriptions of now. A time in the past means now.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    deliver_at: Option<Cow<'a, str>>,
    /// Channels of the event: subscriptions with channels get it only if they share one. Letters, digits and `-_.:`.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Vec<ChannelName>>, max_items = 10, example = json!(["project:42"]))]
    channels: Option<Vec<Cow<'a, str>>>,
}

impl EventRequest<'_> {
    /// The payloads as they came, for the checks that follow the parser.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn payloads(&self) -> impl Iterator<Item = &RawValue> {
        [Some(self.data), self.metadata].into_iter().flatten()
    }

    /// Validates the event; `prefix` precedes the names of its fields in faults.
    pub(super) fn check(
        self,
        app: &App,
        tenant: &TenantId,
        quota: &Quota<'_>,
        prefix: &str,
        warnings: &Warnings,
    ) -> Result<Draft, Problem> {
        let data = self.data;
        let mut draft = self.draft(app, tenant, quota, prefix, warnings)?;
        let (type_field, data_field) = (format!("{prefix}type"), format!("{prefix}data"));
        let names = FieldNames { type_field: &type_field, data_field: &data_field, warnings };
        let misfit = app.catalog_check.check(tenant, &draft.event_type, data.get(), &names)?;
        draft.broke_schema = misfit == Some(Misfit::Schema);
        Ok(draft)
    }

    /// Validates all but the agreement with the catalog.
    pub(super) fn draft(
        self,
        app: &App,
        tenant: &TenantId,
        quota: &Quota<'_>,
        prefix: &str,
        warnings: &Warnings,
    ) -> Result<Draft, Problem> {
        let mut faults = FieldErrors::default();
        let field = |name: &str| format!("{prefix}{name}");
        let event_type = faults.take(&field("type"), EventType::parse(&self.event_type));
        faults.take(&field("data"), check_object(app, self.data, &field("data"), warnings));
        let metadata = self.metadata.filter(|raw| raw.get() != "null");
        if let Some(metadata) = metadata {
            faults.take(&field("metadata"), check_object(app, metadata, &field("metadata"), warnings));
        }
        if let Some(id) = &self.id {
            faults.take(&field("id"), check_given_id(id));
        }
        let timestamp =
            self.timestamp.as_deref().and_then(|text| faults.take(&field("timestamp"), Timestamp::parse(text)));
        let priority = self.priority.as_deref().map_or(Some(Priority::Normal), |name| {
            faults.take(&field("priority"), Priority::parse(name).ok_or("must be low, normal or high"))
        });
        let deliver_at = self.deliver_at.as_deref().and_then(|text| {
            faults.take(&field("deliver_at"), delay::deliver_at(text, app.clock.now(), delay_max(app, tenant)))
        });
        let names = self.channels.iter().flatten().map(|name| &**name);
        let channels = faults.take(&field("channels"), Channels::parse(names)).unwrap_or_default();
        quota.check_size(&field("data"), self.data.get().len())?;
        if metadata.is_some_and(|raw| raw.get().len() > METADATA_MAX) {
            let detail = format!("{}: must have at most {METADATA_MAX} bytes", field("metadata"));
            return Err(TooLarge::problem(detail));
        }
        faults.into_result()?;
        let (Some(event_type), Some(priority)) = (event_type, priority) else {
            return Err(BadRequest::problem("The event is malformed"));
        };
        Ok(Draft {
            event_type,
            data: Bytes::copy_from_slice(self.data.get().as_bytes()),
            metadata: metadata.map_or_else(Bytes::new, |raw| Bytes::copy_from_slice(raw.get().as_bytes())),
            given_id: self.id.map(Cow::into_owned),
            timestamp,
            priority,
            deliver_at,
            idempotency_key: None,
            broke_schema: false,
            trace: None,
            channels,
        })
    }
}

/// The longest delay of a tenant's events: its retention, up to [`delay::DELAY_MAX`].
fn delay_max(app: &App, tenant: &TenantId) -> Duration {
    let limited = app.engine.limits.of(tenant);
    let own = limited.and_then(|limited| limited.effective.rows_days);
    let own = own.map(|days| Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    own.into_iter().chain(app.settings.retention).fold(delay::DELAY_MAX, Duration::min)
}

/// The reason for which a payload is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PayloadFault {
    #[error("must be a JSON object")]
    NotAnObject,
    #[error(transparent)]
    Unreadable(Unreadable),
}

/// Checks that a payload is a JSON object. JSON that many receivers cannot read is refused with a strict catalog, and
/// otherwise becomes a warning; too deep nesting is always refused.
pub(crate) fn check_object(app: &App, raw: &RawValue, field: &str, warnings: &Warnings) -> Result<(), PayloadFault> {
    if !is_object(raw) {
        return Err(PayloadFault::NotAnObject);
    }
    match check_interop(raw.get()) {
        Ok(()) => Ok(()),
        Err(fault) => match fault.warning().filter(|_| !app.settings.strict_catalog) {
            Some(warning) => {
                warnings.add(format!("{field}: {warning}"));
                Ok(())
            }
            None => Err(PayloadFault::Unreadable(fault)),
        },
    }
}

/// The `Idempotency-Key` header, checked.
pub(crate) fn idempotency_key(headers: &http::HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(text) if (1..=KEY_MAX).contains(&text.len()) && !text.contains('\t') => Ok(Some(text)),
        _ => Err(Problem::invalid("Idempotency-Key", format!("must be 1 to {KEY_MAX} visible ASCII characters"))),
    }
}

/// Warns when an event with the same id was published before with other content.
pub(super) fn warn_of_difference(published: &Published, prefix: &str, warnings: &Warnings) {
    if let Some(field) = published.differs_in {
        warnings.add(format!(
            "{prefix}id: an event with this id was published before with another {field}; the first one is kept, and \
             this one was dropped"
        ));
    }
}

/// The problem of a failed publish. With `is_batch`, a fault names the event by its index.
pub(crate) fn refused(fault: PublishError, tenant: &TenantId, is_batch: bool) -> Problem {
    match &fault {
        PublishError::KeyReused { index, field } => {
            let name = if is_batch && *field != Difference::Length {
                format!("events[{index}].{field}")
            } else if is_batch {
                "events".into()
            } else {
                field.to_string()
            };
            let message = format!("differs from the {field} that was published before with this Idempotency-Key");
            let fields = FieldErrors::from(Invalid::new(name, message));
            KeyReused::problem(fields.to_string()).naming(fields)
        }
        PublishError::Busy => NotPublished::problem("More is being published than can be written; try again shortly"),
        PublishError::ShuttingDown => NotPublished::problem("The server is shutting down; try again shortly"),
        PublishError::NoTenant => NoSuchTenant::problem(format!("Tenant not found: {tenant}")),
        PublishError::TooManySubscriptions => Problem::invalid("type", fault.to_string()),
        PublishError::NoSubscription => NoActiveSubscriptions::problem("No active subscription wants this event"),
        PublishError::Store(source) if matches!(**source, StorageError::Unsure(_)) => NotPublished::problem(
            "The store failed during the write, so the event may have been accepted. Publish it again with the same \
             id or Idempotency-Key: then it is not delivered twice. Without either, look for it in GET /api/v1/events \
             first",
        )
        .because(&fault),
        PublishError::Store(_) => {
            NotPublished::problem("The store is not available now; nothing was accepted").because(&fault)
        }
    }
}
