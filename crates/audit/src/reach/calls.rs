//! What a call answers, and which event an object carries.

use super::{Found, GroupKey, Reach, Thing, Walk};
use crate::{
    facts::{Call, Expr},
    graph,
    project::{ClassId, FunctionId},
    report::Confidence,
    verbs,
};

/// Look-ups by method: the key, then perhaps what holds when there is none.
const LOOK_UPS: &[&str] =
    &["get", "fetch", "getOrDefault", "GetValueOrDefault", "dig", "at", "index", "getOrElse", "getValue"];

/// Methods that answer their receiver, or what they are given when there is none.
const OR_ELSE: &[&str] =
    &["unwrap_or", "unwrap_or_else", "orElse", "orElseGet", "getOrElse", "GetValueOrDefault", "ifEmpty", "or"];

/// Functions that answer what they are given.
const CONVERSIONS: &[&str] = &[
    "str", "String", "Some", "Ok", "cast", "constant", "freeze", "from", "strval", "valueOf", "of", "Freeze", "string",
];

impl<'p> Reach<'p> {
    pub(super) fn call(&self, call: &'p Call, scope: FunctionId, walk: &mut Walk<'p>) -> Vec<Found<'p>> {
        if let Expr::Member(of, method) = &call.target {
            // What a builder makes is what it was given, not what all of its users give.
            if walk.callers && call.args.is_empty() && matches!(method.as_str(), "build" | "Build") && is_given(of) {
                return vec![self.unknown(call, scope)];
            }
            let bases = self.reach(of, scope, walk);
            if LOOK_UPS.contains(&method.as_str())
                && let Some(key) = call.args.first()
                && bases.iter().any(|base| matches!(base.thing, Thing::Map(..)))
            {
                return self.get(call, &key.value, &bases, scope, walk);
            }
            let found = self.own_answer(call, &bases, scope, walk);
            if !found.is_empty() {
                return found;
            }
            if let Some(found) = self.variant(call, &bases, scope, walk) {
                return found;
            }
            let kept: Vec<_> = bases.into_iter().filter(|base| matches!(base.thing, Thing::Text(_))).collect();
            if !kept.is_empty() {
                return self.passed_on(kept, call, method, scope, walk);
            }
            if OR_ELSE.contains(&method.as_str()) {
                return call
                    .args
                    .iter()
                    .flat_map(|arg| self.reach(&arg.value, scope, walk))
                    .chain([self.unknown(call, scope)])
                    .collect();
            }
        } else {
            let found = self.own_answer(call, &[], scope, walk);
            if !found.is_empty() {
                return found;
            }
        }
        if let ([object, name, ..], Expr::Name(function)) = (&call.args[..], &call.target)
            && function == "getattr"
            && matches!(&name.value, Expr::Text(text) if text == "value")
        {
            return self.reach(&object.value, scope, walk);
        }
        if let ([only], Some(name)) = (&call.args[..], call.target.last_name())
            && CONVERSIONS.contains(&name)
        {
            return self.reach(&only.value, scope, walk);
        }
        vec![self.unknown(call, scope)]
    }

    fn unknown(&self, call: &'p Call, scope: FunctionId) -> Found<'p> {
        Found::new(Thing::Call(call, scope))
    }

    /// `map.get(key, otherwise)`
    fn get(
        &self,
        call: &'p Call,
        key: &'p Expr,
        bases: &[Found<'p>],
        scope: FunctionId,
        walk: &mut Walk<'p>,
    ) -> Vec<Found<'p>> {
        let mut all: Vec<Found<'p>> = bases.iter().flat_map(|base| self.look_up(base, key, scope, walk)).collect();
        for otherwise in call.args.iter().skip(1) {
            let found = self.reach(&otherwise.value, scope, walk);
            all.extend(
                found
                    .into_iter()
                    .filter(|one| !matches!(one.thing, Thing::Nil))
                    .map(|one| one.by("the look-up's default").at_most(Confidence::Medium)),
            );
        }
        all
    }

    /// A text's own method: `.to_string()`, `.unwrap_or(other)`.
    fn passed_on(
        &self,
        kept: Vec<Found<'p>>,
        call: &'p Call,
        method: &str,
        scope: FunctionId,
        walk: &mut Walk<'p>,
    ) -> Vec<Found<'p>> {
        if matches!(method, "name" | "ordinal" | "hashCode") {
            return vec![self.unknown(call, scope)];
        }
        let mut all = kept;
        if OR_ELSE.contains(&method) {
            all.extend(call.args.iter().flat_map(|arg| self.reach(&arg.value, scope, walk)));
        } else if !call.args.is_empty() {
            return vec![self.unknown(call, scope)];
        }
        all
    }

    /// What the tree's own functions and classes answer.
    fn own_answer(
        &self,
        call: &'p Call,
        bases: &[Found<'p>],
        scope: FunctionId,
        walk: &mut Walk<'p>,
    ) -> Vec<Found<'p>> {
        if let Some(class) = self.made_class(call, scope, walk) {
            return match call.args.first() {
                Some(first) if self.project.class(class).is_enum => self.reach(&first.value, scope, walk),
                _ => vec![Found::new(Thing::Instance(class, Some((call, scope))))],
            };
        }
        let receiver = matches!(call.target, Expr::Member(..))
            .then(|| bases.iter().map(|base| base.thing.clone()).collect::<Vec<Thing<'p>>>());
        let callers = std::mem::replace(&mut walk.callers, false);
        let targets = graph::targets_in(self, call, scope.file, receiver, walk);
        walk.callers = callers;
        let mut all = Vec::new();
        for function in targets.functions {
            all.extend(self.answer(function, call, scope, walk));
        }
        // `event.type()` of an enum's member: its method answers a field of its own.
        let members = || bases.iter().filter(|base| base.group.is_some() && matches!(base.thing, Thing::Text(_)));
        if members().next().is_some()
            && !all.iter().any(|one| matches!(one.thing, Thing::Text(_)))
            && call.args.is_empty()
        {
            return if call.target.last_name() == Some("name") { Vec::new() } else { members().cloned().collect() };
        }
        if !targets.certain {
            all = all.into_iter().map(|one| one.at_most(Confidence::Medium)).collect();
        }
        all
    }

    /// What a function of ours answers to a call.
    fn answer(&self, id: FunctionId, call: &'p Call, scope: FunctionId, walk: &mut Walk<'p>) -> Vec<Found<'p>> {
        let function = self.project.function(id);
        if walk.frames.iter().any(|(framed, ..)| *framed == id) {
            return Vec::new();
        }
        let mut all = Vec::new();
        walk.frames.push((id, call, scope));
        for value in &function.returns {
            let found = self.reach(value, id, walk);
            all.extend(found.into_iter().map(|mut one| {
                let is_object = matches!(
                    one.thing,
                    Thing::Map(..) | Thing::List(..) | Thing::Instance(_, Some(_)) | Thing::Call(..)
                );
                if is_object && one.frames.is_empty() {
                    one.frames.clone_from(&walk.frames);
                }
                one.by(format!("answer of {}", self.project.shown_function(id)))
            }));
        }
        walk.frames.pop();
        let useful = |one: &Found<'_>| !matches!(one.thing, Thing::Open | Thing::Nil | Thing::Call(..));
        if !all.iter().any(useful)
            && let Some(class) = function.return_kind.as_deref().and_then(|kind| self.kind(kind, id))
            && !self.project.class(class).is_enum
        {
            return vec![Found::new(Thing::Instance(class, None))];
        }
        all
    }

    /// The class that a call makes an object of.
    pub(crate) fn made_class(&self, call: &'p Call, scope: FunctionId, walk: &mut Walk<'p>) -> Option<ClassId> {
        let named = call.target.last_name()?;
        if self.project.classes_named(named).is_empty() && !matches!(named, "new" | "self") {
            let aliased = matches!(&call.target, Expr::Name(_)) && named.starts_with(char::is_uppercase);
            if !aliased {
                return None;
            }
        }
        let target = match &call.target {
            // Ruby, Rust: Class.new(…)
            Expr::Member(of, name) if name == "new" => of,
            other => other,
        };
        self.things(target, scope, walk)
            .into_iter()
            .find_map(|thing| if let Thing::Class(class) = thing { Some(class) } else { None })
    }

    /// The events that a value carries: a text itself, or an object with one in it.
    pub(crate) fn events_in(
        &self,
        found: Found<'p>,
        words: &verbs::Words,
        walk: &mut Walk<'p>,
        depth: usize,
    ) -> Vec<Found<'p>> {
        if depth > 6 {
            return Vec::new();
        }
        // Its parts are looked at as part of the calls that it was answered to.
        let around = std::mem::replace(&mut walk.frames, found.frames.clone());
        let found = self.parts_of_event(found, words, walk, depth);
        walk.frames = around;
        found
    }

    fn parts_of_event(
        &self,
        found: Found<'p>,
        words: &verbs::Words,
        walk: &mut Walk<'p>,
        depth: usize,
    ) -> Vec<Found<'p>> {
        let inner: Vec<Found<'p>> = match &found.thing {
            Thing::Map(pairs, at) => {
                let (pairs, at) = (*pairs, *at);
                let by_name = words.names().iter().find_map(|name| {
                    pairs.iter().find(|(key, _)| matches!(key, Expr::Text(text) if verbs::same(text, name)))
                });
                match by_name {
                    Some((_, value)) => self.reach(value, at, walk),
                    None => {
                        let spread = pairs.iter().filter(|(key, _)| key.is_spread());
                        let found = spread.flat_map(|(_, value)| self.reach(value, at, walk));
                        found.filter(|one| !matches!(one.thing, Thing::Nil)).collect()
                    }
                }
            }
            Thing::Instance(class, made) => self.of_object(*class, *made, words, walk),
            Thing::Class(class) if !self.project.class(*class).is_enum => self.of_object(*class, None, words, walk),
            Thing::Call(call, at) => self.of_unknown(call, *at, words, walk),
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

    /// `InvoicePaid(…)`: what it is given, what its class says, or what its constructor gives to its base.
    fn of_object(
        &self,
        class: ClassId,
        made: Option<(&'p Call, FunctionId)>,
        words: &verbs::Words,
        walk: &mut Walk<'p>,
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
                    let found: Vec<_> = returns.iter().flat_map(|value| self.reach(value, *method, walk)).collect();
                    if found.iter().any(|one| matches!(one.thing, Thing::Text(_))) {
                        return found;
                    }
                }
            }
            if let Some(constructor) = graph::constructor(self.project, one) {
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

    /// Arguments with an event's name.
    fn of_args(&self, call: &'p Call, scope: FunctionId, words: &verbs::Words, walk: &mut Walk<'p>) -> Vec<Found<'p>> {
        for name in words.names() {
            if let Some(arg) =
                call.args.iter().find(|arg| arg.name.as_deref().is_some_and(|one| verbs::same(one, name)))
            {
                return self.reach(&arg.value, scope, walk);
            }
        }
        if is_super(&call.target) { self.first_text(call, scope, walk) } else { Vec::new() }
    }

    /// The first argument that is a text which looks like an event.
    fn first_text(&self, call: &'p Call, scope: FunctionId, walk: &mut Walk<'p>) -> Vec<Found<'p>> {
        for arg in call.args.iter().filter(|arg| arg.name.is_none()) {
            let found = self.reach(&arg.value, scope, walk);
            if found.iter().any(
                |one| matches!(&one.thing, Thing::Text(text) if one.group.is_some() || verbs::looks_like_event(text)),
            ) {
                return found;
            }
        }
        Vec::new()
    }

    /// An object of a class from outside, or a builder's.
    fn of_unknown(
        &self,
        call: &'p Call,
        scope: FunctionId,
        words: &verbs::Words,
        walk: &mut Walk<'p>,
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
                return self.reach(&only.value, scope, walk);
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
        // Event.create("a.b", data), Event.of("a.b"): a factory of a class from outside.
        if let Expr::Member(of, name) = &call.target
            && matches!(name.as_str(), "of" | "create" | "make" | "from" | "newEvent")
            && of.last_name().is_some_and(|class| class.starts_with(char::is_uppercase))
        {
            return self.first_text(call, scope, walk);
        }
        Vec::new()
    }
}

/// `….type("a.b")`: a step of a builder.
fn is_given(of: &Expr) -> bool {
    matches!(of, Expr::Call(call) if !call.args.is_empty() && matches!(&call.target, Expr::Member(..)))
}

/// `super(…)`, `super().__init__(…)`, `parent::__construct(…)`
fn is_super(target: &Expr) -> bool {
    match target {
        Expr::Name(name) => name == "super",
        Expr::Member(of, _) => matches!(&**of, Expr::Name(name) if name == "super"),
        _ => false,
    }
}
