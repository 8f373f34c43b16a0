//! `PUT /api/v1/tenants/{id}`.

use super::{TenantShown, parse};
use crate::schemas::{TenantLabel, TenantName};
use crate::{
    App,
    auth::Admin,
    body::{JsonOrNothing, Patch},
    problem::{
        Problem,
        kinds::{NotOperator, TenantBeingDeleted},
    },
    webhooks::subscriptions::fields::check_metadata,
};
use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use model::{FieldErrors, JsonObject, text::check_line};
use serde::Deserialize;
use storage::PutOutcome;
use utoipa::ToSchema;

const NAME_MAX: usize = 200;

/// The fields of a tenant beside its id.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutTenant {
    #[serde(default)]
    #[schema(value_type = Option<TenantLabel>)]
    name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Patch<JsonObject>,
}

/// Create or update a tenant (upsert)
///
/// The id is the platform's own: 1 to 100 of letters, digits and `-_.:`. A field that is absent keeps its value.
#[utoipa::path(put, path = "/api/v1/tenants/{id}", tag = "Tenants", params(("id" = inline(TenantName), Path)),
    request_body = Option<PutTenant>,
    responses((status = 201, description = "Created", body = TenantShown),
              (status = 200, description = "Updated", body = TenantShown), NotOperator, TenantBeingDeleted))]
pub(crate) async fn put(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<String>,
    JsonOrNothing(body): JsonOrNothing<PutTenant>,
) -> Result<(StatusCode, Json<TenantShown>), Problem> {
    let id = parse(&id)?;
    let mut faults = FieldErrors::default();
    if let Patch::Value(name) = &body.name {
        faults.take("name", check_line(name, NAME_MAX));
    }
    if let Patch::Value(metadata) = &body.metadata {
        faults.take("metadata", check_metadata(metadata));
    }
    faults.into_result()?;
    if app.store.half_deleted_tenants().await?.contains(&id) {
        return Err(TenantBeingDeleted::problem(format!(
            "Tenant {id} is being deleted; try again when the deletion is done"
        )));
    }
    let metadata = body.metadata.given().map(Option::unwrap_or_default);
    let _changing = app.changing_directory.read().await;
    let (tenant, put) = app.store.put_tenant(&id, body.name, metadata, app.clock.now()).await?;
    app.directory.add_tenant(&id);
    let status = match put {
        PutOutcome::Created => StatusCode::CREATED,
        PutOutcome::Updated => StatusCode::OK,
    };
    Ok((status, Json(TenantShown::from(&tenant))))
}
