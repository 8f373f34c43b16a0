//! Replays: jobs that send deliveries again, or send a subscription events that it has not received.

pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod pause;
pub(crate) mod request;
pub(crate) mod resume;
pub(crate) mod shown;

use crate::{
    App,
    problem::{
        Problem,
        kinds::{NoSuchReplay, NoSuchSubscription, ReplayEnded, SubscriptionInactive, TooManyReplays},
    },
};
use delivery::ReplayError;
use model::{Replay, ReplayId, ReplayState, SubscriptionState, TenantId};

fn missing(id: &str) -> Problem {
    NoSuchReplay::problem(format!("Replay not found: {id}"))
}

fn parse(id: &str) -> Result<ReplayId, Problem> {
    ReplayId::parse(id).map_err(|_| missing(id))
}

/// The problem for a replay that was not created or changed. `id` is the replay's, or that of the subscription of a new
/// one.
fn refused(fault: ReplayError, id: &str) -> Problem {
    match fault {
        ReplayError::Missing => missing(id),
        ReplayError::NoSubscription => NoSuchSubscription::problem(format!("Webhook subscription not found: {id}")),
        ReplayError::Inactive(SubscriptionState::Disabled) => {
            SubscriptionInactive::problem("The subscription is disabled; activate it first")
        }
        ReplayError::Inactive(_) => SubscriptionInactive::problem("The subscription is paused; activate it first"),
        ReplayError::TooMany => TooManyReplays::problem(format!(
            "The tenant has {} replays that have not ended, which is the maximum: cancel some or wait",
            delivery::REPLAYS_MAX
        )),
        ReplayError::Ended(state) => ReplayEnded::problem(format!("The replay has ended already: {}", state.name())),
        ReplayError::Store(fault) => fault.into(),
    }
}

async fn set_state(app: &App, tenant: &TenantId, id: &str, to: ReplayState) -> Result<Replay, Problem> {
    app.engine.control.set_replay_state(tenant, parse(id)?, to).await.map_err(|fault| refused(fault, id))
}
