//! SQL that publishes: `SELECT postrider.publish(…)`, and an `INSERT` into the outbox, through any driver. Finds the
//! event type in the statement or in the parameters bound to it.

use super::entry_point::{EntryPoint, Named};
use crate::{
    detect::{search::Search, server::Server},
    facts::{Call, Expr},
    resolve::{
        Found, FunctionId, Project, Resolver, Thing,
        walk::{Place, Walk, Walks},
    },
    text::sql::{self, Given},
};
use std::collections::HashSet;

const FUNCTION: EntryPoint = EntryPoint { server: Server::Postrider, shown: "SELECT postrider.publish", key: "" };

/// True when a string contains a statement that publishes.
pub(super) fn publishes(text: &str) -> bool {
    sql::may_publish(text) && sql::published(text).is_some()
}

/// All names in the tree that hold such SQL.
pub(super) fn names(project: &Project) -> HashSet<String> {
    let mut names = HashSet::new();
    for facts in &project.files {
        let locals = facts.functions.iter().flat_map(|function| &function.bindings);
        let members = facts
            .classes
            .iter()
            .flat_map(|class| class.members.iter().chain(class.fields.iter().map(|(field, _)| field)));
        let holding = locals.chain(members).filter(|one| holds(&one.value, &HashSet::new()));
        names.extend(holding.map(|one| one.name.clone()));
    }
    names
}

/// True when a call gets such SQL as an argument, or is made on a prepared statement.
pub(super) fn is_given(call: &Call, names: &HashSet<String>) -> bool {
    call.args.iter().any(|arg| holds(&arg.value, names))
        || matches!(&call.target, Expr::Member(of, _) if holds(of, names)) && !call.args.is_empty()
}

// Bounded: by the depth of the expression, which `Writer` limits.
fn holds(value: &Expr, names: &HashSet<String>) -> bool {
    match value {
        Expr::Text(text) => publishes(text),
        Expr::Join(_) => publishes(&written(value)),
        Expr::Name(name) | Expr::Member(_, name) => names.contains(name),
        Expr::Call(call) => {
            call.args.iter().any(|arg| holds(&arg.value, names))
                || matches!(&call.target, Expr::Member(of, _) if holds(of, names))
        }
        _ => false,
    }
}

/// The text, with `?` for its unknown parts.
fn written(value: &Expr) -> String {
    match value {
        Expr::Text(text) => text.clone(),
        Expr::Join(parts) => {
            parts.iter().map(|part| if let Expr::Text(text) = part { text.as_str() } else { "?" }).collect()
        }
        _ => String::new(),
    }
}

impl<'p> Search<'p> {
    pub(super) fn by_statement(
        &self,
        call: &'p Call,
        scope: FunctionId,
        walks: &mut Walks<'p>,
    ) -> Option<(EntryPoint, Vec<Named<'p>>)> {
        let resolver = Resolver::new(self.project, self.graph);
        let holder = call.args.iter().find(|arg| holds(&arg.value, &self.hints.statements));
        let on = if let Expr::Member(of, _) = &call.target { Some(&**of) } else { None };
        let statement = holder.map(|arg| &arg.value).or(on)?;
        let text = self.text_of(&resolver, statement, scope, &mut walks.types());
        let named = |found, place, shown| Named { found, place, shown };
        if let Some(Given::Text(event)) = text.as_deref().and_then(sql::published) {
            let place = std::ptr::from_ref(statement) as usize;
            return Some((FUNCTION, vec![named(Found::text(event.clone()), place, event)]));
        }
        let rest = call.args.iter().map(|arg| &arg.value);
        let rest: Vec<&'p Expr> = rest.filter(|value| !std::ptr::eq(*value, statement)).collect();
        let mut all = Vec::new();
        for value in rest {
            self.given_event(&resolver, value, scope, &mut all, &mut walks.values());
        }
        // With a chain such as `query(SQL).bind("invoice.paid")`, the call at the end of the chain has the parameter.
        let all = all
            .into_iter()
            .map(|(found, value)| named(found, std::ptr::from_ref::<Expr>(value) as usize, value.shown()));
        Some((FUNCTION, all.collect()))
    }

    /// The text of the statement.
    fn text_of(
        &self,
        resolver: &Resolver<'p>,
        value: &'p Expr,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Option<String> {
        if let Expr::Join(_) = value {
            return Some(written(value));
        }
        let found = resolver.things(value, scope, walk);
        let text = found.iter().find_map(|thing| if let Thing::Text(text) = thing { Some(text.clone()) } else { None });
        text.or_else(|| {
            found.into_iter().find_map(|thing| {
                let Thing::Call(call, at) = thing else { return None };
                let mut inside = call.args.iter().filter(|arg| holds(&arg.value, &self.hints.statements));
                let value = &inside.next()?.value;
                walk.enter_once(Place::Parts(value), |walk| self.text_of(resolver, value, at, walk)).flatten()
            })
        })
    }

    /// Event types among the bound parameters.
    fn given_event(
        &self,
        resolver: &Resolver<'p>,
        value: &'p Expr,
        scope: FunctionId,
        all: &mut Vec<(Found<'p>, &'p Expr)>,
        walk: &mut Walk<'_, 'p>,
    ) {
        for found in resolver.resolve(value, scope, walk) {
            let (inside, at): (Vec<&'p Expr>, FunctionId) = match &found.thing {
                Thing::Text(text) if self.is_event(text) => {
                    all.push((found, value));
                    continue;
                }
                Thing::Map(pairs, at) => (pairs.iter().map(|(_, value)| value).collect(), *at),
                Thing::List(items, at) => (items.iter().collect(), *at),
                _ => continue,
            };
            for value in inside {
                walk.enter_once(Place::Parts(value), |walk| self.given_event(resolver, value, at, all, walk));
            }
        }
    }
}
