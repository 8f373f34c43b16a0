//! Indexes over the facts of all files, built once: top-level names of packages, methods of classes, members of
//! reopened classes. Also merges facts that one file states about the types of another.

use crate::{
    facts::{Expr, Facts},
    resolve::{ClassId, FunctionId},
    text::events,
};
use std::collections::{BTreeSet, HashMap};

/// Classes by their own name and the name of a member, in the files that define the member.
pub(super) type Says = HashMap<String, HashMap<String, Vec<ClassId>>>;

/// Names at the top level of a file that other files can see.
pub(super) fn names(facts: &Facts) -> BTreeSet<String> {
    let bindings = facts.functions.first().into_iter().flat_map(|module| &module.bindings);
    let classes = facts.classes.iter().map(|class| class.name.clone());
    let bindings = bindings.filter(|one| is_shared(facts, &one.name, &one.value));
    bindings.map(|binding| binding.name.clone()).chain(classes).filter(|name| !name.is_empty()).collect()
}

/// Length of the first folder, with its `/`, when all files are in it.
pub(super) fn own_folder(files: &[Facts]) -> usize {
    let first = |facts: &Facts| facts.file.find('/').map(|at| facts.file[..=at].to_owned());
    let Some(folder) = files.first().and_then(first) else { return 0 };
    if files.len() > 1 && files.iter().all(|facts| facts.file.starts_with(&folder)) { folder.len() } else { 0 }
}

/// The package of a file, else the file alone.
pub(super) fn home(facts: &Facts) -> &str {
    if facts.package.is_empty() { &facts.file } else { &facts.package }
}

/// The first file with constants of a type that is named after events, by package and type.
pub(super) fn typed(files: &[Facts]) -> HashMap<(String, String), usize> {
    let mut first = HashMap::new();
    for (file, facts) in files.iter().enumerate() {
        let bindings = facts.functions.first().into_iter().flat_map(|module| &module.bindings);
        for binding in bindings.filter(|one| matches!(one.value, Expr::Text(_))) {
            let Some(kind) = &binding.kind else { continue };
            if events::speaks_of_events(kind) && !events::names_an_attribute(kind) {
                first.entry((home(facts).to_owned(), kind.clone())).or_insert(file);
            }
        }
    }
    first
}

/// Methods by the names of class and method.
pub(super) fn methods(files: &[Facts]) -> HashMap<String, HashMap<String, Vec<FunctionId>>> {
    let mut all: HashMap<String, HashMap<String, Vec<FunctionId>>> = HashMap::new();
    for (file, facts) in files.iter().enumerate() {
        for (index, function) in facts.functions.iter().enumerate().filter(|(_, one)| !one.name.is_empty()) {
            if let Some(class) = &function.class {
                let methods = all.entry(class.clone()).or_default();
                methods.entry(function.name.clone()).or_default().push(FunctionId { file, index });
            }
        }
    }
    all
}

/// The package that an import path names, in the notation of [`Facts::package`].
pub(super) fn of(module: &[String], facts: &Facts) -> String {
    match facts.package.split_once(':') {
        Some((prefix, _)) if facts.traits.imports_packages => format!("{prefix}:{}", module.join(".")),
        _ => String::new(),
    }
}

/// True when a top-level name is visible in other files; variables of a script are not.
fn is_shared(facts: &Facts, name: &str, value: &Expr) -> bool {
    !facts.traits.script_variables || !name.starts_with(char::is_lowercase) || matches!(value, Expr::Function(_))
}

/// The members of reopened classes, and those of their parts that name a base.
pub(super) fn says(files: &[Facts]) -> (Says, HashMap<String, Vec<ClassId>>) {
    let (mut says, mut made): (Says, HashMap<String, Vec<ClassId>>) = Default::default();
    for (file, facts) in
        files.iter().enumerate().filter(|(_, facts)| facts.traits.open_classes && !facts.traits.is_schema)
    {
        let mut by_name: HashMap<&str, Vec<ClassId>> = HashMap::new();
        for (index, class) in facts.classes.iter().enumerate() {
            by_name.entry(&class.name).or_default().push(ClassId { file, index });
            if !class.bases.is_empty() {
                made.entry(class.name.clone()).or_default().push(ClassId { file, index });
            }
        }
        let mut note = |class: &str, name: &str| {
            let parts = by_name.get(class).into_iter().flatten();
            says.entry(class.to_owned()).or_default().entry(name.to_owned()).or_default().extend(parts);
        };
        for class in &facts.classes {
            let members = class.members.iter().chain(class.fields.iter().map(|(field, _)| field));
            members.for_each(|one| note(&class.name, &one.name));
            class.outer.iter().for_each(|outer| note(outer, &class.name));
        }
        let methods = facts.functions.iter().filter(|function| !function.name.is_empty());
        methods.for_each(|one| one.class.iter().for_each(|class| note(class, &one.name)));
    }
    (says, made)
}

/// Adds the bases that other files declare for a type, when only one type has that name.
pub(super) fn extend(files: &mut [Facts]) {
    let mut places: HashMap<(&str, String), Vec<(usize, usize)>> = HashMap::new();
    for (file, facts) in files.iter().enumerate() {
        for (index, class) in facts.classes.iter().enumerate() {
            places.entry((facts.traits.language, class.name.clone())).or_default().push((file, index));
        }
    }
    let mut more = Vec::new();
    for facts in files.iter() {
        for (name, bases) in &facts.extended {
            if let Some([only]) = places.get(&(facts.traits.language, name.clone())).map(Vec::as_slice) {
                more.push((*only, bases.clone()));
            }
        }
    }
    for ((file, index), bases) in more {
        if let Some(class) = files.get_mut(file).and_then(|facts| facts.classes.get_mut(index)) {
            class.bases.extend(bases);
        }
    }
}

/// Assigns to enum members without a text the one that a look-up elsewhere maps them to.
pub(super) fn give_texts(files: &mut [Facts]) {
    let texts: Vec<(&str, String, String, String)> = files
        .iter_mut()
        .flat_map(|facts| {
            let family = facts.traits.family;
            std::mem::take(&mut facts.texts).into_iter().map(move |(of, member, text)| (family, of, member, text))
        })
        .collect();
    if texts.is_empty() {
        return;
    }
    let mut said: HashMap<(&str, &str, &str), &str> = HashMap::new();
    for (family, of, member, text) in &texts {
        said.entry((family, of, member)).or_insert(text);
    }
    let classes = files.iter_mut().flat_map(|facts| {
        let family = facts.traits.family;
        facts.classes.iter_mut().map(move |class| (family, class))
    });
    for (family, class) in classes.filter(|(_, class)| class.is_enum) {
        for member in &mut class.members {
            let has_text = match &member.value {
                Expr::Text(_) => true,
                Expr::List(items) => items.iter().any(|item| matches!(item, Expr::Text(_))),
                _ => false,
            };
            if let (false, Some(text)) = (has_text, said.get(&(family, class.name.as_str(), member.name.as_str()))) {
                member.value = Expr::Text((*text).to_owned());
            }
        }
    }
}
