//! Reachability: computes the live functions from the call graph; all others are dead code. A worklist starts at the
//! roots (top levels of files, registered functions, public functions without a caller) and follows calls, mentions of
//! names, and functions inside live ones.

use crate::{
    facts::{Expr, Facts, base_name},
    resolve::{ClassId, FunctionId, Graph, Meaning, Project, components::components, listeners::Listeners},
    text::verbs::{self, Words},
};
use std::collections::{HashMap, HashSet};

/// All live functions.
pub(crate) fn reachable(project: &Project, graph: &Graph<'_>, words: &Words) -> HashSet<FunctionId> {
    let mut search = Search::new(project, graph, words);
    let mut roots: Vec<FunctionId> = project.function_ids().filter(|id| search.is_root(*id)).collect();
    search.listeners = Listeners::among(project, &roots);
    roots.retain(|id| !search.listeners.is_one(*id));
    search.reach(roots);
    // Functions that only call each other, such as one that calls itself in a block, have no caller outside.
    search.reach(search.roots_of_circles());
    search.live
}

/// Last words of classes whose public methods a framework calls.
const ENTRIES: &[&str] = &[
    "controller",
    "controllers",
    "action",
    "actions",
    "view",
    "views",
    "viewset",
    "resource",
    "resources",
    "endpoint",
    "endpoints",
    "channel",
    "page",
];

struct Search<'s, 'p> {
    project: &'s Project,
    graph: &'s Graph<'p>,
    words: &'s Words,
    /// Functions without a name, and methods of object literals, by the function around them.
    children: HashMap<FunctionId, Vec<FunctionId>>,
    aliases: Vec<HashSet<&'s str>>,
    /// Roots that only run when an event object is made.
    listeners: Listeners,
    /// Names whose functions are live, by the family of languages.
    done: HashSet<(&'static str, &'s str)>,
    live: HashSet<FunctionId>,
}

impl<'s, 'p> Search<'s, 'p> {
    fn new(project: &'s Project, graph: &'s Graph<'p>, words: &'s Words) -> Self {
        let mut children: HashMap<FunctionId, Vec<FunctionId>> = HashMap::new();
        for id in project.function_ids().filter(|id| id.index != 0) {
            let function = project.function(id);
            // Methods of an object literal are live when the enclosing function is, except helpers of publishing.
            let held =
                function.parent != 0 && function.class.as_deref() == Some("") && !words.is_helper(&function.name);
            if function.name.is_empty() || held {
                children.entry(FunctionId { file: id.file, index: function.parent }).or_default().push(id);
            }
        }
        let aliases = project.files.iter().map(aliases).collect();
        let listeners = Listeners::default();
        Self { project, graph, words, children, aliases, listeners, done: HashSet::new(), live: HashSet::new() }
    }

    /// Marks what these functions reach.
    fn reach(&mut self, mut open: Vec<FunctionId>) {
        let (project, graph) = (self.project, self.graph);
        while let Some(id) = open.pop() {
            if !self.live.insert(id) {
                continue;
            }
            open.extend(graph.calls.get(&id).into_iter().flatten());
            open.extend(self.listeners.called_by(project.function(id)));
            open.extend(self.children.get(&id).into_iter().flatten());
            let traits = project.files[id.file].traits;
            let loose = graph.loose.get(&id).into_iter().flatten();
            for name in project.function(id).mentions.iter().chain(loose) {
                let named = project.functions_named(name);
                let is_alias = self.aliases[id.file].contains(name.as_str());
                if (named.is_empty() && !is_alias) || is_local_value(project, id, name) {
                    continue;
                }
                if self.done.insert((traits.family, name.as_str())) {
                    open.extend(named.iter().filter(|one| project.files[one.file].traits.is_related(traits)));
                }
                // An alias: the defining file has another name for the function.
                if is_alias && let Meaning::Values(values, at) = project.meaning(name, id) {
                    open.extend(values.iter().filter_map(|one| project.function_of(&one.value, at)));
                }
            }
        }
    }

    /// Functions of circles that no function outside the circle calls, as far as a framework may call them.
    fn roots_of_circles(&self) -> Vec<FunctionId> {
        let dead: Vec<FunctionId> =
            self.project.function_ids().filter(|id| id.index != 0 && !self.live.contains(id)).collect();
        let edges = |id: FunctionId| -> Vec<FunctionId> {
            let calls = self.graph.calls.get(&id).into_iter().flatten();
            calls.chain(self.children.get(&id).into_iter().flatten()).copied().collect()
        };
        let circles = components(&dead, edges);
        let mut number: HashMap<FunctionId, usize> = HashMap::new();
        for (at, circle) in circles.iter().enumerate() {
            number.extend(circle.iter().map(|id| (*id, at)));
        }
        let mut called = vec![false; circles.len()];
        for id in &dead {
            for to in edges(*id).iter().filter_map(|to| number.get(to)) {
                called[*to] |= number.get(id) != Some(to);
            }
        }
        let alone = circles.iter().enumerate().filter(|(at, circle)| circle.len() > 1 && !called[*at]);
        let outer = alone.flat_map(|(_, circle)| circle).copied().filter(|id| self.may_be_called(*id));
        outer.filter(|id| !self.listeners.is_one(*id)).collect()
    }

    fn is_root(&self, id: FunctionId) -> bool {
        let function = self.project.function(id);
        if id.index == 0 || function.registered {
            return true;
        }
        let called = || self.graph.callers(id).iter().any(|caller| caller.scope() != id);
        self.may_be_called(id) && !called()
    }

    /// True when code outside the tree may call a function: it is public and no helper, or its class is made from one
    /// outside.
    fn may_be_called(&self, id: FunctionId) -> bool {
        let function = self.project.function(id);
        if function.name.is_empty() || function.private {
            return false;
        }
        if from_outside(self.project, id) {
            return true;
        }
        // A local function is called in its scope or never.
        let local = function.parent != 0 && function.class.as_deref().unwrap_or("").is_empty();
        !self.words.is_helper(&function.name) && !local
    }
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

/// A method of a class that is made from one outside of the tree, which may call it. An entry point of a framework, such
/// as a controller, may have bases of the tree in between.
fn from_outside(project: &Project, id: FunctionId) -> bool {
    let traits = project.files[id.file].traits;
    if traits.passive_bases {
        return false;
    }
    let Some(class) = project.class_around(id) else { return false };
    let is_outside = |class: ClassId| {
        let mut bases = project.class(class).bases.iter().map(|base| base_name(base));
        bases.any(|base| !traits.plain_bases.contains(&base) && project.classes_named(base).is_empty())
    };
    let is_entry =
        || verbs::split(&project.class(class).name).last().is_some_and(|last| ENTRIES.contains(&last.as_str()));
    is_outside(class) || (is_entry() && project.lineage(class).iter().any(|base| is_outside(*base)))
}
