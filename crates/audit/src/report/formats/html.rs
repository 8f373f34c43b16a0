//! One page without anything from outside: the tables are in it, the script only searches and filters.

use super::{
    changes::blocks,
    figures::{Bar, bars, head, percent},
    phases::roadmap,
    problems::{SCORE_SHOWN, answer, problems, tone},
    templates,
};
use crate::report::{Event, Report, State};
use minijinja::{context, value::Serde};
use serde::Serialize;

const STYLE: &str = include_str!("templates/page.css");
const SCRIPT: &str = include_str!("templates/page.js");

/// The browser runs and applies what has these SHA-256 sums, and nothing else. A test keeps them.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
                      style-src 'sha256-oGFlHWr/bPqVYTp4UxGKTeuVD3FH0PfZc+GYcMMLp/s='; \
                      script-src 'sha256-hYLgNfDWAg7DbP/J+BbLTudPscEvYNhZm0WPpUA+ibI='";

/// What the boxes of the filter say, and how many events they would show.
#[derive(Serialize)]
struct Filter {
    state: &'static str,
    number: usize,
    /// Of all events, for the width of a bar's part.
    percent: f64,
}

/// What is searched in for one event.
#[derive(Serialize)]
struct Row<'report> {
    event: &'report Event,
    words: String,
}

pub(super) fn render(report: &Report) -> String {
    let parts: Vec<Filter> = State::ALL.map(|state| filter(report, state)).into();
    let parts: Vec<Filter> = parts.into_iter().filter(|part| part.number > 0).collect();
    let roadmap = roadmap(report);
    let context = context! {
        policy => POLICY,
        style => STYLE,
        script => SCRIPT,
        json => json_in_html(report),
        title => title(report),
        project => project(report),
        revision => report.revision.as_deref().map(short),
        date => date(report),
        head => Serde(head(report)),
        report => Serde(report),
        answer => answer(report),
        tone => tone(report.summary.published, report.summary.defined),
        problems => Serde(problems(report)),
        score_shown => SCORE_SHOWN,
        blocks => Serde(blocks(report)),
        bars => Serde(worst_first(report)),
        filters => Serde(&parts),
        parts => Serde(&parts),
        rows => !report.events.is_empty(),
        gaps => Serde(gaps(report)),
        published => Serde(events(report, State::Published)),
        modules => Serde(report.modules.iter().filter(|one| one.published + one.gaps > 0).collect::<Vec<_>>()),
        tasks => roadmap.iter().any(|plan| !plan.tasks.is_empty()),
        roadmap => Serde(roadmap),
        version => env!("CARGO_PKG_VERSION"),
    };
    templates::render("page.html", context)
}

/// The page's title names the project, its revision, the day and the result.
fn title(report: &Report) -> String {
    let revision = report.revision.as_deref().map(|revision| format!(" at {}", short(revision))).unwrap_or_default();
    let summary = &report.summary;
    format!(
        "{}{revision}, {}: {} of {} events published",
        project(report),
        date(report),
        summary.published,
        summary.defined
    )
}

fn project(report: &Report) -> &str {
    if report.project.is_empty() { "Webhook event coverage" } else { &report.project }
}

fn short(revision: &str) -> &str {
    revision.get(..10).unwrap_or(revision)
}

/// The instant in words, in UTC; a script shows the reader's own time.
fn date(report: &Report) -> String {
    let instant: Result<jiff::Timestamp, _> = report.generated_at.parse();
    instant.map_or_else(|_| report.generated_at.clone(), |instant| instant.strftime("%-d %B %Y, %H:%M UTC").to_string())
}

/// Gaps: those that nobody accepted first, the worst state first.
fn gaps(report: &Report) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = [State::Missing, State::Dead, State::ParallelOnly]
        .into_iter()
        .flat_map(|state| events(report, state))
        .collect();
    rows.sort_by_key(|row| row.event.accepted.is_some());
    rows
}

fn events(report: &Report, state: State) -> Vec<Row<'_>> {
    report.events.iter().filter(|event| event.state == state).map(row).collect()
}

#[derive(Serialize)]
struct ColouredBar {
    #[serde(flatten)]
    bar: Bar,
    tone: &'static str,
}

fn worst_first(report: &Report) -> Vec<ColouredBar> {
    let mut bars = bars(report);
    bars.sort_by(|one, other| one.percent.total_cmp(&other.percent).then(other.defined.cmp(&one.defined)));
    bars.into_iter().map(|bar| ColouredBar { tone: tone(bar.published, bar.defined), bar }).collect()
}

fn filter(report: &Report, state: State) -> Filter {
    let number = report.events.iter().filter(|event| event.state == state).count();
    Filter { state: state.name(), number, percent: percent(number, report.events.len()) }
}

fn row(event: &Event) -> Row<'_> {
    let mut words = vec![event.event_type.as_str(), &event.category];
    words.extend(event.sites.iter().flat_map(|site| [site.file.as_str(), &site.function]));
    words.extend(event.suggestions.iter().flat_map(|place| [place.file.as_str(), &place.function]));
    Row { event, words: words.join(" ").to_lowercase() }
}

/// JSON has these characters only inside strings, where they may be escaped; so nothing in it ends the element.
fn json_in_html(report: &Report) -> String {
    let text = serde_json::to_string(report).expect("a report has only string keys");
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
