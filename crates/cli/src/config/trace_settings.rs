//! Where spans go, and which.

use delivery::Sampler;
use http::{HeaderMap, Uri};
use std::time::Duration;

/// The settings of an export.
#[derive(Clone)]
pub(crate) struct TraceSettings {
    /// The whole URL, usually with the path `/v1/traces`.
    pub(crate) endpoint: Uri,
    /// Further headers of each export; their values may be secrets.
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    /// The longest time for which a span waits for its batch.
    pub(crate) delay: Duration,
    /// Attributes of the resource, `service.name` among them.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) sampler: Sampler,
}
