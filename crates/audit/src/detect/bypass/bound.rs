//! The arguments that are bound to a statement's parameters: finds the one for the event column by its name or its
//! position. Where that is not possible, every argument counts that is an event type itself.

use crate::{
    detect::search::Search,
    facts::{Arg, Call, Expr},
    resolve::{
        FunctionId, Resolver, Thing,
        walk::{Place, Walk, Walks},
    },
    text::sql::Slot,
};
use std::collections::BTreeSet;

/// The event types of a statement.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Values of the argument that is bound to the event column.
    bound: BTreeSet<String>,
    /// True when that argument was found, whether its value is known or not.
    located: bool,
    /// Event types among all arguments.
    any: BTreeSet<String>,
}

impl Found {
    pub(super) fn events(self) -> Vec<String> {
        let events = if self.located { self.bound } else { self.any };
        events.into_iter().collect()
    }
}

/// Reads the arguments of calls in one function.
pub(super) struct Reader<'r, 'p> {
    pub(super) resolver: &'r Resolver<'p>,
    pub(super) search: &'r Search<'r>,
    /// The parameter of the event column.
    pub(super) slot: Option<&'r Slot>,
    pub(super) scope: FunctionId,
}

impl<'p> Reader<'_, 'p> {
    /// Reads a call that gets the statement as its argument `holder`, or is made on the prepared statement.
    pub(super) fn call(&self, call: &'p Call, holder: Option<usize>, found: &mut Found, walks: &mut Walks<'p>) {
        let others: Vec<&'p Arg> =
            call.args.iter().enumerate().filter(|(at, _)| Some(*at) != holder).map(|(_, arg)| arg).collect();
        let bound = match self.slot {
            Some(Slot::Named(name)) => {
                let mut walk = walks.values();
                let direct = others.iter().filter(|arg| arg.name.as_deref() == Some(name));
                let direct: Vec<_> = direct.map(|arg| (&arg.value, self.scope)).collect();
                let inside = others.iter().flat_map(|arg| self.named(name, &arg.value, self.scope, &mut walk));
                if direct.is_empty() { inside.collect() } else { direct }
            }
            // A position counts from the statement; on a prepared one, each call binds a parameter.
            Some(Slot::At(index)) if holder.is_some() => {
                let behind = &call.args[holder.map_or(0, |at| at + 1)..];
                self.at(*index, behind, &mut walks.values())
            }
            _ => Vec::new(),
        };
        for (value, at) in bound {
            found.located = true;
            found.bound.extend(self.texts(value, at, &mut walks.values()));
        }
        for arg in others {
            found.any.extend(self.all(&arg.value, self.scope, &mut walks.values()));
        }
    }

    /// The value of a named parameter in a map, in an object, or in a call such as `Named("event", value)`.
    // Bounded: by `enter_once`, and lists nest only as deep as the expression.
    fn named(
        &self,
        name: &str,
        value: &'p Expr,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<(&'p Expr, FunctionId)> {
        let is = |text: &Expr| matches!(text, Expr::Text(text) if text.trim_start_matches([':', '@', '$']) == name);
        let mut found = Vec::new();
        for thing in self.resolver.things(value, scope, walk) {
            match thing {
                Thing::Map(pairs, at) => {
                    found.extend(pairs.iter().filter(|(key, _)| is(key)).map(|(_, value)| (value, at)));
                }
                Thing::Call(call, at) | Thing::Instance(_, Some((call, at))) => {
                    let by_name = call.args.iter().find(|arg| arg.name.as_deref() == Some(name));
                    let behind = || Some(&call.args.get(call.args.iter().position(|arg| is(&arg.value))? + 1)?.value);
                    found.extend(by_name.map(|arg| &arg.value).or_else(behind).map(|value| (value, at)));
                }
                Thing::List(items, at) => {
                    for item in items {
                        let inside = walk.enter_once(Place::Parts(item), |walk| self.named(name, item, at, walk));
                        found.extend(inside.unwrap_or_default());
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The values of the parameter at an index: in a list, in a list of lists, or among the arguments themselves.
    fn at(&self, index: usize, behind: &'p [Arg], walk: &mut Walk<'_, 'p>) -> Vec<(&'p Expr, FunctionId)> {
        if let [only] = behind {
            let mut found = Vec::new();
            for thing in self.resolver.things(&only.value, self.scope, walk) {
                match thing {
                    Thing::List(items, at) => {
                        let rows = items
                            .iter()
                            .filter_map(|item| if let Expr::List(row) = item { row.get(index) } else { None });
                        let rows: Vec<_> = rows.map(|value| (value, at)).collect();
                        let plain = items.get(index).filter(|_| rows.is_empty()).map(|value| (value, at));
                        found.extend(plain.into_iter().chain(rows));
                    }
                    Thing::Call(call, at) => found.extend(call.args.get(index).map(|arg| (&arg.value, at))),
                    _ => {}
                }
            }
            if !found.is_empty() || index > 0 {
                return found;
            }
        }
        behind.get(index).map(|arg| (&arg.value, self.scope)).into_iter().collect()
    }

    /// The event types that a value may be.
    fn texts(&self, value: &'p Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<String> {
        let things = self.resolver.things(value, scope, walk).into_iter();
        let texts = things.filter_map(|thing| if let Thing::Text(text) = thing { Some(text) } else { None });
        texts.filter(|text| self.search.is_event(text)).collect()
    }

    /// The event types of an argument and of its parts. Objects inside of it are payloads.
    // Bounded: by `enter_once`, and lists nest only as deep as the expression.
    fn all(&self, value: &'p Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<String> {
        let mut found = Vec::new();
        for thing in self.resolver.things(value, scope, walk) {
            let (parts, at): (Vec<&'p Expr>, FunctionId) = match thing {
                Thing::Text(text) => {
                    found.extend(Some(text).filter(|text| self.search.is_event(text)));
                    continue;
                }
                Thing::Map(pairs, at) => (pairs.iter().map(|(_, value)| value).collect(), at),
                Thing::Call(call, at) | Thing::Instance(_, Some((call, at))) => {
                    (call.args.iter().map(|arg| &arg.value).collect(), at)
                }
                Thing::List(items, at) => {
                    for item in items {
                        let inside = walk.enter_once(Place::Parts(item), |walk| self.all(item, at, walk));
                        found.extend(inside.unwrap_or_default());
                    }
                    continue;
                }
                _ => continue,
            };
            for part in parts {
                let inside = walk.enter_once(Place::Parts(part), |walk| self.texts(part, at, walk));
                found.extend(inside.unwrap_or_default());
            }
        }
        found
    }
}
