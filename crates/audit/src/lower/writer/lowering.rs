//! Lowering of common forms of nodes, for the rules of all languages.

use super::{Writer, either, first_named, line, named, named_arg};
use crate::{
    facts::{Call, Expr, Function},
    lower::words::type_name,
};
use std::{iter, sync::Arc};
use tree_sitter::Node;

/// Kinds of nodes that have no rule of their own, by their treatment.
pub(crate) struct Passes {
    /// Skipped: they contain no facts and have no value.
    pub(crate) ignored: &'static [&'static str],
    /// Their children are lowered; they have no value.
    pub(crate) walked: &'static [&'static str],
    /// Their children are lowered; they have the value of the last one, such as an expression in parentheses.
    pub(crate) last: &'static [&'static str],
    /// Lists of their children's values.
    pub(crate) lists: &'static [&'static str],
}

impl Passes {
    pub(crate) const NONE: Self = Self { ignored: &[], walked: &[], last: &[], lists: &[] };
}

impl Writer<'_> {
    /// Lowers a node that has no rule of its own. A node of no listed kind is opaque.
    pub(crate) fn pass(&mut self, node: Node<'_>, passes: &Passes) -> Expr {
        let kind = node.kind();
        if passes.last.contains(&kind) {
            self.lower_last(node)
        } else if passes.walked.contains(&kind) {
            self.lower_children(node);
            Expr::Nil
        } else if passes.lists.contains(&kind) {
            self.lower_list(node)
        } else if passes.ignored.contains(&kind) {
            Expr::Nil
        } else {
            self.lower_opaque(node)
        }
    }

    /// Lowers a node whose value is not needed.
    pub(crate) fn visit(&mut self, node: Node<'_>) {
        self.lower(node);
    }

    pub(crate) fn visit_field(&mut self, node: Node<'_>, field: &'static str) {
        self.lower_field(node, field);
    }

    /// Lowers the children of a node; their values are not needed.
    pub(crate) fn lower_children(&mut self, node: Node<'_>) {
        for child in named(node) {
            self.lower(child);
        }
    }

    /// Lowers the children of a node. Its own value cannot be followed.
    pub(crate) fn lower_opaque(&mut self, node: Node<'_>) -> Expr {
        self.lower_children(node);
        self.opaque(node)
    }

    pub(crate) fn lower_field(&mut self, node: Node<'_>, field: &'static str) -> Expr {
        self.child(node, field).map_or(Expr::Nil, |child| self.lower(child))
    }

    /// The value of the first child.
    pub(crate) fn lower_first(&mut self, node: Node<'_>) -> Expr {
        first_named(node).map_or(Expr::Nil, |child| self.lower(child))
    }

    /// The value of the last child. All children are lowered.
    pub(crate) fn lower_last(&mut self, node: Node<'_>) -> Expr {
        self.lower_all(node).pop().unwrap_or(Expr::Nil)
    }

    /// The values of all children.
    pub(crate) fn lower_all(&mut self, node: Node<'_>) -> Vec<Expr> {
        named(node).into_iter().map(|child| self.lower(child)).collect()
    }

    pub(crate) fn lower_list(&mut self, node: Node<'_>) -> Expr {
        Expr::List(self.lower_all(node))
    }

    /// `a.b`
    pub(crate) fn lower_member(&mut self, node: Node<'_>, field: &'static str, name_field: &'static str) -> Expr {
        let of = self.lower_field(node, field);
        of.member(self.field_text(node, name_field).unwrap_or(""))
    }

    /// `a[b]`
    pub(crate) fn lower_index(&mut self, node: Node<'_>, field: &'static str, key_field: &'static str) -> Expr {
        let of = self.lower_field(node, field);
        of.index(self.lower_field(node, key_field))
    }

    /// `a ? b : c`, in grammars with these field names.
    pub(crate) fn lower_conditional(&mut self, node: Node<'_>) -> Expr {
        self.lower_field(node, "condition");
        let (yes, no) = (self.lower_field(node, "consequence"), self.lower_field(node, "alternative"));
        either(yes, no)
    }

    /// Notes a return value of the current function.
    pub(crate) fn returns(&mut self, value: Expr) {
        self.current().returns.push(value);
    }

    /// Notes the values of all children as return values of the current function.
    pub(crate) fn lower_returns(&mut self, node: Node<'_>) {
        let values = self.lower_all(node);
        self.current().returns.extend(values);
    }

    /// The children of a node's child by its field.
    pub(crate) fn field_children<'t>(&self, node: Node<'t>, field: &'static str) -> Vec<Node<'t>> {
        self.child(node, field).map(named).unwrap_or_default()
    }

    /// The children of a node without the child by a field.
    pub(crate) fn without_field<'t>(&self, node: Node<'t>, field: &'static str) -> Vec<Node<'t>> {
        let left_out = self.child(node, field);
        named(node).into_iter().filter(|child| Some(*child) != left_out).collect()
    }

    /// The own name of the type in a field.
    pub(crate) fn field_type(&self, node: Node<'_>, field: &'static str) -> Option<String> {
        self.field_text(node, field).and_then(type_name)
    }

    /// Enclosing functions with their indices, the innermost first, the file itself last.
    pub(crate) fn enclosing(&self) -> impl Iterator<Item = (usize, &Function)> {
        let mut next = Some(self.function());
        iter::from_fn(move || {
            let at = next?;
            let function = self.facts.functions.get(at)?;
            next = (at != 0).then_some(function.parent);
            Some((at, function))
        })
    }

    /// Any value of a map or a list, not its keys.
    pub(crate) fn each_value(&self, of: &Expr, node: Node<'_>) -> Expr {
        Expr::Call(Arc::new(self.silent_call(of.clone().member("values"), node, false))).each()
    }

    /// A call that is not in the code and is not noted.
    pub(crate) fn silent_call(&self, target: Expr, node: Node<'_>, makes: bool) -> Call {
        let end_line = super::end_line(node);
        Call { target, args: Vec::new(), line: line(node), end_line, makes, function: self.function() }
    }

    /// `event.kind = value` adds an argument to the constructor call of an object that this function made.
    pub(crate) fn amend(&mut self, name: &str, member: &str, value: Expr, node: Node<'_>) {
        let bindings = &self.facts.functions[self.function()].bindings;
        let Some(at) = bindings.iter().rposition(|one| one.name == name) else { return };
        let mut call = match (&bindings[at].value, &bindings[at].kind) {
            (Expr::Call(call), _) if call.makes => Call::clone(call),
            (Expr::Nil, Some(kind)) => self.silent_call(Expr::Name(kind.clone()), node, true),
            _ => return,
        };
        match call.args.iter_mut().find(|arg| arg.name.as_deref() == Some(member)) {
            Some(arg) => arg.value = either(arg.value.clone(), value),
            None => call.args.push(named_arg(member, value)),
        }
        self.current().bindings[at].value = Expr::Call(Arc::new(call));
    }

    /// Adds a base to the enclosing class.
    pub(crate) fn add_base(&mut self, base: String) {
        if let Some(class) = self.class() {
            self.facts.classes[class].bases.push(base);
        }
    }

    /// The value that a function returns; any of several.
    pub(crate) fn answer(&self, function: usize) -> Expr {
        match self.facts.functions.get(function).map(|one| &one.returns[..]).unwrap_or_default() {
            [] => Expr::Nil,
            [only] => only.clone(),
            several => Expr::Any(several.to_vec()),
        }
    }

    /// Makes fields without a value opaque: another file may assign any value.
    pub(crate) fn open_fields(&mut self) {
        for class in &mut self.facts.classes {
            let given = class.fields.iter().filter(|(one, _)| one.value != Expr::Nil);
            let given: Vec<String> = given.map(|(one, _)| one.name.clone()).collect();
            for (one, _) in class.fields.iter_mut().filter(|(one, _)| !given.contains(&one.name)) {
                one.value = Expr::Opaque(one.name.clone());
            }
        }
    }
}
