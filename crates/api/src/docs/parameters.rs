//! Parameters in the OpenAPI document: schemas of ids in paths, no null, and the headers of lists.

use super::caller::Caller;
use crate::schemas::{
    AnyEventId, DeliveryText, EventTypeName, KeyText, PortalSessionText, ReplayText, SubscriptionText, TenantName,
};
use utoipa::{
    PartialSchema,
    openapi::{
        Deprecated, Header, RefOr, Required,
        extensions::Extensions,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Schema, SchemaType, Type},
    },
};

/// The schema of the parameter in a path.
fn in_path(path: &str) -> Option<RefOr<Schema>> {
    let has = |part: &str| path.contains(part);
    if has("/events/{event_type}") {
        Some(EventTypeName::schema())
    } else if has("/events/{id}") {
        Some(AnyEventId::schema())
    } else if has("/deliveries/{id}") {
        Some(DeliveryText::schema())
    } else if has("/subscriptions/{id}") || has("/webhooks/{id}") {
        Some(SubscriptionText::schema())
    } else if has("/replays/{id}") {
        Some(ReplayText::schema())
    } else if has("/keys/{id}") {
        Some(KeyText::schema())
    } else if has("/portal-sessions/{id}") {
        Some(PortalSessionText::schema())
    } else {
        None
    }
}

/// Completes the parameters of an operation and the response headers of a list.
pub(super) fn complete(path: &str, operation: &mut Operation, caller: Caller) {
    name_tenant(operation, caller);
    let mut has = Vec::new();
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        if parameter.parameter_in == ParameterIn::Path
            && let Some(schema) = in_path(path)
        {
            parameter.schema = Some(schema);
        }
        never_null(parameter);
        if parameter.parameter_in == ParameterIn::Query {
            may_be_empty(parameter);
        }
        has.push(parameter.name.clone());
    }
    let has = |name: &str| has.iter().any(|one| one == name);
    let text = |text: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(text)).build();
    let number =
        |text: &str| ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).description(Some(text)).build();
    let Some(RefOr::T(good)) = operation.responses.responses.get_mut("200") else { return };
    if has("cursor") {
        let link = text("`<path>; rel=\"next\"`: the next page; absent on the last page");
        good.headers.insert("Link".into(), RefOr::T(Header::new(link)));
    }
    if has("count") {
        let total = number("With `count=true`: the number of rows in the list");
        good.headers.insert("X-Total-Count".into(), RefOr::T(Header::new(total)));
        let capped = text("`true` when there may be more rows than X-Total-Count says");
        good.headers.insert("X-Total-Count-Capped".into(), RefOr::T(Header::new(capped)));
    }
}

pub(super) fn has_query(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter().flatten();
    parameters.any(|one| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Query))
}

/// Gives the header `X-Tenant-Id` its schema, and adds it to calls in a tenant that do not declare it.
fn name_tenant(operation: &mut Operation, caller: Caller) {
    let parameters = operation.parameters.get_or_insert_default();
    let header = parameters.iter_mut().find_map(|one| match one {
        RefOr::T(one) if one.name.eq_ignore_ascii_case("X-Tenant-Id") => Some(one),
        _ => None,
    });
    if let Some(header) = header {
        header.schema = Some(TenantName::schema());
    } else if caller == Caller::Tenant {
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

/// Removes null from the schema: an optional parameter is absent, never null.
fn never_null(parameter: &mut Parameter) {
    let Some(RefOr::T(schema)) = &mut parameter.schema else { return };
    match schema {
        Schema::Object(object) => {
            if let SchemaType::Array(types) = &mut object.schema_type {
                types.retain(|one| *one != Type::Null);
                if let [one] = &types[..] {
                    object.schema_type = SchemaType::Type(one.clone());
                }
            }
        }
        Schema::OneOf(choices) => {
            choices.items.retain(|one| !is_null(one));
            if let [one] = &choices.items[..] {
                parameter.schema = Some(one.clone());
            }
        }
        _ => {}
    }
}

/// Documents that an empty value is allowed; it counts as absent, whatever the type.
fn may_be_empty(parameter: &mut Parameter) {
    // A keyword of OpenAPI that utoipa leaves out; its extensions are written beside the other keywords.
    let keyword = Extensions::from_iter([("allowEmptyValue", true)]);
    parameter.extensions.get_or_insert_default().merge(keyword);
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}
