//! Sets that form one catalog together, one for each entity: `OrderEvents`, `CartEvents`.

use super::Group;
use crate::{
    resolve::Project,
    text::{events, path::folder, similar, verbs},
};
use std::collections::BTreeMap;

/// So many siblings of one folder are one catalog. In one file two are.
const OF_FOLDER: usize = 3;

/// Merges sets that have the same last words in their names and each begin with the entity of their events.
pub(super) fn merged(project: &Project, mut groups: Vec<Group>) -> Vec<Group> {
    let mut families: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        if let Some(suffix) = family(group) {
            families.entry((folder(&project.files[group.file].file), suffix)).or_default().push(at);
        }
    }
    let mut gone = vec![false; groups.len()];
    for ((_, suffix), places) in families {
        let one_file = places.iter().all(|at| groups[*at].file == groups[places[0]].file);
        if places.len() < 2 || !(one_file || places.len() >= OF_FOLDER) {
            continue;
        }
        for &at in &places[1..] {
            gone[at] = true;
            let (members, inner, key) = (
                std::mem::take(&mut groups[at].members),
                std::mem::take(&mut groups[at].inner),
                groups[at].key.clone(),
            );
            let first = &mut groups[places[0]];
            first.members.extend(members);
            first.inner.extend(inner);
            first.inner.push(key);
        }
        groups[places[0]].name = format!("*{suffix}");
    }
    let mut gone = gone.into_iter();
    groups.retain(|_| !gone.next().unwrap_or(false));
    groups
}

/// The part of a set's name after the entity of its events: `Events` for `OrderEvents` with `order.placed`.
fn family(group: &Group) -> Option<String> {
    let stems = |text: &str| verbs::split(text).iter().map(|word| similar::stem(word)).collect::<Vec<_>>();
    let name = stems(&group.name);
    let members: Vec<Vec<String>> = group.events().map(stems).collect();
    // The members of one entity: as many words as most of them share with the name.
    let entity = (1..name.len()).rev().find(|count| {
        let same = members.iter().filter(|words| words.len() > *count && words[..*count] == name[..*count]).count();
        same * 10 >= members.len() * 6
    })?;
    let words = written_words(&group.name);
    let suffix = words.get(entity..)?.concat();
    events::speaks_of_events(&suffix).then_some(suffix)
}

/// The words of a name as they are written: `OrderEvents` → Order, Events.
fn written_words(name: &str) -> Vec<&str> {
    let lengths = verbs::split(name);
    let mut rest = name;
    let mut words = Vec::new();
    for word in lengths {
        let start = rest.find(|c: char| c.is_alphanumeric()).unwrap_or(0);
        let end = rest[start..].char_indices().nth(word.chars().count()).map_or(rest.len(), |(at, _)| start + at);
        words.push(&rest[start..end]);
        rest = &rest[end..];
    }
    words
}
