//! The choice of the main set: the set of constants that is the product's catalog, by evidence.

use crate::{
    detect::{groups::Group, site::Site},
    resolve::{FunctionId, GroupKey, Project},
    text::{events, verbs},
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

/// Words of [`ASIDE`] that say so only of a folder or a set.
const ASIDE_AS_FOLDER: &[&str] = &["admin", "client", "clients", "templates", "ui"];

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
    "annotation",
    "annotations",
    "applicable",
    "attribute",
    "attributes",
    "audit",
    "cache",
    "channel",
    "column",
    "columns",
    "deliverable",
    "email",
    "emails",
    "excluded",
    "handled",
    "header",
    "headers",
    "i18n",
    "ignored",
    "job",
    "jobs",
    "log",
    "logs",
    "metric",
    "metrics",
    "mixpanel",
    "permission",
    "permissions",
    "posthog",
    "queue",
    "queues",
    "relevant",
    "role",
    "roles",
    "route",
    "routes",
    "scope",
    "scopes",
    "security",
    "segment",
    "setting",
    "settings",
    "socket",
    "subscribed",
    "synced",
    "telemetry",
    "tracker",
    "tracking",
    "ui",
    "url",
    "urls",
    "websocket",
    "websockets",
    "ws",
];

/// The evidence that a set is the catalog.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evidence {
    pub(super) named: bool,
    pub(super) in_webhooks: bool,
    /// Members that live code emits, and members in all.
    pub(super) emitted: usize,
    pub(super) members: usize,
    /// The name of the set or of its file has a word for events.
    said: bool,
    /// Code of webhooks or subscriptions in another file names the set.
    used: bool,
    /// It is in a schema file, where no code reads it.
    schema: bool,
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
            + yes(self.used, 1.5)
            + yes(self.emitted > 0, 1.0)
            + (4.0 * emitted / members.max(1.0)).min(3.0)
            + (emitted + 1.0).log2() / 4.0
            + (members + 1.0).log2() / 8.0
            - yes(self.members < FEW, 3.0)
            - yes(self.members == 1, 3.0)
            - yes(self.schema, 2.0)
            - yes(self.aside, 4.0)
            - yes(self.incoming, 7.0)
            - yes(self.other, 4.0)
    }

    /// True when anything but the form of its members says that the set is a catalog.
    fn is_candidate(&self) -> bool {
        (self.named || self.in_webhooks || self.used || self.emitted > 0 || self.said)
            && !(self.incoming && self.emitted == 0)
    }

    /// The same evidence with the number of members that the report counts as published.
    pub(super) fn with_published(&self, published: usize) -> Self {
        Self { emitted: published, ..self.clone() }
    }

    /// The evidence for a candidate beside others.
    pub(super) fn beside_others(&self) -> String {
        let name = match (self.named, self.in_webhooks) {
            (true, _) => "its name says webhook; ",
            (_, true) => "it lies with the webhooks; ",
            _ => "",
        };
        let against =
            if self.aside || self.incoming || self.other { "; its name or place says something else" } else { "" };
        format!("{name}{} of its {} are published{against}", self.emitted, self.members)
    }

    /// The evidence as the end of a sentence.
    pub(super) fn reason(&self) -> String {
        let (emitted, members) = (self.emitted, self.members);
        if self.schema {
            format!("no set in the code is as good as this one of a schema; {emitted} of its {members} are published")
        } else if self.used && !self.named && !self.in_webhooks {
            format!("the code of the webhooks uses it; {emitted} of its {members} are published")
        } else if self.named {
            format!("its name says webhook; {emitted} of its {members} are published")
        } else if self.in_webhooks {
            format!("it lies with the webhooks; {emitted} of its {members} are published")
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
    /// The evidence for the chosen one.
    pub(super) evidence: Option<Evidence>,
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
    let whole = ranked
        .first()
        .and_then(|(best, evidence)| ranked.iter().position(|(other, whole)| is_a_part(best, evidence, other, whole)));
    if let Some(at) = whole {
        ranked[..=at].rotate_right(1);
    }
    let Some((best, evidence)) = ranked.first() else {
        let reason = "the code has no set of constants that looks like a catalog of events".into();
        return Choice { group: None, reason, evidence: None, candidates: Vec::new() };
    };
    let (group, score) = (*best, evidence.score());
    let counted = Some(evidence.clone());
    let reason =
        if ranked.len() == 1 { "it is the only set of event types in the code".into() } else { evidence.reason() };
    let in_schema = evidence.schema;
    let rival = |(other, evidence): &(&Group, Evidence)| {
        score - evidence.score() < CLOSE && !overlaps(group, other) && (in_schema || !evidence.schema)
    };
    let doubtful =
        evidence.emitted == 0 || evidence.members < FEW || (evidence.other && !evidence.named) || evidence.incoming;
    let unsure = doubtful || ranked[1..].iter().any(rival);
    ranked.truncate(if unsure { CANDIDATES_MAX } else { 0 });
    Choice { group: Some(group), reason, evidence: counted, candidates: ranked }
}

/// True when a set is a part of another that is as likely a catalog: `[...A, ...B]`.
fn is_a_part(part: &Group, of_part: &Evidence, whole: &Group, of_whole: &Evidence) -> bool {
    let same = |one: &Evidence| (one.named, one.in_webhooks, one.aside, one.incoming, one.other);
    let events: HashSet<&str> = whole.events().collect();
    // A list of all parts may have the same members as the sets that it names.
    let more = of_whole.members > of_part.members && of_whole.emitted > of_part.emitted;
    let list = of_whole.members == of_part.members && !part.inner.is_empty() && whole.inner.is_empty();
    same(of_part) == same(of_whole) && (more || list) && part.events().all(|event| events.contains(event))
}

/// True when one of two sets has most members of the other: they are two spellings of one catalog.
fn overlaps(one: &Group, other: &Group) -> bool {
    let events: HashSet<String> = one.events().map(verbs::spelling).collect();
    let common = other.events().filter(|event| events.contains(&verbs::spelling(event))).count();
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
    let none: HashSet<&str> = HashSet::new();
    let used = named_by_webhooks(project);
    let mut ranked: Vec<(&Group, Evidence)> = groups
        .iter()
        .map(|group| {
            let mut own = by_group.get(&group.key).unwrap_or(&none).clone();
            own.extend(group.sources.iter().filter_map(|source| by_group.get(source)).flatten());
            (group, evidence(group, &own, &raw, &used, project))
        })
        .filter(|(_, evidence)| evidence.is_candidate())
        .collect();
    ranked.sort_by(|(one, left), (other, right)| {
        right.score().total_cmp(&left.score()).then_with(|| (one.file, one.line).cmp(&(other.file, other.line)))
    });
    ranked
}

/// The names that code of webhooks and subscriptions uses, with the files that use them.
fn named_by_webhooks(project: &Project) -> HashMap<&str, HashSet<usize>> {
    const WORDS: &[&str] = &["webhook", "webhooks", "subscription", "subscriptions", "hook", "hooks"];
    let mut used: HashMap<&str, HashSet<usize>> = HashMap::new();
    for (file, facts) in project.files.iter().enumerate() {
        if verbs::split(project.place(file)).iter().any(|word| WORDS.contains(&word.as_str())) {
            for name in facts.functions.iter().flat_map(|function| &function.mentions) {
                used.entry(name).or_default().insert(file);
            }
        }
    }
    used
}

fn evidence(
    group: &Group,
    own: &HashSet<&str>,
    raw: &HashSet<&str>,
    used: &HashMap<&str, HashSet<usize>>,
    project: &Project,
) -> Evidence {
    let events: HashSet<&str> = group.events().collect();
    let path = project.place(group.file);
    let (name, place) = (verbs::split(&group.name), verbs::split(path));
    let has = |words: &[String], list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // The name of a file says less than that of a folder: `billing_client.rs` may be a part of the server.
    let (folders, stem) = path.rsplit_once('/').unwrap_or(("", path));
    let of_file = verbs::split(stem).into_iter().filter(|word| !ASIDE_AS_FOLDER.contains(&word.as_str()));
    let aside: Vec<String> = verbs::split(folders).into_iter().chain(of_file).chain(name.iter().cloned()).collect();
    let webhook: &[&str] = &["webhook", "webhooks"];
    let hook =
        has(&name, &["hook", "hooks"]) && has(&name, &["event", "events", "trigger", "triggers", "topic", "topics"]);
    Evidence {
        named: has(&name, webhook) || hook,
        in_webhooks: has(&place, webhook),
        emitted: events.iter().filter(|event| own.contains(**event) || raw.contains(**event)).count(),
        members: events.len(),
        used: events::speaks_of_events(&group.name)
            && used.get(group.name.as_str()).is_some_and(|files| files.iter().any(|file| *file != group.file)),
        said: events::speaks_of_events(&group.name)
            || events::speaks_of_events(path.rsplit('/').next().unwrap_or(path)),
        aside: has(&aside, ASIDE),
        schema: project.files[group.file].traits.is_schema,
        incoming: has(&place, PROVIDERS) || has(&name, PROVIDERS) || has(&name, &["incoming", "inbound", "provider"]),
        other: has(&name, OTHER),
    }
}
