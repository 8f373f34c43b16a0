//! The call graph, with edges in both directions.

use super::ids::FunctionId;
use crate::facts::Call;
use std::collections::HashMap;

/// A call site that reaches a function.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'p> {
    pub(crate) file: usize,
    pub(crate) call: &'p Call,
    /// The receiver's type is known, or the name has only one candidate.
    pub(crate) certain: bool,
}

impl Caller<'_> {
    pub(crate) fn scope(&self) -> FunctionId {
        FunctionId { file: self.file, index: self.call.function }
    }
}

impl std::fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "caller at {}:{}", self.file, self.call.line)
    }
}

#[derive(Default)]
pub(crate) struct Graph<'p> {
    pub(super) callers: HashMap<FunctionId, Vec<Caller<'p>>>,
    /// The functions that each function calls.
    pub(crate) calls: HashMap<FunctionId, Vec<FunctionId>>,
    /// Names that a function calls on receivers of unknown type, with too many candidates for an edge each.
    pub(crate) loose: HashMap<FunctionId, Vec<String>>,
}

impl<'p> Graph<'p> {
    pub(crate) fn callers(&self, function: FunctionId) -> &[Caller<'p>] {
        self.callers.get(&function).map_or(&[], Vec::as_slice)
    }
}
