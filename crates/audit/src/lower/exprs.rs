//! Constructors of facts that the rules of several languages use.

use crate::facts::{Arg, Expr, Function, Param};

impl Expr {
    /// The object that a method is called on, whatever the language calls it.
    pub(super) fn receiver() -> Self {
        Self::Name("self".to_owned())
    }

    pub(super) fn is_receiver(&self) -> bool {
        matches!(self, Self::Name(name) if name == "self")
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn into_text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn index(self, key: Self) -> Self {
        Self::Index(Box::new(self), Box::new(key))
    }

    /// Any element of a collection.
    pub(super) fn each(self) -> Self {
        Self::Each(Box::new(self))
    }

    /// The part at a position of a value that is destructured (`#0`).
    pub(super) fn part(&self, at: usize) -> Self {
        self.clone().index(Self::Opaque(format!("#{at}")))
    }

    /// The value at a position of a pattern: an item of a list, else a part.
    pub(super) fn item(&self, at: usize) -> Self {
        match self {
            Self::List(items) => items.get(at).cloned().unwrap_or(Self::Nil),
            value => value.part(at),
        }
    }

    /// Any of these values. `Nil` is left out.
    pub(super) fn any_of(values: impl IntoIterator<Item = Self>) -> Self {
        let values: Vec<Self> = values.into_iter().filter(|value| *value != Self::Nil).collect();
        if values.is_empty() { Self::Nil } else { Self::Any(values) }
    }
}

impl Function {
    /// Returns whether a parameter or variable has a name.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.bindings.iter().any(|one| one.name == name) || self.params.iter().any(|one| one.name == name)
    }
}

impl Arg {
    /// The values of arguments, without their names.
    pub(super) fn values(args: &[Self]) -> Vec<Expr> {
        args.iter().map(|arg| arg.value.clone()).collect()
    }
}

impl Param {
    /// A parameter of which only the name is known.
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}
