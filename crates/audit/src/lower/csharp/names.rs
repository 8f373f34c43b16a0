//! C#: qualified names, and names as texts.

use crate::{
    facts::Expr,
    lower::{typed::is_local, writer::Writer},
};
use tree_sitter::Node;

/// Bytes. A longer expression is a chain of calls, not a qualified name.
const LENGTH_MAX: usize = 256;

/// `Acme.Events.Topics.A`, also after `global::`: the type is imported as if by `using`.
pub(super) fn qualified(w: &mut Writer<'_>, node: Node<'_>) -> Option<Expr> {
    if w.text(node).len() > LENGTH_MAX {
        return None;
    }
    let text: String = w.text(node).split_whitespace().collect();
    let (path, certain) = match text.strip_prefix("global::") {
        Some(path) => (path, true),
        None => (text.as_str(), false),
    };
    let mut parts: Vec<&str> = path.split('.').collect();
    let is_name =
        |part: &&str| part.starts_with(char::is_uppercase) && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    if parts.len() < 3 || !parts.iter().all(is_name) || !(certain || is_namespace(w, parts[0])) {
        return None;
    }
    let member = parts.pop()?;
    let local = parts.join(".");
    let item = parts.pop()?;
    if !w.facts.imports.iter().any(|import| import.local == local) {
        w.import(&local, parts.into_iter().map(str::to_owned).collect(), Some(item));
    }
    Some(Expr::Name(local).member(member))
}

/// `nameof(a.b.C)`: the last name as a text.
pub(super) fn of(w: &Writer<'_>, node: Node<'_>) -> Expr {
    let list = w.child(node, "arguments").map_or("", |list| w.text(list));
    let last = list.trim_matches(['(', ')']).rsplit('.').next().unwrap_or("").trim();
    let is_name = !last.is_empty() && last.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_name { Expr::Text(last.to_owned()) } else { w.opaque(node) }
}

/// Returns whether a visible namespace begins with this name, and no member, import, class or local has the name.
fn is_namespace(w: &Writer<'_>, name: &str) -> bool {
    let of_class = w.class().is_some_and(|class| {
        let class = &w.facts.classes[class];
        class.fields.iter().map(|(field, _)| field).chain(&class.members).any(|one| one.name == name)
    });
    let own = w.facts.module.len() > 1 && w.facts.module[0] == name;
    let known =
        || w.facts.imports.iter().any(|one| one.local == "*" && one.module.first().is_some_and(|it| it == name));
    let named_so = w.facts.imports.iter().any(|import| import.local == name)
        || w.facts.classes.iter().any(|class| class.name == name);
    !of_class && !named_so && !is_local(w, &w.known(name)) && (own || known())
}
