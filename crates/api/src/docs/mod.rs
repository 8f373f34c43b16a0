//! The OpenAPI document and Swagger UI, both from the binary itself.

mod caller;
mod complete;
mod errors;
mod page;
mod parameters;
mod rates;

pub(crate) use complete::complete;
pub(crate) use page::routes;

use crate::{
    auth::SESSION_COOKIE,
    problem::{FieldError, ProblemBody},
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The OpenAPI document without its paths: title, introduction, tags and security schemes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Postrider",
        description = "Webhooks for products: publish events, and Postrider delivers each to every URL subscribed to it, \
                       signed, at least once, with retries and a full log.\n\n\
                       ## Start here\n\n\
                       1. **Authorize** with a key: the operator's (on tenant routes also send `X-Tenant-Id`) or a \
                       tenant's (`pk_…`). `postrider serve --dev` fills its key in on this page.\n\
                       2. **Subscribe a URL**: `POST /api/v1/webhooks/subscriptions`. The response has the signing \
                       secret, which is shown only this once.\n\
                       3. **Publish**: `POST /api/v1/events`. `202` means that the event is on disk.\n\
                       4. **Check the log**: `GET /api/v1/webhooks/deliveries` lists deliveries and their results.\n\n\
                       ## What all calls have in common\n\n\
                       Every error is problem+json (RFC 9457) with `detail` as a plain string, a stable `code`, and in \
                       `errors` the fields at fault. Lists are arrays, newest first; a `Link` header with `rel=\"next\"` \
                       leads to the next page. A page may have fewer rows than `limit`, so follow the header until it is \
                       absent. An empty query parameter counts as absent. Calls of the core API refuse unknown fields and \
                       query parameters; those of the platform and tenant API name them in `warnings` (in the header \
                       `X-Warnings` where the answer is a list).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "Events", description = "Publish events and list published events"),
        (name = "Subscriptions", description = "URLs that receive events: event types, headers, retries, secrets"),
        (name = "Statistics", description = "Counts, success rate and latency of deliveries"),
        (name = "Deliveries", description = "The delivery log, the backlog, and retries by hand"),
        (name = "Stream", description = "Changes as they happen, as server-sent events"),
        (name = "Replays", description = "Jobs that send deliveries again, or send events that a subscription missed"),
        (name = "Catalog", description = "Event types with JSON Schema and example"),
        (name = "Audit", description = "Coverage: promised event types compared with published ones"),
        (name = "Session", description = "Sign browsers in and out; the caller's permissions"),
        (name = "Portal links", description = "Links that let one customer use the dashboard within one tenant; for \
                                               the operator"),
        (name = "Keys", description = "API keys of tenants; for the operator"),
        (name = "Tenants", description = "Customer organisations; for the operator"),
        (name = "Operator", description = "Events, deliveries and subscriptions of all tenants; for the operator"),
        (name = "Nodes", description = "Processes that share a store, and the pause of deliveries; for the operator"),
        (name = "Health", description = "Liveness and readiness, for load balancers and monitoring"),
        (name = "Short form", description = "Compatibility: subscriptions in five fields, for existing clients of the \
                                             platform API's short form; new clients use *Subscriptions*"),
        (name = "Tenant subscriptions", description = "Compatibility: the tenant API, with one event type per \
                                                       subscription, for its existing clients; new clients use \
                                                       *Subscriptions*"),
        (name = "Tenant deliveries", description = "Compatibility: the tenant API, for its existing clients; new \
                                                    clients use *Events* and *Deliveries*")
    ),
    components(schemas(ProblemBody, FieldError)),
    modifiers(&Security),
    security(("key" = []), ("api_key" = []), ("session" = []), ("cookie" = []))
)]
pub(crate) struct ApiDoc;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "The operator's key, with the header X-Tenant-Id on a tenant's routes; a tenant's key (pk_…); or the token of \
                 a portal link (pt_…)",
            ))
            .build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
        let header = ApiKeyValue::with_description("X-API-Key", "The same key in a header of its own");
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(header)));
        let session = ApiKeyValue::with_description(
            SESSION_COOKIE,
            "The cookie of POST /api/v1/session. Requests that change something also need the header X-CSRF-Token",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
        let cookie = ApiKeyValue::with_description("access_token", "The same key in a cookie (POSTRIDER_COOKIE)");
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}
