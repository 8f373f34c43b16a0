//! The writer of facts, for all languages: scopes, calls, names, strings.

mod lowering;
mod nodes;

pub(crate) use lowering::Passes;
pub(super) use nodes::first_error;
pub(crate) use nodes::{end_line, find_kind, first_named, has_token, last_named, line, named, of_kind, tokens};

use super::{handed, scopes::Scopes};
use crate::{
    facts::{Arg, Binding, Call, Class, Expr, Facts, Function, Import, Sql, Traits},
    text::sql,
};
use std::{
    cell::{OnceCell, RefCell},
    collections::HashSet,
    num::NonZeroU16,
    sync::Arc,
};
use tree_sitter::{Language, Node};

/// Nesting of expressions beyond which none is lowered.
const DEPTH_MAX: usize = 400;
/// Bytes of an expression that reports show.
const SHOWN_MAX: usize = 80;

/// Turns a node into a value and notes all that it says on the way.
pub(super) type Lower = fn(&mut Writer<'_>, Node<'_>) -> Expr;

/// A grammar, and what is made of its nodes.
pub(super) struct Rules {
    pub(super) grammar: fn() -> Language,
    pub(super) lower: Lower,
    /// Nodes whose variables are not known outside of them.
    pub(super) blocks: &'static [&'static str],
    /// A second declaration of a name in the same block is another variable.
    pub(super) redeclares: bool,
}

pub(crate) struct Writer<'a> {
    src: &'a str,
    pub(crate) facts: Facts,
    rules: &'static Rules,
    scopes: Scopes,
    functions: Vec<usize>,
    /// Enclosing classes, each with the number of enclosing functions at its start.
    classes: Vec<(usize, usize)>,
    depth: usize,
    grammar: Language,
    /// Cache of field ids by name, because tree-sitter searches its names linearly.
    fields: RefCell<Vec<(&'static str, Option<NonZeroU16>)>>,
    /// JavaScript: the names before `.prototype` in the text.
    prototypes: OnceCell<HashSet<&'a str>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(file: &str, src: &'a str, traits: &'static Traits, rules: &'static Rules) -> Self {
        let root = Function { line: 1, end_line: u32::MAX, registered: true, ..Function::default() };
        let mut scopes = Scopes::default();
        scopes.open_function(std::iter::empty());
        scopes.begin_body();
        let facts = Facts { file: file.to_owned(), traits, functions: vec![root], ..Facts::default() };
        Self {
            src,
            facts,
            rules,
            scopes,
            functions: vec![0],
            classes: Vec::new(),
            depth: 0,
            grammar: (rules.grammar)(),
            fields: RefCell::default(),
            prototypes: OnceCell::new(),
        }
    }

    pub(super) fn finish(mut self, root: Node<'_>) -> Facts {
        for function in &mut self.facts.functions {
            function.mentions.sort_unstable();
            function.mentions.dedup();
        }
        self.facts.functions[0].end_line = end_line(root);
        // A concatenated string is noted with its parts too; the parts are removed.
        let all = std::mem::take(&mut self.facts.sql);
        let is_part = |one: &Sql| {
            let whole = |other: &Sql| {
                other.text.len() > one.text.len() && other.line <= one.line && other.text.contains(&one.text)
            };
            all.iter().any(|other| other.function == one.function && whole(other))
        };
        self.facts.sql = all.iter().filter(|one| !is_part(one)).cloned().collect();
        handed::note(&mut self.facts);
        self.facts
    }

    /// Lowers a node by the language's rules.
    pub(crate) fn lower(&mut self, node: Node<'_>) -> Expr {
        let value = self.nested(|w| {
            let is_block = w.rules.blocks.contains(&node.kind());
            if is_block {
                w.scopes.open();
            }
            let value = (w.rules.lower)(w, node);
            if is_block {
                w.scopes.close();
            }
            value
        });
        value.unwrap_or_else(|| self.opaque(node))
    }

    /// Runs a rule that recurses, one level deeper; `None` beyond the limit of nesting.
    pub(crate) fn nested<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEPTH_MAX {
            return None;
        }
        self.depth += 1;
        let value = inside(self);
        self.depth -= 1;
        Some(value)
    }

    /// The text of the file.
    pub(crate) fn source(&self) -> &'a str {
        self.src
    }

    /// A node's child by its field.
    pub(crate) fn child<'t>(&self, node: Node<'t>, field: &'static str) -> Option<Node<'t>> {
        let mut fields = self.fields.borrow_mut();
        let known = fields.iter().find(|(name, _)| std::ptr::eq(*name, field)).map(|(_, id)| *id);
        let id = known.unwrap_or_else(|| {
            let id = self.grammar.field_id_for_name(field);
            fields.push((field, id));
            id
        });
        node.child_by_field_id(id?.get())
    }

    /// All children of a node with a field.
    pub(crate) fn children<'t>(&self, node: Node<'t>, field: &'static str) -> Vec<Node<'t>> {
        let mut cursor = node.walk();
        node.children_by_field_name(field, &mut cursor).filter(Node::is_named).collect()
    }

    /// Returns whether the text contains `name.prototype`. A search of the tree would take longer.
    pub(super) fn has_prototype(&self, name: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let all = || self.src.match_indices(".prototype").map(|(at, _)| &self.src[..at]);
        let names = || all().map(|before| &before[before.trim_end_matches(is_part).len()..]).collect();
        self.prototypes.get_or_init(names).contains(name)
    }

    pub(crate) fn text(&self, node: Node<'_>) -> &'a str {
        self.src.get(node.byte_range()).unwrap_or("")
    }

    pub(crate) fn field_text(&self, node: Node<'_>, field: &'static str) -> Option<&'a str> {
        self.child(node, field).map(|child| self.text(child))
    }

    /// The text of a field; empty when the node has none.
    pub(crate) fn text_of(&self, node: Node<'_>, field: &'static str) -> &'a str {
        self.field_text(node, field).unwrap_or("")
    }

    pub(crate) fn opaque(&self, node: Node<'_>) -> Expr {
        Expr::Opaque(shown(self.text(node)))
    }

    pub(crate) fn function(&self) -> usize {
        *self.functions.last().unwrap_or(&0)
    }

    pub(crate) fn current(&mut self) -> &mut Function {
        let index = self.function();
        &mut self.facts.functions[index]
    }

    /// The class in whose body the current position is directly.
    pub(crate) fn class_body(&self) -> Option<usize> {
        self.classes.last().filter(|(_, depth)| *depth == self.functions.len()).map(|(class, _)| *class)
    }

    /// The enclosing class, also from inside of functions.
    pub(crate) fn class(&self) -> Option<usize> {
        self.classes.last().map(|(class, _)| *class)
    }

    pub(crate) fn class_name(&self) -> Option<String> {
        self.class().map(|class| self.facts.classes[class].name.clone())
    }

    /// Opens a class for the facts that `inside` notes. A class of the same name that was opened before (`impl`,
    /// `partial`, reopened) is continued.
    pub(crate) fn in_class<T>(&mut self, class: Class, inside: impl FnOnce(&mut Self) -> T) {
        let outer = class.outer.clone().or_else(|| self.class_name());
        let same = |one: &Class| one.name == class.name && one.outer == outer && !class.name.is_empty();
        let known = self.facts.classes.iter().position(same);
        let index = match known {
            Some(index) => {
                let one = &mut self.facts.classes[index];
                one.bases.extend(class.bases);
                one.members.extend(class.members);
                one.is_enum |= class.is_enum;
                index
            }
            None => {
                self.facts.classes.push(Class { outer, ..class });
                self.facts.classes.len() - 1
            }
        };
        self.classes.push((index, self.functions.len()));
        inside(self);
        self.classes.pop();
    }

    /// Opens a function for the facts that `inside` notes. Its class is the one whose body this is directly, unless one
    /// is given.
    pub(crate) fn in_function(&mut self, mut function: Function, inside: impl FnOnce(&mut Self)) -> usize {
        function.parent = self.function();
        if function.class.is_none() {
            function.class = self.class_body().map(|class| self.facts.classes[class].name.clone());
        }
        self.scopes.open_function(function.params.iter().map(|param| param.name.as_str()));
        self.facts.functions.push(function);
        let index = self.facts.functions.len() - 1;
        self.functions.push(index);
        inside(self);
        self.functions.pop();
        self.scopes.close_function();
        index
    }

    /// Lowers values directly in a class, in a scope that knows the class's names.
    pub(crate) fn in_class_scope<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let Some(class) = self.class_body() else { return inside(self) };
        let one = &self.facts.classes[class];
        let (name, line, known) = (one.name.clone(), one.line, one.scope);
        let scope = if known == 0 {
            let function =
                Function { class: Some(name), parent: self.function(), line, end_line: line, ..Function::default() };
            self.facts.functions.push(function);
            self.facts.classes[class].scope = self.facts.functions.len() - 1;
            self.facts.functions.len() - 1
        } else {
            known
        };
        self.functions.push(scope);
        self.scopes.open_function(std::iter::empty());
        let value = inside(self);
        self.scopes.close_function();
        self.functions.pop();
        value
    }

    /// Opens a block: variables that `inside` declares are not visible outside of it.
    pub(crate) fn in_block<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.open();
        let value = inside(self);
        self.scopes.close();
        value
    }

    /// The function's body begins: the next block is nested in it.
    pub(crate) fn begin_body(&mut self) {
        self.scopes.begin_body();
    }

    /// Declares a variable in the current block and returns its alias.
    pub(crate) fn declare(&mut self, name: &str) -> String {
        if self.class_body().is_some() {
            return name.to_owned();
        }
        let (facts, class) = (&self.facts, self.class().map(|class| &self.facts.classes[class]));
        self.scopes.declare(name, self.rules.redeclares, || {
            let top = facts.functions.first().map_or(&[][..], |top| &top.bindings);
            facts.imports.iter().any(|import| import.local == name)
                || class.is_some_and(|class| class.fields.iter().any(|(field, _)| field.name == name))
                || top.iter().any(|one| one.name == name)
        })
    }

    /// The alias of a name at the current position.
    pub(crate) fn known(&self, name: &str) -> String {
        self.scopes.known(name).to_owned()
    }

    /// Binds a name to a value in the current function or class.
    pub(crate) fn bind(&mut self, name: &str, value: Expr, kind: Option<String>, line: u32) {
        let binding = Binding { name: name.to_owned(), value, kind, line };
        match self.class_body() {
            Some(class) => self.facts.classes[class].members.push(binding),
            None => self.current().bindings.push(binding),
        }
    }

    /// Notes a value or a type of a field of the enclosing class.
    pub(crate) fn field(&mut self, name: &str, value: Expr, kind: Option<String>, line: u32) {
        let function = match self.class_body() {
            Some(class) => self.facts.classes[class].scope,
            None => self.function(),
        };
        self.field_of(function, name, value, kind, line);
    }

    /// The same for a value from another function.
    pub(crate) fn field_of(&mut self, function: usize, name: &str, value: Expr, kind: Option<String>, line: u32) {
        if let Some(class) = self.class() {
            self.facts.classes[class].fields.push((Binding { name: name.to_owned(), value, kind, line }, function));
        }
    }

    pub(crate) fn mention(&mut self, name: &str) {
        let name = name.to_owned();
        self.current().mentions.push(name);
    }

    pub(crate) fn call(&mut self, node: Node<'_>, target: Expr, args: Vec<Arg>, makes: bool) -> Expr {
        let function = self.function();
        let call = Arc::new(Call { target, args, line: line(node), end_line: end_line(node), makes, function });
        self.current().calls.push(Arc::clone(&call));
        Expr::Call(call)
    }

    /// Notes a literal string: SQL, and the end of a URL.
    pub(crate) fn string(&mut self, text: String, node: Node<'_>) -> Expr {
        self.facts.has_endpoint |= crate::text::url::may_be_endpoint(&text);
        if sql::may_write(&text) || sql::may_publish(&text) {
            let sql = Sql { text: text.clone(), line: line(node), function: self.function() };
            self.facts.sql.push(sql);
        }
        Expr::Text(text)
    }

    pub(crate) fn import(&mut self, local: &str, module: Vec<String>, item: Option<&str>) {
        self.facts.imports.push(Import { local: local.to_owned(), module, item: item.map(str::to_owned) });
    }
}

pub(crate) fn arg(value: Expr) -> Arg {
    Arg { name: None, value, spread: false }
}

pub(crate) fn named_arg(name: &str, value: Expr) -> Arg {
    Arg { name: Some(name.to_owned()), value, spread: false }
}

pub(crate) fn spread_arg(value: Expr) -> Arg {
    Arg { name: None, value, spread: true }
}

/// Either of two values.
pub(crate) fn either(one: Expr, other: Expr) -> Expr {
    let mut list = Vec::new();
    for value in [one, other] {
        match value {
            Expr::Any(values) => list.extend(values),
            value => list.push(value),
        }
    }
    Expr::Any(list)
}

/// An expression on one line, shortened.
fn shown(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > SHOWN_MAX {
            let end = (0..=SHOWN_MAX).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    line
}
