//! A pair as it is handed out.

use super::children::Children;
use std::sync::{Arc, atomic::AtomicU64};

/// An event type and a tenant, to be counted. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pair {
    pub(super) children: Arc<Children>,
    /// Deliveries of the tenant, for the ranking.
    pub(super) meter: Option<Arc<AtomicU64>>,
    /// The pair is beyond the cap.
    pub(super) is_capped: bool,
}
