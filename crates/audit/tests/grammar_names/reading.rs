//! Finds the names of node kinds and fields in code: literals that are compared with `node.kind()`, literals that are
//! given to a parameter `kind: &str`, `kinds: &[&str]` or `field: &'static str`, and literals in the constants that list
//! kinds. A use of `node.kind()` in any other place is reported, so that no name escapes.

use crate::signatures::{Signatures, Takes, ident, takes, texts};
use std::collections::BTreeSet;
use syn::{
    Arm, Expr, ExprBinary, ExprCall, ExprLet, ExprMatch, ExprMethodCall, FnArg, ImplItemFn, ItemConst, ItemFn, Lit,
    LitStr, Local, Macro, Pat, Signature, Token, Type, TypePath,
    parse::{Parse, ParseStream},
    visit::{self, Visit},
};

/// How a name is compared with a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    Whole(String),
    Start(String),
    End(String),
    Part(String),
}

impl Match {
    pub(super) fn fits(&self, kind: &str) -> bool {
        match self {
            Self::Whole(name) => kind == name,
            Self::Start(name) => kind.starts_with(name.as_str()),
            Self::End(name) => kind.ends_with(name.as_str()),
            Self::Part(name) => kind.contains(name.as_str()),
        }
    }
}

/// The names that were found.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) kinds: BTreeSet<Match>,
    pub(super) fields: BTreeSet<String>,
    /// Places where a kind or a name of one goes that this does not follow.
    pub(super) not_understood: BTreeSet<String>,
}

impl Names {
    pub(super) fn read(&mut self, file: &syn::File, signatures: &Signatures, owner: &str, path: &str) {
        Reader { names: self, signatures, owner, path, holders: Vec::new() }.visit_file(file);
    }
}

struct Reader<'r> {
    names: &'r mut Names,
    signatures: &'r Signatures,
    owner: &'r str,
    path: &'r str,
    /// Names in scope that hold a kind, or a name of a field that was given.
    holders: Vec<String>,
}

impl Reader<'_> {
    /// `node.kind()`, or a name that holds that.
    fn is_kind(&self, expr: &Expr) -> bool {
        match expr {
            Expr::MethodCall(call) => call.method == "kind" && call.args.is_empty(),
            Expr::Reference(reference) => self.is_kind(&reference.expr),
            Expr::Paren(inner) => self.is_kind(&inner.expr),
            Expr::Path(path) => path.path.get_ident().is_some_and(|own| self.holders.iter().any(|one| own == one)),
            _ => false,
        }
    }

    /// The texts of a constant.
    fn list(&self, constant: &Expr) -> Option<Vec<String>> {
        self.signatures.lists.get(&(self.owner.to_owned(), ident(constant)?)).cloned()
    }

    /// Visits the receiver of `.kind()`.
    fn visit_inside(&mut self, kind: &Expr) {
        match kind {
            Expr::MethodCall(call) => self.visit_expr(&call.receiver),
            Expr::Reference(reference) => self.visit_inside(&reference.expr),
            Expr::Paren(inner) => self.visit_inside(&inner.expr),
            _ => {}
        }
    }

    fn unclear(&mut self, place: &str) {
        self.names.not_understood.insert(format!("{}: {place}", self.path));
    }

    /// Takes the literals of a pattern; the names that it binds hold kinds.
    fn pattern(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Lit(literal) => {
                if let Lit::Str(text) = &literal.lit {
                    self.names.kinds.insert(Match::Whole(text.value()));
                }
            }
            Pat::Or(or) => or.cases.iter().for_each(|case| self.pattern(case)),
            Pat::Paren(inner) => self.pattern(&inner.pat),
            Pat::Ident(own) => self.holders.push(own.ident.to_string()),
            Pat::TupleStruct(of) => of.elems.iter().for_each(|part| self.pattern(part)),
            Pat::Wild(_) | Pat::Path(_) => {}
            _ => self.unclear("a pattern of an unknown form"),
        }
    }

    /// Compares a value with a pattern: kinds with texts, also in tuples.
    fn compare(&mut self, value: &Expr, pattern: &Pat) {
        if self.is_kind(value) {
            return self.pattern(pattern);
        }
        match (value, pattern) {
            (Expr::Tuple(values), Pat::Tuple(patterns)) => {
                for (value, pattern) in values.elems.iter().zip(&patterns.elems) {
                    self.compare(value, pattern);
                }
            }
            (value, Pat::Or(or)) => or.cases.iter().for_each(|case| self.compare(value, case)),
            _ => {}
        }
    }

    /// Visits a value that is compared: its own `.kind()` is understood.
    fn visit_compared(&mut self, value: &Expr) {
        match value {
            value if self.is_kind(value) => self.visit_inside(value),
            Expr::Tuple(values) => values.elems.iter().for_each(|one| self.visit_compared(one)),
            value => self.visit_expr(value),
        }
    }

    /// Reads the arguments of a call.
    fn arguments<'e>(&mut self, function: &str, args: impl Iterator<Item = &'e Expr>) {
        let taking = self.signatures.functions.get(function).cloned().unwrap_or_default();
        for (at, arg) in args.enumerate() {
            let Some((_, takes)) = taking.iter().find(|(place, _)| *place == at) else {
                self.visit_expr(arg);
                continue;
            };
            match (texts(arg).or_else(|| self.list(arg)), takes) {
                (Some(texts), Takes::Kind) => self.names.kinds.extend(texts.into_iter().map(Match::Whole)),
                (Some(texts), Takes::Field) => self.names.fields.extend(texts),
                (None, _) if self.is_kind(arg) => self.visit_inside(arg),
                (None, _) => self.unclear(&format!("an argument of {function}")),
            }
        }
    }

    /// Parameters that hold a kind or a field's name are known in the body.
    fn function(&mut self, signature: &Signature, inside: impl FnOnce(&mut Self)) {
        let before = self.holders.len();
        for input in &signature.inputs {
            if let FnArg::Typed(typed) = input
                && let (Some(_), Pat::Ident(own)) = (takes(&typed.pat, &typed.ty), &*typed.pat)
            {
                self.holders.push(own.ident.to_string());
            }
        }
        inside(self);
        self.holders.truncate(before);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.sig, |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(&item.sig, |reader| visit::visit_impl_item_fn(reader, item));
    }

    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        let of_kinds = |path: &TypePath| path.path.is_ident("Passes") || path.path.is_ident("Literal");
        if item.ident == "BLOCKS" || matches!(&*item.ty, Type::Path(path) if of_kinds(path)) {
            let mut literals = Literals::default();
            literals.visit_expr(&item.expr);
            self.names.kinds.extend(literals.0.into_iter().map(Match::Whole));
        }
    }

    fn visit_expr_match(&mut self, of: &'ast ExprMatch) {
        self.visit_compared(&of.expr);
        for Arm { pat, guard, body, .. } in &of.arms {
            let before = self.holders.len();
            self.compare(&of.expr, pat);
            if let Some((_, guard)) = guard {
                self.visit_expr(guard);
            }
            self.visit_expr(body);
            self.holders.truncate(before);
        }
    }

    fn visit_expr_let(&mut self, of: &'ast ExprLet) {
        self.compare(&of.expr, &of.pat);
        self.visit_compared(&of.expr);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let Some(init) = &local.init else { return };
        self.compare(&init.expr, &local.pat);
        self.visit_compared(&init.expr);
        if let Some((_, otherwise)) = &init.diverge {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_binary(&mut self, of: &'ast ExprBinary) {
        for (one, other) in [(&of.left, &of.right), (&of.right, &of.left)] {
            if !self.is_kind(one) {
                self.visit_expr(one);
                continue;
            }
            self.visit_inside(one);
            match texts(other) {
                Some(texts) => self.names.kinds.extend(texts.into_iter().map(Match::Whole)),
                None if self.is_kind(other) => {}
                None => self.unclear("a kind is compared with something computed"),
            }
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let method = call.method.to_string();
        // `LIST.contains(&node.kind())`. Lists in fields and parameters are read where they are made.
        if let ("contains", Some(only)) = (method.as_str(), call.args.first())
            && self.is_kind(only)
        {
            match self.list(&call.receiver).or_else(|| texts(&call.receiver)) {
                Some(list) => self.names.kinds.extend(list.into_iter().map(Match::Whole)),
                None if matches!(&*call.receiver, Expr::Field(_)) || self.is_kind(&call.receiver) => {}
                None => self.unclear("a list of kinds that is no constant"),
            }
            return self.visit_inside(only);
        }
        if self.is_kind(&call.receiver) {
            self.visit_inside(&call.receiver);
            let by: fn(String) -> Match = match method.as_str() {
                "starts_with" => Match::Start,
                "ends_with" => Match::End,
                "contains" => Match::Part,
                _ => return self.unclear(&format!("{method} of a kind")),
            };
            match call.args.first().and_then(texts) {
                Some(texts) => self.names.kinds.extend(texts.into_iter().map(by)),
                None => self.unclear(&format!("{method} of a kind with something computed")),
            }
            return;
        }
        if method == "kind" && call.args.is_empty() {
            self.unclear("a kind that is compared with nothing known");
        }
        self.visit_expr(&call.receiver);
        self.arguments(&method, call.args.iter());
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        self.visit_expr(&call.func);
        match ident(&call.func) {
            Some(name) => self.arguments(&name, call.args.iter()),
            None => call.args.iter().for_each(|arg| self.visit_expr(arg)),
        }
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        if invocation.path.is_ident("matches") {
            match invocation.parse_body::<Matches>() {
                Ok(Matches { value, pattern, guard }) => {
                    let before = self.holders.len();
                    self.compare(&value, &pattern);
                    self.visit_compared(&value);
                    guard.iter().for_each(|guard| self.visit_expr(guard));
                    self.holders.truncate(before);
                }
                Err(_) => self.unclear("matches! of an unknown form"),
            }
        } else if invocation.tokens.to_string().contains(". kind ()") {
            self.unclear("a kind in a macro");
        }
    }
}

/// All texts in an expression.
#[derive(Default)]
struct Literals(Vec<String>);

impl<'ast> Visit<'ast> for Literals {
    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.0.push(text.value());
    }
}

/// The arguments of `matches!(…)`.
struct Matches {
    value: Expr,
    pattern: Pat,
    guard: Option<Expr>,
}

impl Parse for Matches {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let value = input.parse()?;
        input.parse::<Token![,]>()?;
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let guard = if input.parse::<Option<Token![if]>>()?.is_some() { Some(input.parse()?) } else { None };
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { value, pattern, guard })
    }
}
