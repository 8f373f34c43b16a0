//! The summary: a page of text, 80 columns wide. Only longer names and paths exceed that. First the result and what to do,
//! then the gaps with their places, then the plan and the numbers.

use super::{
    changes::blocks,
    doubt::{Doubt, candidate},
    figures::{bars, head, statistics},
    modules::without_integration,
    places::likely,
    problems::opening,
    roadmap::roadmap,
    undefined,
    words::counted,
};
use crate::report::{Event, Report, SiteState, State};

const WIDTH: usize = 80;
/// Maximum length of a list; the comprehensive report has all of it.
const SHOWN: usize = 12;
/// Maximum number of gaps.
const GAPS: usize = 40;
/// Maximum number of lines of the example.
const EXAMPLE_LINES: usize = 12;

pub(super) fn render(report: &Report) -> String {
    let mut page = Page(String::new());
    page.title("WEBHOOK EVENT COVERAGE AUDIT");
    let head = head(report);
    page.words("Generated: ", head.generated);
    page.words("Revision:  ", &head.revision);
    page.words("Catalog:   ", &head.catalog);
    page.words("           ", head.reason);
    if let Some(doubt) = &head.doubt {
        page.title("NOT SURE WHICH SET IS THE CATALOG");
        unsure(&mut page, doubt);
    }
    page.title("RESULT");
    page.words("", &head.headline);
    broken(&mut page, report);
    gaps(&mut page, report);
    for block in blocks(report) {
        page.title(&block.title.to_uppercase());
        page.words("", &block.lead);
        for list in block.lists {
            page.gap();
            page.line(&format!("{}:", list.what));
            page.list(&list.names);
        }
    }
    names(&mut page, report);
    categories(&mut page, report);
    plan(&mut page, report);
    modules(&mut page, report);
    example(&mut page, report);
    page.title("NUMBERS");
    for statistic in statistics(report) {
        page.line(&format!("  {:.<66}{:.>10}", format!("{} ", statistic.label), format!(" {}", statistic.value)));
    }
    page.title("HOW TO READ THIS");
    page.words("", METHOD);
    page.line(&"=".repeat(WIDTH));
    page.0
}

const METHOD: &str = "Source code was parsed, not run. Only what reachable code publishes on the main bus counts as \
                      published. Event types that are only known when the program runs are counted as not resolved. \
                      The comprehensive report has every place, and the limits.";

fn unsure(page: &mut Page, doubt: &Doubt<'_>) {
    page.words("", &doubt.what);
    page.gap();
    for (at, one) in doubt.candidates.iter().enumerate() {
        page.words(&format!("{}. ", at + 1), &candidate(one));
    }
    page.gap();
    page.words("", &doubt.next);
}

fn broken(page: &mut Page, report: &Report) {
    let opening = opening(report);
    if opening.first.is_empty() {
        return;
    }
    page.title(&opening.title.to_uppercase());
    for (at, problem) in opening.first.iter().enumerate() {
        page.words(&format!("{}. ", at + 1), &format!("{} {}", problem.what, problem.whom));
        let place = problem.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        page.words("   Next: ", &format!("{}{place}", problem.next));
    }
    if !opening.also.is_empty() {
        page.gap();
        page.line("Also:");
        let also: Vec<String> = opening.also.iter().map(|one| format!("{} {}", one.what, one.next)).collect();
        page.list(&also);
    }
}

/// The gaps by category, each with the place to change.
fn gaps(page: &mut Page, report: &Report) {
    let all: Vec<&Event> = report.events.iter().filter(|event| event.state != State::Published).collect();
    if all.is_empty() {
        return;
    }
    page.title("GAPS, AND WHERE THEY BELONG");
    let mut shown = 0;
    for category in &report.categories {
        let gaps: Vec<&&Event> = all.iter().filter(|event| event.category == category.name).collect();
        if gaps.is_empty() || shown >= GAPS {
            continue;
        }
        page.gap();
        page.words("", &format!("{}: {} of {} not published", category.name, gaps.len(), category.defined));
        for event in gaps.into_iter().take(GAPS - shown) {
            gap(page, event);
            shown += 1;
        }
    }
    if shown < all.len() {
        page.gap();
        page.line(&format!("And {}.", counted(all.len() - shown, "more gap")));
    }
}

fn gap(page: &mut Page, event: &Event) {
    let site = |state: SiteState| event.sites.iter().find(|site| site.state == state);
    let at = |file: &str, line: u32, function: &str| format!("{file}:{line} in {function}");
    let place = likely(event).map(|place| at(&place.file, place.line, &place.function));
    let what = match event.state {
        State::Dead => match (site(SiteState::Dead), place) {
            (Some(site), Some(place)) => {
                format!("dead: call {} ({}:{}), likely from {place}", site.function, site.file, site.line)
            }
            (Some(site), None) => format!("dead: nothing calls {}", at(&site.file, site.line, &site.function)),
            (None, _) => "dead".into(),
        },
        State::ParallelOnly => match site(SiteState::Parallel) {
            Some(site) => {
                let bus = undefined::bus(site);
                format!("goes only to {bus}: {}", at(&site.file, site.line, &site.function))
            }
            None => "goes only to another bus".into(),
        },
        State::Missing | State::Published => {
            place.map_or_else(|| "no function stands out".into(), |place| format!("likely {place}"))
        }
    };
    let accepted = event.accepted.as_ref().map(|why| format!(" (accepted: {why})")).unwrap_or_default();
    page.words("  - ", &format!("{} - {what}{accepted}", event.event_type));
}

/// The categories with gaps, the lowest coverage first; the others in one paragraph.
fn categories(page: &mut Page, report: &Report) {
    let (mut open, full): (Vec<_>, Vec<_>) = bars(report).into_iter().partition(|bar| bar.published < bar.defined);
    if open.is_empty() && full.is_empty() {
        return;
    }
    page.title("COVERAGE BY CATEGORY");
    open.sort_by(|one, other| one.percent.total_cmp(&other.percent));
    for bar in open.iter().take(SHOWN) {
        // The bars of Markdown are wider than a page of text allows.
        page.words("", &format!("{} - {:.1} % ({}/{})", bar.name, bar.percent, bar.published, bar.defined));
        let mut text = format!("  {}", bar.drawing);
        if bar.parallel_only > 0 {
            text.push_str(&format!("  {} parallel only", bar.parallel_only));
        }
        page.line(&text);
    }
    if open.len() > SHOWN {
        page.line(&format!("And {} more with gaps.", open.len() - SHOWN));
    }
    if !full.is_empty() {
        page.gap();
        let names: Vec<String> = full.iter().map(|bar| format!("{} ({})", bar.name, bar.defined)).collect();
        page.words("Complete: ", &names.join(", "));
    }
}

/// The names that the code publishes, when there is no catalog.
fn names(page: &mut Page, report: &Report) {
    if report.summary.defined > 0 || report.undefined.is_empty() {
        return;
    }
    page.title("NAMES THAT THE CODE PUBLISHES");
    page.list(&report.undefined.iter().map(|one| one.event_type.clone()).collect::<Vec<_>>());
}

fn plan(page: &mut Page, report: &Report) {
    let plans = roadmap(report);
    if plans.is_empty() {
        return;
    }
    page.title("PLAN");
    for plan in plans {
        page.gap();
        page.words(&format!("{}. ", plan.number), &plan.title.to_uppercase());
        page.words("   ", &format!("{} {}", plan.benefit, plan.extent));
        for file in plan.files.iter().take(SHOWN) {
            page.words("   - ", file);
        }
        if plan.files.len() > SHOWN {
            page.words("   - ", &format!("and {}", counted(plan.files.len() - SHOWN, "more file")));
        }
    }
}

fn modules(page: &mut Page, report: &Report) {
    let silent = without_integration(report);
    if silent.is_empty() {
        return;
    }
    page.title("MODULES WITH NO INTEGRATION");
    page.words("", "They publish nothing, although the catalog has events about them.");
    page.gap();
    let shown = |one: &super::modules::Silent<'_>| format!("{}: {}", one.path, one.gaps.join(", "));
    page.list(&silent.iter().map(shown).collect::<Vec<_>>());
}

/// The most frequent way of publishing, when it is short.
fn example(page: &mut Page, report: &Report) {
    let is_short = |example: &&crate::report::Example| {
        let lines = example.code.lines();
        lines.clone().count() <= EXAMPLE_LINES && lines.clone().all(|line| line.chars().count() + 2 <= WIDTH)
    };
    let Some(example) = report.examples.iter().find(is_short) else { return };
    page.title("HOW THIS PROJECT PUBLISHES");
    page.words("", &format!("{}:{} in {}", example.file, example.line, example.function));
    page.gap();
    for line in example.code.lines() {
        page.line(&format!("  {line}"));
    }
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

    fn list(&mut self, items: &[String]) {
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
