//! Places in the code as the report shows them: sites that publish, suggestions, and examples.

use serde::{Deserialize, Serialize};

/// The state of a single site.
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
    /// The way in which the event was resolved: `enum member WebhookEvent.INVOICE_PAID`,
    /// `parameter event_type of emit_event`.
    pub via: String,
    pub confidence: Confidence,
    pub state: SiteState,
    /// The bus, as written in the code.
    pub bus: String,
    pub tenant: bool,
    /// Name of the class, function or package behind the bus; empty when only the name of a variable is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub system: String,
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
    /// First line of the function.
    pub line: u32,
    pub function: String,
    /// The reason for the suggestion, as half a sentence: `its name says credit note and create; …`.
    pub reason: String,
    /// 0 to 100.
    pub score: u32,
    /// The code to write there, in the project's own idiom; may be empty.
    pub snippet: String,
    /// The published example that the snippet was made from: `file:line`.
    pub example: Option<String>,
}

/// A publishing call of the code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    pub event_type: String,
    pub file: String,
    pub line: u32,
    pub function: String,
    /// The call's source text.
    pub code: String,
    /// Number of places that publish through the same bus.
    pub places: usize,
}
