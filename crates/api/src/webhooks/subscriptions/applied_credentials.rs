//! Applies the credentials of a request to a subscription.

use super::fields::SubscriptionFields;
use crate::{App, body::Patch};
use model::{FieldErrors, Subscription};

impl SubscriptionFields {
    pub(super) fn apply_credentials(&self, app: &App, subscription: &mut Subscription, faults: &mut FieldErrors) {
        match &self.authentication {
            Patch::Absent => {}
            Patch::Null => subscription.credentials.authentication = None,
            Patch::Value(given) => {
                let known = subscription.credentials.authentication.as_ref();
                match given.check((app, &subscription.tenant), known) {
                    Ok(authentication) => subscription.credentials.authentication = Some(authentication),
                    Err(fault) => faults.0.push(fault.below("authentication")),
                }
            }
        }
        match &self.tls {
            Patch::Absent => {}
            Patch::Null => subscription.credentials.tls = None,
            Patch::Value(given) => match given.check(subscription.credentials.tls.as_ref()) {
                Ok(tls) => subscription.credentials.tls = Some(tls),
                Err(fault) => faults.0.push(fault.below("tls")),
            },
        }
        let authorizes = subscription.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if authorizes && subscription.credentials.authentication.is_some() {
            faults.add("headers.authorization", "is set by the authentication of the subscription; remove one of them");
        }
        if subscription.credentials.tls.is_some() && !subscription.url.as_str().starts_with("https://") {
            faults.add("tls", "needs a URL with https://");
        }
    }
}
