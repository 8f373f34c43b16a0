//! What an audit found: the contract of `--format json`, and what every other format is made from. The schema is
//! `docs/audit-report.schema.json`; fields are added, never renamed, within a `schema_version`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Of everything in this file.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub schema_version: u32,
    /// What was audited: the folder's name, as its repository has it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub project: String,
    /// The commit that was read; nothing when the tree is in no repository of git.
    pub revision: Option<String>,
    /// The tree that was read has changes that are not in `revision`.
    #[serde(default)]
    pub modified: bool,
    /// When, in RFC 3339.
    pub generated_at: String,
    pub summary: Summary,
    /// The catalog that was compared with, and why that one.
    pub catalog: Chosen,
    /// By name.
    pub categories: Vec<Category>,
    /// By event type.
    pub events: Vec<Event>,
    /// Published, but not in the catalog.
    pub undefined: Vec<Undefined>,
    pub parallel_systems: Vec<ParallelSystem>,
    /// SQL that writes webhook tables itself.
    pub bypasses: Vec<Bypass>,
    /// Arguments of publishing calls that could not be followed to a value.
    pub unresolved: Vec<Unresolved>,
    /// Published without a tenant, while other places of the same code give one.
    pub without_tenant: Vec<Place>,
    /// Published by more than one module.
    pub duplicates: Vec<Duplicate>,
    /// By path; a module is a folder with source files.
    pub modules: Vec<Module>,
    /// What was read and what was not.
    pub files: Files,
    /// The gaps that are known already; only with `--baseline`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// What has changed since another revision; only with `--since`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What was really published and subscribed; only with `--live`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Live>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub defined: usize,
    pub published: usize,
    pub parallel_only: usize,
    pub dead: usize,
    pub missing: usize,
    /// Event types that are published and in no catalog.
    pub undefined: usize,
    /// Published of defined, in per cent with one decimal.
    pub coverage: f64,
    /// Gaps that the configuration accepts; they count as gaps, but fail no gate.
    #[serde(default)]
    pub accepted: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// `WebhookEvent`, `shipped`, a file or a URL.
    pub name: String,
    /// Where it stands in the code, when it was found there.
    pub file: Option<String>,
    pub line: Option<u32>,
    /// Why this one, as a sentence.
    pub reason: String,
    /// Other groups of constants that look like event types.
    pub others: Vec<Group>,
    /// What counted as the main bus, as it stands in the code.
    pub bus: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub name: String,
    pub file: String,
    pub line: u32,
    pub members: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Category {
    pub name: String,
    pub defined: usize,
    pub published: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Published,
    ParallelOnly,
    Dead,
    Missing,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Published, Self::ParallelOnly, Self::Dead, Self::Missing];

    /// As in the JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::ParallelOnly => "parallel_only",
            Self::Dead => "dead",
            Self::Missing => "missing",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub event_type: String,
    pub category: String,
    pub state: State,
    pub sites: Vec<Site>,
    pub suggestions: Vec<Suggestion>,
    /// Why the gap is accepted, as the configuration says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// The line of the catalog's definition, when it was found in the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defined_at: Option<Place>,
}

/// What a single site is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteState {
    Published,
    Parallel,
    Dead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// A place that publishes an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    pub file: String,
    pub line: u32,
    /// The enclosing function: `Class.method`, `function`, `<module>`.
    pub function: String,
    /// How the event was resolved: `enum member WebhookEvent.INVOICE_PAID`, `parameter event_type of emit_event`.
    pub via: String,
    pub confidence: Confidence,
    pub state: SiteState,
    /// The bus, as it stands in the code.
    pub bus: String,
    pub tenant: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    pub file: String,
    pub line: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
}

/// A function that most likely should publish an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    pub file: String,
    /// Of the function.
    pub line: u32,
    pub function: String,
    /// Why this one, as half a sentence: `its name says credit note and create; …`.
    pub reason: String,
    /// 0 to 100.
    pub score: u32,
    /// What to write there, in the project's own idiom.
    pub snippet: String,
    /// The published example that the snippet was made from: `file:line`.
    pub example: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undefined {
    pub event_type: String,
    pub sites: Vec<Site>,
    /// Names of the catalog that differ by little; the nearest first.
    pub near: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParallelSystem {
    /// The group of constants, or the bus.
    pub name: String,
    pub file: String,
    pub line: u32,
    /// Its events that are in the catalog.
    pub overlap: Vec<String>,
    /// What it emits and the main system does not publish.
    pub unbridged: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bypass {
    /// Nothing when it could not be told.
    pub event_type: Option<String>,
    pub file: String,
    pub line: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    pub table: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unresolved {
    pub file: String,
    pub line: u32,
    pub expression: String,
    pub function: String,
    /// Why, when that is not the code's doing: the budget of the audit, or a fault of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Duplicate {
    pub event_type: String,
    pub modules: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Module {
    pub path: String,
    pub files: usize,
    pub functions: usize,
    /// Event types that it publishes.
    pub published: usize,
    /// Gaps whose best suggestion lies here.
    pub gaps: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Files {
    /// The audited folder, as it stands before the files' names; empty when names begin there, or when there are several.
    #[serde(default)]
    pub root: String,
    pub read: usize,
    pub tests: usize,
    pub skipped: Vec<Skipped>,
    /// Files by language.
    pub languages: Vec<(String, usize)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skipped {
    pub file: String,
    pub reason: String,
}

/// The gaps of a code base on the day that it adopts the audit. Only others fail.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub schema_version: u32,
    pub revision: Option<String>,
    pub generated_at: String,
    /// Promised and not published.
    pub gaps: BTreeSet<String>,
    /// Published and not promised.
    pub undefined: BTreeSet<String>,
    /// Writes of webhook tables: `file: event`, without lines, so that moving code is no new gap.
    pub bypasses: BTreeSet<String>,
}

/// What a change did to the coverage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Since {
    /// As it was asked for.
    pub revision: String,
    pub before: Summary,
    /// Published now, and not before.
    pub gained: Vec<String>,
    /// Published before, and not now, though it is still promised.
    pub lost: Vec<String>,
    /// Promised now, and not before.
    pub promised: Vec<String>,
    /// Promised before, and not now.
    pub withdrawn: Vec<String>,
    /// Published now without being in the catalog, and not before.
    pub undefined: Vec<String>,
    /// Places that write webhook tables now, and did not before.
    pub bypasses: Vec<Bypass>,
}

/// What a running Postrider saw, beside what the code says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Live {
    pub url: String,
    pub days: u32,
    pub since: String,
    /// In the catalog here or there, and never published in that time.
    pub never_seen: Vec<Seen>,
    /// Published, and in neither catalog.
    pub unknown: Vec<Seen>,
    /// Published, and nobody subscribes to it.
    pub nobody_subscribed: Vec<Seen>,
    /// Subscribed, and never published: a customer waits in vain.
    pub waiting_in_vain: Vec<Seen>,
    /// Payloads that broke their schema.
    pub broke_schema: Vec<Seen>,
}

/// An event type as it was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Or the pattern that was subscribed.
    pub event_type: String,
    pub published: u64,
    pub last_published_at: Option<String>,
    pub subscriptions: u64,
    /// Payloads that broke their schema.
    pub misfits: u64,
    /// What the code says: a state, `undefined`, or nothing when the code does not know it.
    pub code: Option<String>,
    /// The first place that publishes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}
