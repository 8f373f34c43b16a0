//! Closed sets of texts that are values of the code: the types of literals, and enums and unions of schema libraries.

use crate::{
    facts::{Call, Expr},
    resolve::{FunctionId, Meaning, Project},
};

/// Depth of nested unions that is read.
const DEPTH_MAX: usize = 6;

/// The texts of `Literal["a.b", …]`, `z.enum(["a.b", …])`, `z.union([z.literal("a.b"), …])`, and of unions of names
/// that stand for such values. `None` for other values.
pub(super) fn texts(project: &Project, value: &Expr, scope: FunctionId) -> Option<Vec<String>> {
    if !matches!(value, Expr::Call(_) | Expr::Index(..) | Expr::List(_)) {
        return None;
    }
    let mut texts = Vec::new();
    let is_closed = Reader { project }.add(value, scope, &mut texts, 0);
    (is_closed && !texts.is_empty()).then_some(texts)
}

struct Reader<'p> {
    project: &'p Project,
}

impl Reader<'_> {
    /// False when the value may have other texts.
    // Bounded: by `DEPTH_MAX`.
    fn add(&self, value: &Expr, scope: FunctionId, texts: &mut Vec<String>, depth: usize) -> bool {
        if depth > DEPTH_MAX {
            return false;
        }
        match value {
            Expr::Index(of, key) => match of.last_name() {
                Some("Literal") => own(key, texts),
                Some("Union" | "Optional") => self.all(listed(key), scope, texts, depth),
                _ => false,
            },
            Expr::Call(call) => self.call(call, scope, texts, depth),
            Expr::List(items) => {
                !items.iter().any(|item| matches!(item, Expr::Text(_))) && self.all(items, scope, texts, depth)
            }
            Expr::Name(name) => match self.project.top_meaning(name, scope.file) {
                Meaning::Values(bindings, at) => bindings.iter().all(|one| self.add(&one.value, at, texts, depth + 1)),
                _ => false,
            },
            _ => false,
        }
    }

    // Bounded: by `DEPTH_MAX`.
    fn call(&self, call: &Call, scope: FunctionId, texts: &mut Vec<String>, depth: usize) -> bool {
        let Expr::Member(of, name) = &call.target else { return false };
        let first = call.args.first().map(|arg| &arg.value);
        match (name.to_ascii_lowercase().as_str(), first) {
            ("enum" | "picklist" | "enums", Some(list @ Expr::List(_))) => own(list, texts),
            ("literal", Some(text @ Expr::Text(_))) => own(text, texts),
            ("union", Some(Expr::List(items))) => self.all(items, scope, texts, depth),
            ("array", Some(of)) => self.add(of, scope, texts, depth + 1),
            // `.optional()`, `.describe("…")` and the like keep the set.
            _ => matches!(&**of, Expr::Call(_)) && self.add(of, scope, texts, depth + 1),
        }
    }

    // Bounded: by `DEPTH_MAX`.
    fn all(&self, items: &[Expr], scope: FunctionId, texts: &mut Vec<String>, depth: usize) -> bool {
        let mut parts = items.iter().filter(|item| !matches!(item, Expr::Nil));
        !items.is_empty() && parts.all(|item| self.add(item, scope, texts, depth + 1))
    }
}

fn listed(value: &Expr) -> &[Expr] {
    if let Expr::List(items) = value { items } else { std::slice::from_ref(value) }
}

fn own(value: &Expr, texts: &mut Vec<String>) -> bool {
    let items = listed(value);
    texts.extend(items.iter().filter_map(|item| if let Expr::Text(text) = item { Some(text.clone()) } else { None }));
    items.iter().all(|item| matches!(item, Expr::Text(_)))
}
