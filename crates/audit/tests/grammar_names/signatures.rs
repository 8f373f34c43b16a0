//! Parameters that take names of kinds and fields, and constants that list such names.

use std::collections::HashMap;
use syn::{
    Expr, FnArg, ImplItemFn, ItemConst, ItemFn, Lit, Pat, Signature, Type,
    visit::{self, Visit},
};

/// The kind of name that a parameter takes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Takes {
    Kind,
    Field,
}

/// Parameters that take names, and lists of names, of all files together.
#[derive(Default)]
pub(super) struct Signatures {
    /// By the function's name: places among its arguments, without the receiver.
    pub(super) functions: HashMap<String, Vec<(usize, Takes)>>,
    /// By the language and the constant's name.
    pub(super) lists: HashMap<(String, String), Vec<String>>,
    /// The language that is read at the moment.
    owner: String,
}

impl Signatures {
    pub(super) fn of<'a>(files: impl Iterator<Item = (&'a str, &'a syn::File)>) -> Self {
        let mut all = Self::default();
        for method in ["child_by_field_name", "children_by_field_name"] {
            all.functions.insert(method.to_owned(), vec![(0, Takes::Field)]);
        }
        for (owner, file) in files {
            owner.clone_into(&mut all.owner);
            all.visit_file(file);
        }
        all
    }

    fn add(&mut self, signature: &Signature) {
        let typed = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(typed),
            FnArg::Receiver(_) => None,
        });
        let taking = typed.enumerate().filter_map(|(at, typed)| Some((at, takes(&typed.pat, &typed.ty)?))).collect();
        let name = signature.ident.to_string();
        let known: &mut Vec<(usize, Takes)> = self.functions.entry(name).or_default();
        known.extend::<Vec<_>>(taking);
    }
}

impl<'ast> Visit<'ast> for Signatures {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(&function.sig);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(&function.sig);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_item_const(&mut self, list: &'ast ItemConst) {
        if let Some(texts) = texts(&list.expr) {
            self.lists.insert((self.owner.clone(), list.ident.to_string()), texts);
        }
    }
}

/// `kind: &str`, `kinds: &[&str]`, `field: &'static str`
pub(super) fn takes(pat: &Pat, ty: &Type) -> Option<Takes> {
    let (Pat::Ident(own), Type::Reference(reference)) = (pat, ty) else { return None };
    let is_text = |ty: &Type| matches!(ty, Type::Path(path) if path.path.is_ident("str"));
    match own.ident.to_string().rsplit('_').next()? {
        "kind" if is_text(&reference.elem) => Some(Takes::Kind),
        "kinds" if matches!(&*reference.elem, Type::Slice(_)) => Some(Takes::Kind),
        "field" if is_text(&reference.elem) && reference.lifetime.is_some() => Some(Takes::Field),
        _ => None,
    }
}

/// The texts of a literal, or of a list of literals.
pub(super) fn texts(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(vec![text.value()]),
            _ => None,
        },
        Expr::Reference(reference) => texts(&reference.expr),
        Expr::Paren(inner) => texts(&inner.expr),
        Expr::Array(array) => {
            array.elems.iter().map(texts).collect::<Option<Vec<_>>>().map(|all| all.into_iter().flatten().collect())
        }
        _ => None,
    }
}

pub(super) fn ident(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Expr::Reference(reference) => ident(&reference.expr),
        Expr::Unary(unary) => ident(&unary.expr),
        Expr::Paren(inner) => ident(&inner.expr),
        _ => None,
    }
}
