//! Values of member accesses and look-ups: `base.name` and `base[key]`.

use super::Resolver;
use crate::{
    facts::{Arg, Call, Expr},
    report::Confidence,
    resolve::{
        ClassId, Found, FunctionId, GroupKey, Thing,
        enums::generated,
        is_numbered, is_own_name, names_itself,
        walk::{Place, Walk},
    },
};

impl<'p> Resolver<'p> {
    /// The receiver of an extension method, from the call on the stack.
    pub(super) fn receiver(&self, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        let Some(at) = walk.frames.iter().rposition(|(framed, ..)| *framed == scope) else { return Vec::new() };
        let (_, call, from) = walk.frames[at];
        let Expr::Member(of, _) = &call.target else { return Vec::new() };
        let inner = walk.frames.split_off(at);
        let found = self.resolve(of, from, walk);
        walk.frames.extend(inner);
        found
    }

    /// The values of `base.name`.
    pub(super) fn member(
        &self,
        base: Found<'p>,
        name: &str,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        if base.frames.is_empty() {
            return self.member_of(base, name, scope, walk);
        }
        let around = std::mem::replace(&mut walk.frames, base.frames.clone());
        let found = self.member_of(base, name, scope, walk);
        walk.frames = around;
        found
    }

    // Bounded: a module's member leads to a class's member at most once; class members are resolved through the walk.
    fn member_of(&self, base: Found<'p>, name: &str, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        match &base.thing {
            Thing::Module(path) => {
                let meaning = self.project.member_of_module(path, name, scope.file);
                self.meaning(meaning, name, scope, walk)
            }
            Thing::Class(class) | Thing::Instance(class, _) => {
                let mut found = self.of_class(*class, name, walk, 0);
                if found.is_empty() {
                    let parts = self.project.with_parts(*class, name).into_iter().skip(1);
                    found = parts
                        .map(|part| self.of_class(part, name, walk, 0))
                        .find(|found| !found.is_empty())
                        .unwrap_or_default();
                }
                if found.is_empty() {
                    return vec![Found { thing: Thing::Open, ..base }];
                }
                // `EVENT = None` in a base class: the descendants assign it.
                if found.iter().all(|one| matches!(one.thing, Thing::Nil)) {
                    let children = self.project.children(*class);
                    let filled: Vec<_> = children.flat_map(|child| self.of_class(child, name, walk, 4)).collect();
                    found = if filled.is_empty() { found } else { filled };
                }
                found.into_iter().map(|one| carry(&base, one)).collect()
            }
            Thing::Map(pairs, at) => {
                let (pairs, at) = (*pairs, *at);
                let found = self.keyed(pairs, at, name, walk);
                let group = base.group.clone();
                let of = match &group {
                    Some(GroupKey::Object(_, object)) => format!("constant {object}.{name}"),
                    _ => format!("look-up of {name}"),
                };
                found
                    .into_iter()
                    .map(|mut one| {
                        if one.group.is_none() && matches!(one.thing, Thing::Text(_) | Thing::Map(..)) {
                            one.group.clone_from(&group);
                        }
                        carry(&base, one).by(of.clone())
                    })
                    .collect()
            }
            // Attributes of an enum member carry its text, except its own name.
            Thing::Text(_) if base.group.is_some() && (name != "name" || is_own_name(&base, self.project)) => {
                vec![base]
            }
            Thing::Text(_) if name == "value" => vec![base],
            Thing::External(path) => vec![match generated(self.project, path, name) {
                Some((class, text)) => {
                    let mut one = Found::text(text.to_owned());
                    one.group = Some(GroupKey::Class(class));
                    one.by(format!("schema member {}.{name}", self.project.class(class).name))
                }
                None => Found::new(Thing::External(format!("{path}.{name}"))),
            }],
            // `EVENTS.enum.created` of `z.enum(["created"])`
            Thing::Call(call, at) if names_members(name) => match choices(call) {
                Some(items) => vec![Found { thing: Thing::List(items, *at), ..base }],
                None => vec![Found { thing: Thing::Open, ..base }],
            },
            Thing::List(items, _) if items.iter().any(|item| matches!(item, Expr::Text(text) if text == name)) => {
                vec![carry(&base, Found::text(name.to_owned()))]
            }
            _ => vec![Found { thing: Thing::Open, ..base }],
        }
    }

    /// An enum variant with values in it, such as `Event::Paid(invoice)`.
    pub(super) fn variant(
        &self,
        call: &'p Call,
        bases: &[Found<'p>],
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Option<Vec<Found<'p>>> {
        let is_enum = |thing: &Thing<'_>| matches!(thing, Thing::Class(class) if self.project.class(*class).is_enum);
        let base = bases.iter().find(|base| is_enum(&base.thing) && !call.args.is_empty())?;
        let found = self.member(base.clone(), call.target.last_name()?, scope, walk);
        found.iter().any(|one| matches!(one.thing, Thing::Text(_))).then_some(found)
    }

    /// A member, a field, a nested class, or a method, of a class or its ancestors.
    // Bounded: only depth 0 goes on to the ancestors.
    pub(super) fn of_class(&self, id: ClassId, name: &str, walk: &mut Walk<'_, 'p>, depth: usize) -> Vec<Found<'p>> {
        let class = self.project.class(id);
        let top = FunctionId { file: id.file, index: class.scope };
        let what = if class.is_enum { "enum member" } else { "constant" };
        let mut all = Vec::new();
        for binding in class.members.iter().filter(|one| one.name == name) {
            let named = !matches!(binding.value, Expr::Text(_) | Expr::List(_)) && names_itself(class);
            if named || is_numbered(class, binding) {
                let mut one = Found::new(Thing::Text(name.to_owned()));
                one.group = Some(GroupKey::Class(id));
                all.push(one.by(format!("{what} {}.{name}", class.name)));
                continue;
            }
            for mut one in self.in_class(&binding.value, id, top, walk) {
                if matches!(one.thing, Thing::Text(_)) && matches!(binding.value, Expr::Text(_) | Expr::List(_)) {
                    one.group = Some(GroupKey::Class(id));
                }
                all.push(one.by(format!("{what} {}.{name}", class.name)));
            }
        }
        if !all.is_empty() {
            return all;
        }
        let own = self.project.class(id).fields.iter().filter(|(one, _)| one.name == name);
        for (binding, index) in own {
            let at = FunctionId { file: id.file, index: *index };
            match binding.kind.as_deref().and_then(|kind| self.kind(kind, at)) {
                Some(class) if !self.project.class(class).is_enum => {
                    all.push(Found::new(Thing::Instance(class, None)));
                }
                _ => {
                    let found = self.resolve(&binding.value, at, walk);
                    all.extend(found.into_iter().map(|one| one.by(format!("field {name}"))));
                }
            }
        }
        if !all.is_empty() {
            return all;
        }
        if let Some(inner) = self.project.inner_class(id, name) {
            return vec![Found::new(Thing::Class(inner))];
        }
        if let Some(method) = self.project.method(id, name) {
            return vec![Found::new(Thing::Function(method))];
        }
        if depth == 0 {
            for base in self.project.lineage(id) {
                let found = self.of_class(*base, name, walk, 1);
                if !found.is_empty() {
                    return found;
                }
            }
        }
        Vec::new()
    }

    /// The value of a class's member. Other members have their bare names in it.
    fn in_class(&self, value: &'p Expr, id: ClassId, top: FunctionId, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        match value {
            Expr::Name(name) if self.project.class(id).members.iter().any(|one| one.name == *name) => {
                let other = self.project.class(id).members.iter().filter(|one| one.name == *name);
                other.flat_map(|one| self.resolve(&one.value, top, walk)).collect()
            }
            // An enum member made of several values: its first text.
            Expr::List(items) if self.project.class(id).is_enum => {
                let found = items.iter().flat_map(|item| self.resolve(item, top, walk));
                found.filter(|one| matches!(one.thing, Thing::Text(_))).take(1).collect()
            }
            value => self.resolve(value, top, walk),
        }
    }

    /// The values of a key.
    fn keyed(&self, pairs: &'p [(Expr, Expr)], at: FunctionId, key: &str, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        let mut all = Vec::new();
        for (one, value) in pairs {
            let fits = match one {
                Expr::Text(text) => text == key,
                Expr::Nil | Expr::Opaque(_) => false,
                other => {
                    let names = other.last_name() == Some(key);
                    names
                        || self
                            .things(other, at, walk)
                            .iter()
                            .any(|thing| matches!(thing, Thing::Text(text) if text == key))
                }
            };
            if fits {
                all.extend(self.resolve(value, at, walk));
            }
        }
        if all.is_empty() {
            all = self.spread(pairs, at, key, walk);
        }
        all
    }

    /// The values of a key in the maps that are spread into a map: `{...base}`.
    fn spread(&self, pairs: &'p [(Expr, Expr)], at: FunctionId, key: &str, walk: &mut Walk<'_, 'p>) -> Vec<Found<'p>> {
        let spread = pairs.iter().filter(|(one, _)| one.is_spread());
        let mut bases: Vec<Found<'p>> = Vec::new();
        for (_, value) in spread {
            bases.extend(self.resolve(value, at, walk));
        }
        let mut all = Vec::new();
        for base in bases {
            let found = match &base.thing {
                Thing::Map(inner, at) => {
                    let (inner, at) = (*inner, *at);
                    // `x = {**x}`: the map may be spread into itself.
                    let place = Place::Pairs(pairs.as_ptr());
                    walk.enter(place, |walk| self.keyed(inner, at, key, walk)).unwrap_or_default()
                }
                Thing::Class(class) | Thing::Instance(class, _) => self.of_class(*class, key, walk, 0),
                _ => Vec::new(),
            };
            all.extend(found.into_iter().map(|mut one| {
                if one.group.is_none() && matches!(one.thing, Thing::Text(_)) {
                    one.group.clone_from(&base.group);
                }
                carry(&base, one)
            }));
        }
        all
    }

    /// The values of `of[key]`.
    pub(super) fn index(
        &self,
        of: &'p Expr,
        key: &'p Expr,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        // `for key, value in map.items()`
        if let (Expr::Each(over), Expr::Opaque(place)) = (of, key)
            && let Some(place) = place.strip_prefix('#')
        {
            return self.part_of_each(over, place.parse().unwrap_or(0), scope, walk);
        }
        let bases = self.resolve(of, scope, walk);
        bases.into_iter().flat_map(|base| self.look_up(&base, key, scope, walk)).collect()
    }

    /// The values of a key in a map; all values when the key is unknown.
    pub(super) fn look_up(
        &self,
        base: &Found<'p>,
        key: &'p Expr,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Found<'p>> {
        match &base.thing {
            Thing::Map(pairs, at) => {
                let (pairs, at) = (*pairs, *at);
                let keys = self.resolve(key, scope, walk);
                let known: Option<Vec<(String, Option<_>)>> = keys
                    .iter()
                    .map(|key| if let Thing::Text(text) = &key.thing { Some((text.clone(), key.at)) } else { None })
                    .collect();
                let name = match &base.group {
                    Some(GroupKey::Object(_, name)) => name.as_str(),
                    _ => "a dictionary",
                };
                let mut all = Vec::new();
                match known {
                    Some(keys) if !keys.is_empty() => {
                        for (key, from) in keys {
                            let found = self.keyed(pairs, at, &key, walk);
                            all.extend(found.into_iter().map(|mut one| {
                                one.at = one.at.or(from);
                                one.by(format!("look-up of {key} in {name}"))
                            }));
                        }
                    }
                    _ => {
                        // The key is unknown: any of the values.
                        for (_, value) in pairs {
                            let found = self.resolve(value, at, walk);
                            all.extend(
                                found
                                    .into_iter()
                                    .map(|one| one.by(format!("look-up in {name}")).at_most(Confidence::Medium)),
                            );
                        }
                    }
                }
                if pairs.is_empty() {
                    all.push(Found { thing: Thing::Open, ..base.clone() });
                }
                all.into_iter().map(|one| carry(base, one)).collect()
            }
            Thing::List([], _) => vec![Found { thing: Thing::Open, ..base.clone() }],
            Thing::List(items, at) => {
                let (items, at) = (*items, *at);
                let place = match key {
                    Expr::Opaque(text) => text.strip_prefix('#').and_then(|text| text.parse::<usize>().ok()),
                    _ => None,
                };
                match place {
                    Some(place) => items.get(place).map(|item| self.resolve(item, at, walk)).unwrap_or_default(),
                    None => items.iter().flat_map(|item| self.resolve(item, at, walk)).collect(),
                }
            }
            Thing::Class(class) => {
                let keys = self.things(key, scope, walk);
                let open = keys.iter().any(|key| !matches!(key, Thing::Text(_)));
                let names =
                    keys.into_iter().filter_map(|key| if let Thing::Text(text) = key { Some(text) } else { None });
                let mut found: Vec<_> = names.flat_map(|name| self.of_class(*class, &name, walk, 0)).collect();
                if open {
                    found.push(Found { thing: Thing::Open, ..base.clone() });
                }
                found
            }
            // The first of several returned values, of which no more is known.
            _ if matches!(key, Expr::Opaque(place) if place == "#0") => vec![base.clone()],
            _ => vec![Found { thing: Thing::Open, ..base.clone() }],
        }
    }

    /// Functions that are the values of a class's fields, or of a module's members.
    pub(crate) fn field_functions(&self, class: ClassId, name: &str, walk: &mut Walk<'_, 'p>) -> Vec<FunctionId> {
        let members = self.project.class(class);
        let mut found = Vec::new();
        for (binding, index) in members.fields.iter().filter(|(one, _)| one.name == name) {
            found.extend(self.functions(&binding.value, FunctionId { file: class.file, index: *index }, walk));
        }
        let top = FunctionId { file: class.file, index: 0 };
        let own = members.members.iter().filter(|one| one.name == name);
        found.extend(own.filter_map(|one| self.project.function_of(&one.value, top)));
        found
    }
}

/// The object of a schema library that has the members of an enum.
fn names_members(name: &str) -> bool {
    matches!(name, "enum" | "Enum" | "Values" | "enums" | "options")
}

/// The texts of `z.enum([…])`.
fn choices(call: &Call) -> Option<&[Expr]> {
    match (call.target.last_name()?, &call.args[..]) {
        ("enum" | "picklist" | "enums", [Arg { value: Expr::List(items), .. }, ..]) => Some(items),
        _ => None,
    }
}

/// Adds the provenance of the base to a value that was found in it.
pub(super) fn carry<'p>(base: &Found<'p>, mut one: Found<'p>) -> Found<'p> {
    one.at = one.at.or(base.at);
    one.confidence = one.confidence.min(base.confidence);
    let mut via = std::mem::take(&mut one.via);
    via.extend(base.via.iter().cloned());
    one.via = via;
    one
}
