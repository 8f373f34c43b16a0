//! `GET /api/v1/webhooks/events/misfits`.

use crate::{
    App,
    auth::Admin,
    catalog_check::{Misfit, MisfitCount},
    problem::{Problem, kinds::NotOperator},
};
use axum::{Json, extract::State};
use model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Published events of a type that do not match the catalog.
#[derive(Serialize, ToSchema)]
pub(crate) struct MisfitShown {
    event_type: String,
    /// `unknown_type`, or `schema` when the payload violated the schema.
    kind: &'static str,
    /// Number of such events since the server started. Up to 500 payloads per second are checked.
    times: u64,
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
    /// The last fault, with the JSON pointer into the payload.
    last_fault: String,
}

/// List published events that do not match the catalog
///
/// For the operator. With `catalog.strict` such events are refused instead.
#[utoipa::path(get, path = "/api/v1/webhooks/events/misfits", tag = "Catalog",
    responses((status = 200, body = [MisfitShown]), NotOperator))]
pub(crate) async fn misfits(State(app): State<App>, _: Admin) -> Result<Json<Vec<MisfitShown>>, Problem> {
    let show = |((event_type, misfit), count): ((model::EventType, Misfit), MisfitCount)| MisfitShown {
        event_type: event_type.to_string(),
        kind: match misfit {
            Misfit::Unknown => "unknown_type",
            Misfit::Schema => "schema",
        },
        times: count.times,
        last_at: count.last_at,
        last_fault: count.last_fault,
    };
    Ok(Json(app.catalog_check.counts().into_iter().map(show).collect()))
}
