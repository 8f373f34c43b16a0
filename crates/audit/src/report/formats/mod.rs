//! Renders a report as text, Markdown, HTML, JSON, SARIF or GitHub annotations. Nothing here does I/O: a report and a
//! format in, text out, the same text for the same report.

mod annotations;
mod bypasses;
mod changes;
mod comprehensive;
mod doubt;
mod figures;
mod findings;
mod format;
mod html;
mod index;
mod issues;
mod markdown;
mod modules;
mod phases;
mod places;
mod problems;
mod quick_reference;
mod roadmap;
mod sarif;
mod summary;
mod systems;
mod templates;
mod undefined;
mod words;

pub use format::Format;

use crate::report::Report;

/// The report in this format; ends with a newline.
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
