//! `PUT /api/v1/tenants/{id}`.

use super::{
    TenantShown,
    allow::check_list,
    egress::EgressFields,
    limits::{LimitFields, RetentionFields, apply_limits, apply_retention},
    parse_own,
};
use crate::schemas::{TenantLabel, TenantName};
use crate::{
    App,
    auth::Admin,
    body::{JsonOrNothing, Patch},
    finish,
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
use model::{
    FieldErrors, HostPattern, JsonObject, TenantChange, TenantEgress, TenantId, TenantLimits,
    tenant::allow::parse_network, text::check_line,
};
use serde::Deserialize;
use storage::{PutOutcome, StorageError};
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
    #[serde(default)]
    #[schema(value_type = Option<LimitFields>)]
    limits: Patch<LimitFields>,
    #[serde(default)]
    #[schema(value_type = Option<RetentionFields>)]
    retention: Patch<RetentionFields>,
    #[serde(default)]
    #[schema(value_type = Option<EgressFields>)]
    egress: Patch<EgressFields>,
    /// Networks in CIDR notation that the address policy exempts for this tenant alone, beside those of the installation. A
    /// cloud's metadata service is exempt only by its own address.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!(["10.1.2.0/24"]))]
    allow_networks: Patch<Vec<String>>,
    /// The hosts that this tenant's requests may go to: a name or an address, or `*.` and a domain for all names below it.
    /// Any host when empty.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!(["hooks.example.com", "*.example.org"]))]
    allow_hosts: Patch<Vec<String>>,
}

/// Create or update a tenant (upsert)
///
/// The id is the platform's own: 1 to 100 of letters, digits and `-_.:`. A field that is absent keeps its value, also
/// within `limits` and `retention`; null restores the installation's default. A lower limit than what exists already
/// removes nothing: only further creations are refused. `egress`, `allow_networks` and `allow_hosts` are replaced as a
/// whole, and null empties them; they apply to the next request.
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
    let id = parse_own(&id)?;
    let mut faults = FieldErrors::default();
    if let Patch::Value(name) = &body.name {
        faults.take("name", check_line(name, NAME_MAX));
    }
    if let Patch::Value(metadata) = &body.metadata {
        faults.take("metadata", check_metadata(metadata));
    }
    // Held until the change is stored and applied, so that concurrent changes of limits do not undo each other.
    let _counting = app.counting.lock().await;
    let limits = changed_limits(&app, &id, &body, &mut faults).await?;
    let egress = changed_egress(&app, &id, &body, &mut faults).await?;
    let allow_networks = check_list("allow_networks", &body.allow_networks, parse_network, &mut faults);
    let allow_hosts = check_list("allow_hosts", &body.allow_hosts, HostPattern::parse, &mut faults);
    faults.into_result()?;
    if app.store.half_deleted_tenants().await?.contains(&id) {
        return Err(TenantBeingDeleted::problem(format!(
            "Tenant {id} is being deleted; try again when the deletion is done"
        )));
    }
    let metadata = body.metadata.given().map(Option::unwrap_or_default);
    let change = TenantChange { name: body.name, metadata, limits, egress, allow_networks, allow_hosts };
    // To its end also when the client hangs up: what is stored must apply.
    let shared = app.clone();
    let changed = finish(async move {
        let app = shared;
        let _changing = app.changing_directory.read().await;
        let _in_order = app.engine.limits.in_order().await;
        let (tenant, put) = app.store.put_tenant(&id, change, app.clock.now()).await?;
        app.engine.control.adopt_tenant(&tenant);
        app.directory.add_tenant(&id);
        Ok::<_, StorageError>((tenant, put))
    });
    let (tenant, put) = changed.await??;
    let status = match put {
        PutOutcome::Created => StatusCode::CREATED,
        PutOutcome::Updated => StatusCode::OK,
    };
    Ok((status, Json(TenantShown::from(&tenant))))
}

/// The tenant's limits with the changes of the request; `None` when it changes none.
async fn changed_limits(
    app: &App,
    id: &TenantId,
    body: &PutTenant,
    faults: &mut FieldErrors,
) -> Result<Option<TenantLimits>, Problem> {
    if body.limits.is_absent() && body.retention.is_absent() {
        return Ok(None);
    }
    let mut limits = app.store.tenant(id).await?.map(|tenant| tenant.limits).unwrap_or_default();
    apply_limits(&body.limits, &mut limits, faults);
    apply_retention(&body.retention, &mut limits, app.engine.limits.defaults(), app.settings.retention, faults);
    Ok(Some(limits))
}

/// The change of the tenant's egress. A fault is in `faults`.
async fn changed_egress(
    app: &App,
    id: &TenantId,
    body: &PutTenant,
    faults: &mut FieldErrors,
) -> Result<Patch<TenantEgress>, Problem> {
    Ok(match &body.egress {
        Patch::Absent => Patch::Absent,
        Patch::Null => Patch::Null,
        Patch::Value(given) => {
            let known = app.store.tenant(id).await?.and_then(|tenant| tenant.egress);
            given.check(known.as_ref(), faults).map_or(Patch::Absent, Patch::Value)
        }
    })
}
