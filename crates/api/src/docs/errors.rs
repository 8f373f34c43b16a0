//! Errors in the OpenAPI document: the kinds that an endpoint lists, and the kinds that all calls of its sort share.

use super::{caller::Caller, parameters::has_query, rates};
use crate::{
    family::Family,
    problem::kinds::{
        ALL, BadRequest, CsrfTokenRequired, Forbidden, Invalid, IsKind, KeyReused, Kind, MalformedJson, NoSuchTenant,
        Timeout, TooLarge, Unauthorized, Unavailable, UnsupportedEncoding,
    },
};
use http::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::openapi::{
    ContentBuilder, Header, Ref, RefOr, Response, ResponseBuilder,
    example::{Example, ExampleBuilder},
    path::Operation,
    schema::{ObjectBuilder, Type},
};

/// Name of the default error response among the document's components.
const OTHER: &str = "Error";

/// Replaces the kinds that an operation lists by responses, and adds the shared ones. Equal responses of several
/// operations are one component. `is_safe`: the method changes nothing (RFC 9110).
pub(super) fn complete(
    (path, is_safe): (&str, bool),
    operation: &mut Operation,
    caller: Caller,
    components: &mut BTreeMap<String, RefOr<Response>>,
) {
    let listed = &mut operation.responses.responses;
    let own: Vec<&Kind> = ALL.iter().copied().filter(|kind| listed.remove(kind.name).is_some()).collect();
    rates::complete(operation, &own);
    let family = Family::of(path);
    let mut by_status: BTreeMap<StatusCode, Vec<&Kind>> = BTreeMap::new();
    for kind in shared((family, is_safe), operation, caller).into_iter().chain(own) {
        by_status.entry(family.status(kind.status, kind.code)).or_default().push(kind);
    }
    for (status, mut kinds) in by_status {
        kinds.sort_by_key(|kind| kind.name);
        kinds.dedup_by_key(|kind| kind.name);
        let name = name(family, status, &kinds);
        operation.responses.responses.insert(status.as_str().into(), refer(&name));
        components.entry(name).or_insert_with(|| RefOr::T(response(status, &kinds)));
    }
    operation.responses.responses.insert("default".into(), refer(OTHER));
    components.entry(OTHER.into()).or_insert_with(|| {
        let other = ResponseBuilder::new()
            .description("Any other error; `detail` describes it, and `errors` names the fields at fault")
            .content(PROBLEM_JSON, problem().build());
        RefOr::T(other.build())
    });
}

/// The kinds that middleware and extractors answer, by the operation's family, caller, parameters and body.
fn shared((family, is_safe): (Family, bool), operation: &Operation, caller: Caller) -> Vec<&'static Kind> {
    let mut shared = vec![BadRequest::KIND];
    let has_body = operation.request_body.is_some();
    // The core API refuses unknown query parameters, so any of its calls can be invalid.
    if family == Family::Core || has_body || has_query(operation) {
        shared.push(Invalid::KIND);
    }
    shared.extend(match caller {
        Caller::Anyone => &[][..],
        Caller::Any | Caller::Operator => &[Unauthorized::KIND, Unavailable::KIND],
        Caller::OperatorInTenant => &[Unauthorized::KIND, Unavailable::KIND, NoSuchTenant::KIND],
        Caller::Tenant => &[Unauthorized::KIND, Unavailable::KIND, NoSuchTenant::KIND, Forbidden::KIND],
    });
    if caller != Caller::Anyone && !is_safe {
        shared.push(CsrfTokenRequired::KIND);
    }
    if has_body {
        shared.extend([MalformedJson::KIND, Timeout::KIND, TooLarge::KIND, UnsupportedEncoding::KIND]);
    }
    shared
}

/// Name of the component, unique per status and kinds.
fn name(family: Family, status: StatusCode, kinds: &[&Kind]) -> String {
    let names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
    let is_mapped = kinds.iter().any(|kind| kind.status != status);
    format!("{}{}", names.join("Or"), if is_mapped { format!("In{family:?}Api") } else { String::new() })
}

fn refer(name: &str) -> RefOr<Response> {
    RefOr::Ref(Ref::from_response_name(name))
}

const PROBLEM_JSON: &str = "application/problem+json";

fn problem() -> ContentBuilder {
    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")))
}

/// A response with an example of each kind.
fn response(status: StatusCode, kinds: &[&Kind]) -> Response {
    let described = match kinds {
        [only] => only.when.trim().to_owned(),
        several => {
            let line = |kind: &&Kind| format!("- `{}`: {}", kind.code, kind.when.trim());
            several.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    };
    let examples = kinds.iter().map(|kind| (kind.name, example(status, kind)));
    let mut response = ResponseBuilder::new()
        .description(described)
        .content(PROBLEM_JSON, problem().examples_from_iter(examples).build());
    for (name, value) in kinds.iter().filter_map(|kind| kind.header) {
        let schema = match value.parse::<u32>() {
            Ok(_) => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)),
            Err(_) => ObjectBuilder::new().schema_type(Type::String).enum_values(Some([value])),
        };
        response = response.header(name, Header::new(schema));
    }
    if rates::is_limited(kinds) {
        response =
            rates::headers().into_iter().fold(response, |response, (name, header)| response.header(name, header));
    }
    response.build()
}

fn example(status: StatusCode, kind: &Kind) -> RefOr<Example> {
    let mut body = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "code": kind.code,
        "detail": kind.detail,
        "request_id": "019c136349c0705ba084471cf3d70000",
    });
    let names_fields = [Invalid::KIND.code, KeyReused::KIND.code].contains(&kind.code);
    if names_fields && let Some((field, message)) = kind.detail.split_once(": ") {
        body["errors"] = json!([{ "field": field, "message": message }]);
    }
    RefOr::T(ExampleBuilder::new().value(Some(body)).build())
}
