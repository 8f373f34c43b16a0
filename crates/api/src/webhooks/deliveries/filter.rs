//! Filters of delivery lists.

use super::shown::STATUSES;
use crate::{
    App,
    admin::events::own_id,
    events,
    pages::{COUNT_MAX, COUNT_WALKED_MAX},
    problem::Problem,
    query::{
        Ago, AnyEventIdText, Part, ResponseCodes, UpTo, begin,
        parameters::{ParameterValue, parameters},
    },
    schemas::StatusName,
};
use model::{
    DeliveryStatus, EventId, EventType, PayloadMatch, PayloadPath, PayloadValue, SubscriptionId, TenantId, Timestamp,
};
use std::time::Duration;
use storage::{DeliveryFilter, ListOrder, ListScope};
use utoipa::{
    PartialSchema,
    openapi::{RefOr, schema::Schema},
};

/// The states that a status name of the platform API stands for.
pub(crate) struct Statuses(pub(crate) &'static [DeliveryStatus]);

impl ParameterValue for Statuses {
    fn schema() -> RefOr<Schema> {
        StatusName::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        let found = STATUSES.iter().find(|(known, _)| text.eq_ignore_ascii_case(known));
        let unknown = || Problem::invalid(name, "must be pending, success, failed, retrying or disabled");
        found.map(|(_, states)| Self(states)).ok_or_else(unknown)
    }
}

parameters! {
    /// The filters of a list of deliveries.
    DeliveryParameters {
        /// Only this status
        status: Statuses = "status";
        /// Only this event type
        event_type: EventType = "event_type";
        /// Only this subscription
        subscription: SubscriptionId = "subscription_id";
        /// The last attempt's response code: `503`, a class `5xx`, or a range `500-504`
        response_code: ResponseCodes = "response_code";
        /// The last attempt's error contains this text
        error: Part = "error";
        /// The subscription's URL contains this text
        url: Part = "url";
        /// The last attempt's error, the subscription's URL or the publisher's own event id contains this text. A
        /// generated event id finds the deliveries of that event
        search: Part = "search";
        /// The last attempt took at least this many milliseconds
        min_duration: UpTo<86_400_000> = "min_duration_ms";
        /// Waiting deliveries that have been due for at least this many minutes, without an attempt since
        overdue: UpTo<525_600> = "overdue_minutes";
        /// Path of a value in the payload, for example `data.customer.id` or `data.items[*].sku`; with `payload_value`
        payload_path: PayloadPath = "payload_path";
        /// The value at `payload_path`: `42` is the number, `"42"` the string
        payload_value: PayloadValue = "payload_value";
        /// Created at or after this time
        after: Timestamp = "after";
        /// Created in the last minutes, hours or days, for example `24h`; instead of `after`
        since: Ago = "since";
        /// Created before this time
        before: Timestamp = "before";
        /// Only this event: its generated id, or the publisher's own id (over all tenants only with `tenant_id`)
        event: AnyEventIdText = "event_id";
    }
}

impl DeliveryParameters {
    /// The filter, for one tenant or all; `None` when no delivery can match it.
    pub(crate) async fn selection(
        &self,
        app: &App,
        tenant: Option<&TenantId>,
    ) -> Result<Option<DeliveryFilter>, Problem> {
        let minutes = |one: UpTo<525_600>| Duration::from_secs(u64::from(one.0) * 60);
        let mut filter = DeliveryFilter {
            statuses: self.status.as_ref().map(|status| status.0.to_vec()).unwrap_or_default(),
            event_type: self.event_type.clone(),
            subscription: self.subscription,
            event: None,
            response_code: self.response_code.as_ref().map(|codes| codes.0.clone()),
            error: self.error.as_ref().map(|part| part.0.clone()),
            url: self.url.as_ref().map(|part| part.0.clone()),
            search: self.search.as_ref().map(|part| part.0.clone()),
            min_duration: self.min_duration.map(|least| Duration::from_millis(u64::from(least.0))),
            overdue: self.overdue.map(|one| app.clock.now().before(minutes(one))),
            payload: self.payload()?,
            after: self.begin(app)?,
            before: self.before,
            order: ListOrder::NewestFirst,
        };
        if let Some(AnyEventIdText(text)) = &self.event {
            filter.event = match tenant {
                Some(tenant) => match events::get::find(app, tenant, text).await? {
                    Some(event) => Some(event.id),
                    None => return Ok(None),
                },
                None => Some(own_id(text)?),
            };
        }
        if let Some(found) = self.searched_event(app, tenant).await? {
            if filter.event.replace(found).is_some_and(|other| other != found) {
                return Ok(None);
            }
            filter.search = None;
        }
        Ok(narrowed(filter, &DeliveryStatus::ALL))
    }

    /// The beginning of the list's time.
    pub(crate) fn begin(&self, app: &App) -> Result<Option<Timestamp>, Problem> {
        begin("after", self.after, self.since, app.clock.now())
    }

    fn payload(&self) -> Result<Option<PayloadMatch>, Problem> {
        match (&self.payload_path, &self.payload_value) {
            (Some(path), Some(value)) => Ok(Some(PayloadMatch { path: path.clone(), value: value.clone() })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(Problem::invalid("payload_value", "must be given with payload_path")),
            (None, Some(_)) => Err(Problem::invalid("payload_path", "must be given with payload_value")),
        }
    }

    /// The event whose generated id is the searched text. A text in this form that no event has is searched as a text,
    /// because a publisher's own id may look like it.
    async fn searched_event(&self, app: &App, tenant: Option<&TenantId>) -> Result<Option<EventId>, Problem> {
        let Some(Part(text)) = &self.search else { return Ok(None) };
        let Ok(id) = EventId::parse(text) else { return Ok(None) };
        let is_known = match tenant {
            Some(tenant) => app.store.event(tenant, id).await?.is_some(),
            None => !app.store.tenants_with_event(id).await?.is_empty(),
        };
        Ok(is_known.then_some(id))
    }
}

/// The filter restricted to these states; `None` when it then matches nothing.
pub(crate) fn narrowed(mut filter: DeliveryFilter, states: &[DeliveryStatus]) -> Option<DeliveryFilter> {
    let is_possible = |state: &DeliveryStatus| {
        (filter.statuses.is_empty() || filter.statuses.contains(state))
            && (filter.overdue.is_none() || state.is_waiting())
    };
    let possible: Vec<DeliveryStatus> = states.iter().copied().filter(is_possible).collect();
    if possible.is_empty() {
        return None;
    }
    if possible.len() < DeliveryStatus::ALL.len() {
        filter.statuses = possible;
    }
    Some(filter)
}

/// Maximum count of the rows of such a list.
pub(crate) fn count_max(scope: ListScope<'_>, filter: &DeliveryFilter) -> u32 {
    if scope == ListScope::AllTenants || filter.is_scanned() { COUNT_WALKED_MAX } else { COUNT_MAX }
}
