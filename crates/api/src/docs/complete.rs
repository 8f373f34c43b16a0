//! Completes the OpenAPI document with the parts that all operations share, so that no endpoint can forget them:
//! operation ids, errors, the header `X-Tenant-Id`, and descriptions.

use super::{caller::Caller, errors, parameters};
use crate::family::Family;
use std::collections::BTreeSet;
use utoipa::openapi::{
    Content, OpenApi, RefOr,
    path::Operation,
    schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
};

/// Description of a response that its endpoint does not describe.
fn described(status: &str) -> &'static str {
    match status {
        "201" => "Created",
        "202" => "Accepted and durable",
        "204" => "Deleted",
        _ => "Success",
    }
}

pub(crate) fn complete(document: &mut OpenApi) {
    let mut with_warnings = BTreeSet::new();
    let components = document.components.get_or_insert_default();
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (&mut item.get, true),
            (&mut item.put, false),
            (&mut item.post, false),
            (&mut item.delete, false),
            (&mut item.patch, false),
        ];
        for (operation, is_safe) in operations {
            let Some(operation) = operation else { continue };
            name(operation);
            let caller = Caller::of(path, operation);
            parameters::complete(path, operation, caller);
            errors::complete((path, is_safe), operation, caller, &mut components.responses);
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && response.description.is_empty()
                {
                    response.description = described(status).into();
                }
            }
            if Family::of(path) != Family::Core || path.starts_with("/api/v1/events") {
                with_warnings.extend(answered(operation));
            }
        }
    }
    let schemas = components.schemas.iter_mut();
    for (_, schema) in schemas.filter(|(name, _)| with_warnings.contains(*name)) {
        if let RefOr::T(schema) = schema {
            add_warnings(schema);
        }
    }
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
