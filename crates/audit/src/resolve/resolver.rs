//! Constant propagation on demand: computes the abstract values ([`Found`]) that an expression may have in its scope.
//!
//! The analysis is interprocedural: it follows names, members, look-ups, calls with the values that they return, and
//! parameters back to the arguments of all callers. It is flow-insensitive: each assignment to a variable counts. A
//! [`Walk`] has the fuel that ends it. Without a call graph it stops at parameters, which suffices for the types of
//! receivers.

mod calls;
mod elements;
mod events;
mod members;
mod params;
mod targets;

pub(crate) use targets::Targets;

use super::{
    ClassId, Found, FunctionId, Graph, GroupKey, Meaning, Project, Thing,
    walk::{Place, Walk},
};
use crate::{
    facts::{Binding, Expr, as_written},
    report::Confidence,
};

pub(crate) struct Resolver<'p> {
    pub(crate) project: &'p Project,
    graph: Option<&'p Graph<'p>>,
}

impl<'p> Resolver<'p> {
    /// Without a call graph, to build one, or for the types of receivers.
    pub(crate) fn types(project: &'p Project) -> Self {
        Self { project, graph: None }
    }

    pub(crate) fn new(project: &'p Project, graph: &'p Graph<'p>) -> Self {
        Self { project, graph: Some(graph) }
    }

    /// The abstract values of an expression, without provenance.
    pub(crate) fn things<'e>(&self, expr: &'e Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Thing<'p>>
    where
        'e: 'p,
    {
        self.resolve(expr, scope, walk).into_iter().map(|found| found.thing).collect()
    }

    pub(crate) fn functions(&self, expr: &'p Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<FunctionId> {
        let things = self.things(expr, scope, walk);
        things.into_iter().filter_map(|thing| if let Thing::Function(id) = thing { Some(id) } else { None }).collect()
    }

    pub(crate) fn resolve(&self, expr: &'p Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        let place = Place::Value(expr, walk.frames.len());
        let found = walk.enter(place, |walk| self.step(expr, scope, walk)).unwrap_or_default();
        walk.charge(found.len());
        found
    }

    fn step(&self, expr: &'p Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        match expr {
            Expr::Text(text) => vec![Found::new(Thing::Text(text.clone()))],
            Expr::Nil => vec![Found::new(Thing::Nil)],
            Expr::Opaque(_) => vec![Found::new(Thing::Open)],
            Expr::Function(index) => {
                vec![Found::new(Thing::Function(FunctionId { file: scope.file, index: *index }))]
            }
            Expr::Map(pairs) => vec![Found::new(Thing::Map(pairs, scope))],
            Expr::List(items) => vec![Found::new(Thing::List(items, scope))],
            Expr::Name(name) => self.name(name, scope, walk),
            Expr::Member(of, name) => {
                if let Some(class) = self.qualified(of, name, scope) {
                    return vec![Found::new(Thing::Class(class))];
                }
                let part = self.project.part_with(of, name, scope).map(|part| Thing::Instance(part, None));
                let bases = part.map_or_else(|| self.resolve(of, scope, walk), |part| vec![Found::new(part)]);
                bases.into_iter().flat_map(|base| self.member(base, name, scope, walk)).collect()
            }
            Expr::Index(of, key) => self.index(of, key, scope, walk),
            Expr::Call(call) => self.call(call, scope, walk),
            Expr::Any(list) => {
                let mut all = Vec::new();
                for one in list {
                    all.extend(self.resolve(one, scope, walk).into_iter().map(|found| found.by("a conditional")));
                }
                all
            }
            Expr::Each(of) => self.each(of, scope, walk),
            Expr::Join(parts) => self.join(parts, scope, walk),
        }
    }

    fn name(&self, name: &str, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        match name {
            "self" => {
                let class = self.project.class_around(scope);
                return vec![Found::new(class.map_or(Thing::Open, |class| Thing::Instance(class, None)))];
            }
            "#receiver" => return self.receiver(scope, walk),
            "super" => {
                let bases = self.project.class_around(scope).map(|class| self.bases(class)).unwrap_or_default();
                return bases.into_iter().map(|class| Found::new(Thing::Instance(class, None))).collect();
            }
            _ => {}
        }
        let meaning = self.project.meaning(name, scope);
        // A parameter that some path reassigns may still have the caller's value.
        let param = match &meaning {
            Meaning::Values(_, at) if at.index != 0 => {
                self.project.params(*at).iter().position(|param| param.name == name).map(|index| (*at, index))
            }
            _ => None,
        };
        let mut found = self.meaning(meaning, name, scope, walk);
        if let Some((function, index)) = param {
            found.extend(self.param(function, index, walk));
        }
        found
    }

    /// The class of a name with its whole package: `com.shop.webhook.Webhook`.
    fn qualified(&self, of: &Expr, name: &str, scope: FunctionId) -> Option<ClassId> {
        let facts = &self.project.files[scope.file];
        if !facts.traits.imports_packages || !name.starts_with(char::is_uppercase) {
            return None;
        }
        let mut path = Vec::new();
        let mut at = of;
        while let Expr::Member(inner, part) = at {
            path.push(part.clone());
            at = inner;
        }
        let Expr::Name(root) = at else { return None };
        if path.is_empty() || !matches!(self.project.meaning(root, scope), Meaning::Unknown) {
            return None;
        }
        path.push(root.clone());
        path.reverse();
        match self.project.member_of_module(&path, name, scope.file) {
            Meaning::Class(class) => Some(class),
            _ => None,
        }
    }

    fn bases(&self, class: ClassId) -> Vec<ClassId> {
        self.project.bases(class).collect()
    }

    fn meaning(&self, meaning: Meaning<'p>, name: &str, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        match meaning {
            Meaning::Values(bindings, at) => {
                let several = bindings.len() > 1;
                let mut all = Vec::new();
                for binding in bindings {
                    let kind = binding.kind.as_deref().and_then(|kind| self.kind(kind, at));
                    let mut found = self.resolve(&binding.value, at, walk);
                    // The declared type of an enum does not tell which member the value is.
                    if let Some(class) = kind
                        && (!walk.callers || !self.project.class(class).is_enum)
                        && !found.iter().any(|one| matches!(one.thing, Thing::Class(_) | Thing::Instance(..)))
                    {
                        found.push(Found::new(Thing::Instance(class, None)));
                    }
                    for mut one in found {
                        if at.index == 0 {
                            one = self.of_file(one, binding, name, at.file);
                        } else if !matches!(binding.value, Expr::Function(_)) {
                            one = one.by(format!("variable {}", as_written(name)));
                        }
                        all.push(if several && at.index != 0 { one.at_most(Confidence::Medium) } else { one });
                    }
                }
                all
            }
            Meaning::Param(function, index) => self.param(function, index, walk),
            Meaning::Class(class) => vec![Found::new(Thing::Class(class))],
            Meaning::OwnMember(class) => self.member(Found::new(Thing::Class(class)), name, scope, walk),
            Meaning::Module(path) => vec![Found::new(Thing::Module(path))],
            Meaning::External(path) => vec![Found::new(Thing::External(path))],
            Meaning::Unknown => vec![Found::new(Thing::Open)],
        }
    }

    /// Adds the provenance of a constant or an object at the top level of a file.
    fn of_file(&self, mut found: Found<'p>, binding: &Binding, name: &str, file: usize) -> Found<'p> {
        match (&found.thing, &binding.value) {
            (Thing::Text(_), Expr::Text(_)) => {
                let typed = self.project.constants_of(file, binding);
                found.group = Some(typed.unwrap_or(GroupKey::Constants(file)));
                found.by(format!("constant {}", as_written(name)))
            }
            (Thing::Map(..), Expr::Map(_) | Expr::Call(_)) => {
                found.group = Some(GroupKey::Object(file, name.to_owned()));
                found
            }
            (Thing::Text(_), _) => found.by(format!("constant {}", as_written(name))),
            _ => found,
        }
    }

    /// The class that a type's name refers to, when it is in the tree.
    pub(crate) fn kind(&self, kind: &str, scope: FunctionId) -> Option<ClassId> {
        let meaning = self.project.top_meaning(kind, scope.file);
        match meaning {
            Meaning::Class(class) => Some(class),
            Meaning::External(_) => None,
            _ => self.project.nearest_class(kind, scope.file),
        }
    }

    /// All texts that the parts can form. Unknown when a part is, or when there are too many.
    fn join(&self, parts: &'p [Expr], scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        const MADE_MAX: usize = 64;
        let mut made = vec![Found::new(Thing::Text(String::new()))];
        for part in parts {
            let found = self.resolve(part, scope, walk);
            let mut next = Vec::new();
            for one in &found {
                let Thing::Text(text) = &one.thing else {
                    let mut open = Found::new(Thing::Open);
                    open.at = one.at;
                    return vec![open];
                };
                for before in &made {
                    let Thing::Text(head) = &before.thing else { continue };
                    // Parts that come from different callers do not combine.
                    if let (Some(left), Some(right)) = (&before.at, &one.at)
                        && !std::ptr::eq(left.call, right.call)
                    {
                        continue;
                    }
                    let mut joined = before.clone();
                    joined.thing = Thing::Text(format!("{head}{text}"));
                    joined.via.extend(one.via.iter().cloned());
                    joined.at = joined.at.or(one.at);
                    joined.confidence = joined.confidence.min(one.confidence);
                    next.push(joined);
                }
            }
            if next.is_empty() || next.len() > MADE_MAX {
                return vec![Found::new(Thing::Open)];
            }
            made = next;
        }
        made.into_iter().map(|one| one.by("a string put together")).collect()
    }
}
