//! Names of a snippet: whether all of them exist at the suggested place. A small scanner, not a parser, since a snippet
//! may be in any language.

use super::words::has_word;
use crate::{
    facts::Function,
    resolve::{FunctionId, Meaning, Project},
    text::verbs,
};

/// Keywords of all languages, and names that exist everywhere.
const EVERYWHERE: &[&str] = &[
    "await",
    "async",
    "new",
    "return",
    "if",
    "else",
    "for",
    "in",
    "of",
    "let",
    "const",
    "var",
    "val",
    "mut",
    "ref",
    "fn",
    "func",
    "def",
    "do",
    "end",
    "and",
    "or",
    "not",
    "is",
    "as",
    "this",
    "self",
    "super",
    "cls",
    "base",
    "parent",
    "static",
    "true",
    "false",
    "True",
    "False",
    "null",
    "None",
    "nil",
    "undefined",
    "str",
    "int",
    "float",
    "bool",
    "dict",
    "list",
    "len",
    "String",
    "Some",
    "Ok",
    "Err",
    "vec",
    "json",
    "format",
    "move",
    "unsafe",
    "use",
    "string",
    "map",
    "any",
    "interface",
    "struct",
    "byte",
    "error",
    "List",
    "Map",
    "Object",
    "Array",
    "Math",
    "Number",
    "Promise",
    "BigDecimal",
    "System",
    "Task",
    "Time",
    "UTC",
    "Date",
    "JSON",
    "Instant",
    "DateTime",
    "Guid",
    "UUID",
    "context",
    "ctx",
    "fmt",
    "time",
    "datetime",
    "timezone",
    "decimal",
    "uuid",
    "now",
    "to_string",
    "array",
    "lambda",
];

/// Attributes that any entity has.
const COMMON: &[&str] =
    &["id", "uuid", "key", "pk", "tenant", "tenant_id", "value", "to_string", "clone", "isoformat", "hex", "public_id"];

/// A name that a snippet uses.
#[derive(Debug, PartialEq)]
pub(super) enum Used<'t> {
    /// `invoice` of `invoice.id`
    Root(&'t str),
    /// `id` of `invoice.id`, after the name in front of it.
    Attribute(&'t str, &'t str),
}

/// The names in a piece of code, without strings, comments, keys and names of arguments.
pub(super) fn used(text: &str) -> Vec<Used<'_>> {
    let mut all = Vec::new();
    let mut last: Option<(&str, usize)> = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if matches!(c, '"' | '\'' | '`') {
            at += 1 + rest[1..].find(c).map_or(rest.len() - 1, |end| end + 1);
        } else if c == '#' && !rest.starts_with("#{") || rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let name = &rest[..end];
            let before = text[..at].trim_end();
            let after = rest[end..].trim_start();
            let of =
                last.filter(|(_, ends)| matches!(text[*ends..at].trim(), "." | "?." | "->" | "?->" | "::" | "()."));
            let is_key = (after.starts_with(':') && !after.starts_with("::"))
                || (after.starts_with('=') && !after.starts_with("==") && !after.starts_with("=>"));
            if let Some((of, _)) = of {
                all.push(Used::Attribute(of, name));
            } else if before.ends_with(['.', ':'])
                && !before.ends_with(": ")
                && (before.ends_with('.') || before.ends_with("::"))
                || before.ends_with("->")
            {
                // An attribute of an expression that is no plain name.
            } else if !is_key {
                all.push(Used::Root(name));
            }
            at += end;
            last = Some((name, at));
        } else if c.is_numeric() {
            at += rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        } else {
            at += c.len_utf8();
        }
    }
    all
}

/// The scopes in which the names of a snippet are looked up.
pub(super) struct Scope<'c> {
    pub(super) project: &'c Project,
    /// The function that the snippet is suggested for.
    pub(super) target: FunctionId,
    /// The function that the example is from.
    pub(super) example: FunctionId,
    /// The source text of the target.
    pub(super) text: &'c str,
    /// The snippet is about another entity than the example.
    pub(super) is_renamed: bool,
}

impl Scope<'_> {
    pub(super) fn has_all(&self, snippet: &str) -> bool {
        used(snippet).iter().all(|used| match used {
            Used::Root(name) => self.has(name),
            Used::Attribute(of, name) => self.has_attribute(of, name),
        })
    }

    /// An entry of the payload fits: its names exist and, when the snippet is about another entity, one of them is a
    /// variable of the target. `"login_at": now()` is about the example's event.
    pub(super) fn fits(&self, entry: &str) -> bool {
        let is_own = || used(entry).iter().any(|used| matches!(used, Used::Root(name) if self.is_local(name)));
        self.has_all(entry) && (!self.is_renamed || is_own())
    }

    fn has(&self, name: &str) -> bool {
        EVERYWHERE.contains(&name)
            || name.starts_with(char::is_uppercase) && !self.project.classes_named(name).is_empty()
            || self.is_local(name)
            || self.is_global(name)
    }

    /// A parameter or a variable of the target or its enclosing functions.
    fn is_local(&self, name: &str) -> bool {
        let knows = |function: &Function| {
            function.params.iter().any(|param| param.name == name)
                || function.bindings.iter().any(|one| crate::facts::as_written(&one.name) == name)
        };
        let mut at = self.target;
        while at.index != 0 {
            let function = self.project.function(at);
            if knows(function) {
                return true;
            }
            at.index = function.parent;
        }
        false
    }

    /// A name at the top level of either file, which can be imported, or a member of the target's class, where those are
    /// visible by their bare names.
    fn is_global(&self, name: &str) -> bool {
        let file = |file: usize| !matches!(self.project.top_meaning(name, file), Meaning::Unknown);
        let sees_members = self.project.files[self.target.file].traits.bare_members;
        let method = || {
            let class = self.project.class_around(self.target);
            class
                .is_some_and(|class| self.project.has_member(class, name) || self.project.method(class, name).is_some())
        };
        file(self.target.file) || file(self.example.file) || sees_members && method()
    }

    /// True when an entity has an attribute. Only the example's entity is known to have it; another one must have it in
    /// the target's text or in its class.
    fn has_attribute(&self, of: &str, name: &str) -> bool {
        let is_read = |sign: &str| has_word(self.text, &format!("{of}{sign}{name}"));
        let in_class = || {
            let class: String = verbs::split(of).iter().map(|word| upper_first(word)).collect();
            self.project.classes_named(&class).iter().any(|class| self.project.has_member(*class, name))
        };
        if matches!(of, "self" | "this") {
            return self.has_own(name);
        }
        !self.is_renamed
            || !self.is_local(of)
            || COMMON.iter().any(|one| verbs::same(one, name))
            || [".", "->", "?.", "?->", "&."].iter().any(|sign| is_read(sign))
            || in_class()
    }
}

impl Scope<'_> {
    /// True when the target's class has a member that the example's class has.
    fn has_own(&self, name: &str) -> bool {
        let class = self.project.class_around(self.target);
        class.is_some_and(|class| {
            Some(class) == self.project.class_around(self.example)
                || self.project.has_member(class, name)
                || self.project.method(class, name).is_some()
        })
    }
}

fn upper_first(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_snippet() {
        let python = "await bus().publish(\n    WebhookEvent.X,\n    {\"amount\": amount, \"id\": str(row.id)},\n    tenant_id=tenant,\n)";
        let roots: Vec<&str> = used(python)
            .into_iter()
            .filter_map(|one| if let Used::Root(name) = one { Some(name) } else { None })
            .collect();
        assert_eq!(roots, ["await", "bus", "WebhookEvent", "amount", "str", "row", "tenant"]);
        assert!(used(python).contains(&Used::Attribute("row", "id")));
        let typescript = "bus.emit(Events.Paid, { id: invoice.id, total });";
        let roots: Vec<&str> = used(typescript)
            .into_iter()
            .filter_map(|one| if let Used::Root(name) = one { Some(name) } else { None })
            .collect();
        assert_eq!(roots, ["bus", "Events", "invoice", "total"]);
        assert_eq!(used("# it's there"), []);
    }
}
