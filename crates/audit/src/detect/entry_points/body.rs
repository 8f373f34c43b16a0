//! Event types in the body of a request: in objects, in calls that encode them (`json.dumps`), and in literal JSON.

use super::{
    entry_point::{EntryPoint, Named, Part},
    request,
};
use crate::{
    detect::search::Search,
    facts::{Call, Expr},
    resolve::{
        Found, FunctionId, Meaning, Project, Resolver, Thing,
        walk::{Place, Walk, Walks},
    },
    text::verbs,
};

impl<'p> Search<'p> {
    /// The event types in all parts of a call.
    pub(super) fn named_in(
        &self,
        parts: &[Part<'p>],
        entry_point: EntryPoint,
        walks: &mut Walks<'p>,
    ) -> Vec<Named<'p>> {
        let resolver = Resolver::new(self.project, self.graph);
        let mut all = Vec::new();
        let mut walk = walks.values();
        for part in parts {
            match part.name {
                Some(name) if is_key(name, entry_point) => {
                    all.extend(self.named(&resolver, part.value, part.scope, &mut walk));
                }
                Some(name) if request::is_no_body(name) => {}
                _ => self.in_body(&resolver, part.value, part.scope, entry_point, &mut all, &mut walk),
            }
        }
        all
    }

    /// The event types that an expression resolves to.
    fn named(
        &self,
        resolver: &Resolver<'p>,
        value: &'p Expr,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Named<'p>> {
        let place = std::ptr::from_ref(value) as usize;
        let found = resolver.resolve(value, scope, walk).into_iter();
        let found: Vec<Found<'p>> = found.flat_map(|one| resolver.events_in(one, self.words, walk, 0)).collect();
        found.into_iter().map(|found| Named { found, place, shown: value.shown() }).collect()
    }

    fn in_body(
        &self,
        resolver: &Resolver<'p>,
        value: &'p Expr,
        scope: FunctionId,
        entry_point: EntryPoint,
        all: &mut Vec<Named<'p>>,
        walk: &mut Walk<'_, 'p>,
    ) {
        walk.enter_once(Place::Parts(value), |walk| self.look_into(resolver, value, scope, entry_point, all, walk));
    }

    fn look_into(
        &self,
        resolver: &Resolver<'p>,
        value: &'p Expr,
        scope: FunctionId,
        entry_point: EntryPoint,
        all: &mut Vec<Named<'p>>,
        walk: &mut Walk<'_, 'p>,
    ) {
        match value {
            Expr::Join(parts) => return self.in_json(resolver, parts, scope, entry_point, all, walk),
            Expr::Index(of, key) if matches!(&**key, Expr::Opaque(part) if part.starts_with('#')) => {
                return self.in_body(resolver, of, scope, entry_point, all, walk);
            }
            // `items.map((item) => ({ type: … }))`
            Expr::Function(index) => {
                let block = FunctionId { file: scope.file, index: *index };
                let project: &'p Project = self.project;
                for answer in &project.function(block).returns {
                    self.in_body(resolver, answer, block, entry_point, all, walk);
                }
            }
            Expr::Name(name) => {
                // A joined text with unknown parts has no value, so its parts are searched.
                if let Meaning::Values(bindings, at) = self.project.meaning(name, scope) {
                    for one in bindings.iter().filter(|one| matches!(one.value, Expr::Join(_) | Expr::Index(..))) {
                        self.in_body(resolver, &one.value, at, entry_point, all, walk);
                    }
                }
            }
            _ => {}
        }
        for found in resolver.resolve(value, scope, walk) {
            let caller = found.at;
            let before = all.len();
            match &found.thing {
                Thing::Text(text) if text.contains('{') => {
                    let place = std::ptr::from_ref(value) as usize;
                    let texts = in_text(text, entry_point.key).into_iter();
                    all.extend(texts.map(|event| Named { shown: event.clone(), found: Found::text(event), place }));
                }
                Thing::Map(pairs, at) => self.in_map(resolver, pairs, *at, entry_point, all, walk),
                Thing::List(items, at) => {
                    let at = *at;
                    items.iter().for_each(|item| self.in_body(resolver, item, at, entry_point, all, walk));
                }
                Thing::Call(call, at) => self.in_call(resolver, call, *at, entry_point, all, walk),
                Thing::Instance(_, Some((call, at))) => {
                    self.in_call(resolver, call, *at, entry_point, all, walk);
                    if all.len() == before {
                        let place = std::ptr::from_ref(value) as usize;
                        let events = resolver.events_in(found.clone(), self.words, walk, 0).into_iter();
                        let texts = events.filter(|one| matches!(one.thing, Thing::Text(_)));
                        all.extend(texts.map(|found| Named { found, place, shown: value.shown() }));
                    }
                }
                _ => {}
            }
            for one in &mut all[before..] {
                one.found.at = one.found.at.or(caller);
            }
        }
    }

    fn in_map(
        &self,
        resolver: &Resolver<'p>,
        pairs: &'p [(Expr, Expr)],
        scope: FunctionId,
        entry_point: EntryPoint,
        all: &mut Vec<Named<'p>>,
        walk: &mut Walk<'_, 'p>,
    ) {
        let name = |key: &'p Expr| if let Expr::Text(text) = key { Some(text.as_str()) } else { key.last_name() };
        let named = pairs.iter().find(|(key, _)| name(key).is_some_and(|key| is_key(key, entry_point)));
        if let Some((_, value)) = named {
            all.extend(self.named(resolver, value, scope, walk));
            return;
        }
        // Options of a client, a batch, or a map that is spread into this one.
        for (key, value) in pairs {
            if key.is_spread() || name(key).is_some_and(holds_body) {
                self.in_body(resolver, value, scope, entry_point, all, walk);
            }
        }
    }

    /// `json.dumps(body)`, `body.to_json`, `new StringContent(…)`, `Event{Type: …}`, `builder.eventType(…).build()`
    fn in_call(
        &self,
        resolver: &Resolver<'p>,
        call: &'p Call,
        scope: FunctionId,
        entry_point: EntryPoint,
        all: &mut Vec<Named<'p>>,
        walk: &mut Walk<'_, 'p>,
    ) {
        let named = call.args.iter().find(|arg| arg.name.as_deref().is_some_and(|name| is_key(name, entry_point)));
        if let Some(arg) = named {
            all.extend(self.named(resolver, &arg.value, scope, walk));
            return;
        }
        let setter = |name: &str| {
            let bare = name.trim_start_matches("set_").trim_start_matches("with_").trim_start_matches("set");
            is_key(bare, entry_point)
        };
        if let ([only], Some(name)) = (&call.args[..], call.target.last_name())
            && setter(name)
        {
            all.extend(self.named(resolver, &only.value, scope, walk));
            return;
        }
        let before = all.len();
        for arg in call.args.iter().filter(|arg| arg.name.as_deref().is_none_or(|name| !request::is_no_body(name))) {
            self.in_body(resolver, &arg.value, scope, entry_point, all, walk);
        }
        if all.len() == before
            && let Expr::Member(of, _) = &call.target
        {
            self.in_body(resolver, of, scope, entry_point, all, walk);
        }
        if all.len() == before && (call.makes || call.target.last_name() == Some("new")) {
            let first = call.args.iter().find(|arg| matches!(&arg.value, Expr::Text(text) if self.is_event(text)));
            all.extend(first.into_iter().flat_map(|arg| self.named(resolver, &arg.value, scope, walk)));
        }
    }

    /// JSON concatenated with values: `"{\"type\": \"" + event + "\"}"`.
    fn in_json(
        &self,
        resolver: &Resolver<'p>,
        parts: &'p [Expr],
        scope: FunctionId,
        entry_point: EntryPoint,
        all: &mut Vec<Named<'p>>,
        walk: &mut Walk<'_, 'p>,
    ) {
        for (at, part) in parts.iter().enumerate() {
            let Expr::Text(text) = part else { continue };
            let place = std::ptr::from_ref(part) as usize;
            match after_key(text, entry_point.key) {
                Some(rest) if rest.trim_start_matches('"').is_empty() => {
                    let next = parts.get(at + 1).into_iter();
                    all.extend(next.flat_map(|value| self.named(resolver, value, scope, walk)));
                }
                Some(rest) => {
                    let event = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(event, _)| event);
                    let found =
                        event.map(|event| Named { found: Found::text(event.into()), place, shown: event.into() });
                    all.extend(found);
                }
                None => {}
            }
        }
    }
}

/// True when a name is the entry point's key; Rust writes `r#type`.
fn is_key(name: &str, entry_point: EntryPoint) -> bool {
    verbs::same(name.trim_start_matches("r#"), entry_point.key)
}

fn holds_body(key: &str) -> bool {
    [
        "json",
        "data",
        "body",
        "content",
        "payload",
        "events",
        "form",
        "request",
        "postfields",
        "curlopt_postfields",
        "http",
    ]
    .iter()
    .any(|one| verbs::same(key, one))
}

/// The text behind a key in JSON.
fn after_key<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.match_indices('"').find_map(|(at, _)| {
        let (name, rest) = text[at + 1..].split_once('"')?;
        let value = rest.trim_start().strip_prefix(':')?;
        verbs::same(name, key).then(|| value.trim_start())
    })
}

/// The values of a key in literal JSON, of the object or of each event of a batch.
fn in_text(text: &str, key: &str) -> Vec<String> {
    let value = |value: &serde_json::Value| {
        let object = value.as_object()?;
        let (_, event) = object.iter().find(|(name, _)| verbs::same(name, key))?;
        event.as_str().map(str::to_owned)
    };
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(whole) => {
            let batch = whole.get("events").and_then(serde_json::Value::as_array).into_iter().flatten();
            value(&whole).into_iter().chain(batch.filter_map(value)).collect()
        }
        // A template with placeholders is no valid JSON.
        Err(_) => {
            let rest = after_key(text, key).and_then(|rest| rest.strip_prefix('"'));
            rest.and_then(|rest| rest.split_once('"')).map(|(event, _)| event.to_owned()).into_iter().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_in_written_json() {
        assert_eq!(in_text(r#"{"type": "invoice.paid", "data": {"type": "x"}}"#, "type"), ["invoice.paid"]);
        assert_eq!(in_text(r#"{"events": [{"type": "a.b"}, {"type": "c.d"}]}"#, "type"), ["a.b", "c.d"]);
        assert_eq!(in_text(r#"{"type": "invoice.paid", "data": {"id": %s}}"#, "type"), ["invoice.paid"]);
        assert_eq!(in_text(r#"{"data": {"type": "invoice.paid"}}"#, "type"), Vec::<String>::new());
        assert_eq!(in_text(r#"{"eventType": "invoice.paid"}"#, "event_type"), ["invoice.paid"]);
    }
}
