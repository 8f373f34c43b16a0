//! The report: the contract of `--format json`, from which every other format is rendered. Its schema is
//! `docs/audit-report.schema.json`; fields are added, never renamed or removed, within a `schema_version`.

use super::place::{Example, Place, Site, Suggestion};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Version of the report and of the baseline.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub schema_version: u32,
    /// Name of the audited folder, as in its repository.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub project: String,
    /// The commit that was read; `None` when the tree is in no git repository.
    pub revision: Option<String>,
    /// The tree has changes that are not in `revision`.
    #[serde(default)]
    pub modified: bool,
    /// RFC 3339.
    pub generated_at: String,
    pub summary: Summary,
    /// The catalog that the code was compared with, and the reason for choosing it.
    pub catalog: Chosen,
    /// Sorted by name.
    pub categories: Vec<Category>,
    /// Sorted by event type.
    pub events: Vec<Event>,
    /// Published, but not in the catalog.
    pub undefined: Vec<Undefined>,
    pub parallel_systems: Vec<ParallelSystem>,
    /// SQL that writes webhook tables directly.
    pub bypasses: Vec<Bypass>,
    /// Arguments of publishing calls that could not be resolved to a value.
    pub unresolved: Vec<Unresolved>,
    /// Published without a tenant, while other places of the same code name one.
    pub without_tenant: Vec<Place>,
    /// Published by more than one module.
    pub duplicates: Vec<Duplicate>,
    /// Publishing calls of the code as examples, the most frequent way of publishing first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// Sorted by path; a module is a folder with source files.
    pub modules: Vec<Module>,
    /// The files that were read or skipped.
    pub files: Files,
    /// The known gaps; only with `--baseline`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// The changes since another revision; only with `--since`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// The events and subscriptions of a running server; only with `--live`.
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
    /// Event types that are published and not in the catalog.
    pub undefined: usize,
    /// Share of published events, in per cent with one decimal.
    pub coverage: f64,
    /// Gaps that the configuration accepts; they count as gaps, but fail no gate.
    #[serde(default)]
    pub accepted: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// `WebhookEvent`, `shipped`, a file or a URL.
    pub name: String,
    /// The place of its definition, when it is in the code.
    pub file: Option<String>,
    pub line: Option<u32>,
    /// The reason for choosing it, as a sentence.
    pub reason: String,
    /// Other groups of constants that look like event types.
    pub others: Vec<Group>,
    /// The main buses, as written in the code.
    pub bus: Vec<String>,
    /// Definitions of the main buses that are in the tree; `function` is the name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bus_at: Vec<Place>,
    /// Not empty when the evidence does not decide which set is the catalog: the candidates, the chosen one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
}

/// A set of constants that may be the catalog.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub name: String,
    pub file: String,
    pub line: u32,
    pub members: usize,
    /// Members that live code publishes.
    pub emitted: usize,
    /// As the end of a sentence.
    pub evidence: String,
}

impl Chosen {
    /// False when the evidence does not decide which set is the catalog, or when there is none.
    pub fn is_sure(&self) -> bool {
        self.candidates.is_empty() && !self.name.is_empty()
    }

    /// The question that a report asks when it is not sure.
    pub fn question(&self) -> Option<String> {
        if self.is_sure() {
            return None;
        }
        if self.candidates.is_empty() {
            return Some(format!(
                "Not sure which events are promised: {}. Name the catalog with --catalog FILE, or a set of constants with \
                 --main NAME",
                self.reason
            ));
        }
        let shown = |one: &Candidate| format!("{} ({}:{}: {})", one.name, one.file, one.line, one.evidence);
        let list: Vec<String> = self.candidates.iter().map(shown).collect();
        Some(format!(
            "Not sure which set of constants is the catalog. Candidates: {}. Name the right one with --main NAME, or \
             --main PATH:NAME",
            list.join("; ")
        ))
    }
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

    /// The name in the JSON.
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
    /// The reason why a gap has no suggestion, as a sentence without its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_suggestion: Option<String>,
    /// The configuration's reason for accepting the gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// The definition in the catalog, when it is in the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defined_at: Option<Place>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undefined {
    pub event_type: String,
    pub sites: Vec<Site>,
    /// Similar names in the catalog, the most similar first.
    pub near: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParallelSystem {
    /// The group of constants, or the bus.
    pub name: String,
    pub file: String,
    pub line: u32,
    /// Events of this system that are in the catalog.
    pub overlap: Vec<String>,
    /// Events that it publishes and the main system does not.
    pub unbridged: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bypass {
    /// `None` when it could not be resolved.
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
    /// The reason, when the audit's budget or a fault of it ended the analysis.
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
    /// Number of event types that it publishes.
    pub published: usize,
    /// Number of gaps whose best suggestion is here.
    pub gaps: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Files {
    /// The audited folder, as the prefix of the files' names; empty when names begin there, or when there are several
    /// folders.
    #[serde(default)]
    pub root: String,
    pub read: usize,
    pub tests: usize,
    pub skipped: Vec<Skipped>,
    /// Files of which a part was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partial: Vec<Partial>,
    /// Number of files by language.
    pub languages: Vec<(String, usize)>,
}

/// A file with a syntax error, or with syntax that the audit does not know. The parts around it were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    pub file: String,
    /// The first one.
    pub line: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skipped {
    pub file: String,
    pub reason: String,
}

/// The accepted state of a code base that adopts the audit: its gaps do not fail the gate, new ones do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub schema_version: u32,
    pub revision: Option<String>,
    pub generated_at: String,
    /// In the catalog and not published.
    pub gaps: BTreeSet<String>,
    /// Published and not in the catalog.
    pub undefined: BTreeSet<String>,
    /// Writes of webhook tables: `file: event`, without lines, so that moved code is no new finding.
    pub bypasses: BTreeSet<String>,
}

/// The changes of coverage since another revision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Since {
    /// The revision as given on the command line.
    pub revision: String,
    pub before: Summary,
    /// Published now, and not before.
    pub gained: Vec<String>,
    /// Published before, not now, and still in the catalog.
    pub lost: Vec<String>,
    /// Added to the catalog.
    pub promised: Vec<String>,
    /// Removed from the catalog.
    pub withdrawn: Vec<String>,
    /// Published now without being in the catalog, and not before.
    pub undefined: Vec<String>,
    /// New places that write webhook tables.
    pub bypasses: Vec<Bypass>,
}

/// The events of a running server, beside their states in the code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Live {
    pub url: String,
    pub days: u32,
    pub since: String,
    /// In the catalog here or on the server, and never published in that time.
    pub never_seen: Vec<Seen>,
    /// Published, and in neither catalog.
    pub unknown: Vec<Seen>,
    /// Published, without a subscription.
    pub nobody_subscribed: Vec<Seen>,
    /// Subscribed, and never published: the customer receives nothing.
    pub waiting_in_vain: Vec<Seen>,
    /// Payloads that broke their schema.
    pub broke_schema: Vec<Seen>,
}

/// An event type on the server and in the code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// An event type, or the pattern of a subscription.
    pub event_type: String,
    pub published: u64,
    pub last_published_at: Option<String>,
    pub subscriptions: u64,
    /// Payloads that broke their schema.
    pub misfits: u64,
    /// The state in the code, or `undefined`; `None` when the code does not have the event.
    pub code: Option<String>,
    /// The first place that publishes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}
