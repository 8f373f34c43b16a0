//! The formats of a report, with their names and the names of their files.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Everything, in Markdown.
    Comprehensive,
    /// The code to add and its places, in Markdown.
    QuickReference,
    /// A page of text, 80 columns wide.
    Summary,
    /// The list of documents with a summary of each, in Markdown.
    Index,
    /// The report itself; its schema is `docs/audit-report.schema.json`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A self-contained HTML page.
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

    /// The name on the command line.
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

    /// The file name in an output folder.
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
