//! A function that a node declares, from its parts.

use super::writer::{Writer, end_line, line};
use crate::facts::{Binding, Expr, Function, Param};
use tree_sitter::Node;

/// A function whose body has not been read yet.
pub(super) struct NewFunction<'t> {
    node: Node<'t>,
    function: Function,
    is_bound: bool,
}

impl<'t> NewFunction<'t> {
    pub(super) fn at(node: Node<'t>) -> Self {
        let function = Function { line: line(node), end_line: end_line(node), ..Function::default() };
        Self { node, function, is_bound: false }
    }

    pub(super) fn name(mut self, name: impl Into<String>) -> Self {
        self.function.name = name.into();
        self
    }

    /// Its class, if that is not the enclosing one.
    pub(super) fn class(mut self, class: Option<String>) -> Self {
        self.function.class = class;
        self
    }

    pub(super) fn params(mut self, params: Vec<Param>) -> Self {
        self.function.params = params;
        self
    }

    /// Values of its names before its body begins.
    pub(super) fn bindings(mut self, bindings: Vec<Binding>) -> Self {
        self.function.bindings = bindings;
        self
    }

    pub(super) fn return_kind(mut self, kind: Option<String>) -> Self {
        self.function.return_kind = kind;
        self
    }

    pub(super) fn private(mut self, private: bool) -> Self {
        self.function.private = private;
        self
    }

    pub(super) fn registered(mut self, registered: bool) -> Self {
        self.function.registered = registered;
        self
    }

    /// Its name is a variable in the enclosing function.
    pub(super) fn bound(mut self, is_bound: bool) -> Self {
        self.is_bound = is_bound;
        self
    }

    /// A declaration without a body ends on its first line, however long its node is.
    pub(super) fn without_body(mut self) -> Self {
        self.function.end_line = self.function.line;
        self
    }

    /// Notes the function, with the facts that `inside` notes in it. Returns its index.
    pub(super) fn open<'a, T>(self, w: &mut Writer<'a>, inside: impl FnOnce(&mut Writer<'a>) -> T) -> usize {
        let bound = self.is_bound.then(|| self.function.name.clone());
        let index = w.in_function(self.function, |w| {
            inside(w);
        });
        if let Some(name) = bound {
            w.bind(&name, Expr::Function(index), None, line(self.node));
        }
        index
    }

    /// The same for a node with a field `body`, which returns by statements.
    pub(super) fn open_body(self, w: &mut Writer<'_>) -> usize {
        let node = self.node;
        self.open(w, |w| w.lower_field(node, "body"))
    }

    /// A constructor whose parameters are fields of the class too.
    pub(super) fn open_with_fields<'a>(self, w: &mut Writer<'a>, inside: impl FnOnce(&mut Writer<'a>)) {
        let (fields, line) = (self.function.params.clone(), self.function.line);
        self.registered(true).open(w, |w| {
            for Param { name, kind, .. } in fields {
                w.field(&name, Expr::Name(name.clone()), kind, line);
            }
            inside(w);
        });
    }

    /// The function as a value.
    pub(super) fn value<'a, T>(self, w: &mut Writer<'a>, inside: impl FnOnce(&mut Writer<'a>) -> T) -> Expr {
        Expr::Function(self.open(w, inside))
    }
}
