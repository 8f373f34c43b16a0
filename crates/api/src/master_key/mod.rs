//! The master key of the installation, for the operator: `/api/v1/master-key/rotation`.

pub(crate) mod begin;
pub(crate) mod get;

use crate::{App, problem::Problem};
use serde::Serialize;
use storage::{MasterKeyUse, SealedValues};
use utoipa::ToSchema;

/// State of a rotation of the master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RotationState {
    /// No rotation has begun, or the last one is complete.
    Idle,
    Running,
    /// The node that answers cannot go on with the rotation: see `problem`.
    Failed,
}

/// Number of sealed values of one master key.
#[derive(Serialize, ToSchema)]
#[schema(as = SealedValues)]
pub(crate) struct SealedShown {
    /// Id of the key; null for values of an earlier version of which it is not known which key sealed them.
    #[schema(required, min_length = 16, max_length = 16)]
    key: Option<String>,
    /// Signing secrets, custom headers and credentials of a subscription are a value each, and the egress of a tenant.
    values: u64,
}

impl From<&SealedValues> for SealedShown {
    fn from(one: &SealedValues) -> Self {
        Self { key: one.key.map(|key| key.to_string()), values: one.values }
    }
}

/// The master keys of the installation and the progress of a rotation. An id is derived from its key and is no secret.
#[derive(Serialize, ToSchema)]
#[schema(as = MasterKeyRotation)]
pub(crate) struct RotationShown {
    state: RotationState,
    /// Id of the key with which the node that answers seals secrets.
    #[schema(min_length = 16, max_length = 16)]
    key: String,
    /// Ids of the further keys of that node, which only open secrets.
    other_keys: Vec<String>,
    /// Counts of all sealed values by key.
    sealed: Vec<SealedShown>,
    /// Number of values that are sealed with another key than `key`.
    remaining: u64,
    /// The error because of which the rotation failed.
    #[schema(required)]
    problem: Option<String>,
}

async fn shown(app: &App) -> Result<RotationShown, Problem> {
    let rotation = &app.engine.rotation;
    let found = rotation.key_use().await?;
    let remaining = found.remaining();
    let MasterKeyUse { current, others, sealed, is_rotating } = found;
    let problem = rotation.problem().filter(|_| is_rotating);
    Ok(RotationShown {
        state: match (is_rotating, &problem) {
            (false, _) => RotationState::Idle,
            (true, None) => RotationState::Running,
            (true, Some(_)) => RotationState::Failed,
        },
        key: current.to_string(),
        other_keys: others.iter().map(ToString::to_string).collect(),
        sealed: sealed.iter().map(SealedShown::from).collect(),
        remaining,
        problem,
    })
}
