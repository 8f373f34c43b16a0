//! Calls: functions, `has`, `matches` and the loops.

use super::{
    Compiler, Typed,
    name::{self, Form, Signature},
};
use crate::{
    Fault, PATTERN_STEPS,
    datum::Datum,
    kind::Kind,
    syntax::word_start,
    tree::{Loop, LoopKind, Node, Pattern},
};
use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr},
};
use regex::RegexBuilder;

/// Memory of the search per thread and pattern.
const DFA_BYTES: usize = 1 << 17;

/// Nested groups of a regular expression, whose parser is recursive.
const NESTING: u32 = 32;

impl Compiler<'_> {
    pub(super) fn call(&mut self, mut call: CallExpr, at: usize) -> Result<Typed, Fault> {
        let name = call.func_name;
        if call.target.is_none()
            && let Some(typed) = self.operator(&name, &mut call.args, at)?
        {
            return Ok(typed);
        }
        // The parser's place of a call is its opening bracket.
        let at = word_start(self.text, at);
        match (name.as_str(), call.target) {
            ("has", None) => self.has(call.args, at),
            ("matches", Some(target)) => self.matches(Some(*target), call.args, at),
            ("matches", None) => self.matches(None, call.args, at),
            (_, Some(target)) if let Some(kind) = name::loop_kind(&name) => self.repeat(kind, *target, call.args, at),
            (_, target) => self.function(&name, target.map(|target| *target), call.args, at),
        }
    }

    fn has(&mut self, arguments: Vec<IdedExpr>, at: usize) -> Result<Typed, Fault> {
        let example = "has() takes one field, such as has(data.customer); for other names write \"a-b\" in data";
        let Ok([argument]) = <[IdedExpr; 1]>::try_from(arguments) else { return self.fault(at, example) };
        let Expr::Select(select) = argument.expr else { return self.fault(at, example) };
        let field_at = self.place(argument.id);
        match self.field(select, field_at)?.node {
            Node::Field { parent, name, path } => {
                Ok(Typed { node: Node::Has { parent, name, path }, kind: Some(Kind::Boolean), at })
            }
            _ => self.fault(at, example),
        }
    }

    fn function(
        &mut self,
        name: &str,
        target: Option<IdedExpr>,
        arguments: Vec<IdedExpr>,
        at: usize,
    ) -> Result<Typed, Fault> {
        let Some(signature) = name::FUNCTIONS.iter().find(|signature| signature.name == name) else {
            if name::loop_kind(name).is_some() {
                return self.fault(at, format!("`{name}` follows a list: data.items.{name}(item, item.price > 10)"));
            }
            return self.fault(at, name::unknown_function(name));
        };
        let count = arguments.len() + usize::from(target.is_some());
        let form = match target {
            Some(_) => signature.form != Form::Global,
            None => signature.form != Form::Receiver,
        };
        if !form || count != signature.arguments {
            return self.fault(at, format!("`{name}` is called as in {}", signature.example));
        }
        let operands = self.all(target.into_iter().chain(arguments).collect())?;
        self.check_types(signature, &operands)?;
        let constant = operands.iter().all(|operand| operand.constant().is_some());
        let node = Node::Call(signature.function, operands.into_iter().map(|operand| operand.node).collect());
        self.folded(constant, Typed { node, kind: Some(signature.result), at })
    }

    fn check_types(&self, signature: &Signature, operands: &[Typed]) -> Result<(), Fault> {
        for operand in operands {
            if let (Some(takes), Some(kind)) = (signature.takes, operand.kind)
                && takes != kind
            {
                return self.fault(operand.at, format!("`{}` takes {takes}, but this is {kind}", signature.name));
            }
        }
        Ok(())
    }

    /// The pattern is a literal, so that it is compiled once and a bad one is refused before any event.
    fn matches(&mut self, target: Option<IdedExpr>, arguments: Vec<IdedExpr>, at: usize) -> Result<Typed, Fault> {
        let operands = self.all(target.into_iter().chain(arguments).collect())?;
        let Ok([operand, pattern]) = <[Typed; 2]>::try_from(operands) else {
            return self.fault(at, format!("`matches` is called as in {}", name::MATCHES_EXAMPLE));
        };
        if let Some(kind) = operand.kind.filter(|kind| *kind != Kind::String) {
            return self.fault(operand.at, format!("`matches` takes a string, but this is {kind}"));
        }
        let Some(Datum::Text(expression)) = pattern.constant() else {
            let message = format!("the regular expression is a string in the filter: {}", name::MATCHES_EXAMPLE);
            return self.fault(pattern.at, message);
        };
        let (compiled, size) = match compile_pattern(expression, self.pattern_bytes_left) {
            Ok(compiled) => compiled,
            Err(message) => return self.fault(pattern.at, message),
        };
        self.pattern_bytes_left = self.pattern_bytes_left.saturating_sub(size);
        let constant = operand.constant().is_some();
        let node = Node::Matches(operand.node.into(), compiled);
        self.folded(constant, Typed { node, kind: Some(Kind::Boolean), at })
    }

    fn repeat(
        &mut self,
        kind: LoopKind,
        target: IdedExpr,
        arguments: Vec<IdedExpr>,
        at: usize,
    ) -> Result<Typed, Fault> {
        let name = kind.name();
        let mut arguments = arguments.into_iter();
        let (variable, first, second, more) = (arguments.next(), arguments.next(), arguments.next(), arguments.next());
        let (Some(variable), Some(first), None) = (variable, first, more) else {
            return self.fault(at, format!("`{name}` takes a variable and a condition: data.items.{name}(item, …)"));
        };
        if second.is_some() && kind != LoopKind::Map {
            return self.fault(at, format!("`{name}` takes a variable and one condition"));
        }
        let variable_at = self.place(variable.id);
        let Expr::Ident(variable) = variable.expr else {
            return self.fault(variable_at, format!("the first argument of `{name}` is the name of a variable"));
        };
        let range = self.expression(target)?;
        if let Some(other) = range.kind.filter(|kind| !matches!(kind, Kind::List | Kind::Map)) {
            return self.fault(at, format!("`{name}` takes a list or a map, but this is {other}"));
        }
        self.locals.push(variable.trim_start_matches('.').into());
        let bodies = self.all(std::iter::once(first).chain(second).collect());
        self.locals.pop();
        let mut bodies = bodies?;
        let transform = if kind == LoopKind::Map { bodies.pop().map(|body| body.node) } else { None };
        let condition = bodies.pop();
        if let Some(condition) = &condition
            && let Some(other) = condition.kind.filter(|kind| *kind != Kind::Boolean)
        {
            return self.fault(condition.at, format!("`{name}` takes a condition, but this is {other}"));
        }
        let condition = condition.map(|condition| condition.node);
        let result = match kind {
            LoopKind::Filter | LoopKind::Map => Kind::List,
            _ => Kind::Boolean,
        };
        let node = Node::Loop(Box::new(Loop { kind, range: range.node, condition, transform }));
        Ok(Typed { node, kind: Some(result), at })
    }
}

/// The pattern and the limit that it fits. The size of a compiled pattern is known only by trying limits.
fn compile_pattern(expression: &str, bytes_left: usize) -> Result<(Pattern, usize), String> {
    for (size, steps_per_byte) in PATTERN_STEPS {
        let size = size.min(bytes_left);
        match RegexBuilder::new(expression).size_limit(size).dfa_size_limit(DFA_BYTES).nest_limit(NESTING).build() {
            Ok(regex) => return Ok((Pattern { regex, steps_per_byte }, size)),
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                return Err(format!("the regular expression is not valid: {reason}"));
            }
        }
    }
    Err("the regular expressions of the filter are too large; repeat fewer times, and write [0-9] for \\d or \
         [0-9A-Za-z_] for \\w, which have thousands of characters"
        .to_owned())
}
