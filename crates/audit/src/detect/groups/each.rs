//! Catalogs with a class for each event: `class InvoicePaid(Event): event_type = "invoice.paid"`.

use super::{Group, Member};
use crate::{
    facts::{Class, Expr, base_name},
    resolve::{ClassId, FunctionId, GroupKey, Project},
    text::{events, path::folder, verbs},
};
use std::collections::BTreeMap;

/// So many classes of a base or of a folder are a catalog.
const CLASSES_MIN: usize = 3;
/// Names of a member or of a method that has the event type of its class.
const NAMES: &[&str] = &["event_type", "event_name", "event_key", "event", "type", "name", "topic", "key"];

/// Adds the catalogs, and removes the sets of their single classes.
pub(super) fn merged(project: &Project, groups: Vec<Group>) -> Vec<Group> {
    let mut families: BTreeMap<(String, String), Vec<(ClassId, Member)>> = BTreeMap::new();
    for id in project.class_ids() {
        let class = project.class(id);
        if class.is_enum {
            continue;
        }
        if let Some((name, member)) = event_of(project, id, class) {
            let base = class.bases.first().map(|base| base_name(base).to_owned());
            let home = base.unwrap_or_else(|| folder(&project.files[id.file].file).to_owned());
            families.entry((home, name.to_lowercase())).or_default().push((id, member));
        }
    }
    let mut catalogs = Vec::new();
    for ((home, _), classes) in families {
        if classes.len() < CLASSES_MIN {
            continue;
        }
        let mut keys = classes.iter().map(|(id, _)| GroupKey::Class(*id));
        let (Some(key), (first, _)) = (keys.next(), &classes[0]) else { continue };
        catalogs.push(Group {
            key,
            inner: keys.collect(),
            sources: Vec::new(),
            name: home.rsplit('/').next().unwrap_or(&home).to_owned(),
            file: first.file,
            line: project.class(*first).line,
            members: classes.iter().map(|(_, member)| member.clone()).collect(),
        });
    }
    let is_part =
        |group: &Group| catalogs.iter().any(|one: &Group| one.key == group.key || one.inner.contains(&group.key));
    let mut all: Vec<Group> = groups.into_iter().filter(|group| !is_part(group)).collect();
    all.append(&mut catalogs);
    all.sort_by_key(|group| (group.file, group.line));
    all
}

/// The event type of a class, from a member or a method, with the name of that.
fn event_of(project: &Project, id: ClassId, class: &Class) -> Option<(String, Member)> {
    let said = events::says_what_happened(&class.name) || events::speaks_of_events(&class.name);
    let is_event = |text: &str| events::looks_like_event(text) || (said && events::may_be_event(text));
    let is_name = |name: &str| NAMES.iter().any(|one| verbs::same(one, name));
    let with_text = class.members.iter().filter(|member| is_name(&member.name));
    let mut texts = with_text.filter_map(|member| match &member.value {
        Expr::Text(text) if is_event(text) => Some((member.name.clone(), text.clone(), member.line)),
        _ => None,
    });
    let methods = project.files[id.file].functions.iter().enumerate();
    let own = methods.filter(|(_, function)| function.class.as_ref() == Some(&class.name) && is_name(&function.name));
    let mut returned = own.filter_map(|(index, _)| {
        let function = project.function(FunctionId { file: id.file, index });
        match &function.returns[..] {
            [Expr::Text(text)] if is_event(text) => Some((function.name.clone(), text.clone(), function.line)),
            _ => None,
        }
    });
    let (name, event, line) = texts.next().or_else(|| returned.next())?;
    Some((name, Member { event, name: class.name.clone(), line }))
}
