//! Every kind of error that the API answers: the source of the responses and of their documentation. A handler lists its
//! own kinds among the `responses` of its `utoipa::path`; [`crate::docs`] adds the kinds that all calls of a sort share.

use super::Problem;
pub(crate) use super::kind::{IsKind, Kind};
use http::StatusCode;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses,
    openapi::{RefOr, Response},
};

macro_rules! kinds {
    ($($(#[doc = $when:literal])+ $name:ident: $status:ident $code:literal, $detail:literal $(, $header:literal: $value:literal)?;)*) => {
        $($(#[doc = $when])+
        pub(crate) enum $name {}

        impl IsKind for $name {
            const KIND: &'static Kind = &Kind {
                name: stringify!($name),
                status: StatusCode::$status,
                code: $code,
                when: concat!($($when),+),
                detail: $detail,
                header: header!($($header: $value)?),
            };
        }

        impl $name {
            /// An error of this kind.
            pub(crate) fn problem(detail: impl Into<String>) -> Problem {
                Problem::new(Self::KIND, detail)
            }
        }

        impl IntoResponses for $name {
            /// The kind's name; [`crate::docs`] replaces it by the response.
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([(stringify!($name).to_owned(), RefOr::T(Response::new("")))])
            }
        })*

        pub(crate) const ALL: &[&Kind] = &[$($name::KIND),*];
    };
}

macro_rules! header {
    () => {
        None
    };
    ($header:literal: $value:literal) => {
        Some(($header, $value))
    };
}

kinds! {
    /// The request is malformed.
    BadRequest: BAD_REQUEST "bad_request", "The header x-tenant-id must not be repeated";
    /// The request is for another host (DNS rebinding).
    MisdirectedRequest: MISDIRECTED_REQUEST "misdirected_request",
        "This server does not answer for the host \"evil.example\"";
    /// The body is not valid JSON.
    MalformedJson: BAD_REQUEST "malformed_json",
        "The body is not valid JSON: EOF while parsing an object at line 1 column 1";
    /// The delivery does not exist, was delivered already, or its subscription is inactive.
    RetryRefused: BAD_REQUEST "bad_request", "The delivery cannot be retried: its subscription is inactive";
    /// The delivery has not failed, was delivered already, or its subscription is inactive.
    NotRetryable: BAD_REQUEST "not_retryable", "The delivery cannot be retried: it has not failed";
    /// The subscription is inactive.
    Inactive: BAD_REQUEST "bad_request", "The subscription is inactive; activate it first";
    /// The key is missing or unknown, or the session or portal link has ended.
    Unauthorized: UNAUTHORIZED "unauthorized", "The key is not known", "WWW-Authenticate": "Bearer";
    /// The key or the one-time code is not valid.
    InvalidCredentials: UNAUTHORIZED "invalid_credentials", "The key is not known", "WWW-Authenticate": "Bearer";
    /// The session cookie authorises a request that changes something, and the header `X-CSRF-Token` is missing or wrong.
    CsrfTokenRequired: FORBIDDEN "csrf_token_required",
        "A request that is authorised by the session cookie needs the header X-CSRF-Token with the csrf_token of GET /api/v1/session";
    /// The key lacks the scope, or the portal link the capability; or it belongs to another tenant, or a page of another
    /// origin sent it in a cookie.
    Forbidden: FORBIDDEN "forbidden", "This key lacks the scope webhooks:manage";
    /// The key is not the operator's.
    NotOperator: FORBIDDEN "forbidden", "Only the operator's key may do this";
    /// No path of the API matches.
    NoSuchPath: NOT_FOUND "not_found", "Path not found: /api/v1/event";
    /// The tenant does not exist.
    NoSuchTenant: NOT_FOUND "not_found", "Tenant not found: acme. Create it with PUT /api/v1/tenants/acme";
    /// The tenant has no such key.
    NoSuchKey: NOT_FOUND "not_found", "Key not found: key_06f8k2m4q9v1x3z5b7d9f1h3k5";
    /// The tenant has no such event.
    NoSuchEvent: NOT_FOUND "not_found", "Event not found: order-4711";
    /// The tenant has no such delivery.
    NoSuchDelivery: NOT_FOUND "not_found", "Webhook delivery not found: dlv_06f8k2m4q9v1x3z5b7d9f1h3k5";
    /// The delivery has no such attempt, or the attempt got no response.
    NoSuchAttempt: NOT_FOUND "not_found", "Attempt 3 of delivery dlv_06f8k2m4q9v1x3z5b7d9f1h3k5 not found";
    /// The tenant has no such subscription.
    NoSuchSubscription: NOT_FOUND "not_found", "Webhook subscription not found: sub_06f8k2m4q9v1x3z5b7d9f1h3k5";
    /// The tenant has no such replay.
    NoSuchReplay: NOT_FOUND "not_found", "Replay not found: rpl_06f8k2m4q9v1x3z5b7d9f1h3k5";
    /// No such portal link is known.
    NoSuchPortalSession: NOT_FOUND "not_found", "Portal link not found: pts_06f8k2m4q9v1x3z5b7d9f1h3k5";
    /// The event type is not in the catalog, or was retired.
    NoSuchEventType: NOT_FOUND "not_found", "Event type not found: shipment.delayed";
    /// No report was uploaded.
    NoReport: NOT_FOUND "not_found",
        "No report was uploaded: PUT the output of postrider audit --format json here";
    /// No active subscription matches the event.
    NoActiveSubscriptions: NOT_FOUND "no_active_subscriptions",
        "No active webhook subscriptions for event: invoice.created";
    /// The path has no such method.
    MethodNotAllowed: METHOD_NOT_ALLOWED "method_not_allowed", "PUT is not allowed at /api/v1/events";
    /// The body did not arrive in time.
    Timeout: REQUEST_TIMEOUT "timeout", "The body was not complete within 30 s";
    /// An active subscription has the same event and URL.
    DuplicateSubscription: CONFLICT "duplicate_subscription",
        "An active subscription with the same event and URL exists already";
    /// Another request changes the subscription at the same time.
    Contended: CONFLICT "conflict", "The subscription is being changed concurrently; try again";
    /// The subscription is paused or disabled.
    SubscriptionInactive: CONFLICT "subscription_inactive", "The subscription is paused; activate it first";
    /// The replay has ended.
    ReplayEnded: CONFLICT "replay_ended", "The replay has ended already: completed";
    /// The tenant has the maximum number of replays that have not ended.
    TooManyReplays: CONFLICT "too_many_replays",
        "The tenant has 20 replays that have not ended, which is the maximum: cancel some or wait";
    /// The server has no other master key than the one that has sealed everything, or another node seals with another
    /// one.
    RotationRefused: CONFLICT "rotation_refused",
        "These nodes seal with another master key: worker-2; restart them with the new key in POSTRIDER_MASTER_KEY and the former one in POSTRIDER_OTHER_MASTER_KEYS first";
    /// The tenant has the maximum number of active portal links.
    TooManyPortalSessions: CONFLICT "too_many_portal_sessions",
        "The tenant has 10000 active portal links, which is the maximum: revoke some first";
    /// The delivery has ended.
    DeliveryEnded: CONFLICT "delivery_ended", "The delivery has ended already: success";
    /// The operator has paused all deliveries.
    Paused: CONFLICT "paused", "The operator has paused all deliveries, so nothing can be sent now";
    /// The event type is shipped with the server, not custom.
    ShippedEventType: CONFLICT "conflict",
        "Event type invoice.created is shipped with the server and cannot be changed";
    /// The event type is in the catalog already.
    KnownEventType: CONFLICT "conflict", "Event type shipment.delayed is known already";
    /// The tenant is being deleted.
    TenantBeingDeleted: CONFLICT "conflict",
        "Tenant acme is being deleted; try again when the deletion is done";
    /// The payload of the event was erased.
    PayloadErased: GONE "payload_erased", "The payload of the event was erased at 2026-01-31T09:30:00.000Z";
    /// The URL of a payload is incomplete, changed, or of another installation.
    InvalidReference: NOT_FOUND "invalid_reference",
        "Payload not found: the URL is not complete, or not of this installation";
    /// The URL of a payload has expired.
    ReferenceExpired: GONE "reference_expired", "Payload not available: the URL expired at 2026-01-31T09:30:00.000Z";
    /// The body, or a part of it, is too large.
    TooLarge: PAYLOAD_TOO_LARGE "too_large", "The body must have at most 1048576 bytes";
    /// The body's `Content-Encoding` is not gzip.
    UnsupportedEncoding: UNSUPPORTED_MEDIA_TYPE "unsupported_encoding",
        "The only supported Content-Encoding is gzip, applied once", "Accept-Encoding": "gzip";
    /// A field or parameter is invalid; `errors` names each.
    Invalid: UNPROCESSABLE_ENTITY "invalid", "url: is missing";
    /// The `Idempotency-Key` was used for something else; `errors` names the field that differs.
    KeyReused: UNPROCESSABLE_ENTITY "idempotency_key_reused",
        "data: differs from the data that was published before with this Idempotency-Key";
    /// The tenant has the maximum number of subscriptions.
    TooManySubscriptions: UNPROCESSABLE_ENTITY "too_many_subscriptions",
        "The tenant has 60000 subscriptions, which is the maximum: delete some first";
    /// The tenant has as many keys as its limit allows.
    TooManyKeys: UNPROCESSABLE_ENTITY "too_many_keys",
        "The tenant has 10 keys, and its limit is 10: revoke one first";
    /// The tenant publishes more than its limit allows; nothing was accepted. `RateLimit-Policy` and `RateLimit` have the
    /// limit.
    RateLimited: TOO_MANY_REQUESTS "rate_limited",
        "The tenant may publish 100 events per second; try again in 1 s", "Retry-After": "1";
    /// The tenant has the maximum number of tests in flight.
    TooManyTests: TOO_MANY_REQUESTS "too_many_tests",
        "Too many tests are in flight; wait for their responses", "Retry-After": "1";
    /// The caller, or all callers together, have the maximum number of streams.
    TooManyStreams: TOO_MANY_REQUESTS "too_many_streams",
        "Too many streams are open; close some, or share one between pages", "Retry-After": "5";
    /// The server failed.
    Internal: INTERNAL_SERVER_ERROR "internal", "Internal server error";
    /// The store or the server is busy or unavailable; retry after `Retry-After`.
    Unavailable: SERVICE_UNAVAILABLE "unavailable",
        "The store is not available now; try again shortly", "Retry-After": "1";
    /// The server is busy or the store is unavailable; retry after `Retry-After`. The event was not accepted, unless
    /// `detail` says that it may have been.
    NotPublished: SERVICE_UNAVAILABLE "unavailable",
        "More is being published than can be written; try again shortly", "Retry-After": "1";
    /// The node has lost its lease, so other nodes may send its deliveries.
    LeaseLost: SERVICE_UNAVAILABLE "lease_lost",
        "The node has lost its lease; other nodes may send its deliveries";
    /// The node is about to stop.
    Draining: SERVICE_UNAVAILABLE "draining", "The node is about to stop; send requests to another one";
    /// The journal's backlog is too large.
    Lagging: SERVICE_UNAVAILABLE "lagging", "The journal's backlog is too large";
}
