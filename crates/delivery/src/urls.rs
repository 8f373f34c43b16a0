//! The check of a URL before a subscription gets it.

use crate::egress::{Egress, Origin, Refused};
use model::{SubscriptionUrl, TenantId};

/// Why no request can be sent to a URL. Displayed as the rest of a sentence about the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefused {
    #[error("must be a URL that HTTP can express")]
    NotHttp,
    #[error("must name a host that a certificate can be for")]
    HostName,
    #[error("must not lead there: {0}")]
    Refused(#[from] Refused),
}

/// Checks that requests of a tenant can be sent to a URL, without resolving its host name.
pub(crate) fn check(egress: &Egress, tenant: &TenantId, url: &SubscriptionUrl) -> Result<(), UrlRefused> {
    let url = url.to_url();
    if url.as_str().parse::<http::Uri>().is_err() {
        return Err(UrlRefused::NotHttp);
    }
    Origin::new(&url).map_err(|_| UrlRefused::HostName)?;
    Ok(egress.check_url_of(tenant, &url)?)
}
