//! The choice of the main set: the set of constants that is the product's catalog, by evidence.

use crate::{
    detect::{groups::Group, site::Site},
    resolve::{FunctionId, GroupKey, Project},
    text::verbs,
};
use std::collections::{HashMap, HashSet};

/// Words in a path or a name of copies and of code that sends nothing: front ends, clients, generated and old code.
const ASIDE: &[&str] = &[
    "admin",
    "archive",
    "client",
    "clients",
    "components",
    "demo",
    "docs",
    "documentation",
    "e2e",
    "example",
    "examples",
    "fixtures",
    "frontend",
    "generated",
    "gen",
    "legacy",
    "locales",
    "migration",
    "migrations",
    "mock",
    "mocks",
    "old",
    "sample",
    "samples",
    "sdk",
    "sdks",
    "storybook",
    "stubs",
    "templates",
    "translations",
    "ui",
    "vendor",
];

/// Providers whose events a product receives.
pub(super) const PROVIDERS: &[&str] = &[
    "adyen",
    "braintree",
    "clerk",
    "discord",
    "docusign",
    "dwolla",
    "facebook",
    "flutterwave",
    "github",
    "gitlab",
    "gocardless",
    "hubspot",
    "intercom",
    "jira",
    "lemonsqueezy",
    "linear",
    "mailchimp",
    "mailgun",
    "mollie",
    "moneyhash",
    "paddle",
    "paypal",
    "paystack",
    "plaid",
    "postmark",
    "quickbooks",
    "razorpay",
    "resend",
    "salesforce",
    "sendgrid",
    "shopify",
    "slack",
    "square",
    "stripe",
    "telegram",
    "twilio",
    "whatsapp",
    "xero",
    "zendesk",
    "zoom",
];

/// Words in a name of sets of something else.
const OTHER: &[&str] = &[
    "analytics",
    "attribute",
    "attributes",
    "audit",
    "cache",
    "channel",
    "column",
    "columns",
    "header",
    "headers",
    "i18n",
    "job",
    "jobs",
    "log",
    "logs",
    "metric",
    "metrics",
    "permission",
    "permissions",
    "queue",
    "queues",
    "role",
    "roles",
    "route",
    "routes",
    "scope",
    "scopes",
    "security",
    "setting",
    "settings",
    "telemetry",
    "url",
    "urls",
];

/// The evidence that a set is the catalog.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evidence {
    pub(super) named: bool,
    pub(super) in_webhooks: bool,
    /// Members that live code emits, and members in all.
    pub(super) emitted: usize,
    pub(super) members: usize,
    aside: bool,
    incoming: bool,
    other: bool,
}

impl Evidence {
    /// More is better. A name with "webhook" counts as much as the emission of all members.
    pub(super) fn score(&self) -> f64 {
        let yes = |is: bool, points: f64| if is { points } else { 0.0 };
        #[allow(clippy::cast_precision_loss, reason = "small counts")]
        let (emitted, members) = (self.emitted as f64, self.members as f64);
        yes(self.named, 4.0)
            + yes(self.in_webhooks, 2.0)
            + yes(self.emitted > 0, 1.0)
            + (4.0 * emitted / members.max(1.0)).min(3.0)
            + (emitted + 1.0).log2() / 4.0
            + (members + 1.0).log2() / 8.0
            - yes(self.members < FEW, 3.0)
            - yes(self.aside, 5.0)
            - yes(self.incoming, 7.0)
            - yes(self.other, 4.0)
    }

    /// The evidence as the end of a sentence.
    pub(super) fn reason(&self) -> String {
        let (emitted, members) = (self.emitted, self.members);
        if self.named {
            format!("its name says webhook; {emitted} of its {members} are emitted")
        } else if self.in_webhooks {
            format!("it lies with the webhooks; {emitted} of its {members} are emitted")
        } else if emitted > 0 {
            format!("more of it is published than of any other set: {emitted} of {members}")
        } else {
            format!("it is the largest set of event types in the code: {members}")
        }
    }
}

/// The main set, and why it was chosen.
pub(super) struct Choice<'g> {
    pub(super) group: Option<&'g Group>,
    pub(super) reason: String,
    /// The candidates, the best one first, when the evidence does not decide. Otherwise empty.
    pub(super) candidates: Vec<(&'g Group, Evidence)>,
}

/// A set with fewer members is hardly a catalog.
const FEW: usize = 3;
/// A difference of scores below this decides nothing.
const CLOSE: f64 = 1.0;
/// Maximum number of candidates that a report names.
const CANDIDATES_MAX: usize = 5;

pub(super) fn choose<'g>(
    groups: &'g [Group],
    sites: &[Site<'_>],
    live: &HashSet<FunctionId>,
    project: &Project,
) -> Choice<'g> {
    let mut ranked = ranked(groups, sites, live, project);
    let Some((best, evidence)) = ranked.first() else {
        let reason = "the code has no set of constants that look like event types".into();
        return Choice { group: None, reason, candidates: Vec::new() };
    };
    let (group, score) = (*best, evidence.score());
    let reason =
        if ranked.len() == 1 { "it is the only set of event types in the code".into() } else { evidence.reason() };
    let rival = |(other, evidence): &(&Group, Evidence)| score - evidence.score() < CLOSE && !overlaps(group, other);
    let unsure = evidence.emitted == 0 || evidence.members < FEW || ranked[1..].iter().any(rival);
    ranked.truncate(if unsure { CANDIDATES_MAX } else { 0 });
    Choice { group: Some(group), reason, candidates: ranked }
}

/// True when one of two sets has most members of the other: they are two spellings of one catalog.
fn overlaps(one: &Group, other: &Group) -> bool {
    let events: HashSet<&str> = one.events().collect();
    let common = other.events().filter(|event| events.contains(event)).count();
    common * 2 >= one.members.len().min(other.members.len())
}

/// The sets with their evidence, the best one first.
fn ranked<'g>(
    groups: &'g [Group],
    sites: &[Site<'_>],
    live: &HashSet<FunctionId>,
    project: &Project,
) -> Vec<(&'g Group, Evidence)> {
    let mut by_group: HashMap<&GroupKey, HashSet<&str>> = HashMap::new();
    let mut raw: HashSet<&str> = HashSet::new();
    for site in sites.iter().filter(|site| live.contains(&site.at)) {
        if site.buses.iter().all(|bus| bus.is_foreign(project)) {
            continue;
        }
        match &site.group {
            Some(group) => _ = by_group.entry(group).or_default().insert(&site.event),
            None => _ = raw.insert(&site.event),
        }
    }
    let none = HashSet::new();
    let mut ranked: Vec<(&Group, Evidence)> = groups
        .iter()
        .map(|group| (group, evidence(group, by_group.get(&group.key).unwrap_or(&none), &raw, project)))
        .collect();
    ranked.sort_by(|(one, left), (other, right)| {
        right.score().total_cmp(&left.score()).then_with(|| (one.file, one.line).cmp(&(other.file, other.line)))
    });
    ranked
}

fn evidence(group: &Group, own: &HashSet<&str>, raw: &HashSet<&str>, project: &Project) -> Evidence {
    let events: HashSet<&str> = group.events().collect();
    let path = project.files[group.file].file.as_str();
    let (name, place) = (verbs::split(&group.name), verbs::split(path));
    let has = |words: &[String], list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let webhook: &[&str] = &["webhook", "webhooks", "hook", "hooks"];
    Evidence {
        named: has(&name, webhook),
        in_webhooks: has(&place, webhook),
        emitted: events.iter().filter(|event| own.contains(**event) || raw.contains(**event)).count(),
        members: events.len(),
        aside: has(&place, ASIDE) || has(&name, ASIDE),
        incoming: has(&place, PROVIDERS) || has(&name, PROVIDERS) || has(&name, &["incoming", "inbound", "provider"]),
        other: has(&name, OTHER),
    }
}
