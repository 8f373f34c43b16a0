//! Reachability: computes the live functions from the call graph; all others are dead code. A worklist starts at the
//! roots (top levels of files, registered functions, public functions without a caller) and follows calls, mentions of
//! names, and functions inside live ones.

use crate::{
    facts::{Expr, Facts},
    resolve::{FunctionId, Graph, Meaning, Project},
    text::verbs::Words,
};
use std::collections::{HashMap, HashSet};

/// All live functions.
pub(crate) fn reachable(project: &Project, graph: &Graph<'_>, words: &Words) -> HashSet<FunctionId> {
    let mut live = HashSet::new();
    let mut open: Vec<FunctionId> = project.function_ids().filter(|id| is_root(project, graph, words, *id)).collect();
    let mut children: HashMap<FunctionId, Vec<FunctionId>> = HashMap::new();
    for id in project.function_ids().filter(|id| id.index != 0) {
        let function = project.function(id);
        // Methods of an object literal are live when the enclosing function is, except helpers of publishing.
        let held = function.parent != 0 && function.class.as_deref() == Some("") && !words.is_helper(&function.name);
        if function.name.is_empty() || held {
            children.entry(FunctionId { file: id.file, index: function.parent }).or_default().push(id);
        }
    }
    let aliases: Vec<HashSet<&str>> = project.files.iter().map(aliases).collect();
    let mut done: HashSet<(&str, &str)> = HashSet::new();
    while let Some(id) = open.pop() {
        if !live.insert(id) {
            continue;
        }
        open.extend(graph.calls.get(&id).into_iter().flatten());
        open.extend(children.get(&id).into_iter().flatten());
        let traits = project.files[id.file].traits;
        let loose = graph.loose.get(&id).into_iter().flatten();
        for name in project.function(id).mentions.iter().chain(loose) {
            let named = project.functions_named(name);
            let is_alias = aliases[id.file].contains(name.as_str());
            if (named.is_empty() && !is_alias) || is_local_value(project, id, name) {
                continue;
            }
            if done.insert((traits.family, name.as_str())) {
                open.extend(named.iter().filter(|one| project.files[one.file].traits.is_related(traits)));
            }
            // An alias: the defining file has another name for the function.
            if is_alias && let Meaning::Values(values, at) = project.meaning(name, id) {
                open.extend(values.iter().filter_map(|one| project.function_of(&one.value, at)));
            }
        }
    }
    live
}

/// Local names of imports that differ from the imported name.
fn aliases(facts: &Facts) -> HashSet<&str> {
    let other = facts.imports.iter().filter(|import| import.item.as_deref() != Some(import.local.as_str()));
    other.map(|import| import.local.as_str()).collect()
}

/// True when the name is a parameter, or a variable whose value is no function: it only looks like a function's name.
fn is_local_value(project: &Project, mut id: FunctionId, name: &str) -> bool {
    while id.index != 0 {
        let function = project.function(id);
        if let Some(binding) = function.bindings.iter().find(|one| one.name == name) {
            return !matches!(binding.value, Expr::Function(_) | Expr::Name(_) | Expr::Member(..));
        }
        if function.params.iter().any(|param| param.name == name) {
            return true;
        }
        id.index = function.parent;
    }
    false
}

fn is_root(project: &Project, graph: &Graph<'_>, words: &Words, id: FunctionId) -> bool {
    let function = project.function(id);
    if id.index == 0 || function.registered {
        return true;
    }
    if function.name.is_empty() || function.private {
        return false;
    }
    let called = graph.callers(id).iter().any(|caller| caller.scope() != id);
    if called {
        return false;
    }
    if from_outside(project, id) {
        return true;
    }
    // A local function is called in its scope or never.
    let local = function.parent != 0 && function.class.as_deref().unwrap_or("").is_empty();
    !words.is_helper(&function.name) && !local
}

/// A method of a class that is made from one outside of the tree: that one may call it.
fn from_outside(project: &Project, id: FunctionId) -> bool {
    let traits = project.files[id.file].traits;
    if traits.passive_bases {
        return false;
    }
    let Some(class) = project.class_around(id) else { return false };
    let bases = &project.class(class).bases;
    bases.iter().any(|base| !traits.plain_bases.contains(&base.as_str()) && project.classes_named(base).is_empty())
}
