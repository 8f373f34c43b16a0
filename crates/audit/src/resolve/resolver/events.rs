//! The event type in an event object: finds the texts in the event field of an abstract value (a map, an instance, a
//! builder's result).

use super::Resolver;
use crate::{
    facts::{Call, Expr},
    resolve::{ClassId, Found, FunctionId, GroupKey, Thing, walk::Walk},
    text::{events, verbs},
};

impl<'p> Resolver<'p> {
    /// The event types that a value carries: the text itself, or the event field of an object, recursively.
    pub(crate) fn events_in(
        &self,
        found: Found<'p>,
        words: &verbs::Words,
        walk: &mut Walk<'_, 'p>,
        depth: usize,
    ) -> Vec<Found<'p>> {
        if depth > 6 {
            return Vec::new();
        }
        // The parts are resolved in the call stack in which the object was returned.
        let around = std::mem::replace(&mut walk.frames, found.frames.clone());
        let found = walk.deeper(|walk| self.parts_of_event(found, words, walk, depth));
        walk.frames = around;
        found.unwrap_or_default()
    }

    fn parts_of_event(
        &self,
        found: Found<'p>,
        words: &verbs::Words,
        walk: &mut Walk<'_, 'p>,
        depth: usize,
    ) -> Vec<Found<'p>> {
        let inner: Vec<Found<'p>> = match &found.thing {
            Thing::Map(pairs, at) => {
                let (pairs, at) = (*pairs, *at);
                let by_name = words.names().iter().find_map(|name| {
                    pairs.iter().find(|(key, _)| matches!(key, Expr::Text(text) if verbs::same(text, name)))
                });
                match by_name {
                    Some((_, value)) => self.resolve(value, at, walk),
                    None => {
                        let spread = pairs.iter().filter(|(key, _)| key.is_spread());
                        let found = spread.flat_map(|(_, value)| self.resolve(value, at, walk));
                        found.filter(|one| !matches!(one.thing, Thing::Nil)).collect()
                    }
                }
            }
            Thing::Instance(class, made) => self.of_object(*class, *made, words, walk),
            Thing::Class(class) if !self.project.class(*class).is_enum => self.of_object(*class, None, words, walk),
            Thing::Call(call, at) => self.of_unknown(call, *at, words, walk),
            Thing::List(items, at) if depth == 0 => {
                let (items, at) = (*items, *at);
                return self.all_of(items, at, walk).unwrap_or_else(|| vec![found]);
            }
            _ => return vec![found],
        };
        if inner.is_empty() {
            return vec![found];
        }
        let mut all = Vec::new();
        for mut one in inner {
            one.at = one.at.or(found.at);
            one.confidence = one.confidence.min(found.confidence);
            all.extend(self.events_in(one.by("an event object"), words, walk, depth + 1));
        }
        all
    }

    /// The elements of a list when all are texts: `publish(event: %w[a.b c.d])` publishes each.
    fn all_of(&self, items: &'p [Expr], at: FunctionId, walk: &mut Walk<'_, 'p>) -> Option<Vec<Found<'p>>> {
        let found: Vec<Found<'p>> = items.iter().flat_map(|item| self.resolve(item, at, walk)).collect();
        let is_text = |one: &Found<'_>| matches!(one.thing, Thing::Text(_));
        (!found.is_empty() && found.iter().all(is_text))
            .then(|| found.into_iter().map(|one| one.by("a list")).collect())
    }

    /// The event type of an object such as `InvoicePaid(…)`: from its arguments, its class, or what its constructor
    /// passes to its base.
    fn of_object(
        &self,
        class: ClassId,
        made: Option<(&'p Call, FunctionId)>,
        words: &verbs::Words,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        if let Some((call, scope)) = made {
            let found = self.of_args(call, scope, words, walk);
            if !found.is_empty() {
                return found;
            }
        }
        let mut line = vec![class];
        let mut at = 0;
        while at < line.len() && line.len() < 8 {
            let one = line[at];
            at += 1;
            let members = &self.project.class(one).members;
            for name in words.names() {
                if let Some(member) = members.iter().find(|member| verbs::same(&member.name, name)) {
                    let found = self.member(
                        Found::new(Thing::Class(one)),
                        &member.name,
                        FunctionId { file: one.file, index: 0 },
                        walk,
                    );
                    if found.iter().any(|one| matches!(one.thing, Thing::Text(_))) {
                        return found
                            .into_iter()
                            .map(|mut one| {
                                one.group = one.group.filter(|group| *group != GroupKey::Class(class));
                                one
                            })
                            .collect();
                    }
                }
                let method = self.project.functions_named(name).iter().find(|id| {
                    let function = self.project.function(**id);
                    id.file == one.file && function.class.as_deref() == Some(self.project.class(one).name.as_str())
                });
                if let Some(method) = method {
                    let returns = &self.project.function(*method).returns;
                    let found: Vec<_> = returns.iter().flat_map(|value| self.resolve(value, *method, walk)).collect();
                    if found.iter().any(|one| matches!(one.thing, Thing::Text(_))) {
                        return found;
                    }
                }
            }
            if let Some(constructor) = self.project.constructor(one) {
                let calls = &self.project.function(constructor).calls;
                let to_base = calls.iter().filter(|call| is_super(&call.target));
                let found: Vec<_> = to_base.flat_map(|call| self.of_args(call, constructor, words, walk)).collect();
                if !found.is_empty() {
                    return found;
                }
            }
            line.extend(self.bases(one));
        }
        made.map(|(call, scope)| self.first_text(call, scope, walk)).unwrap_or_default()
    }

    /// The value of the argument with the name of an event field.
    fn of_args(
        &self,
        call: &'p Call,
        scope: FunctionId,
        words: &verbs::Words,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        for name in words.names() {
            if let Some(arg) =
                call.args.iter().find(|arg| arg.name.as_deref().is_some_and(|one| verbs::same(one, name)))
            {
                return self.resolve(&arg.value, scope, walk);
            }
        }
        if is_super(&call.target) { self.first_text(call, scope, walk) } else { Vec::new() }
    }

    /// The values of the first positional argument that is a constant of a group or looks like an event type.
    fn first_text(&self, call: &'p Call, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        for arg in call.args.iter().filter(|arg| arg.name.is_none()) {
            let found = self.resolve(&arg.value, scope, walk);
            if found.iter().any(
                |one| matches!(&one.thing, Thing::Text(text) if one.group.is_some() || events::looks_like_event(text)),
            ) {
                return found;
            }
        }
        Vec::new()
    }

    /// The event type of an object that is created outside the tree, or by a builder.
    fn of_unknown(
        &self,
        call: &'p Call,
        scope: FunctionId,
        words: &verbs::Words,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        let found = self.of_args(call, scope, words, walk);
        if !found.is_empty() {
            return found;
        }
        let makes = call.makes
            || call.target.last_name().is_some_and(|name| name.starts_with(char::is_uppercase) || name == "new");
        if makes {
            let found = self.first_text(call, scope, walk);
            if !found.is_empty() {
                return found;
            }
        }
        // Event.builder().type("a.b").build()
        let mut at = &call.target;
        while let Expr::Member(of, method) = at {
            let Expr::Call(inner) = &**of else { break };
            let _ = method;
            if let ([only], Some(name)) = (&inner.args[..], inner.target.last_name())
                && words
                    .names()
                    .iter()
                    .any(|word| verbs::same(name, word) || verbs::same(name, &format!("with_{word}")))
            {
                return self.resolve(&only.value, scope, walk);
            }
            if let Some(name) = inner.target.last_name()
                && (name.starts_with(char::is_uppercase)
                    || matches!(name, "builder" | "of" | "create" | "make" | "new"))
            {
                let found = self.first_text(inner, scope, walk);
                if !found.is_empty() {
                    return found;
                }
            }
            at = &inner.target;
        }
        // `Event.create("a.b", data)`, `Event.of("a.b")`: a factory method of a class outside the tree.
        if let Expr::Member(of, name) = &call.target
            && matches!(name.as_str(), "of" | "create" | "make" | "from" | "newEvent")
            && of.last_name().is_some_and(|class| class.starts_with(char::is_uppercase))
        {
            return self.first_text(call, scope, walk);
        }
        Vec::new()
    }
}

/// `super(…)`, `super().__init__(…)`, `parent::__construct(…)`
fn is_super(target: &Expr) -> bool {
    match target {
        Expr::Name(name) => name == "super",
        Expr::Member(of, _) => matches!(&**of, Expr::Name(name) if name == "super"),
        _ => false,
    }
}
