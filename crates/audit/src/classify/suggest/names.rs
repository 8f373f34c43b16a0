//! Names as words and stems, and the question of what a name is about.

use crate::text::{similar, verbs};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// Words after an entity that do not make it another entity: `InvoiceService`, `update_order_status`.
const GENERIC: &[&str] = &[
    "action",
    "actions",
    "all",
    "api",
    "async",
    "base",
    "batch",
    "bulk",
    "case",
    "command",
    "commands",
    "controller",
    "controllers",
    "dao",
    "data",
    "database",
    "db",
    "details",
    "endpoint",
    "facade",
    "fields",
    "full",
    "handler",
    "handlers",
    "id",
    "impl",
    "info",
    "interactor",
    "internal",
    "it",
    "job",
    "jobs",
    "lifecycle",
    "manager",
    "many",
    "model",
    "models",
    "module",
    "mutation",
    "mutations",
    "now",
    "object",
    "objects",
    "one",
    "operation",
    "operations",
    "processor",
    "record",
    "records",
    "repo",
    "repository",
    "repositories",
    "resolver",
    "resource",
    "route",
    "router",
    "row",
    "safe",
    "service",
    "services",
    "single",
    "state",
    "status",
    "store",
    "sync",
    "table",
    "task",
    "tasks",
    "transaction",
    "tx",
    "use",
    "usecase",
    "v1",
    "v2",
    "viewset",
    "workflow",
    "worker",
];

/// First words of a thing's name that do not make it another thing: `savedOrder`, `AdminOrderController`.
const ADJECTIVES: &[&str] = &[
    "abstract", "admin", "all", "base", "core", "created", "current", "db", "default", "deleted", "existing", "i",
    "jpa", "local", "my", "new", "old", "original", "public", "saved", "sql", "the", "this", "updated",
];

/// Words behind which a name speaks of something else: `create_invoice_from_order`.
const BEHIND: &[&str] = &[
    "after", "and", "as", "at", "before", "by", "for", "from", "if", "in", "into", "of", "on", "or", "to", "using",
    "via", "when", "while", "with", "without",
];

pub(super) fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word)
}

/// A name, split.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Name {
    pub(super) words: Vec<String>,
    pub(super) stems: Vec<String>,
}

impl Name {
    pub(super) fn new(text: &str) -> Self {
        let words = verbs::split(text);
        Self { stems: words.iter().map(|word| stem(word)).collect(), words }
    }

    /// Number of words before the part that speaks of something else.
    pub(super) fn own_len(&self) -> usize {
        self.words.iter().skip(1).position(|word| BEHIND.contains(&word.as_str())).map_or(self.words.len(), |at| at + 1)
    }

    /// Number of words that qualify the entity, when the name of a function is about it. Behind the entity only generic
    /// words and those that `is_deed` knows may follow, since `invoice_template` is no invoice.
    pub(super) fn about(&self, entity: &[String], is_deed: impl Fn(&str) -> bool) -> Option<usize> {
        let at = self.place_of(entity, &is_deed)?;
        Some((1..at).filter(|at| !is_generic(&self.words[*at]) && !is_deed(&self.stems[*at])).count())
    }

    /// True when the name of a class, a variable or a file is the entity's, without another word that qualifies it.
    pub(super) fn is_of(&self, entity: &[String], is_deed: impl Fn(&str) -> bool) -> bool {
        let plain = |at: usize| {
            let word = self.words[at].as_str();
            is_generic(word) || ADJECTIVES.contains(&word) || is_deed(&self.stems[at])
        };
        self.place_of(entity, &is_deed).is_some_and(|at| (0..at).all(plain))
    }

    fn place_of(&self, entity: &[String], is_deed: &impl Fn(&str) -> bool) -> Option<usize> {
        let own = self.own_len();
        let fits = |at: &usize| {
            let end = at + entity.len();
            let last = |at: usize| at + 1 == self.words.len() && self.words[at] == "view";
            self.stems[*at..end] == *entity
                && (end..own).all(|at| is_generic(&self.words[at]) || is_deed(&self.stems[at]) || last(at))
        };
        (0..(own + 1).saturating_sub(entity.len())).find(fits)
    }

    /// True when the name has the entity's words in a row, anywhere.
    pub(super) fn mentions(&self, entity: &[String]) -> bool {
        !entity.is_empty() && self.stems.windows(entity.len()).any(|part| part == entity)
    }

    /// True when all its words are generic, or `is_deed` knows them.
    pub(super) fn is_plain(&self, is_deed: impl Fn(&str) -> bool) -> bool {
        self.words
            .iter()
            .zip(&self.stems)
            .all(|(word, stem)| is_generic(word) || ADJECTIVES.contains(&word.as_str()) || is_deed(stem))
    }
}

/// With its article: `an invoice`.
pub(super) fn with_article(thing: &str) -> String {
    let article = if thing.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {thing}")
}

/// The stem of a word; `city` and `cities` have one.
pub(super) fn stem(word: &str) -> String {
    let mut stem = similar::stem(word);
    if stem.len() > 3 && stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    stem
}

/// Names are split once each, since most occur many times.
#[derive(Default)]
pub(super) struct Names {
    known: RefCell<HashMap<String, Rc<Name>>>,
}

impl Names {
    pub(super) fn of(&self, text: &str) -> Rc<Name> {
        if let Some(name) = self.known.borrow().get(text) {
            return name.clone();
        }
        let name = Rc::new(Name::new(text));
        self.known.borrow_mut().insert(text.to_owned(), name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_about_its_last_noun() {
        let entity = |text: &str| Name::new(text).stems;
        let about =
            |name: &str, of: &str| Name::new(name).about(&entity(of), |stem| stem == "creat" || stem == "updat");
        for (name, of, qualifiers) in [
            ("createInvoice", "invoice", 0),
            ("create_invoices", "invoice", 0),
            ("InvoiceCreate", "invoice", 0),
            ("update_order_status", "order", 0),
            ("create_invoice_from_order", "invoice", 0),
            ("create_recipe_purchase_order", "purchase_order", 1),
            ("update_cities", "city", 0),
        ] {
            assert_eq!(about(name, of), Some(qualifiers), "{name}");
        }
        for (name, of) in [
            ("create_invoice_template", "invoice"),
            ("create_invoice_from_order", "order"),
            ("update_document_id_type", "document"),
            ("create", "invoice"),
        ] {
            assert_eq!(about(name, of), None, "{name}");
        }
    }
}
