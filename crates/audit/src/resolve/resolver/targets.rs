//! Call resolution: finds the functions that a call may run. A plain name is resolved in its scope, a method by the
//! receiver's type with class hierarchy analysis. A call on a receiver of unknown type reaches every method of that
//! name, as long as there are few.

use super::Resolver;
use crate::{
    facts::{Call, Expr, Function},
    resolve::{
        FunctionId, Meaning, Project, Thing,
        walk::{Walk, Walks},
    },
};
use std::collections::HashSet;

/// With more candidates of a name, a call on a receiver of unknown type has no edges.
const CANDIDATES_MAX: usize = 8;
/// Maximum number of edges of one call. Above it, all functions of the name count as called.
const TARGETS_MAX: usize = 256;

/// The result of call resolution.
#[derive(Clone, Debug, Default)]
pub(crate) struct Targets {
    pub(crate) functions: Vec<FunctionId>,
    pub(crate) certain: bool,
    /// There are too many candidates to follow: all functions of the name count as called.
    pub(crate) loose: bool,
}

impl Targets {
    fn certain(functions: Vec<FunctionId>) -> Self {
        Self { functions, certain: true, loose: false }
    }

    fn outside() -> Self {
        Self { functions: Vec::new(), certain: true, loose: false }
    }
}

impl<'p> Resolver<'p> {
    /// The functions that a call may run.
    pub(crate) fn targets(&self, call: &'p Call, file: usize, walks: &mut Walks<'p>) -> Targets {
        #[cfg(test)]
        crate::failpoints::at("graph", call.target.last_name().unwrap_or(""));
        self.targets_in(call, file, None, &mut walks.types())
    }

    /// The same within a walk, with its budget and its visited places. `receiver`: the values of the receiver, when the
    /// caller has resolved them already.
    pub(crate) fn targets_in(
        &self,
        call: &'p Call,
        file: usize,
        receiver: Option<Vec<Thing<'p>>>,
        walk: &mut Walk<'_, 'p>,
    ) -> Targets {
        let mut targets = self.all_targets(call, file, receiver, walk);
        if targets.functions.len() > TARGETS_MAX {
            targets.functions.truncate(TARGETS_MAX);
            targets.loose = true;
        }
        choose_overloads(self.project, call, &mut targets.functions);
        targets
    }

    fn all_targets(
        &self,
        call: &'p Call,
        file: usize,
        receiver: Option<Vec<Thing<'p>>>,
        walk: &mut Walk<'_, 'p>,
    ) -> Targets {
        let project = self.project;
        let scope = FunctionId { file, index: call.function };
        match &call.target {
            Expr::Function(index) => Targets::certain(vec![FunctionId { file, index: *index }]),
            Expr::Name(name) => self.by_name(name, scope, walk),
            Expr::Member(of, name) => {
                if project.functions_named(name).is_empty() && project.classes_named(name).is_empty() && name != "new" {
                    return Targets::default();
                }
                let receiver = receiver.unwrap_or_else(|| self.things(of, scope, walk));
                self.by_member(receiver, name, scope, walk)
            }
            _ => Targets::default(),
        }
    }

    fn by_name(&self, name: &str, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Targets {
        let project = self.project;
        match project.meaning(name, scope) {
            Meaning::Values(values, at) => {
                let mut functions = Vec::new();
                for binding in values {
                    match project.function_of(&binding.value, at) {
                        Some(function) => functions.push(function),
                        None => functions.extend(self.functions(&binding.value, at, walk)),
                    }
                }
                Targets::certain(functions)
            }
            Meaning::Class(class) => Targets::certain(project.constructors(class)),
            Meaning::Param(..) | Meaning::Module(_) => Targets::default(),
            Meaning::External(_) => Targets::outside(),
            // A field and a method may share a name.
            meaning @ (Meaning::OwnMember(_) | Meaning::Unknown) => {
                let around = project.classes_around(scope).into_iter();
                let parts = around.flat_map(|class| project.with_parts(class, name));
                let mut methods = parts.map(|class| project.all_methods(class, name));
                if let Some(methods) = methods.find(|methods| !methods.is_empty()) {
                    return Targets::certain(methods.to_vec());
                }
                if matches!(meaning, Meaning::OwnMember(_)) {
                    return Targets::default();
                }
                let traits = project.files[scope.file].traits;
                match project.callable(name, traits, false)[..] {
                    [only] => Targets { functions: vec![only], certain: false, loose: false },
                    _ => Targets::default(),
                }
            }
        }
    }

    fn by_member(&self, receiver: Vec<Thing<'p>>, name: &str, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Targets {
        let project = self.project;
        let mut functions = Vec::new();
        let mut known = false;
        let mut external = false;
        for thing in receiver {
            match thing {
                Thing::Class(class) | Thing::Instance(class, _) => {
                    known = true;
                    functions.extend(project.all_methods(class, name).iter());
                    // Ruby: `Class.new(…)`
                    if functions.is_empty() && name == "new" {
                        functions.extend(project.constructors(class));
                    }
                    if functions.is_empty()
                        && let Some(inner) = project.classes_in(name, class.file).first()
                    {
                        functions.extend(project.constructors(*inner));
                    }
                    functions.extend(self.field_functions(class, name, walk));
                }
                Thing::Module(path) => {
                    known = true;
                    match project.member_of_module(&path, name, scope.file) {
                        Meaning::Values(values, at) => {
                            functions.extend(values.iter().filter_map(|one| project.function_of(&one.value, at)));
                        }
                        Meaning::Class(class) => functions.extend(project.constructors(class)),
                        Meaning::External(_) => external = true,
                        _ => {}
                    }
                }
                Thing::Map(pairs, at) => {
                    known = true;
                    let named = pairs.iter().filter(|(key, _)| matches!(key, Expr::Text(text) if text == name));
                    functions.extend(named.filter_map(|(_, value)| project.function_of(value, at)));
                }
                Thing::External(_) => external = true,
                _ => {}
            }
        }
        if known && functions.is_empty() {
            functions.extend(extensions(project, name, scope.file));
        }
        if known && (!functions.is_empty() || !external) {
            functions.sort_unstable();
            functions.dedup();
            return Targets::certain(functions);
        }
        if external {
            return Targets::outside();
        }
        let traits = project.files[scope.file].traits;
        let candidates = project.callable(name, traits, true);
        let certain = candidates.len() == 1;
        if candidates.len() > CANDIDATES_MAX {
            return Targets { loose: true, ..Targets::default() };
        }
        Targets { functions: candidates.to_vec(), certain, loose: false }
    }
}

/// Overload resolution by the number of arguments: of the methods that one class has, keeps those that accept as many.
fn choose_overloads(project: &Project, call: &Call, functions: &mut Vec<FunctionId>) {
    let Some(first) = functions.first() else { return };
    if functions.len() < 2 || !project.files[first.file].traits.overloads {
        return;
    }
    if call.args.iter().any(|arg| arg.spread) {
        return;
    }
    let fits = |id: &FunctionId| takes(project.function(*id), call.args.len());
    let class = |id: &FunctionId| (id.file, project.function(*id).class.as_deref());
    let fitting: HashSet<_> = functions.iter().filter(|id| fits(id)).map(class).collect();
    functions.retain(|id| fits(id) || !fitting.contains(&class(id)));
}

/// True when a function accepts this number of arguments.
fn takes(function: &Function, args: usize) -> bool {
    let needed = function.params.iter().filter(|param| param.default.is_none() && !param.rest).count();
    let rest = function.params.iter().any(|param| param.rest);
    needed <= args && (rest || args <= function.params.len())
}

/// Methods of a name that are called on something else than their class.
fn extensions(project: &Project, name: &str, file: usize) -> Vec<FunctionId> {
    let receiver = |value: &Expr| matches!(value, Expr::Name(name) if name == "#receiver");
    let is_one = |id: &&FunctionId| {
        let bindings = &project.function(**id).bindings;
        project.files[id.file].traits.extension_methods && bindings.first().is_some_and(|first| receiver(&first.value))
    };
    if !project.files[file].traits.extension_methods {
        return Vec::new();
    }
    project.functions_named(name).iter().filter(is_one).copied().collect()
}
