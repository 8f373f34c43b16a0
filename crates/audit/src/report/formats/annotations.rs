//! Annotations of a GitHub workflow: commands on standard output, the most important first, since GitHub shows only the
//! first ten of each kind.

use super::{
    doubt::{Doubt, candidate, doubt},
    figures::headline,
    findings::{Finding, Level, findings},
    undefined,
};
use crate::report::Report;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    if let Some(doubt) = doubt(report) {
        out.push_str(&unsure(&doubt));
    }
    // Accepted gaps and those of the baseline need no annotation.
    for finding in findings(report).iter().filter(|finding| finding.accepted.is_none() && finding.known != Some(true)) {
        out.push_str(&line(finding));
        out.push('\n');
    }
    out.push_str(&format!("::notice title=Webhook event coverage::{}\n", data(&closing(report))));
    out
}

fn unsure(doubt: &Doubt<'_>) -> String {
    let candidates: Vec<String> = doubt.candidates.iter().map(candidate).collect();
    let text = format!("{} Candidates: {}. {}", doubt.what, candidates.join("; "), doubt.next);
    format!("::warning title=Not sure which set is the catalog::{}\n", data(&text))
}

fn closing(report: &Report) -> String {
    let mut text = headline(report);
    if report.summary.accepted > 0 {
        text.push_str(&format!(" Accepted: {}.", report.summary.accepted));
    }
    if let Some(baseline) = &report.baseline {
        text.push_str(&format!(" Known gaps, by the baseline: {}.", baseline.gaps.len()));
    }
    let undefined = undefined::split(report).main.len();
    if undefined > 0 {
        text.push_str(&format!(" Published, but not defined: {undefined}."));
    }
    text
}

fn line(finding: &Finding<'_>) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let place = finding.spot.as_ref().map_or_else(String::new, |spot| {
        format!("file={},line={},", property(&spot.file.replace('\\', "/")), spot.line.max(1))
    });
    format!("::{command} {place}title={}::{}", property(finding.rule.title()), data(&finding.message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
