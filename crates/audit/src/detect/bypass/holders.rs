//! Inverted index of a file: maps a text or a name to the bindings and calls whose expressions contain it. With it, a
//! file with thousands of statements is read once, not once for each.

use crate::facts::{Expr, Facts};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

/// The places in one function that contain a text or name, as indexes into its lists.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Bindings whose value contains it.
    pub(super) bindings: Vec<usize>,
    /// Calls with an argument that contains it.
    pub(super) given: Vec<usize>,
    /// Calls on a receiver that contains it.
    pub(super) on: Vec<usize>,
}

/// Places by function.
type Places = BTreeMap<usize, Held>;

#[derive(Debug, Default)]
pub(super) struct Holders<'p> {
    texts: HashMap<Cow<'p, str>, Places>,
    names: HashMap<&'p str, Places>,
}

enum Word<'p> {
    Text(Cow<'p, str>),
    Name(&'p str),
}

impl<'p> Holders<'p> {
    pub(super) fn of(facts: &'p Facts) -> Self {
        let mut holders = Self::default();
        for (index, function) in facts.functions.iter().enumerate() {
            for (at, binding) in function.bindings.iter().enumerate() {
                words(&binding.value, &mut |word| holders.held(word, index).bindings.push(at));
            }
            for (at, call) in function.calls.iter().enumerate() {
                for arg in &call.args {
                    words(&arg.value, &mut |word| holders.held(word, index).given.push(at));
                }
                if let Expr::Member(of, _) = &call.target {
                    words(of, &mut |word| holders.held(word, index).on.push(at));
                }
            }
        }
        holders
    }

    fn held(&mut self, word: Word<'p>, function: usize) -> &mut Held {
        let places = match word {
            Word::Text(text) => self.texts.entry(text).or_default(),
            Word::Name(name) => self.names.entry(name).or_default(),
        };
        places.entry(function).or_default()
    }

    pub(super) fn text(&self, text: &str, function: usize) -> Option<&Held> {
        self.texts.get(text)?.get(&function)
    }

    pub(super) fn name(&self, name: &str, function: usize) -> Option<&Held> {
        self.names.get(name)?.get(&function)
    }

    /// The functions that contain the text or one of the names.
    pub(super) fn functions(&self, text: &str, names: &HashSet<&str>) -> BTreeSet<usize> {
        let named = names.iter().filter_map(|name| self.names.get(name));
        self.texts.get(text).into_iter().chain(named).flat_map(|places| places.keys().copied()).collect()
    }
}

/// Visits all texts and names in a value, by the rule of [`holds`].
// Bounded: by the depth of the expression, which `Writer` limits.
fn words<'p>(value: &'p Expr, found: &mut dyn FnMut(Word<'p>)) {
    match value {
        Expr::Text(text) => found(Word::Text(Cow::Borrowed(text))),
        Expr::Join(parts) => found(Word::Text(Cow::Owned(joined(parts)))),
        Expr::Name(name) => found(Word::Name(name)),
        Expr::Call(call) => {
            call.args.iter().for_each(|arg| words(&arg.value, found));
            if let Expr::Member(of, _) = &call.target {
                words(of, found);
            }
        }
        Expr::Any(items) | Expr::List(items) => items.iter().for_each(|item| words(item, found)),
        _ => {}
    }
}

/// True when a value is the SQL text, a name for it, or a call that gets it.
// Bounded: by the depth of the expression, which `Writer` limits.
pub(super) fn holds(value: &Expr, text: &str, names: &HashSet<&str>) -> bool {
    match value {
        Expr::Text(one) => one == text,
        Expr::Join(parts) => joined(parts) == text,
        Expr::Name(name) => names.contains(name.as_str()),
        Expr::Call(call) => {
            call.args.iter().any(|arg| holds(&arg.value, text, names))
                || matches!(&call.target, Expr::Member(of, _) if holds(of, text, names))
        }
        Expr::Any(items) | Expr::List(items) => items.iter().any(|item| holds(item, text, names)),
        _ => false,
    }
}

/// The text of a joined string, with `?` for its unknown parts.
fn joined(parts: &[Expr]) -> String {
    parts.iter().map(|part| if let Expr::Text(text) = part { text } else { "?" }).collect()
}
