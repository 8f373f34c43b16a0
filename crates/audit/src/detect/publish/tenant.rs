//! Tenants: finds out whether a publishing call names one, in its arguments or in the payload.

use crate::{
    detect::search::Search,
    facts::{Call, Expr, as_written},
    resolve::{
        FunctionId, Resolver, Thing,
        walk::{Place, Walk, Walks},
    },
    text::verbs,
};

impl<'p> Search<'p> {
    /// True when a call names a tenant: in an argument's name, a key, a variable or a member, also inside its values.
    pub(super) fn names_tenant(&self, call: &'p Call, scope: FunctionId, walks: &mut Walks<'p>) -> bool {
        self.gives_tenant(call, scope, &mut walks.names())
    }

    fn gives_tenant(&self, call: &'p Call, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> bool {
        call.args.iter().any(|arg| {
            arg.name.as_deref().is_some_and(|name| self.is_tenant(name))
                || arg.spread
                || (self.speaks_of_tenant(&arg.value, scope, walk) && !self.leads_to_event(&arg.value, scope, walk))
        })
    }

    fn speaks_of_tenant(&self, value: &'p Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> bool {
        let found = walk.enter_once(Place::Tenant(value), |walk| self.has_tenant(value, scope, walk));
        found.unwrap_or_default()
    }

    fn has_tenant(&self, value: &'p Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> bool {
        match value {
            Expr::Name(name) => self.is_tenant(name) || self.holds_tenant(name, scope, walk),
            Expr::Member(of, name) => self.is_tenant(name) || self.speaks_of_tenant(of, scope, walk),
            Expr::Map(pairs) => pairs.iter().any(|(key, value)| {
                matches!(key, Expr::Text(key) | Expr::Name(key) if self.is_tenant(key))
                    || self.speaks_of_tenant(value, scope, walk)
            }),
            Expr::Call(call) => {
                // `order.tenant_id()`
                self.gives_tenant(call, scope, walk)
                    || (call.args.is_empty() && self.speaks_of_tenant(&call.target, scope, walk))
            }
            Expr::List(items) | Expr::Any(items) => items.iter().any(|item| self.speaks_of_tenant(item, scope, walk)),
            Expr::Index(of, key) => {
                self.speaks_of_tenant(of, scope, walk) || matches!(&**key, Expr::Text(key) if self.is_tenant(key))
            }
            Expr::Opaque(text) => verbs::split(text).iter().any(|word| self.tenant_names.contains(word)),
            _ => false,
        }
    }

    /// True when a variable is bound to a payload that names a tenant.
    fn holds_tenant(&self, name: &str, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> bool {
        let mut bindings = self.project.function(scope).bindings.iter().filter(|one| one.name == name);
        scope.index != 0
            && bindings.any(|one| {
                matches!(one.value, Expr::Map(_) | Expr::Call(_)) && self.speaks_of_tenant(&one.value, scope, walk)
            })
    }

    /// `Events.ACCOUNT_CLOSED` has a tenant's word and is an event.
    fn leads_to_event(&self, value: &'p Expr, scope: FunctionId, walk: &mut Walk<'_, 'p>) -> bool {
        let things = Resolver::types(self.project).things(value, scope, walk);
        things.iter().any(|thing| matches!(thing, Thing::Text(text) if self.is_event(text)))
    }

    fn is_tenant(&self, name: &str) -> bool {
        let words = verbs::split(as_written(name));
        words.iter().any(|word| self.tenant_names.iter().any(|tenant| tenant == word))
    }
}
