//! From the parser's tree to ours: names become variables and functions, patterns are compiled, constants are folded, and
//! types that are known without an event are checked.

mod call;
mod name;
mod operator;

use crate::{
    Fault, PATTERNS,
    datum::Datum,
    document::Document,
    eval::Run,
    kind::Kind,
    number::Number,
    tree::{Node, Variable},
    why::Why,
};
use cel::{
    IdedExpr,
    common::ast::{EntryExpr, Expr, IdedEntryExpr, LiteralValue, SelectExpr, SourceInfo},
};
use std::sync::Arc;

/// Steps for one constant expression of at most 4,000 characters.
const FOLDING_STEPS: usize = 10_000;

/// Compiles an expression whose result may be a boolean.
pub(crate) fn compile(expression: IdedExpr, places: &SourceInfo, text: &[char]) -> Result<Node, Fault> {
    let empty = Document::empty();
    let ends = text.iter().scan(0, |end, char| {
        *end += char.len_utf8();
        Some(*end)
    });
    let mut compiler = Compiler {
        text,
        ends: ends.collect(),
        places,
        locals: Vec::new(),
        empty: &empty,
        pattern_bytes_left: PATTERNS,
    };
    let typed = compiler.expression(expression)?;
    match typed.kind {
        None | Some(Kind::Boolean) => Ok(typed.node),
        Some(kind) => {
            let message = format!("a filter is a condition that is true or false, but this is {kind}");
            Err(Fault::at(text, 0, message))
        }
    }
}

struct Compiler<'s> {
    text: &'s [char],
    /// The end of each character in bytes.
    ends: Vec<usize>,
    places: &'s SourceInfo,
    /// Names of the variables of the loops around the current place, the innermost last.
    locals: Vec<Arc<str>>,
    empty: &'s Document,
    pattern_bytes_left: usize,
}

/// A compiled part with its place and, when it is the same for every event, its type.
struct Typed {
    node: Node,
    kind: Option<Kind>,
    at: usize,
}

impl Typed {
    fn constant(&self) -> Option<&Datum> {
        match &self.node {
            Node::Constant(datum) => Some(datum),
            _ => None,
        }
    }
}

impl Compiler<'_> {
    fn fault<T>(&self, at: usize, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::at(self.text, at, message))
    }

    /// The offset in characters; the parser counts bytes.
    fn place(&self, id: u64) -> usize {
        let bytes = self.places.offset_for(id).map_or(0, |(start, _)| start as usize);
        self.ends.partition_point(|end| *end <= bytes)
    }

    fn expression(&mut self, expression: IdedExpr) -> Result<Typed, Fault> {
        let at = self.place(expression.id);
        match expression.expr {
            Expr::Literal(literal) => self.literal(literal, at),
            Expr::Ident(name) => self.name(&name, at),
            Expr::Select(select) => self.field(select, at),
            Expr::Call(call) => self.call(call, at),
            Expr::List(list) => {
                let elements = self.all(list.elements)?;
                let constant = elements.iter().all(|element| element.constant().is_some());
                let node = Node::List(elements.into_iter().map(|element| element.node).collect());
                self.folded(constant, Typed { node, kind: Some(Kind::List), at })
            }
            Expr::Map(map) => {
                let entries = map.entries.into_iter().map(|entry| self.entry(entry)).collect::<Result<_, _>>()?;
                Ok(Typed { node: Node::Map(entries), kind: Some(Kind::Map), at })
            }
            Expr::Struct(message) => {
                self.fault(at, format!("messages such as `{}{{…}}` are not supported", message.type_name))
            }
            Expr::Comprehension(_) | Expr::Unspecified => self.fault(at, "this expression is not supported"),
        }
    }

    fn all(&mut self, expressions: Vec<IdedExpr>) -> Result<Vec<Typed>, Fault> {
        expressions.into_iter().map(|expression| self.expression(expression)).collect()
    }

    fn literal(&self, literal: LiteralValue, at: usize) -> Result<Typed, Fault> {
        let (datum, kind) = match literal {
            LiteralValue::Null => (Datum::Null, Kind::Null),
            LiteralValue::Boolean(value) => (Datum::Boolean(*value.inner()), Kind::Boolean),
            LiteralValue::Int(value) => (Datum::Number(Number::Whole(*value.inner())), Kind::Number),
            LiteralValue::UInt(value) => match Number::of_whole((*value.inner()).into()) {
                Ok(number) => (Datum::Number(number), Kind::Number),
                Err(why) => return self.fault(at, why.to_string()),
            },
            LiteralValue::Double(value) => (Datum::Number(Number::Real(*value.inner())), Kind::Number),
            LiteralValue::String(value) => (Datum::Text(value.inner().into()), Kind::String),
            LiteralValue::Bytes(_) => return self.fault(at, "bytes are not supported, because JSON has none"),
        };
        Ok(Typed { node: Node::Constant(datum), kind: Some(kind), at })
    }

    fn name(&self, name: &str, at: usize) -> Result<Typed, Fault> {
        if let Some(slot) = self.locals.iter().rposition(|local| **local == *name) {
            return Ok(Typed { node: Node::Local { slot, name: name.into() }, kind: None, at });
        }
        match name::variable(name) {
            Some((variable, kind)) => Ok(Typed { node: Node::Variable(variable), kind: Some(kind), at }),
            None => self.fault(at, name::unknown_variable(name)),
        }
    }

    fn field(&mut self, select: SelectExpr, at: usize) -> Result<Typed, Fault> {
        let parent = self.expression(*select.operand)?;
        if let Some(kind) = parent.kind.filter(|kind| *kind != Kind::Map) {
            return self.fault(at, format!("`.{}` reads a field of a map, but this is {kind}", select.field));
        }
        let path = format!("{}.{}", path(&parent.node), select.field).into();
        let node = Node::Field { parent: parent.node.into(), name: select.field.into(), path };
        Ok(Typed { node, kind: None, at: parent.at })
    }

    fn entry(&mut self, entry: IdedEntryExpr) -> Result<(Node, Node), Fault> {
        let at = self.place(entry.id);
        match entry.expr {
            EntryExpr::MapEntry(entry) if !entry.optional => {
                let key = self.expression(entry.key)?;
                match key.kind {
                    None | Some(Kind::String | Kind::Number | Kind::Boolean) => {}
                    Some(kind) => return self.fault(key.at, format!("{kind} cannot be a key of a map")),
                }
                Ok((key.node, self.expression(entry.value)?.node))
            }
            _ => self.fault(at, "optional values (`?`) are not supported; use has()"),
        }
    }

    /// The constant result, when `constant` says that the expression depends on no event.
    fn folded(&self, constant: bool, typed: Typed) -> Result<Typed, Fault> {
        if !constant {
            return Ok(typed);
        }
        match fold(&typed.node, self.empty) {
            Ok((Some(datum), kind)) => Ok(Typed { node: Node::Constant(datum), kind: Some(kind), at: typed.at }),
            Ok((None, _)) => Ok(typed),
            Err(why) => self.fault(typed.at, format!("this always fails: {why}")),
        }
    }
}

fn fold(node: &Node, empty: &Document) -> Result<(Option<Datum>, Kind), Why> {
    let value = Run::new(empty, FOLDING_STEPS).evaluate(node)?;
    Ok((value.to_datum(), value.kind()))
}

/// The path of a field in the words of the filter, for messages about missing fields.
fn path(node: &Node) -> String {
    match node {
        Node::Variable(Variable::Data) => "data".to_owned(),
        Node::Variable(Variable::Metadata) => "metadata".to_owned(),
        Node::Variable(Variable::Type) => "type".to_owned(),
        Node::Variable(Variable::Tenant) => "tenant".to_owned(),
        Node::Local { name, .. } => name.to_string(),
        Node::Field { path, .. } | Node::Index { path, .. } => path.to_string(),
        _ => "(…)".to_owned(),
    }
}

/// The path of an element.
fn index_path(parent: &Node, key: &Node) -> Arc<str> {
    let parent = path(parent);
    match key {
        Node::Constant(Datum::Text(name)) => format!("{parent}[{name:?}]"),
        Node::Constant(Datum::Number(number)) => format!("{parent}[{}]", number.text()),
        other => format!("{parent}[{}]", path(other).replace("(…)", "…")),
    }
    .into()
}
