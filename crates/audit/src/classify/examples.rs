//! Examples of publishing in the report: for each way of publishing on the main bus, a call with its source text.

use crate::{
    classify::Classifier,
    detect::{bus::BusKey, site::Site},
    report::{Confidence, Example, SiteState},
    source::Quotes,
};
use std::collections::HashMap;

/// Maximum number of examples.
const EXAMPLES_MAX: usize = 3;
/// Longer calls are no examples.
const LINES_MAX: u32 = 25;

/// The most frequent ways of publishing events of the catalog, with an example each.
pub(crate) fn examples(classifier: &Classifier<'_>, quotes: &Quotes<'_>) -> Vec<Example> {
    let mut by_bus: HashMap<&BusKey, Vec<&Site<'_>>> = HashMap::new();
    let published = |site: &&Site<'_>| classifier.state(site) == SiteState::Published;
    for site in classifier.sites.iter().filter(published).filter(|site| classifier.catalog.contains(&site.event)) {
        if let Some(bus) = site.buses.first() {
            by_bus.entry(&bus.key).or_default().push(site);
        }
    }
    let mut ways: Vec<Vec<&Site<'_>>> = by_bus.into_values().collect();
    let at = |site: &Site<'_>| (classifier.project.file(site.at).to_owned(), site.line, site.event.clone());
    for sites in &mut ways {
        // The shortest call of a constant that was read without a choice.
        sites.sort_by_cached_key(|site| {
            let length = site.call.end_line.saturating_sub(site.call.line);
            (site.confidence != Confidence::High, site.group.is_none(), length, at(site))
        });
    }
    ways.sort_by_cached_key(|sites| (std::cmp::Reverse(sites.len()), at(sites[0])));
    ways.iter().filter_map(|sites| example(classifier, quotes, sites)).take(EXAMPLES_MAX).collect()
}

fn example(classifier: &Classifier<'_>, quotes: &Quotes<'_>, sites: &[&Site<'_>]) -> Option<Example> {
    let site = sites.first()?;
    let (from, to) = (site.call.line, site.call.end_line);
    if to.saturating_sub(from) > LINES_MAX {
        return None;
    }
    let file = classifier.project.file(site.at);
    let lines = quotes.lines(file, from, to)?;
    Some(Example {
        event_type: site.event.clone(),
        file: file.to_owned(),
        line: site.line,
        function: classifier.project.shown_function(site.at),
        code: without_indent(&lines),
        places: sites.len(),
    })
}

/// The lines without the indent that all of them have.
fn without_indent(lines: &[String]) -> String {
    let filled = || lines.iter().filter(|line| !line.trim().is_empty());
    let indent = filled().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or("").trim_end()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_begins_at_the_margin() {
        let lines = ["    await bus.publish(", "        X,", "", "    )"].map(str::to_owned);
        assert_eq!(without_indent(&lines), "await bus.publish(\n    X,\n\n)");
    }
}
