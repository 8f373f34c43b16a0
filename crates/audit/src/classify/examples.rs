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
/// Number of calls that are read for one example.
const READ_MAX: usize = 12;
/// Longer calls are no examples.
const LINES_MAX: u32 = 25;

/// The most frequent ways of publishing events of the catalog, with an example each.
pub(crate) fn examples(classifier: &Classifier<'_>, quotes: &Quotes<'_>) -> Vec<Example> {
    let mut by_bus: HashMap<&BusKey, Vec<&Site<'_>>> = HashMap::new();
    let published = |site: &&Site<'_>| classifier.state(site) == SiteState::Published;
    // Without a catalog, every published event is an example.
    let fits = |site: &&Site<'_>| classifier.catalog.is_empty() || classifier.catalog.contains(&site.event);
    for site in classifier.sites.iter().filter(published).filter(fits) {
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

/// The first call that names its event, else the first one.
fn example(classifier: &Classifier<'_>, quotes: &Quotes<'_>, sites: &[&Site<'_>]) -> Option<Example> {
    let names_it = |code: &str, site: &Site<'_>| {
        let constant = classifier.constant(&site.event).map(|(_, name)| name);
        code.contains(&site.event) || constant.is_some_and(|name| code.contains(name))
    };
    let quoted = sites.iter().take(READ_MAX).filter_map(|site| Some((code(classifier, quotes, site)?, *site)));
    let quoted: Vec<(String, &Site<'_>)> = quoted.collect();
    let (code, site) = quoted.iter().find(|(code, site)| names_it(code, site)).or(quoted.first())?;
    Some(Example {
        event_type: site.event.clone(),
        file: classifier.project.file(site.at).to_owned(),
        line: site.line,
        function: classifier.project.shown_function(site.at),
        code: code.clone(),
        places: sites.len(),
    })
}

fn code(classifier: &Classifier<'_>, quotes: &Quotes<'_>, site: &Site<'_>) -> Option<String> {
    let (from, to) = (site.call.line, site.call.end_line);
    if to.saturating_sub(from) > LINES_MAX {
        return None;
    }
    let lines = quotes.lines(classifier.project.file(site.at), 1, to)?;
    let (above, call) = lines.split_at_checked((from as usize).checked_sub(1)?)?;
    let call = without_indent(call);
    let facts = &classifier.project.files[site.at.file];
    let imported: Vec<&str> = facts.imports.iter().map(|import| import.local.as_str()).collect();
    let imports: Vec<&str> =
        above.iter().map(|line| line.trim()).filter(|line| imports(line, &imported, &call)).collect();
    match imports.as_slice() {
        [] => Some(call),
        imports => Some(format!("{}\n\n{call}", imports.join("\n"))),
    }
}

/// True when a line imports a name that the call uses.
fn imports(line: &str, imported: &[&str], call: &str) -> bool {
    let starts = ["import ", "from ", "use ", "using ", "const "].iter().any(|word| line.starts_with(word));
    let is_whole = line.contains(char::is_whitespace) && !line.ends_with(['(', '{', ',']);
    let reads = !line.starts_with("const ") || line.contains("require(");
    let used = |name: &&&str| has_name(line, name) && has_name(call, name);
    starts && is_whole && reads && imported.iter().any(|name| used(&name))
}

/// True when a text has a name as a whole word.
fn has_name(text: &str, name: &str) -> bool {
    let is_part = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
    text.match_indices(name)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next()))
}

/// The lines without the indent that all of them have.
fn without_indent(lines: &[String]) -> String {
    let filled = || lines.iter().filter(|line| !line.trim().is_empty());
    let indent = filled().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or("").trim_end()).collect();
    // The comma belongs to the list around the call.
    lines.join("\n").trim_end_matches(',').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_has_the_imports_of_its_names() {
        let call = "await get_event_bus().publish(WebhookEvent.X)";
        let names = ["get_event_bus", "WebhookEvent", "Other"];
        assert!(imports("from app.events import get_event_bus", &names, call));
        assert!(imports("use App\\WebhookEvent;", &names, call));
        assert!(!imports("from app.events import Other", &names, call));
        assert!(!imports("bus = get_event_bus()", &names, call));
        assert!(!imports("from app.events import (", &names, call));
        assert!(!has_name("WebhookEvents", "WebhookEvent"));
    }

    #[test]
    fn code_begins_at_the_margin() {
        let lines = ["    await bus.publish(", "        X,", "", "    )"].map(str::to_owned);
        assert_eq!(without_indent(&lines), "await bus.publish(\n    X,\n\n)");
    }
}
