//! The event argument of a publishing call.

use crate::{
    detect::search::Search,
    facts::{Arg, Call, Expr},
    resolve::{Found, FunctionId, Resolver, Thing, walk::Walks},
    text::verbs,
};

impl<'p> Search<'p> {
    /// The event argument of a call and its values: the first that resolves to an event, those with an event's name
    /// before the others; else the first that is no payload.
    pub(super) fn event_argument(
        &self,
        call: &'p Call,
        scope: FunctionId,
        resolver: &Resolver<'p>,
        walks: &mut Walks<'p>,
    ) -> Option<(&'p Arg, Vec<Found<'p>>)> {
        let mut first = None;
        let named = self.words.names().iter().filter_map(|name| {
            call.args.iter().find(|arg| arg.name.as_deref().is_some_and(|one| verbs::same(one, name)))
        });
        let placed = call.args.iter().filter(|arg| arg.name.is_none()).take(5);
        let mut raw = None;
        for arg in named.chain(placed) {
            if raw.is_some() {
                // A constant may follow a text: `publish("shop.events", WebhookEvent.PAID)`.
                if matches!(arg.value, Expr::Member(..) | Expr::Name(_)) {
                    let found = resolver.resolve(&arg.value, scope, &mut walks.values());
                    let constant = |one: &Found<'_>| matches!(one.thing, Thing::Text(_)) && one.at.is_none();
                    if found.iter().any(|one| constant(one) && self.is_member(one)) {
                        return Some((arg, found));
                    }
                }
                continue;
            }
            let mut walk = walks.values();
            let found = resolver.resolve(&arg.value, scope, &mut walk);
            let found: Vec<Found<'p>> =
                found.into_iter().flat_map(|one| resolver.events_in(one, self.words, &mut walk, 0)).collect();
            if found
                .iter()
                .any(|one| matches!(&one.thing, Thing::Text(text) if self.is_event(text) || self.is_member(one)))
            {
                if arg.name.is_some() || found.iter().any(|one| self.is_member(one)) {
                    return Some((arg, found));
                }
                raw.get_or_insert((arg, found));
                continue;
            }
            let payload = self.is_payload(&arg.value);
            if first.is_none() && !payload {
                first = Some((arg, found));
            }
        }
        if raw.is_some() {
            return raw;
        }
        // An argument with another name and a known constant: `publish(hook=WebhookEvent.X)`.
        for arg in
            call.args.iter().filter(|arg| arg.name.as_deref().is_some_and(|name| !self.words.is_event_name(name)))
        {
            let found = resolver.resolve(&arg.value, scope, &mut walks.values());
            if found
                .iter()
                .any(|one| matches!(&one.thing, Thing::Text(text) if one.group.is_some() && self.known.contains(text)))
            {
                return Some((arg, found));
            }
        }
        // `InvoicePaid::dispatch($invoice)`: the receiver is the event.
        if let Expr::Member(of, _) = &call.target {
            let mut walk = walks.values();
            let found = resolver
                .resolve(of, scope, &mut walk)
                .into_iter()
                .filter(|one| matches!(one.thing, Thing::Class(_) | Thing::Instance(_, Some(_))));
            let found: Vec<Found<'p>> =
                found.flat_map(|one| resolver.events_in(one, self.words, &mut walk, 0)).collect();
            if found.iter().any(|one| matches!(&one.thing, Thing::Text(text) if self.is_event(text)))
                && let Some(arg) = call.args.first()
            {
                return Some((arg, found));
            }
        }
        first
    }

    /// True when an argument is payload rather than an event.
    fn is_payload(&self, value: &Expr) -> bool {
        match value {
            Expr::Map(pairs) => {
                let names = |key: &Expr| matches!(key, Expr::Text(key) if verbs::same(key, "event_type") || verbs::same(key, "event") || verbs::same(key, "type"));
                !pairs.iter().any(|(key, _)| names(key))
            }
            Expr::List(_) | Expr::Function(_) | Expr::Nil | Expr::Text(_) => true,
            _ => false,
        }
    }
}
