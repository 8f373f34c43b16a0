//! `GET /api/v1/webhooks/events/misfits`.

use crate::{App, auth::Admin, problem::Problem, types::Misfit};
use axum::{Json, extract::State};
use model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Events that were published and are not as the catalog says.
#[derive(Serialize, ToSchema)]
pub(crate) struct MisfitShown {
    event_type: String,
    /// `unknown_type`, or `schema`: the payload broke it.
    kind: &'static str,
    /// Since the server started. Payloads are checked up to 500 a second.
    times: u64,
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
    /// With the JSON pointer into the payload.
    last_fault: String,
}

/// What was published and is not as the catalog says
///
/// For the operator. With `catalog.strict` such events are refused instead.
#[utoipa::path(get, path = "/api/v1/webhooks/events/misfits", tag = "Catalog",
    responses((status = 200, body = [MisfitShown])))]
pub(crate) async fn misfits(State(app): State<App>, _: Admin) -> Result<Json<Vec<MisfitShown>>, Problem> {
    let show = |((event_type, misfit), count): ((model::EventType, Misfit), crate::types::Count)| MisfitShown {
        event_type: event_type.to_string(),
        kind: match misfit {
            Misfit::Unknown => "unknown_type",
            Misfit::Schema => "schema",
        },
        times: count.times,
        last_at: count.last_at,
        last_fault: count.last_fault,
    };
    Ok(Json(app.types.counts().into_iter().map(show).collect()))
}
