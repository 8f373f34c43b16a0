//! Operators.

use super::{Compiler, Typed, index_path};
use crate::{
    Fault,
    datum::Datum,
    kind::Kind,
    tree::{Arithmetic, Node, Order},
};
use cel::{IdedExpr, common::ast::operators};

impl Compiler<'_> {
    /// Compiles an operator; `None` when the parser's name is not that of an operator.
    pub(super) fn operator(
        &mut self,
        name: &str,
        arguments: &mut Vec<IdedExpr>,
        at: usize,
    ) -> Result<Option<Typed>, Fault> {
        // A name that a customer can write has no such characters, except for the dot in front.
        let is_operator = |char: char| !char.is_ascii_alphanumeric() && char != '_' && char != '.';
        if !name.contains(is_operator) && name != operators::OPT_SELECT {
            return Ok(None);
        }
        let operands = self.all(std::mem::take(arguments))?;
        let typed = match (name, <[Typed; 2]>::try_from(operands)) {
            (operators::LOGICAL_AND, Ok(sides)) => self.logical(sides, true, at)?,
            (operators::LOGICAL_OR, Ok(sides)) => self.logical(sides, false, at)?,
            (operators::INDEX, Ok(sides)) => self.index(sides, at)?,
            (_, Ok(sides)) => match binary(name) {
                Some(operator) => self.binary(operator, sides, at)?,
                None => return self.fault(at, "optional values (`?`) are not supported; use has()"),
            },
            (operators::CONDITIONAL, Err(operands)) => match <[Typed; 3]>::try_from(operands) {
                Ok(parts) => self.choice(parts, at)?,
                Err(_) => return self.fault(at, "`?:` takes three values"),
            },
            (_, Err(operands)) => match operands.into_iter().next() {
                Some(operand) => self.unary(name, operand, at)?,
                None => return self.fault(at, "this operator is not supported"),
            },
        };
        Ok(Some(typed))
    }

    fn unary(&mut self, name: &str, operand: Typed, at: usize) -> Result<Typed, Fault> {
        let constant = operand.constant().is_some();
        if name == operators::LOGICAL_NOT {
            self.expect_boolean(&operand, "!")?;
            let node = Node::Not(operand.node.into());
            return self.folded(constant, Typed { node, kind: Some(Kind::Boolean), at });
        }
        if name != operators::NEGATE {
            return self.fault(at, "this operator is not supported");
        }
        match operand.kind {
            None | Some(Kind::Number | Kind::Duration) => {}
            Some(kind) => return self.fault(at, format!("`-` does not take {kind}")),
        }
        let kind = operand.kind;
        self.folded(constant, Typed { node: Node::Negate(operand.node.into()), kind, at })
    }

    fn expect_boolean(&self, operand: &Typed, sign: &str) -> Result<(), Fault> {
        match operand.kind {
            None | Some(Kind::Boolean) => Ok(()),
            Some(kind) => self.fault(operand.at, format!("`{sign}` takes a condition, but this is {kind}")),
        }
    }

    /// Chains of the same operator become one node, so that long chains do not nest.
    fn logical(&mut self, sides: [Typed; 2], conjunction: bool, at: usize) -> Result<Typed, Fault> {
        let mut terms = Vec::new();
        for side in sides {
            self.expect_boolean(&side, if conjunction { "&&" } else { "||" })?;
            match side.node {
                Node::And(inner) if conjunction => terms.extend(inner),
                Node::Or(inner) if !conjunction => terms.extend(inner),
                node => terms.push(node),
            }
        }
        let node = if conjunction { Node::And(terms.into()) } else { Node::Or(terms.into()) };
        Ok(Typed { node, kind: Some(Kind::Boolean), at })
    }

    fn choice(&mut self, parts: [Typed; 3], at: usize) -> Result<Typed, Fault> {
        self.expect_boolean(&parts[0], "?:")?;
        let kind = parts[1].kind.filter(|kind| parts[2].kind == Some(*kind));
        Ok(Typed { node: Node::Choice(Box::new(parts.map(|part| part.node))), kind, at })
    }

    fn index(&mut self, [parent, key]: [Typed; 2], at: usize) -> Result<Typed, Fault> {
        match (parent.kind, key.kind) {
            (Some(Kind::List), Some(kind)) if kind != Kind::Number => {
                return self.fault(key.at, format!("the index of a list is a number, but this is {kind}"));
            }
            (None | Some(Kind::List | Kind::Map), _) => {}
            (Some(kind), _) => return self.fault(at, format!("`[]` takes a list or a map, but this is {kind}")),
        }
        let path = index_path(&parent.node, &key.node);
        let node = match (parent.kind, key.node) {
            // A name of which the type is known is a field.
            (Some(Kind::Map), Node::Constant(Datum::Text(name))) if matches!(parent.node, Node::Variable(_)) => {
                Node::Field { parent: parent.node.into(), name, path }
            }
            (_, key) => Node::Index { parent: parent.node.into(), key: key.into(), path },
        };
        Ok(Typed { node, kind: None, at: parent.at })
    }

    fn binary(&mut self, operator: Binary, sides: [Typed; 2], at: usize) -> Result<Typed, Fault> {
        let constant = sides.iter().all(|side| side.constant().is_some());
        let kinds = (sides[0].kind, sides[1].kind);
        let kind = match operator {
            Binary::Equal | Binary::Differs => {
                if let (Some(left), Some(right)) = kinds
                    && left != right
                {
                    return self.fault(at, format!("{left} never equals {right}"));
                }
                Some(Kind::Boolean)
            }
            Binary::Order(order) => {
                if let (Some(left), Some(right)) = kinds
                    && (left != right || matches!(left, Kind::List | Kind::Map | Kind::Null))
                {
                    return self.fault(at, format!("`{}` does not take {left} and {right}", order.sign()));
                }
                Some(Kind::Boolean)
            }
            Binary::In => match kinds.1 {
                None | Some(Kind::List | Kind::Map) => Some(Kind::Boolean),
                Some(kind) => {
                    return self.fault(sides[1].at, format!("`in` takes a list or a map, but this is {kind}"));
                }
            },
            Binary::Arithmetic(operation) => match arithmetic(operation, kinds.0, kinds.1) {
                Ok(kind) => kind,
                Err(message) => return self.fault(at, message),
            },
        };
        let pair = Box::new(sides.map(|side| side.node));
        let node = match operator {
            Binary::Equal => Node::Equal(pair),
            Binary::Differs => Node::Differs(pair),
            Binary::Order(order) => Node::Order(order, pair),
            Binary::In => Node::In(pair),
            Binary::Arithmetic(operation) => Node::Arithmetic(operation, pair),
        };
        self.folded(constant, Typed { node, kind, at })
    }
}

#[derive(Clone, Copy)]
enum Binary {
    Equal,
    Differs,
    Order(Order),
    In,
    Arithmetic(Arithmetic),
}

fn binary(name: &str) -> Option<Binary> {
    Some(match name {
        operators::EQUALS => Binary::Equal,
        operators::NOT_EQUALS => Binary::Differs,
        operators::LESS => Binary::Order(Order::Less),
        operators::LESS_EQUALS => Binary::Order(Order::LessOrEqual),
        operators::GREATER => Binary::Order(Order::Greater),
        operators::GREATER_EQUALS => Binary::Order(Order::GreaterOrEqual),
        operators::IN => Binary::In,
        operators::ADD => Binary::Arithmetic(Arithmetic::Add),
        operators::SUBSTRACT => Binary::Arithmetic(Arithmetic::Subtract),
        operators::MULTIPLY => Binary::Arithmetic(Arithmetic::Multiply),
        operators::DIVIDE => Binary::Arithmetic(Arithmetic::Divide),
        operators::MODULO => Binary::Arithmetic(Arithmetic::Remainder),
        _ => return None,
    })
}

/// The type of the result when it is known, or a message.
fn arithmetic(operation: Arithmetic, left: Option<Kind>, right: Option<Kind>) -> Result<Option<Kind>, String> {
    use Kind::{Boolean, Duration, List, Map, Null, Number, String, Timestamp};
    let known = |kind| Ok(Some(kind));
    match (operation, left, right) {
        (
            Arithmetic::Multiply | Arithmetic::Divide | Arithmetic::Remainder,
            None | Some(Number),
            None | Some(Number),
        ) => known(Number),
        (Arithmetic::Add, Some(kind @ (Number | String | List)), other) if other.is_none_or(|other| other == kind) => {
            known(kind)
        }
        (Arithmetic::Add, None, Some(kind @ (Number | String | List))) => known(kind),
        (Arithmetic::Subtract, Some(Number), None | Some(Number)) | (Arithmetic::Subtract, None, Some(Number)) => {
            known(Number)
        }
        (Arithmetic::Add, Some(Duration), Some(Duration)) => known(Duration),
        (Arithmetic::Add, Some(Timestamp), Some(Duration) | None) => known(Timestamp),
        (Arithmetic::Add, Some(Duration) | None, Some(Timestamp)) => known(Timestamp),
        (Arithmetic::Subtract, Some(Timestamp), Some(Timestamp)) => known(Duration),
        (Arithmetic::Subtract, Some(Timestamp), Some(Duration)) => known(Timestamp),
        (Arithmetic::Subtract, Some(Duration), None | Some(Duration)) => known(Duration),
        (Arithmetic::Add | Arithmetic::Subtract, None, None | Some(Duration))
        | (Arithmetic::Add, Some(Duration), None)
        | (Arithmetic::Subtract, Some(Timestamp), None)
        | (Arithmetic::Subtract, None, Some(Timestamp)) => Ok(None),
        (_, Some(kind @ (Boolean | Null | Map)), _) | (_, _, Some(kind @ (Boolean | Null | Map))) => {
            Err(format!("`{}` does not take {kind}", operation.sign()))
        }
        (_, Some(left), Some(right)) => Err(format!("`{}` does not take {left} and {right}", operation.sign())),
        (_, Some(kind), None) | (_, None, Some(kind)) => Err(format!("`{}` does not take {kind}", operation.sign())),
    }
}
