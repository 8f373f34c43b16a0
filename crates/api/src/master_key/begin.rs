//! `POST /api/v1/master-key/rotation`.

use super::{RotationShown, shown};
use crate::{
    App,
    auth::Admin,
    finish,
    problem::{
        Problem,
        kinds::{NotOperator, RotationRefused},
    },
};
use axum::{Json, extract::State};
use http::StatusCode;
use storage::RotationBegin;

/// Seal all secrets again with the current master key
///
/// Begins a rotation, or continues one that was interrupted, and answers at once; the node that answers does the work
/// while it serves. The former key must be given besides the current one (`POSTRIDER_OTHER_MASTER_KEYS`), on every node.
/// When the rotation is complete, the store needs the current key alone. See docs/master-key.md.
#[utoipa::path(post, path = "/api/v1/master-key/rotation", tag = "Operator",
    responses((status = 202, body = RotationShown), NotOperator, RotationRefused))]
pub(crate) async fn begin_rotation(
    State(app): State<App>,
    _: Admin,
) -> Result<(StatusCode, Json<RotationShown>), Problem> {
    let engine = app.engine.clone();
    match finish(async move { engine.rotation.begin().await }).await?? {
        RotationBegin::Begun => {}
        RotationBegin::NothingToDo => {
            if app.engine.rotation.key_use().await?.others.is_empty() {
                return Err(RotationRefused::problem(
                    "The server has one master key, which has sealed everything: restart it with a new one in \
                     POSTRIDER_MASTER_KEY and the present one in POSTRIDER_OTHER_MASTER_KEYS first",
                ));
            }
        }
        RotationBegin::OtherNodes(nodes) => {
            return Err(RotationRefused::problem(format!(
                "These nodes seal with another master key: {}; restart them with the new key in POSTRIDER_MASTER_KEY \
                 and the former one in POSTRIDER_OTHER_MASTER_KEYS first",
                nodes.join(", ")
            )));
        }
    }
    Ok((StatusCode::ACCEPTED, Json(shown(&app).await?)))
}
