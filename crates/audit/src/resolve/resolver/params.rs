//! Values of parameters: the argument of the call on the stack, else the arguments of all callers in the call graph,
//! else the default.

use super::Resolver;
use crate::{
    facts::Call,
    report::Confidence,
    resolve::{Found, FunctionId, Graph, Meaning, Thing, walk::Walk},
    text::events,
};

impl<'p> Resolver<'p> {
    pub(super) fn param(&self, function: FunctionId, index: usize, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        let param = &self.project.params(function)[index];
        if let Some(at) = walk.frames.iter().rposition(|(framed, ..)| *framed == function) {
            let (_, call, scope) = walk.frames[at];
            let inner = walk.frames.split_off(at);
            let found = self.given(function, index, call, scope, walk);
            walk.frames.extend(inner);
            return found.unwrap_or_else(|| vec![Found::new(Thing::Open)]);
        }
        let kind = param.kind.as_deref().and_then(|kind| self.kind(kind, function));
        if let Some(class) = kind
            && !self.project.class(class).is_enum
        {
            return vec![Found::new(Thing::Instance(class, None))];
        }
        let graph = match self.graph {
            Some(graph) if walk.callers => graph,
            _ => {
                if let Some(default) = &param.default {
                    let found = self.resolve(default, function, walk);
                    if found.iter().any(|one| !matches!(one.thing, Thing::Nil)) {
                        return found;
                    }
                }
                // A type from outside the tree: the value is external.
                let outside = param.kind.as_deref().map(|kind| self.project.top_meaning(kind, function.file));
                return match outside {
                    Some(Meaning::External(path)) => vec![Found::new(Thing::External(path))],
                    _ => vec![Found::new(Thing::Open)],
                };
            }
        };
        walk.param((function, index), |walk| self.given_by_callers(graph, function, index, walk))
    }

    fn given_by_callers(
        &self,
        graph: &'p Graph<'p>,
        function: FunctionId,
        index: usize,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        let param = &self.project.params(function)[index];
        let step = format!("parameter {} of {}", param.name, self.project.shown_function(function));
        let callers = graph.callers(function);
        if callers.is_empty() {
            return match &param.default {
                Some(default) => self
                    .resolve(default, function, walk)
                    .into_iter()
                    .map(|one| one.by(format!("default of {}", param.name)))
                    .collect(),
                None => vec![Found::new(Thing::Unfed)],
            };
        }
        let mut all = Vec::new();
        for caller in callers {
            if walk.is_at_its_end() {
                break;
            }
            for mut one in self.given(function, index, caller.call, caller.scope(), walk).unwrap_or_default() {
                one = one.by(step.clone());
                one.at.get_or_insert(*caller);
                all.push(if caller.certain { one } else { one.at_most(Confidence::Medium) });
            }
        }
        all
    }

    /// The values that a call passes to a parameter; `None` when they cannot be determined.
    fn given(
        &self,
        function: FunctionId,
        index: usize,
        call: &'p Call,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Option<Vec<Found<'p>>> {
        let param = &self.project.params(function)[index];
        if let Some(arg) = call.args.iter().find(|arg| arg.name.as_deref() == Some(param.name.as_str())) {
            return Some(self.resolve(&arg.value, scope, walk));
        }
        let places: Vec<_> = call.args.iter().filter(|arg| arg.name.is_none()).collect();
        if places.iter().take(index + 1).any(|arg| arg.spread) {
            return None;
        }
        if param.rest {
            let rest = places.into_iter().skip(index);
            // `**kwargs`: among the remaining named arguments, those with the name of an event.
            let known = self.project.params(function);
            let left = call.args.iter().filter(|arg| {
                let name = arg.name.as_deref();
                name.is_some_and(|name| events::says_event(name) && !known.iter().any(|param| param.name == name))
            });
            return Some(rest.chain(left).flat_map(|arg| self.resolve(&arg.value, scope, walk)).collect());
        }
        match (places.get(index), &param.default) {
            (Some(arg), _) => Some(self.resolve(&arg.value, scope, walk)),
            (None, Some(default)) => {
                let found = self.resolve(default, function, walk);
                Some(found.into_iter().map(|one| one.by(format!("default of {}", param.name))).collect())
            }
            (None, None) => None,
        }
    }
}
