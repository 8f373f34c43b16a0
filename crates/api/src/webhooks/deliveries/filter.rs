//! Filters of delivery lists.

use super::shown::STATUSES;
use crate::{
    App,
    admin::events::own_id,
    events,
    pages::{COUNT_MAX, COUNT_WALKED_MAX},
    problem::Problem,
    query::Query,
};
use model::{DeliveryStatus, EventType, SubscriptionId, TenantId};
use std::ops::RangeInclusive;
use storage::{DeliveryFilter, ListScope};

/// The `status` parameter: a status name of the platform API.
pub(crate) fn statuses(query: &Query) -> Result<Vec<DeliveryStatus>, Problem> {
    let Some(name) = query.text("status") else { return Ok(Vec::new()) };
    match STATUSES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) {
        Some((_, states)) => Ok(states.to_vec()),
        None => Err(Problem::invalid("status", "must be pending, success, failed, retrying or disabled")),
    }
}

/// A filter, or the fact that no delivery can match it.
pub(crate) enum Selection {
    Matching(DeliveryFilter),
    Nothing,
}

/// Reads the filter from a query, for one tenant or all.
pub(crate) async fn selection(app: &App, query: &Query, tenant: Option<&TenantId>) -> Result<Selection, Problem> {
    let parse_type = |text| EventType::parse(text).map_err(|fault| Problem::invalid("event_type", fault.to_string()));
    let mut filter = DeliveryFilter {
        statuses: statuses(query)?,
        event_type: query.text("event_type").map(parse_type).transpose()?,
        subscription: query.id("subscription_id", SubscriptionId::parse)?,
        event: None,
        response_code: query.text("response_code").map(codes).transpose()?,
        error: query.part("error")?,
        url: query.part("url")?,
        after: query.time("after")?,
        before: query.time("before")?,
    };
    if let Some(text) = query.event_id()? {
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

/// Maximum count of the rows of such a list.
pub(crate) fn count_max(scope: ListScope<'_>, filter: &DeliveryFilter) -> u32 {
    let walks = scope == ListScope::AllTenants
        || filter.response_code.is_some()
        || filter.error.is_some()
        || filter.url.is_some();
    if walks { COUNT_WALKED_MAX } else { COUNT_MAX }
}

/// A status such as `503`, a class such as `5xx`, or a range such as `500-504`.
fn codes(text: &str) -> Result<RangeInclusive<u16>, Problem> {
    let fault = || {
        Problem::invalid(
            "response_code",
            "must be a status such as 503, a class such as 5xx, or a range such as 500-504",
        )
    };
    let code = |text: &str| {
        let number = text.parse().ok().filter(|_| text.len() == 3 && text.bytes().all(|one| one.is_ascii_digit()));
        number.filter(|number| (100..=999).contains(number)).ok_or_else(fault)
    };
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (code(first)?, code(last)?);
        return if first <= last { Ok(first..=last) } else { Err(fault()) };
    }
    match text.as_bytes() {
        [class @ b'1'..=b'9', b'x' | b'X', b'x' | b'X'] => {
            let first = u16::from(class - b'0') * 100;
            Ok(first..=first + 99)
        }
        _ => code(text).map(|one| one..=one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_code_filter_is_a_status_a_class_or_a_range() {
        for (text, range) in [("503", 503..=503), ("5xx", 500..=599), ("4XX", 400..=499), ("500-504", 500..=504)] {
            assert_eq!(codes(text).unwrap(), range, "{text}");
        }
        for bad in ["", "5", "50", "5000", "099", "xxx", "0xx", "5x", "500-", "504-500", "+50", "500-5xx", "é0"] {
            assert!(codes(bad).is_err(), "{bad}");
        }
    }
}
