//! `GET /api/v1/nodes`; the submodules pause and resume all deliveries and change the log.

pub(crate) mod log;
pub(crate) mod pause;
pub(crate) mod resume;

use crate::{
    App,
    auth::Admin,
    problem::{Problem, kinds::NotOperator},
};
use axum::{Json, extract::State};
use model::Timestamp;
use serde::Serialize;
use storage::{BACKLOG_MAX, Node};
use utoipa::ToSchema;

/// A process that shares this store.
#[derive(Serialize, ToSchema)]
#[schema(as = Node)]
pub(crate) struct NodeShown {
    /// Number from the node's registration, never reused; 0 for the only node of a store that cannot be shared.
    id: i32,
    /// Host and address of the node, or `POSTRIDER_NODE`.
    name: String,
    /// `all`, `api` or `worker`.
    role: String,
    version: String,
    /// `live`, `left` (shut down, lease released) or `lost` (no heartbeat; other nodes take over its deliveries).
    state: &'static str,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// Time of the last heartbeat, by the store's clock.
    #[schema(value_type = String, format = DateTime)]
    heartbeat_at: Timestamp,
    /// Waiting deliveries that the node owns, counted up to 10,000.
    waiting: u32,
    /// True for the node that answers this request.
    is_this: bool,
    /// True while deliveries are paused; all nodes of a store are paused and resumed together.
    paused: bool,
}

/// The pause of all deliveries.
#[derive(Serialize, ToSchema)]
pub(crate) struct Pause {
    paused: bool,
}

/// List the nodes of this store, including nodes gone for less than a day
#[utoipa::path(get, path = "/api/v1/nodes", tag = "Nodes", responses((status = 200, body = [NodeShown]), NotOperator))]
pub(crate) async fn list(State(app): State<App>, _: Admin) -> Result<Json<Vec<NodeShown>>, Problem> {
    let (nodes, waiting) = match app.store.shared() {
        Some(shared) => (Some(shared.nodes().await?), 0),
        None => (None, app.store.count_waiting(BACKLOG_MAX).await?),
    };
    Ok(Json(shown(&app, nodes.as_deref(), waiting)))
}

/// The nodes of a shared store, or the only one with its waiting deliveries.
pub(crate) fn shown(app: &App, nodes: Option<&[Node]>, waiting: u32) -> Vec<NodeShown> {
    let Some(nodes) = nodes else { return vec![alone(app, waiting)] };
    let paused = app.engine.control.is_paused();
    let shown = |node: &Node| NodeShown {
        paused,
        id: node.id.number(),
        name: node.name.clone(),
        role: node.role.name().into(),
        version: node.version.clone(),
        state: node.state.name(),
        started_at: node.started_at,
        heartbeat_at: node.heartbeat_at,
        waiting: node.waiting,
        is_this: node.is_this,
    };
    nodes.iter().map(shown).collect()
}

fn alone(app: &App, waiting: u32) -> NodeShown {
    let node = app.engine.node();
    NodeShown {
        id: 0,
        name: node.name.clone(),
        role: node.role.name().into(),
        version: node.version.clone(),
        state: storage::NodeState::Live.name(),
        started_at: app.started_at,
        heartbeat_at: app.clock.now(),
        waiting,
        is_this: true,
        paused: app.engine.control.is_paused(),
    }
}
