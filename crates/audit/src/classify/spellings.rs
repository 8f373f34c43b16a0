//! Other spellings of the catalog's event types. The members of a set in the code may spell `order.created` as
//! `ORDER_CREATED` or `OrderCreated`, because their language wants so or because they have no texts.
//!
//! A text of the catalog is itself. Else a member's text, and then its name, stands for the event type with the same
//! words, when no other event type and no other member of its set has these words.

use crate::{
    detect::{
        groups::{Group, Member},
        site::Site,
    },
    resolve::GroupKey,
    text::verbs,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The event types by their words.
pub(super) struct Spellings<'c> {
    catalog: &'c BTreeSet<String>,
    /// `None` for words that several event types have.
    by_words: HashMap<String, Option<&'c str>>,
}

impl<'c> Spellings<'c> {
    pub(super) fn new(catalog: &'c BTreeSet<String>) -> Self {
        let mut by_words: HashMap<String, Option<&str>> = HashMap::new();
        for event in catalog {
            by_words.entry(verbs::spelling(event)).and_modify(|one| *one = None).or_insert(Some(event));
        }
        Self { catalog, by_words }
    }

    /// The event types that the members of a set stand for, by the members' texts.
    pub(super) fn of<'g>(&self, group: &'g Group) -> HashMap<&'g str, &'c str> {
        let mut found: HashMap<&str, &str> = HashMap::new();
        let mut taken: HashMap<&str, usize> = HashMap::new();
        let mut seen = HashSet::new();
        for member in group.members.iter().filter(|member| seen.insert(member.event.as_str())) {
            if let Some(event) = self.of_member(member, group) {
                found.insert(&member.event, event);
                *taken.entry(event).or_default() += 1;
            }
        }
        // An exact text has precedence; two members in other spellings are ambiguous.
        let exact: HashSet<&str> = found.iter().filter(|(own, event)| own == event).map(|(own, _)| *own).collect();
        found.retain(|own, event| own == event || (taken[event] == 1 && !exact.contains(event)));
        found
    }

    /// Number of members of a set that are in the catalog in some spelling, also an ambiguous one.
    pub(super) fn shared(&self, group: &Group) -> usize {
        let known = |name: &str| self.by_words.contains_key(&verbs::spelling(name));
        let is_shared =
            |member: &&Member| known(&member.event) || known(&member.name) || self.of_member(member, group).is_some();
        group.members.iter().filter(is_shared).count()
    }

    /// Gives each site the event type for which its member stands, when most members of the member's set are in the
    /// catalog. `joined`: the set to which these members then count.
    pub(super) fn give(&self, sites: &mut [Site<'_>], groups: &[Group], joined: Option<&Group>) {
        let most = |group: &&Group| self.shared(group) * 2 >= group.members.len();
        let known: HashMap<&GroupKey, HashMap<&str, &str>> =
            groups.iter().filter(most).map(|group| (&group.key, self.of(group))).collect();
        for site in sites {
            let member = site.group.as_ref().and_then(|group| known.get(group)?.get(site.event.as_str()));
            let Some(event) = member.filter(|event| **event != site.event) else { continue };
            site.via = format!("{}, written {} there", site.via, site.event);
            (*event).clone_into(&mut site.event);
            if let Some(joined) = joined {
                site.group = Some(joined.key.clone());
            }
        }
    }

    fn of_member(&self, member: &Member, group: &Group) -> Option<&'c str> {
        if let Some(event) = self.catalog.get(&member.event) {
            return Some(event);
        }
        let by_words = |name: &str| self.by_words.get(name).copied().flatten();
        by_words(&verbs::spelling(&member.event))
            .or_else(|| by_words(&verbs::spelling(&member.name)))
            .or_else(|| by_words(&without_set(&member.name, &group.name)?))
    }
}

/// The words of a member's name without those of its set: `WebhookEventOrderCreated` of the set `WebhookEvent`.
fn without_set(member: &str, set: &str) -> Option<String> {
    let (member, set) = (verbs::spelling(member), verbs::spelling(set));
    let rest = member.strip_prefix(&set)?.strip_prefix('_')?;
    Some(rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(members: &[(&str, &str)]) -> Group {
        let member = |(name, event): &(&str, &str)| Member { event: (*event).into(), name: (*name).into(), line: 1 };
        Group {
            key: GroupKey::Constants(0),
            inner: Vec::new(),
            sources: Vec::new(),
            name: "WebhookEvent".into(),
            file: 0,
            line: 1,
            members: members.iter().map(member).collect(),
        }
    }

    fn found(catalog: &[&str], members: &[(&str, &str)]) -> Vec<(String, String)> {
        let catalog = catalog.iter().map(|event| (*event).to_owned()).collect();
        let group = group(members);
        let spellings = Spellings::new(&catalog);
        let mut found: Vec<_> =
            spellings.of(&group).into_iter().map(|(own, event)| (own.to_owned(), event.to_owned())).collect();
        found.sort();
        found
    }

    #[test]
    fn members_in_every_usual_spelling() {
        for own in ["ORDER_CREATED", "OrderCreated", "orderCreated", "order-created", "order:created", "order/created"]
        {
            assert_eq!(
                found(&["order.created"], &[("X", own)]),
                [(own.to_owned(), "order.created".to_owned())],
                "{own}"
            );
        }
        let named = found(&["order.created"], &[("OrderCreated", "oc1"), ("WebhookEventOrderPaid", "5")]);
        assert_eq!(named, [("oc1".to_owned(), "order.created".to_owned())]);
        let named = found(&["order.paid"], &[("WebhookEventOrderPaid", "5")]);
        assert_eq!(named, [("5".to_owned(), "order.paid".to_owned())]);
    }

    #[test]
    fn ambiguous_spellings_are_matched_exactly_only() {
        // Two event types have the same words.
        let both = ["order.created", "order_created"];
        assert_eq!(found(&both, &[("A", "OrderCreated")]), []);
        assert_eq!(found(&both, &[("A", "order_created")]), [("order_created".to_owned(), "order_created".to_owned())]);
        // Two members have.
        assert_eq!(found(&["order.created"], &[("A", "OrderCreated"), ("B", "order-created")]), []);
        let exact = found(&["order.created"], &[("A", "OrderCreated"), ("B", "order.created")]);
        assert_eq!(exact, [("order.created".to_owned(), "order.created".to_owned())]);
    }
}
