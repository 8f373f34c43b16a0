//! A report in the forms that people and machines read. Nothing here does I/O: a report and a format in, text out,
//! the same text for the same report.

mod annotations;
mod changes;
mod comprehensive;
mod figures;
mod findings;
mod html;
mod index;
mod markdown;
mod phases;
mod problems;
mod quick_reference;
mod sarif;
mod summary;
mod templates;

use crate::report::Report;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Everything, in Markdown.
    Comprehensive,
    /// What to write where, in Markdown.
    QuickReference,
    /// A page of text, 80 columns wide.
    Summary,
    /// What the documents are and what they say in short, in Markdown.
    Index,
    /// The report as it is; its schema is `docs/audit-report.schema.json`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// One page without anything from outside.
    Html,
    /// Annotations of a GitHub workflow, to be printed.
    Github,
}

impl Format {
    pub const ALL: [Self; 8] = [
        Self::Comprehensive,
        Self::QuickReference,
        Self::Summary,
        Self::Index,
        Self::Json,
        Self::Sarif,
        Self::Html,
        Self::Github,
    ];

    /// As on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Comprehensive => "comprehensive",
            Self::QuickReference => "quick-reference",
            Self::Summary => "summary",
            Self::Index => "index",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Html => "html",
            Self::Github => "github",
        }
    }

    /// The format with that `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What the file is called when it is written to a folder.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Comprehensive => "WEBHOOK_EVENT_COVERAGE_AUDIT.md",
            Self::QuickReference => "WEBHOOK_IMPLEMENTATION_QUICK_REFERENCE.md",
            Self::Summary => "WEBHOOK_AUDIT_SUMMARY.txt",
            Self::Index => "WEBHOOK_AUDIT_INDEX.md",
            Self::Json => "webhook-audit.json",
            Self::Sarif => "webhook-audit.sarif",
            Self::Html => "webhook-audit.html",
            Self::Github => "webhook-audit-annotations.txt",
        }
    }
}

/// Ends with a newline.
pub fn render(report: &Report, format: Format) -> String {
    match format {
        Format::Comprehensive => comprehensive::render(report),
        Format::QuickReference => quick_reference::render(report),
        Format::Summary => summary::render(report),
        Format::Index => index::render(report),
        Format::Json => json(report),
        Format::Sarif => sarif::render(report),
        Format::Html => html::render(report),
        Format::Github => annotations::render(report),
    }
}

fn json(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("a report has only string keys");
    text.push('\n');
    text
}
