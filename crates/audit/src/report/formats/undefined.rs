//! Published events that are not in the catalog, by their weight: on the main bus a customer misses them; on another bus
//! they concern webhooks only when the catalog has events of the same thing. A guess of low confidence is no broken
//! promise.

use super::places::is_beside;
use crate::{
    report::{Confidence, Report, Site, SiteState, Undefined},
    text::{similar::stem, verbs},
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Undefined events of a report.
pub(super) struct Split<'report> {
    /// On the main bus; no customer can subscribe to them.
    pub(super) main: Vec<&'report Undefined>,
    /// On another bus, in the product's own code, about a thing that the catalog has events of.
    pub(super) related: Vec<&'report Undefined>,
    /// On another bus, about something else: logs, metrics, jobs, screens; and guesses of low confidence.
    pub(super) rest: Vec<&'report Undefined>,
}

pub(super) fn split(report: &Report) -> Split<'_> {
    let things = things(report);
    let mut split = Split { main: Vec::new(), related: Vec::new(), rest: Vec::new() };
    for one in &report.undefined {
        let published = |site: &Site| site.state == SiteState::Published;
        let is_guess = !one.sites.is_empty() && one.sites.iter().all(|site| site.confidence == Confidence::Low);
        let list = if is_guess {
            &mut split.rest
        } else if one.sites.is_empty() || one.sites.iter().any(published) {
            &mut split.main
        } else if is_about_one_of(one, &things) && !one.sites.iter().all(|site| is_beside(&site.file)) {
            &mut split.related
        } else {
            &mut split.rest
        };
        list.push(one);
    }
    // Names that are nearly one of the catalog come first: they are the cheapest to mend.
    split.main.sort_by_key(|one| one.near.is_empty());
    split
}

fn is_about_one_of(undefined: &Undefined, things: &BTreeSet<String>) -> bool {
    !undefined.near.is_empty() || about(&undefined.event_type).iter().any(|thing| things.contains(thing))
}

/// The things that the catalog has events of, as stems: `invoice` of `invoice.paid`.
fn things(report: &Report) -> BTreeSet<String> {
    report.events.iter().flat_map(|event| about(&event.event_type)).collect()
}

/// All parts of an event type but the last, as stems. Without separators the words but the last are one part:
/// `GIFT_CARD_SENT` is about `gift_card`.
pub(super) fn about(event_type: &str) -> Vec<String> {
    let parts: Vec<&str> = event_type.split(['.', ':', '/']).collect();
    if let [one] = parts.as_slice() {
        let mut words = verbs::split(one);
        words.pop();
        return if words.is_empty() { Vec::new() } else { vec![stem(&words.join("_"))] };
    }
    parts[..parts.len() - 1].iter().map(|part| stem(&part.to_lowercase())).collect()
}

/// Undefined events that one bus carries.
#[derive(Serialize)]
pub(super) struct Elsewhere<'report> {
    /// The bus: a class or a function, else as written in the code.
    pub(super) bus: &'report str,
    /// The first place in each file.
    pub(super) sites: Vec<&'report Site>,
    pub(super) events: Vec<&'report str>,
    /// The first place of each event.
    pub(super) firsts: Vec<&'report Site>,
}

/// Groups events by bus, the largest group first.
pub(super) fn by_bus<'report>(undefined: &[&'report Undefined]) -> Vec<Elsewhere<'report>> {
    let mut groups: BTreeMap<&str, Elsewhere<'_>> = BTreeMap::new();
    for one in undefined {
        let Some(first) = one.sites.first() else { continue };
        let bus = bus(first);
        let group =
            groups.entry(bus).or_insert(Elsewhere { bus, sites: Vec::new(), events: Vec::new(), firsts: Vec::new() });
        group.events.push(&one.event_type);
        group.firsts.push(first);
        for site in &one.sites {
            if !group.sites.iter().any(|known| known.file == site.file) {
                group.sites.push(site);
            }
        }
    }
    let mut groups: Vec<Elsewhere<'_>> = groups.into_values().collect();
    groups.sort_by(|one, other| other.events.len().cmp(&one.events.len()).then(one.bus.cmp(other.bus)));
    groups
}

/// The name of a site's bus.
pub(super) fn bus(site: &Site) -> &str {
    let written = site.bus.split(", ").next().unwrap_or_default();
    match (site.system.as_str(), written) {
        ("", "") => "another bus",
        ("", written) => written,
        (system, _) => system,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_about_all_but_its_last_part() {
        assert_eq!(about("billing.invoices.paid"), [stem("billing"), stem("invoice")]);
        assert_eq!(about("GIFT_CARD_SENT"), ["gift_card"]);
        assert!(about("created").is_empty());
    }
}
