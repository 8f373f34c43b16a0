//! The check of a URL's ownership, where the installation requires it: the receiver must repeat a challenge.

use super::fields::SubscriptionFields;
use crate::{
    App,
    problem::{Problem, kinds::TooManyTests},
};
use model::{FieldErrors, Subscription};

/// Refuses a subscription whose receiver does not repeat a challenge. Sends nothing unless the installation requires it.
pub(super) async fn check(app: &App, subscription: &Subscription) -> Result<(), Problem> {
    if !app.settings.verify_urls {
        return Ok(());
    }
    let _room = app
        .engine
        .previews
        .room(&subscription.tenant)
        .ok_or_else(|| TooManyTests::problem("Too many tests are in flight; wait for their responses"))?;
    match app.engine.previews.challenge(subscription).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(reason)) => {
            Err(Problem::invalid("url", format!("the receiver did not confirm the challenge: {reason}")))
        }
        Err(fault) => Err(Problem::busy("The URL cannot be verified now; try again shortly").because(&fault)),
    }
}

/// The same for a change that sets another URL.
pub(super) async fn check_change(
    app: &App,
    fields: &SubscriptionFields,
    subscription: Subscription,
) -> Result<(), Problem> {
    let mut changed = subscription.clone();
    // Faults are reported by the change itself.
    fields.apply_for_preview(app, &mut changed, &mut FieldErrors::default());
    if changed.url == subscription.url { Ok(()) } else { check(app, &changed).await }
}
