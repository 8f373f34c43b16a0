//! Numbers that name objects of this process. None of them is stored or sent.

/// The number of a lane. A number is used again after its lane was removed and has no delivery left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LaneNumber(pub(crate) usize);

/// The number of a tenant in the scheduler. Never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TenantNumber(pub(crate) usize);
