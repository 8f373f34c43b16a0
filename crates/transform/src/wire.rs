//! Heads of the frames between host and worker.

use crate::fault::ScriptFault;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A call. The frame's body is the body of the webhook.
#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) source: String,
    /// `None` only compiles the source and runs its top level.
    pub(crate) webhook: Option<Webhook>,
    pub(crate) bounds: Bounds,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Bounds {
    pub(crate) deadline_millis: u64,
    pub(crate) memory: usize,
    pub(crate) body: usize,
}

/// All of a webhook except for its body.
#[derive(Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) timestamp: String,
    pub(crate) tenant: String,
    pub(crate) metadata: Box<RawValue>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// The answer to a call. The frame's body is the new body of the webhook.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) console: Vec<String>,
    pub(crate) outcome: Outcome,
}

#[derive(Serialize, Deserialize)]
pub(crate) enum Outcome {
    Checked,
    Send(Changes),
    Drop,
    Fault(ScriptFault),
}

/// Members of the returned object. `None` leaves the webhook's as they are.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    pub(crate) body: Option<BodyForm>,
    pub(crate) headers: Option<Vec<(String, String)>>,
    pub(crate) path: Option<String>,
    pub(crate) method: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BodyForm {
    Json,
    Text,
}
