//! The OpenAPI document and Swagger UI, both from the binary itself.

use crate::{
    App,
    problem::{FieldError, ProblemBody},
};
use axum::{Router, routing::get};
use http::header;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// What the document says beside its paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Postrider",
        description = "Webhooks for products. Publish events; Postrider delivers each to every URL subscribed to it: \
                       signed, at least once, with retries and a full log.\n\n\
                       Every error is problem+json (RFC 9457) with `detail` as a plain string, a stable `code`, and in \
                       `errors` the fields at fault. Lists are newest first; a `Link` header with `rel=\"next\"` leads \
                       to the next page.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "Events", description = "Publish, and look at what was published"),
        (name = "Tenants", description = "For the operator"),
        (name = "Keys", description = "Tenants' API keys"),
        (name = "Subscriptions", description = "URLs, what they want and how"),
        (name = "Deliveries", description = "The log, and sending again"),
        (name = "Catalog", description = "Event types"),
        (name = "Audit", description = "What is promised against what happens"),
        (name = "Short form", description = "Subscriptions at their shortest"),
        (name = "Tenant subscriptions", description = "The tenant system's: one event each, 400 for mistakes"),
        (name = "Tenant deliveries", description = "The tenant system's"),
        (name = "Nodes", description = "The processes that share a store; for the operator"),
        (name = "Health", description = "For whoever watches the process")
    ),
    components(schemas(ProblemBody, FieldError)),
    modifiers(&Security),
    security(("key" = []))
)]
pub(crate) struct ApiDoc;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "The operator's key, with the header X-Tenant-Id on a tenant's routes; or a tenant's key (pk_…)",
            ))
            .build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// Says on every operation what its errors look like, and names it `<tag>_<function>`: the names of functions alone
/// stand there more than once, and OpenAPI wants every name once.
pub(crate) fn complete(document: &mut Document) {
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch];
        for operation in operations.into_iter().flatten() {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response = ResponseBuilder::new()
                .description("Any error: `detail` says what, `errors` which fields")
                .content("application/problem+json", problem)
                .build();
            operation.responses.responses.entry("default".into()).or_insert(RefOr::T(response));
            let tag = operation.tags.iter().flatten().next().map(|tag| tag.to_lowercase().replace(' ', "_"));
            if let (Some(tag), Some(function)) = (tag, &mut operation.operation_id) {
                *function = format!("{tag}_{function}");
            }
        }
    }
}

const DOCUMENT: &str = "/api/v1/openapi.json";

pub(crate) fn routes(document: &Document) -> Router<App> {
    let text = document.to_pretty_json().unwrap_or_default();
    let serve = move || {
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], text) }
    };
    Router::new()
        .route(DOCUMENT, get(serve))
        .merge(SwaggerUi::new("/docs").config(Config::new([DOCUMENT]).try_it_out_enabled(true)))
}
