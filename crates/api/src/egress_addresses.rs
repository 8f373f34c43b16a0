//! `GET /api/v1/egress-addresses`.

use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
    schemas::EgressSourceName,
};
use axum::{Json, extract::State};
use serde::Serialize;
use std::net::IpAddr;
use utoipa::ToSchema;

/// The addresses that a tenant's requests come from, for the firewalls of receivers.
#[derive(Serialize, ToSchema)]
pub(crate) struct EgressAddresses {
    /// Empty when they are not known.
    #[schema(value_type = Vec<String>, example = json!(["203.0.113.7"]))]
    addresses: Vec<IpAddr>,
    /// The owner of the addresses: the tenant, by an egress of its own, or the installation.
    #[schema(value_type = EgressSourceName)]
    source: &'static str,
}

/// List the addresses that requests to receivers come from
///
/// The addresses of the tenant's own egress: its source addresses, or the addresses of its proxy. Without an egress of its own,
/// those of the installation (`POSTRIDER_EGRESS_ADDRESSES`). A receiver may admit requests from these addresses alone.
/// Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/egress-addresses", tag = "Subscriptions",
    responses((status = 200, body = EgressAddresses)))]
pub(crate) async fn egress_addresses(
    State(app): State<App>,
    member: Member<Read>,
) -> Result<Json<EgressAddresses>, Problem> {
    Ok(Json(match app.engine.control.egress_addresses(member.tenant()) {
        Some(addresses) => EgressAddresses { addresses, source: "tenant" },
        None => EgressAddresses { addresses: app.settings.egress_addresses.to_vec(), source: "installation" },
    }))
}
