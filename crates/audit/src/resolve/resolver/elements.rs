//! Elements of lists, dictionaries and enums: the values of a loop variable.

use super::{Resolver, members::carry};
use crate::{
    facts::Expr,
    resolve::{Found, FunctionId, Thing, walk::Walk},
};

impl<'p> Resolver<'p> {
    /// Values of any element.
    pub(super) fn each(&self, of: &'p Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        if let Expr::Call(call) = of
            && let Expr::Member(map, method) = &call.target
            && matches!(method.as_str(), "values" | "Values" | "entries" | "items")
        {
            return self.elements(map, 1, scope, walk);
        }
        // Object.values(EVENTS), list(EVENTS), set(EVENTS)
        if let Expr::Call(call) = of
            && let [only] = &call.args[..]
            && matches!(call.target.last_name(), Some("values" | "list" | "set" | "tuple" | "sorted" | "from" | "iter"))
        {
            return self.elements(&only.value, 1, scope, walk);
        }
        self.elements(of, 0, scope, walk)
    }

    /// Elements of a list or a class; keys (0) or values (1) of a dictionary.
    fn elements(&self, of: &'p Expr, side: usize, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        let mut all = Vec::new();
        for base in self.resolve(of, scope, walk) {
            let found: Vec<Found<'p>> = match base.thing {
                // An empty literal is filled elsewhere.
                Thing::List([], _) | Thing::Map([], _) => vec![Found { thing: Thing::Open, ..base.clone() }],
                // A variadic parameter: its values are the arguments themselves.
                Thing::Text(_) => vec![base.clone()],
                Thing::List(items, at) => items.iter().flat_map(|item| self.resolve(item, at, walk)).collect(),
                Thing::Map(pairs, at) => pairs
                    .iter()
                    .flat_map(|(key, value)| self.resolve(if side == 0 { key } else { value }, at, walk))
                    .collect(),
                Thing::Class(class) if self.project.class(class).is_enum => {
                    let names: Vec<String> =
                        self.project.class(class).members.iter().map(|one| one.name.clone()).collect();
                    names.iter().flat_map(|name| self.of_class(class, name, walk, 0)).collect()
                }
                // A collection with a declared element type.
                Thing::Instance(_, None) => vec![base.clone()],
                _ => vec![Found { thing: Thing::Open, ..base.clone() }],
            };
            all.extend(found.into_iter().map(|one| carry(&base, one).by("a loop")));
        }
        all
    }

    /// The values of the variable at `place` in `for a, b in …`.
    pub(super) fn part_of_each(
        &self,
        over: &'p Expr,
        place: usize,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        if let Expr::Call(call) = over {
            match (&call.target, &call.args[..]) {
                (Expr::Member(map, name), []) if matches!(name.as_str(), "items" | "entries" | "iter") => {
                    return self.elements(map, place, scope, walk);
                }
                (target, [only, ..]) if matches!(target.last_name(), Some("enumerate")) => {
                    return if place == 1 { self.elements(&only.value, 0, scope, walk) } else { Vec::new() };
                }
                (target, [only]) if matches!(target.last_name(), Some("entries")) => {
                    return self.elements(&only.value, place, scope, walk);
                }
                _ => {}
            }
        }
        let mut all = Vec::new();
        for base in self.resolve(over, scope, walk) {
            match base.thing {
                Thing::List(items, at) => {
                    for item in items {
                        for tuple in self.resolve(item, at, walk) {
                            if let Thing::List(parts, at) = tuple.thing
                                && let Some(part) = parts.get(place)
                            {
                                all.extend(self.resolve(part, at, walk).into_iter().map(|one| one.by("a loop")));
                            }
                        }
                    }
                }
                Thing::Map(..) => all.extend(self.elements(over, place, scope, walk)),
                _ => all.push(Found { thing: Thing::Open, ..base }),
            }
        }
        all
    }
}
