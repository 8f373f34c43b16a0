//! Who calls what.

use crate::{
    facts::{Call, Expr, Facts},
    project::{ClassId, FunctionId, Meaning, OVERLOADS, Project, takes},
    reach::{Reach, Thing},
    walk::{self, Failed, Walk, Walks},
};
use std::collections::{HashMap, HashSet};

/// Above this many functions of the same name, a call through an unknown receiver is followed to none of them.
const CANDIDATES_MAX: usize = 8;
/// The functions that one call is followed to. With more of them, all functions of the name count as called.
const TARGETS_MAX: usize = 256;

/// A call that reaches a function.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'p> {
    pub(crate) file: usize,
    pub(crate) call: &'p Call,
    /// The receiver's type is known, or there is only one function of that name.
    pub(crate) certain: bool,
}

impl Caller<'_> {
    pub(crate) fn scope(&self) -> FunctionId {
        FunctionId { file: self.file, index: self.call.function }
    }
}

impl std::fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "caller at {}:{}", self.file, self.call.line)
    }
}

/// What a call reaches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Targets {
    pub(crate) functions: Vec<FunctionId>,
    pub(crate) certain: bool,
    /// There are too many of that name to follow.
    pub(crate) loose: bool,
}

#[derive(Default)]
pub(crate) struct Graph<'p> {
    callers: HashMap<FunctionId, Vec<Caller<'p>>>,
    /// Functions that a function calls.
    pub(crate) calls: HashMap<FunctionId, Vec<FunctionId>>,
    /// Names of functions that a function calls through receivers of which nothing is known.
    pub(crate) loose: HashMap<FunctionId, Vec<String>>,
    /// Call sites that could not be looked at.
    pub(crate) failed: Vec<Failed>,
}

impl<'p> Graph<'p> {
    pub(crate) fn new(project: &'p Project) -> Self {
        let reach = Reach::types(project);
        let files: Vec<(usize, &Facts)> = project.files.iter().enumerate().collect();
        let found = walk::over(files, |walks, (file, facts)| {
            let mut found: Vec<(Caller<'p>, Targets)> = Vec::new();
            let mut failed = Vec::new();
            for call in facts.functions.iter().flat_map(|function| &function.calls) {
                match walks.at(|walks| targets(&reach, call, file, walks)) {
                    Ok(targets) if targets.functions.is_empty() && !targets.loose => {}
                    Ok(targets) => found.push((Caller { file, call, certain: targets.certain }, targets)),
                    Err(failure) => failed.push(Failed::new(call, file, failure)),
                }
            }
            (found, failed)
        });
        let mut graph = Self::default();
        let (found, failed): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        graph.failed = failed.into_iter().flatten().collect();
        for (caller, targets) in found.into_iter().flatten() {
            if let (true, Some(name)) = (targets.loose, caller.call.target.last_name()) {
                graph.loose.entry(caller.scope()).or_default().push(name.to_owned());
            }
            for function in targets.functions {
                graph.callers.entry(function).or_default().push(caller);
                graph.calls.entry(caller.scope()).or_default().push(function);
            }
        }
        graph
    }

    pub(crate) fn callers(&self, function: FunctionId) -> &[Caller<'p>] {
        self.callers.get(&function).map_or(&[], Vec::as_slice)
    }
}

/// The functions that a call may reach.
pub(crate) fn targets<'p>(reach: &Reach<'p>, call: &'p Call, file: usize, walks: &mut Walks<'p>) -> Targets {
    #[cfg(test)]
    crate::fail::at("graph", call.target.last_name().unwrap_or(""));
    targets_in(reach, call, file, None, &mut walks.types())
}

/// The same as a part of a walk that goes on: what it has seen it does not ask again. `receiver`: what the call is made
/// on, when that is known already.
pub(crate) fn targets_in<'p>(
    reach: &Reach<'p>,
    call: &'p Call,
    file: usize,
    receiver: Option<Vec<Thing<'p>>>,
    walk: &mut Walk<'_, 'p>,
) -> Targets {
    let mut targets = all_targets(reach, call, file, receiver, walk);
    if targets.functions.len() > TARGETS_MAX {
        targets.functions.truncate(TARGETS_MAX);
        targets.loose = true;
    }
    choose_overloads(reach.project, call, &mut targets.functions);
    targets
}

/// Of methods of one class with one name, those that take as many arguments.
fn choose_overloads(project: &Project, call: &Call, functions: &mut Vec<FunctionId>) {
    let Some(first) = functions.first() else { return };
    if functions.len() < 2 || !OVERLOADS.contains(&project.files[first.file].language) {
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

fn all_targets<'p>(
    reach: &Reach<'p>,
    call: &'p Call,
    file: usize,
    receiver: Option<Vec<Thing<'p>>>,
    walk: &mut Walk<'_, 'p>,
) -> Targets {
    let project = reach.project;
    let scope = FunctionId { file, index: call.function };
    match &call.target {
        Expr::Function(index) => Targets::certain(vec![FunctionId { file, index: *index }]),
        Expr::Name(name) => by_name(reach, name, scope, walk),
        Expr::Member(of, name) => {
            if project.functions_named(name).is_empty()
                && project.classes_named(name).is_empty()
                && !is_bound(project, name)
                && name != "new"
            {
                return Targets::default();
            }
            let receiver = receiver.unwrap_or_else(|| reach.things(of, scope, walk));
            by_member(reach, receiver, name, scope, walk)
        }
        _ => Targets::default(),
    }
}

impl Targets {
    fn certain(functions: Vec<FunctionId>) -> Self {
        Self { functions, certain: true, loose: false }
    }

    fn outside() -> Self {
        Self { functions: Vec::new(), certain: true, loose: false }
    }
}

/// Functions that are values of fields and objects keep the name that they are bound to.
fn is_bound(project: &Project, name: &str) -> bool {
    !project.functions_named(name).is_empty()
}

fn by_name<'p>(reach: &Reach<'p>, name: &str, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Targets {
    let project = reach.project;
    match project.meaning(name, scope) {
        Meaning::Values(values, at) => {
            let mut functions = Vec::new();
            for binding in values {
                match project.function_of(&binding.value, at) {
                    Some(function) => functions.push(function),
                    None => functions.extend(reach.functions(&binding.value, at, walk)),
                }
            }
            Targets::certain(functions)
        }
        Meaning::Class(class) => Targets::certain(constructors(project, class)),
        Meaning::Param(..) | Meaning::Module(_) => Targets::default(),
        Meaning::External(_) => Targets::outside(),
        // A field may have the name of a method.
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
            let language = project.files[scope.file].language;
            match project.callable(name, language, false)[..] {
                [only] => Targets { functions: vec![only], certain: false, loose: false },
                _ => Targets::default(),
            }
        }
    }
}

fn by_member<'p>(
    reach: &Reach<'p>,
    receiver: Vec<Thing<'p>>,
    name: &str,
    scope: FunctionId,
    walk: &mut Walk<'_, 'p>,
) -> Targets {
    let project = reach.project;
    let mut functions = Vec::new();
    let mut known = false;
    let mut external = false;
    for thing in receiver {
        match thing {
            Thing::Class(class) | Thing::Instance(class, _) => {
                known = true;
                functions.extend(project.all_methods(class, name).iter());
                // Ruby: Class.new(…)
                if functions.is_empty() && name == "new" {
                    functions.extend(constructors(project, class));
                }
                if functions.is_empty()
                    && let Some(inner) = project.classes_in(name, class.file).first()
                {
                    functions.extend(constructors(project, *inner));
                }
                functions.extend(reach.field_functions(class, name, walk));
            }
            Thing::Module(path) => {
                known = true;
                match project.member_of_module(&path, name, scope.file) {
                    Meaning::Values(values, at) => {
                        functions.extend(values.iter().filter_map(|one| project.function_of(&one.value, at)));
                    }
                    Meaning::Class(class) => functions.extend(constructors(project, class)),
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
    let language = project.files[scope.file].language;
    let candidates = project.callable(name, language, true);
    let certain = candidates.len() == 1;
    if candidates.len() > CANDIDATES_MAX {
        return Targets { loose: true, ..Targets::default() };
    }
    Targets { functions: candidates.to_vec(), certain, loose: false }
}

/// C#'s methods of a name that are called on something else than their class.
fn extensions(project: &Project, name: &str, file: usize) -> Vec<FunctionId> {
    let receiver = |value: &Expr| matches!(value, Expr::Name(name) if name == "#receiver");
    let is_one = |id: &&FunctionId| {
        let bindings = &project.function(**id).bindings;
        project.files[id.file].language == "csharp" && bindings.first().is_some_and(|first| receiver(&first.value))
    };
    if project.files[file].language != "csharp" {
        return Vec::new();
    }
    project.functions_named(name).iter().filter(is_one).copied().collect()
}

const CONSTRUCTORS: &[&str] = &["__init__", "constructor", "__construct", "initialize"];

pub(crate) fn constructor(project: &Project, class: ClassId) -> Option<FunctionId> {
    constructors(project, class).first().copied()
}

fn constructors(project: &Project, class: ClassId) -> Vec<FunctionId> {
    let own = &project.class(class).name;
    let mut names = CONSTRUCTORS.iter().copied().chain([own.as_str()]);
    let found = names.find_map(|name| Some(project.overloads(class, name)).filter(|found| !found.is_empty()));
    found.map(|found| found.to_vec()).unwrap_or_default()
}
