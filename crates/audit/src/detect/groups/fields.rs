//! Sets to which a field is limited where the shape of an object is described: `z.object({event: z.enum([…])})`,
//! `new Schema({event: {type: String, enum: […]}})`.

use super::closed;
use crate::{
    facts::Expr,
    resolve::{FunctionId, Project},
    text::events,
};

/// Depth of nested objects and calls that is read.
const DEPTH_MAX: usize = 6;

/// A field, and the texts that it may have.
pub(super) struct Limited {
    pub(super) field: String,
    pub(super) texts: Vec<String>,
}

/// The limited fields of a value, whose names speak of events.
pub(super) fn of(project: &Project, value: &Expr, scope: FunctionId) -> Vec<Limited> {
    let mut reader = Reader { project, scope, found: Vec::new() };
    if matches!(value, Expr::Call(_)) {
        reader.walk(value, 0);
    }
    reader.found
}

struct Reader<'p> {
    project: &'p Project,
    scope: FunctionId,
    found: Vec<Limited>,
}

impl Reader<'_> {
    // Bounded: by `DEPTH_MAX`.
    fn walk(&mut self, value: &Expr, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        match value {
            Expr::Call(call) => {
                // `z.object({…}).strict()`
                if let Expr::Member(of, _) = &call.target
                    && matches!(&**of, Expr::Call(_))
                {
                    self.walk(of, depth + 1);
                }
                call.args.iter().for_each(|arg| self.walk(&arg.value, depth + 1));
            }
            Expr::List(items) => items.iter().for_each(|item| self.walk(item, depth + 1)),
            Expr::Map(pairs) => {
                for (key, value) in pairs {
                    match key {
                        Expr::Text(field) if events::speaks_of_events(field) => self.field(field, value, depth + 1),
                        _ => self.walk(value, depth + 1),
                    }
                }
            }
            _ => {}
        }
    }

    // Bounded: by `DEPTH_MAX`.
    fn field(&mut self, field: &str, value: &Expr, depth: usize) {
        match closed::texts(self.project, value, self.scope).or_else(|| enumerated(value)) {
            Some(texts) => self.found.push(Limited { field: field.to_owned(), texts }),
            None => self.walk(value, depth),
        }
    }
}

/// `{enum: ["a.b"]}`, also as the element of a list.
fn enumerated(value: &Expr) -> Option<Vec<String>> {
    let value = if let Expr::List(items) = value { items.first()? } else { value };
    let Expr::Map(pairs) = value else { return None };
    let is_enum = |key: &Expr| matches!(key, Expr::Text(text) if text == "enum");
    let (_, Expr::List(items)) = pairs.iter().find(|(key, _)| is_enum(key))? else { return None };
    let texts = items.iter().map(|item| if let Expr::Text(text) = item { Some(text.clone()) } else { None });
    texts.collect()
}
