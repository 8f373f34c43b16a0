//! The coverage as the API shows it.

use super::report::{Code, ReportLine};
use model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Promised event types compared with published ones.
#[derive(Serialize, ToSchema)]
pub(crate) struct Coverage {
    pub(super) days: u32,
    /// Start of the period: the beginning of a day (UTC), since counts are kept by day.
    #[schema(value_type = String, format = DateTime)]
    pub(super) since: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub(super) generated_at: Timestamp,
    pub(super) summary: CoverageSummary,
    /// The audit report from which `code` is taken. For the operator; null when none was uploaded.
    pub(super) report: Option<ReportLine>,
    /// Promised and published event types, by name.
    pub(super) events: Vec<CoverageEvent>,
    /// Promised types of which nothing was published: their subscribers receive nothing.
    pub(super) promised_never_seen: Vec<String>,
    /// Published types that are not in the catalog.
    pub(super) seen_unknown: Vec<String>,
    /// Published types that no active subscription receives.
    pub(super) seen_nobody_subscribed: Vec<String>,
    /// Types and patterns of active subscriptions of which nothing was published.
    pub(super) subscribed_never_published: Vec<WaitingInVain>,
    pub(super) schema_broken: Vec<BrokenSchema>,
}

/// Numbers of event types, by finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CoverageSummary {
    /// In the catalog and not retired.
    pub(super) promised: usize,
    /// Promised and published.
    pub(super) seen: usize,
    /// Promised and not published.
    pub(super) never_seen: usize,
    /// Published and not in the catalog.
    pub(super) unknown: usize,
    /// Published, and received by no active subscription.
    pub(super) nobody_subscribed: usize,
    /// Types and patterns of active subscriptions of which nothing was published.
    pub(super) waiting_in_vain: usize,
    /// Published with a payload that violated the schema.
    pub(super) broke_schema: usize,
}

/// Coverage of an event type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CoverageEvent {
    pub(super) event_type: String,
    pub(super) category: Option<String>,
    /// In the catalog and not retired.
    pub(super) promised: bool,
    /// Events accepted, without duplicates.
    pub(super) published: u64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) last_published_at: Option<Timestamp>,
    /// Active subscriptions that receive it.
    pub(super) subscriptions: u64,
    /// Events whose payload violated the schema. Up to 500 payloads per second are checked, none from the outbox.
    pub(super) misfits: u64,
    /// State of the type in the uploaded audit report; for the operator.
    pub(super) code: Option<Code>,
}

/// A type or pattern with active subscriptions of which nothing was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WaitingInVain {
    /// A type, or a pattern such as `invoice.*`.
    pub(super) event_type: String,
    /// Active subscriptions that name this type or pattern.
    pub(super) subscriptions: u64,
}

/// An event type with payloads that violated its schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BrokenSchema {
    pub(super) event_type: String,
    pub(super) misfits: u64,
}
