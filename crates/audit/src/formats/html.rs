//! One page without anything from outside: the tables are in it, the script only searches and filters.

use super::{
    changes::blocks,
    figures::{bars, head, statistics},
    phases::roadmap,
    templates,
};
use crate::report::{Event, Report, State};
use minijinja::{context, value::Serde};
use serde::Serialize;

const STYLE: &str = include_str!("templates/page.css");
const SCRIPT: &str = include_str!("templates/page.js");

/// The browser runs and applies what has these SHA-256 sums, and nothing else. A test keeps them.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
                      style-src 'sha256-gc1Hr/8p9F8xw+Grz0JlRIunXtYLL6g3U7a/EBa9bFo='; \
                      script-src 'sha256-i3UB7c3zbnCnWMJW/dVPVbi/jxxP5N2Lz94k3s6/iH8='";

/// What the buttons of the filter say, and how many events they would show.
#[derive(Serialize)]
struct Filter {
    state: &'static str,
    number: usize,
}

/// What is searched in for one event.
#[derive(Serialize)]
struct Row<'report> {
    event: &'report Event,
    words: String,
}

pub(super) fn render(report: &Report) -> String {
    let context = context! {
        policy => POLICY,
        style => STYLE,
        script => SCRIPT,
        json => json_in_html(report),
        head => Serde(head(report)),
        report => Serde(report),
        blocks => Serde(blocks(report)),
        bars => Serde(bars(report)),
        statistics => Serde(statistics(report)),
        filters => Serde(State::ALL.map(|state| filter(report, state))),
        rows => Serde(report.events.iter().map(row).collect::<Vec<_>>()),
        roadmap => Serde(roadmap(report)),
        version => env!("CARGO_PKG_VERSION"),
    };
    templates::render("page.html", context)
}

fn filter(report: &Report, state: State) -> Filter {
    let number = report.events.iter().filter(|event| event.state == state).count();
    Filter { state: state.name(), number }
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
