//! A self-contained HTML page. The tables are static; the script only searches and filters.

use super::{
    bypasses,
    changes::blocks,
    figures::{Bar, bars, head, percent},
    modules::without_integration,
    places::SCORE_SHOWN,
    problems::{answer, problems, title_of_problems, tone},
    roadmap::roadmap,
    systems::systems,
    templates, undefined,
};
use crate::report::{Event, Report, State};
use minijinja::{context, value::Serde};
use serde::Serialize;

const STYLE: &str = include_str!("templates/page.css");
const SCRIPT: &str = include_str!("templates/page.js");

/// Content security policy: allows only the style and the script with these SHA-256 sums, which a test checks.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
                      style-src 'sha256-oGFlHWr/bPqVYTp4UxGKTeuVD3FH0PfZc+GYcMMLp/s='; \
                      script-src 'sha256-hYLgNfDWAg7DbP/J+BbLTudPscEvYNhZm0WPpUA+ibI='";

/// A state with the number of its events: a checkbox of the filter, and a part of the bar.
#[derive(Serialize)]
struct Filter {
    state: &'static str,
    number: usize,
    /// Share of all events, the width of the bar's part.
    percent: f64,
}

/// An event, with the words that a search matches.
#[derive(Serialize)]
struct Row<'report> {
    event: &'report Event,
    words: String,
}

pub(super) fn render(report: &Report) -> String {
    let parts: Vec<Filter> = State::ALL.map(|state| filter(report, state)).into();
    let parts: Vec<Filter> = parts.into_iter().filter(|part| part.number > 0).collect();
    let roadmap = roadmap(report);
    let undefined = undefined::split(report);
    let (near, far) = systems(report);
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
        examples => Serde(&report.examples),
        answer => answer(report),
        tone => tone(report.summary.published, report.summary.defined),
        broken => title_of_problems(report),
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
        undefined => Serde(undefined.main),
        related => Serde(undefined::by_bus(&undefined.related)),
        rest => Serde(undefined::by_bus(&undefined.rest)),
        systems => Serde(near),
        other_systems => Serde(far),
        bypasses => Serde(bypasses::by_place(report)),
        silent => Serde(without_integration(report)),
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

/// Gaps: open ones before accepted ones, then the worst state first.
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

/// Embeds JSON in a `script` element: escapes the characters that could end the element. JSON has them only inside
/// strings.
fn json_in_html(report: &Report) -> String {
    let text = serde_json::to_string(report).expect("a report has only string keys");
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
