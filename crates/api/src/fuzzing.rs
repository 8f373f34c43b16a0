//! The entries of the fuzz targets: bodies, query parameters and headers of requests, up to where the store is asked.

use crate::{
    admin::{OneTenant, events::OneEvent, stats::OfAllParameters},
    body::{check_interop, is_object, parse},
    events::{batch::NewEvents, list::EventParameters, request::EventRequest},
    keys::create::NewKey,
    pages::{COUNT_MAX, COUNT_WALKED_MAX},
    portal_sessions::request::NewPortalSession,
    problem::Problem,
    query::{InAll, InTenant, ListQuery, OrderParameter, Query, parameters::Parameters},
    schemas::{Limit200, Limit500, LimitShort},
    tenant_webhooks::{self, subscriptions::create::NewTenantSubscription},
    tenants::put::PutTenant,
    trace,
    warnings::Warnings,
    webhooks::{
        catalog::fields::EventTypeFields,
        deliveries::{cancel_many::CancelRequest, filter::DeliveryParameters, retry::RetryRequest},
        replays::request::ReplayRequest,
        stats::{StatsParameters, of_subscription::OfOneParameters},
        subscriptions::{
            check::CheckRequest, fields::SubscriptionFields, filter_test::FilterTest, list::SubscriptionParameters,
            retry_schedule::ScheduleParameters, rotate_secret::Rotate, test::TestRequest,
            transformation_test::TransformationTest,
        },
    },
};
use axum::extract::FromRequestParts;
use futures_util::FutureExt;
use http::{HeaderMap, Request, Uri};
use model::{DeliveryId, EventId, PortalSessionId, ReplayId, SubscriptionId, TenantId};
use serde_json::value::RawValue;

/// The answer to a request that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub status: u16,
    pub detail: String,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { status: problem.status().as_u16(), detail: problem.detail().to_owned() }
    }
}

/// A payload of an event, and whether the checks accept it as JSON that receivers can read.
pub type Payload = (String, bool);

fn payload(raw: &RawValue) -> Payload {
    (raw.get().to_owned(), is_object(raw) && check_interop(raw.get()).is_ok())
}

/// Reads the body of `POST /api/v1/events`.
pub fn event(body: &[u8]) -> Result<Vec<Payload>, Refused> {
    let event = parse::<EventRequest<'_>>(body, &Warnings::default())?;
    Ok(event.payloads().map(payload).collect())
}

/// Reads the body of `POST /api/v1/events/batch`.
pub fn batch(body: &[u8]) -> Result<Vec<Payload>, Refused> {
    let events = parse::<NewEvents<'_>>(body, &Warnings::default())?;
    Ok(events.events().iter().flat_map(|event| event.payloads()).map(payload).collect())
}

macro_rules! bodies {
    ($($type:ty),* $(,)?) => {
        /// Reads a body as each of the API's other bodies.
        pub fn bodies(body: &[u8]) -> Vec<Result<(), Refused>> {
            vec![$(parse::<$type>(body, &Warnings::default()).map(drop).map_err(Refused::from)),*]
        }
    };
}

bodies! {
    SubscriptionFields,
    NewTenantSubscription,
    PutTenant,
    NewKey,
    NewPortalSession,
    EventTypeFields,
    CancelRequest,
    RetryRequest,
    ReplayRequest,
    CheckRequest,
    Rotate,
    FilterTest<'_>,
    TestRequest<'_>,
    TransformationTest<'_>,
}

/// The cursor link of a list whose parameters were accepted; `None` without a cursor.
pub type Link = Option<String>;

/// The parts of a request for a list with this query; `None` when no URI can have it.
fn parts(query: &str) -> Option<http::request::Parts> {
    let uri: Uri = format!("/api/v1/list?{query}").parse().ok()?;
    Some(Request::builder().uri(uri).body(()).ok()?.into_parts().0)
}

macro_rules! lists {
    ($($type:ty),* $(,)?) => {
        /// Reads a query as that of each list.
        pub fn lists(query: &str) -> Option<Vec<Result<Link, Refused>>> {
            let mut parts = parts(query)?;
            Some(vec![$({
                let list = <$type>::from_request_parts(&mut parts, &()).now_or_never()?;
                list.map(|list| list.link()).map_err(Refused::from)
            }),*])
        }
    };
}

lists! {
    ListQuery<Limit200, InTenant<EventId>, (EventParameters, OrderParameter), COUNT_MAX>,
    ListQuery<Limit200, InAll<EventId>, (EventParameters, (OneEvent, OrderParameter)), COUNT_WALKED_MAX>,
    ListQuery<Limit200, InTenant<DeliveryId>, (DeliveryParameters, OrderParameter), COUNT_MAX>,
    ListQuery<Limit200, InAll<DeliveryId>, (DeliveryParameters, OrderParameter), COUNT_WALKED_MAX>,
    ListQuery<Limit500, InTenant<SubscriptionId>, SubscriptionParameters, COUNT_MAX>,
    ListQuery<Limit500, InAll<SubscriptionId>, SubscriptionParameters, COUNT_WALKED_MAX>,
    ListQuery<Limit200, InTenant<PortalSessionId>, OneTenant, 0>,
    ListQuery<Limit200, InTenant<ReplayId>, (), 0>,
    ListQuery<Limit500, InTenant<TenantId>, (), 0>,
    ListQuery<LimitShort, InTenant<SubscriptionId>, tenant_webhooks::EventParameter, 0>,
}

macro_rules! parameters_of {
    ($($type:ty),* $(,)?) => {
        /// Reads a query as that of each endpoint with parameters that is no list.
        pub fn parameters(query: &str) -> Option<Vec<Result<(), Refused>>> {
            let query = Query::of(&parts(query)?);
            Some(vec![$(<$type as Parameters>::read(&query).map(drop).map_err(Refused::from)),*])
        }
    };
}

parameters_of! { StatsParameters, OfOneParameters, OfAllParameters, ScheduleParameters }

/// The credential in headers, as its kind and text.
pub fn credential(headers: &HeaderMap) -> Result<(bool, String), Refused> {
    crate::auth::credential_of(headers).map_err(Refused::from)
}

/// The trace context in headers.
pub fn trace(headers: &HeaderMap) -> Option<model::TraceContext> {
    trace::of(headers)
}
