//! Completes the OpenAPI document with the parts that all operations share, so that no endpoint can forget them:
//! operation ids, the errors that every call of its kind can have, the header `X-Tenant-Id`, and descriptions.

use crate::{family::Family, schemas::TenantName};
use http::StatusCode;
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::{
    PartialSchema,
    openapi::{
        Content, ContentBuilder, Deprecated, Header, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
    },
};

/// An error that many operations share.
struct Common {
    /// Name of the response among the document's components.
    name: &'static str,
    status: u16,
    code: &'static str,
    when: &'static str,
    /// Example of `detail`.
    detail: &'static str,
}

const UNAUTHORIZED: Common = Common {
    name: "Unauthorized",
    status: 401,
    code: "unauthorized",
    when: "The key is missing or unknown",
    detail: "The key is not known",
};
const FORBIDDEN: Common = Common {
    name: "Forbidden",
    status: 403,
    code: "forbidden",
    when: "The key lacks the scope, belongs to another tenant, or is not the operator's",
    detail: "This key lacks the scope webhooks:manage",
};
const MALFORMED_REQUEST: Common = Common {
    name: "MalformedRequest",
    status: 400,
    code: "bad_request",
    when: "The request is malformed",
    detail: "The header x-tenant-id must not be repeated",
};
const MALFORMED_BODY: Common = Common {
    name: "MalformedBody",
    status: 400,
    code: "malformed_json",
    when: "The request or its JSON is malformed",
    detail: "The body is not valid JSON: EOF while parsing an object at line 1 column 1",
};
const NOT_FOUND: Common = Common {
    name: "NotFound",
    status: 404,
    code: "not_found",
    when: "The object does not exist in the tenant",
    detail: "Event not found: evt_1",
};
const NO_TENANT: Common = Common {
    name: "NoTenant",
    status: 404,
    code: "not_found",
    when: "The tenant does not exist",
    detail: "Tenant not found: acme. Create it with PUT /api/v1/tenants/acme",
};
const TIMEOUT: Common = Common {
    name: "Timeout",
    status: 408,
    code: "timeout",
    when: "The body did not arrive in time",
    detail: "The body was not complete within 30 s",
};
const TOO_LARGE: Common = Common {
    name: "TooLarge",
    status: 413,
    code: "too_large",
    when: "The body is too large",
    detail: "The body must have at most 1048576 bytes",
};
const ENCODING: Common = Common {
    name: "UnsupportedEncoding",
    status: 415,
    code: "unsupported_encoding",
    when: "The body's Content-Encoding is not gzip",
    detail: "The only supported Content-Encoding is gzip, applied once",
};
const INVALID: Common = Common {
    name: "Invalid",
    status: 422,
    code: "invalid",
    when: "A field or parameter is invalid; `errors` names each",
    detail: "url: is missing",
};
const INVALID_TENANT: Common = Common {
    name: "InvalidInTenantApi",
    status: 400,
    code: "invalid",
    when: "A field or parameter is invalid; `errors` names each",
    detail: "url: must begin with https://",
};
const UNAVAILABLE: Common = Common {
    name: "Unavailable",
    status: 503,
    code: "unavailable",
    when: "The store or the server is busy or unavailable; retry after `Retry-After`",
    detail: "The store is not available now; try again shortly",
};

const ALL: [&Common; 12] = [
    &UNAUTHORIZED,
    &FORBIDDEN,
    &MALFORMED_REQUEST,
    &MALFORMED_BODY,
    &NOT_FOUND,
    &NO_TENANT,
    &TIMEOUT,
    &TOO_LARGE,
    &ENCODING,
    &INVALID,
    &INVALID_TENANT,
    &UNAVAILABLE,
];

/// Description of a response that its endpoint does not describe.
fn described(status: &str) -> &'static str {
    match status {
        "200" => "Success",
        "201" => "Created",
        "202" => "Accepted and durable",
        "204" => "Deleted",
        _ => "Refused",
    }
}

pub(crate) fn complete(document: &mut OpenApi) {
    let mut with_warnings = BTreeSet::new();
    for (path, item) in &mut document.paths.paths {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            name(operation);
            parameters(path, operation);
            super::parameters::complete(path, operation);
            let common = errors(path, operation);
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response {
                    finish(status, response);
                }
            }
            let known = &mut operation.responses.responses;
            for common in common {
                known.entry(common.status.to_string()).or_insert_with(|| refer(common.name));
            }
            known.entry("default".into()).or_insert_with(|| refer(OTHER));
            if Family::of(path) != Family::Core || path.starts_with("/api/v1/events") {
                with_warnings.extend(answered(operation));
            }
        }
    }
    let components = document.components.get_or_insert_default();
    components.responses.extend(ALL.map(|common| (common.name.to_owned(), RefOr::T(error(common)))));
    let other = ResponseBuilder::new()
        .description("Any other error; `detail` describes it, and `errors` names the fields at fault")
        .content("application/problem+json", problem().build());
    components.responses.insert(OTHER.into(), RefOr::T(other.build()));
    let schemas = components.schemas.iter_mut();
    for (_, schema) in schemas.filter(|(name, _)| with_warnings.contains(*name)) {
        if let RefOr::T(schema) = schema {
            add_warnings(schema);
        }
    }
}

/// Name of the default error response among the document's components.
const OTHER: &str = "Error";

fn refer(name: &str) -> RefOr<Response> {
    RefOr::Ref(Ref::from_response_name(name))
}

/// Names of the schemas of an operation's successful responses.
fn answered(operation: &Operation) -> impl Iterator<Item = String> {
    let good = operation.responses.responses.iter().filter(|(status, _)| status.starts_with('2'));
    let contents = good.filter_map(|(_, response)| match response {
        RefOr::T(response) => response.content.get("application/json"),
        RefOr::Ref(_) => None,
    });
    contents.filter_map(|content| match content {
        RefOr::T(Content { schema: Some(RefOr::Ref(reference)), .. }) => {
            reference.ref_location.rsplit_once('/').map(|(_, name)| name.to_owned())
        }
        _ => None,
    })
}

/// Documents the `warnings` that [`crate::family::answer`] adds to an object.
fn add_warnings(schema: &mut Schema) {
    let texts = ArrayBuilder::new()
        .items(ObjectBuilder::new().schema_type(Type::String))
        .description(Some("Warnings about a call that succeeded, such as ignored fields; absent when there are none"))
        .build();
    match schema {
        Schema::Object(object) => drop(object.properties.insert("warnings".into(), RefOr::T(texts.into()))),
        Schema::AllOf(parts) => {
            parts.items.push(RefOr::T(ObjectBuilder::new().property("warnings", texts).build().into()));
        }
        _ => {}
    }
}

/// Sets the operation id `<tag>_<function>`; function names alone are not unique.
fn name(operation: &mut Operation) {
    let tag = operation.tags.iter().flatten().next().map(|tag| tag.to_lowercase().replace(' ', "_"));
    if let (Some(tag), Some(function)) = (tag, &mut operation.operation_id) {
        *function = format!("{tag}_{function}");
    }
}

fn tag(operation: &Operation) -> &str {
    operation.tags.iter().flatten().next().map_or("", String::as_str)
}

fn is_public(operation: &Operation) -> bool {
    tag(operation) == "Health"
}

/// True when a call acts in one tenant, always or on request.
fn is_of_tenant(path: &str, operation: &Operation) -> bool {
    let installation =
        ["Health", "Tenants", "Nodes", "Operator"].contains(&tag(operation)) || path == "/api/v1/audit/report";
    let changes_catalog = tag(operation) == "Catalog" && operation.summary.as_deref().is_some_and(is_about_own_types);
    !installation && !changes_catalog
}

fn is_about_own_types(summary: &str) -> bool {
    summary.contains("custom event type") || summary.contains("do not match the catalog")
}

fn parameters(path: &str, operation: &mut Operation) {
    let of_tenant = is_of_tenant(path, operation);
    let parameters = operation.parameters.get_or_insert_default();
    let header = parameters.iter_mut().find_map(|one| match one {
        RefOr::T(one) if one.name.eq_ignore_ascii_case("X-Tenant-Id") => Some(one),
        _ => None,
    });
    if let Some(header) = header {
        header.schema = Some(TenantName::schema());
    } else if of_tenant {
        let tenant = ParameterBuilder::new()
            .name("X-Tenant-Id")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("The tenant; required with the operator's key"))
            .schema(Some(TenantName::schema()))
            .deprecated(None::<Deprecated>);
        parameters.push(RefOr::T(tenant.build()));
    }
}

/// Adds a missing description to a response, and the schema of a problem to an error.
fn finish(status: &str, response: &mut Response) {
    if response.description.is_empty() {
        response.description = described(status).into();
    }
    let is_error = status.starts_with(['4', '5']);
    if is_error && response.content.is_empty() {
        response.content.insert("application/problem+json".into(), RefOr::T(problem().build()));
    }
}

/// The shared errors of an operation, by its family, parameters and body.
fn errors(path: &str, operation: &Operation) -> Vec<&'static Common> {
    let mut errors = vec![&UNAVAILABLE];
    if is_public(operation) {
        return errors;
    }
    errors.extend([&UNAUTHORIZED, &FORBIDDEN]);
    let family = Family::of(path);
    let malformed = family.status(StatusCode::BAD_REQUEST, "malformed_json");
    if path.contains('{') {
        errors.push(&NOT_FOUND);
    } else if is_of_tenant(path, operation) {
        errors.push(&NO_TENANT);
    }
    let has_query = operation
        .parameters
        .iter()
        .flatten()
        .any(|one| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Query));
    let invalid = if family == Family::Tenant { &INVALID_TENANT } else { &INVALID };
    if operation.request_body.is_some() {
        errors.extend([&TIMEOUT, &TOO_LARGE, &ENCODING, invalid]);
        if malformed == StatusCode::BAD_REQUEST {
            errors.push(&MALFORMED_BODY);
        }
    } else if has_query || path.contains('{') {
        errors.push(invalid);
    }
    errors.push(&MALFORMED_REQUEST);
    errors
}

fn problem() -> ContentBuilder {
    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")))
}

fn error(common: &Common) -> Response {
    let Common { status, code, when, detail, .. } = *common;
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error");
    let mut example = json!({
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": "019c136349c0705ba084471cf3d70000",
    });
    if code == "invalid"
        && let Some((field, message)) = detail.split_once(": ")
    {
        example["errors"] = json!([{ "field": field, "message": message }]);
    }
    let mut response = ResponseBuilder::new()
        .description(when)
        .content("application/problem+json", problem().example(Some(example)).build());
    if status == 503 {
        let header = Header::new(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)));
        response = response.header("Retry-After", header);
    }
    response.build()
}
