//! `DELETE /api/v1/webhooks/events/{event_type}`.

use super::{find, put};
use crate::{
    App,
    auth::Admin,
    problem::{
        Problem,
        kinds::{NoSuchEventType, NotOperator, ShippedEventType},
    },
};
use axum::extract::{Path, State};
use http::StatusCode;
use model::catalog::Origin;

/// Retire a custom event type
///
/// For the operator. No new subscription can name the type; existing subscriptions still receive it.
#[utoipa::path(delete, path = "/api/v1/webhooks/events/{event_type}", tag = "Catalog",
    params(("event_type" = String, Path)),
    responses((status = 204, description = "Retired"), NotOperator, NoSuchEventType, ShippedEventType))]
pub(crate) async fn retire(State(app): State<App>, _: Admin, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    let _changing = app.changing_types.lock().await;
    let known = find(&app, &name)?;
    if known.origin == Origin::Shipped {
        return Err(ShippedEventType::problem(format!(
            "Event type {name} is shipped with the server and cannot be retired"
        )));
    }
    let mut entry = (*known).clone();
    entry.retired = true;
    put(&app, entry).await?;
    Ok(StatusCode::NO_CONTENT)
}
