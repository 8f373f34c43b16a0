//! Filters of delivery lists.

use super::shown::STATUSES;
use crate::{
    App,
    admin::events::own_id,
    events,
    pages::{COUNT_MAX, COUNT_WALKED_MAX},
    problem::Problem,
    query::{
        AnyEventIdText, Part, ResponseCodes,
        parameters::{ParameterValue, parameters},
    },
    schemas::StatusName,
};
use model::{DeliveryStatus, EventType, SubscriptionId, TenantId, Timestamp};
use storage::{DeliveryFilter, ListScope};
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
        /// Created at or after this time
        after: Timestamp = "after";
        /// Created before this time
        before: Timestamp = "before";
        /// Only this event: its generated id, or the publisher's own id (over all tenants only with `tenant_id`)
        event: AnyEventIdText = "event_id";
    }
}

/// A filter, or the fact that no delivery can match it.
pub(crate) enum Selection {
    Matching(DeliveryFilter),
    Nothing,
}

impl DeliveryParameters {
    /// The filter, for one tenant or all.
    pub(crate) async fn selection(&self, app: &App, tenant: Option<&TenantId>) -> Result<Selection, Problem> {
        let mut filter = DeliveryFilter {
            statuses: self.status.as_ref().map(|status| status.0.to_vec()).unwrap_or_default(),
            event_type: self.event_type.clone(),
            subscription: self.subscription,
            event: None,
            response_code: self.response_code.as_ref().map(|codes| codes.0.clone()),
            error: self.error.as_ref().map(|part| part.0.clone()),
            url: self.url.as_ref().map(|part| part.0.clone()),
            after: self.after,
            before: self.before,
        };
        if let Some(AnyEventIdText(text)) = &self.event {
            filter.event = match tenant {
                Some(tenant) => match events::get::find(app, tenant, text).await? {
                    Some(event) => Some(event.id),
                    None => return Ok(Selection::Nothing),
                },
                None => Some(own_id(text)?),
            };
        }
        Ok(Selection::Matching(filter))
    }
}

/// Maximum count of the rows of such a list.
pub(crate) fn count_max(scope: ListScope<'_>, filter: &DeliveryFilter) -> u32 {
    let walks = scope == ListScope::AllTenants
        || filter.response_code.is_some()
        || filter.error.is_some()
        || filter.url.is_some();
    if walks { COUNT_WALKED_MAX } else { COUNT_MAX }
}
