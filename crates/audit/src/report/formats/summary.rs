//! The summary: a page of text, 80 columns wide. Only longer names and paths exceed that.

use super::{
    changes::blocks,
    figures::{bars, counted, head, silent, statistics},
    phases::roadmap,
};
use crate::report::Report;

const WIDTH: usize = 80;
/// Maximum length of a list; the comprehensive report has all of it.
const SHOWN: usize = 12;

pub(super) fn render(report: &Report) -> String {
    let mut page = Page(String::new());
    page.title("WEBHOOK EVENT COVERAGE AUDIT");
    let head = head(report);
    page.words("Generated: ", &head.generated);
    page.words("Revision:  ", &head.revision);
    page.words("Catalog:   ", &head.catalog);
    page.words("           ", &head.reason);
    page.title("RESULT");
    page.words("", &head.headline);
    page.gap();
    for statistic in statistics(report) {
        page.line(&format!("  {:.<66}{:.>10}", format!("{} ", statistic.label), format!(" {}", statistic.value)));
    }
    page.title("COVERAGE BY CATEGORY");
    categories(&mut page, report);
    page.title("BROKEN PROMISES");
    broken(&mut page, report);
    for block in blocks(report) {
        page.title(&block.title.to_uppercase());
        page.words("", &block.lead);
        for list in block.lists {
            page.gap();
            page.line(&format!("{}:", list.what));
            page.list(list.names.into_iter());
        }
    }
    page.title("MODULES WITH NO INTEGRATION");
    page.list(silent(report).into_iter().map(|module| match module.gaps {
        0 => module.path.clone(),
        gaps => format!("{}: the best place of {}", module.path, counted(gaps, "gap")),
    }));
    page.title("ROADMAP");
    for plan in roadmap(report) {
        page.words(&format!("{}. ", plan.number), &plan.title.to_uppercase());
        page.words("   ", &plan.rule);
        page.words("   ", &plan.extent);
        let files: std::collections::BTreeSet<&str> = plan.tasks.iter().filter_map(|task| task.file).collect();
        for file in files.iter().take(SHOWN) {
            page.words("   - ", file);
        }
        if files.len() > SHOWN {
            page.words("   - ", &format!("and {}", counted(files.len() - SHOWN, "more file")));
        }
        page.gap();
    }
    page.title("HOW TO READ THIS");
    page.words("", METHOD);
    page.line(&"=".repeat(WIDTH));
    page.0
}

const METHOD: &str = "Source code was parsed, not run. Only what reachable code publishes on the main bus counts as \
                      published. Event types that are only known when the program runs are counted as not resolved. \
                      The comprehensive report has every place, and the limits.";

fn categories(page: &mut Page, report: &Report) {
    let bars = bars(report);
    if bars.is_empty() {
        page.line("None.");
    }
    for bar in bars {
        // The bars of Markdown are wider than a page of text allows.
        page.words("", &format!("{} - {:.1} % ({}/{})", bar.name, bar.percent, bar.published, bar.defined));
        let mut text = format!("  {}", bar.drawing);
        if bar.parallel_only > 0 {
            text.push_str(&format!("  {} parallel only", bar.parallel_only));
        }
        page.line(&text);
    }
}

fn broken(page: &mut Page, report: &Report) {
    let near = report.undefined.iter().map(|undefined| match undefined.near.first() {
        Some(near) => format!("{} is published; the catalog has {near}", undefined.event_type),
        None => format!("{} is published and not defined", undefined.event_type),
    });
    let parallel = report.parallel_systems.iter().map(|system| {
        format!(
            "parallel system {}: events in the catalog {}, published nowhere else {} ({}:{})",
            system.name,
            system.overlap.len(),
            system.unbridged.len(),
            system.file,
            system.line
        )
    });
    let bypasses = report
        .bypasses
        .iter()
        .map(|bypass| format!("{} is written without the bus ({}:{})", bypass.table, bypass.file, bypass.line));
    page.list(near.chain(parallel).chain(bypasses));
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        self.0.push_str(text.trim_end());
        self.0.push('\n');
    }

    /// An empty line, never two in sequence.
    fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    fn title(&mut self, text: &str) {
        self.gap();
        self.line(&"=".repeat(WIDTH));
        self.line(&format!("  {text}"));
        self.line(&"=".repeat(WIDTH));
        self.gap();
    }

    /// Wraps text behind a lead; further lines are indented to the start of the text.
    fn words(&mut self, lead: &str, text: &str) {
        let indent = " ".repeat(lead.chars().count());
        let mut line = lead.to_owned();
        let mut empty = true;
        for word in text.split_whitespace() {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line.clone_from(&indent);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        if !empty {
            self.line(&line);
        }
    }

    fn list(&mut self, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.collect();
        for item in items.iter().take(SHOWN) {
            self.words("- ", item);
        }
        match items.len() {
            0 => self.line("None."),
            many if many > SHOWN => self.line(&format!("- and {} more", many - SHOWN)),
            _ => (),
        }
    }
}
