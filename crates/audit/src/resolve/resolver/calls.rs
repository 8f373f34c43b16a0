//! Values that a call returns: constructed objects, the return expressions of functions in the tree, and models of
//! common library methods (look-ups, defaults, conversions).

use super::Resolver;
use crate::{
    facts::{Call, Expr},
    report::Confidence,
    resolve::{ClassId, Found, FunctionId, GroupKey, Thing, is_own_name, walk::Walk},
};

/// Look-up methods: the first argument is the key, the second the default.
const LOOK_UPS: &[&str] =
    &["get", "fetch", "getOrDefault", "GetValueOrDefault", "dig", "at", "index", "getOrElse", "getValue"];

/// Methods that return the receiver, or else their argument.
const OR_ELSE: &[&str] =
    &["unwrap_or", "unwrap_or_else", "orElse", "orElseGet", "getOrElse", "GetValueOrDefault", "ifEmpty", "or"];

/// Functions that return their argument.
const CONVERSIONS: &[&str] = &[
    "str", "String", "Some", "Ok", "cast", "constant", "freeze", "from", "strval", "valueOf", "of", "Freeze", "string",
];

impl<'p> Resolver<'p> {
    pub(super) fn call(&self, call: &'p Call, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        if let Expr::Member(of, method) = &call.target {
            // A builder returns what this chain of calls gave it, not the arguments of all callers of its setters.
            if walk.callers && call.args.is_empty() && matches!(method.as_str(), "build" | "Build") && is_given(of) {
                return vec![self.unknown(call, scope)];
            }
            let bases = self.resolve(of, scope, walk);
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
                    .flat_map(|arg| self.resolve(&arg.value, scope, walk))
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
            return self.resolve(&object.value, scope, walk);
        }
        if let ([only], Some(name)) = (&call.args[..], call.target.last_name())
            && CONVERSIONS.contains(&name)
        {
            return self.resolve(&only.value, scope, walk);
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
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        let mut all: Vec<Found<'p>> = bases.iter().flat_map(|base| self.look_up(base, key, scope, walk)).collect();
        for otherwise in call.args.iter().skip(1) {
            let found = self.resolve(&otherwise.value, scope, walk);
            all.extend(
                found
                    .into_iter()
                    .filter(|one| !matches!(one.thing, Thing::Nil))
                    .map(|one| one.by("the look-up's default").at_most(Confidence::Medium)),
            );
        }
        all
    }

    /// A method on a text that keeps it: `.to_string()`, `.unwrap_or(other)`.
    fn passed_on(
        &self,
        kept: Vec<Found<'p>>,
        call: &'p Call,
        method: &str,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        let is_name = method == "name" && kept.iter().all(|one| is_own_name(one, self.project));
        if matches!(method, "name" | "ordinal" | "hashCode") && !is_name {
            return vec![self.unknown(call, scope)];
        }
        let mut all = kept;
        if OR_ELSE.contains(&method) {
            all.extend(call.args.iter().flat_map(|arg| self.resolve(&arg.value, scope, walk)));
        } else if !call.args.is_empty() {
            return vec![self.unknown(call, scope)];
        }
        all
    }

    /// The value that functions and classes of the tree return.
    fn own_answer(
        &self,
        call: &'p Call,
        bases: &[Found<'p>],
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        if let Some(class) = self.made_class(call, scope, walk) {
            return match call.args.first() {
                Some(first) if self.project.class(class).is_enum => self.resolve(&first.value, scope, walk),
                _ => vec![Found::new(Thing::Instance(class, Some((call, scope))))],
            };
        }
        let receiver = matches!(call.target, Expr::Member(..))
            .then(|| bases.iter().map(|base| base.thing.clone()).collect::<Vec<Thing<'p>>>());
        let targets = walk.as_types(|walk| self.targets_in(call, scope.file, receiver, walk));
        let mut all = Vec::new();
        for function in targets.functions {
            all.extend(self.answer(function, call, scope, walk));
        }
        // `event.type()` on an enum member: the method returns a field of the member, or looks up its text in a table
        // of all members.
        let members = || bases.iter().filter(|base| base.group.is_some() && matches!(base.thing, Thing::Text(_)));
        let texts = || all.iter().filter_map(|one| if let Thing::Text(text) = &one.thing { Some(text) } else { None });
        let is_other = |text: &String| !members().any(|member| self.is_text_beside(member, text));
        let is_own = |text: &String| members().any(|member| matches!(&member.thing, Thing::Text(own) if own == text));
        let is_field = texts().next().is_none() || (!texts().any(is_other) && texts().any(is_own));
        if members().next().is_some() && is_field && call.args.is_empty() {
            return if call.target.last_name() == Some("name") { Vec::new() } else { members().cloned().collect() };
        }
        if !targets.certain {
            all = all.into_iter().map(|one| one.at_most(Confidence::Medium)).collect();
        }
        all
    }

    /// True when a text is that of a member of the same enum.
    fn is_text_beside(&self, member: &Found<'p>, text: &str) -> bool {
        let Some(GroupKey::Class(class)) = &member.group else { return false };
        let class = self.project.class(*class);
        class.is_enum && class.members.iter().any(|one| matches!(&one.value, Expr::Text(own) if own == text))
    }

    /// The values that a function of the tree returns to this call. The call is on the stack meanwhile, so parameters
    /// have its arguments.
    fn answer(&self, id: FunctionId, call: &'p Call, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        let function = self.project.function(id);
        if walk.frames.iter().any(|(framed, ..)| *framed == id) {
            return Vec::new();
        }
        let mut all = Vec::new();
        walk.frames.push((id, call, scope));
        for value in &function.returns {
            let found = self.resolve(value, id, walk);
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

    /// The class whose constructor a call runs.
    pub(crate) fn made_class(&self, call: &'p Call, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Option<ClassId> {
        let named = call.target.last_name()?;
        if self.project.classes_named(named).is_empty() && !matches!(named, "new" | "self") {
            let aliased = matches!(&call.target, Expr::Name(_)) && named.starts_with(char::is_uppercase);
            if !aliased {
                return None;
            }
        }
        let target = match &call.target {
            // Ruby, Rust: `Class.new(…)`
            Expr::Member(of, name) if name == "new" => of,
            other => other,
        };
        self.things(target, scope, walk)
            .into_iter()
            .find_map(|thing| if let Thing::Class(class) = thing { Some(class) } else { None })
    }
}

/// True when the receiver is a builder with an argument, as in `….type("a.b")`.
fn is_given(of: &Expr) -> bool {
    matches!(of, Expr::Call(call) if !call.args.is_empty() && matches!(&call.target, Expr::Member(..)))
}
