//! Strongly connected components of a call graph (Tarjan, without recursion).

use super::FunctionId;
use std::collections::HashMap;

/// The components of these functions, each with its members. Edges to other functions are ignored.
pub(super) fn components(nodes: &[FunctionId], edges: impl Fn(FunctionId) -> Vec<FunctionId>) -> Vec<Vec<FunctionId>> {
    let numbers: HashMap<FunctionId, usize> = nodes.iter().enumerate().map(|(number, id)| (*id, number)).collect();
    let next =
        |id: FunctionId| -> Vec<usize> { edges(id).into_iter().filter_map(|to| numbers.get(&to).copied()).collect() };
    let mut search = Search {
        order: vec![None; nodes.len()],
        low: vec![0; nodes.len()],
        on_stack: vec![false; nodes.len()],
        ..Search::default()
    };
    for root in 0..nodes.len() {
        if search.order[root].is_none() {
            search.from(root, |number| next(nodes[number]));
        }
    }
    let named = |component: Vec<usize>| component.into_iter().map(|number| nodes[number]).collect();
    search.found.into_iter().map(named).collect()
}

#[derive(Default)]
struct Search {
    /// When a node was first visited.
    order: Vec<Option<usize>>,
    /// The lowest order that a node reaches within its component.
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    visited: usize,
    found: Vec<Vec<usize>>,
}

impl Search {
    fn from(&mut self, root: usize, next: impl Fn(usize) -> Vec<usize>) {
        let mut path = vec![(root, self.visit(root, &next))];
        while let Some((node, open)) = path.last_mut() {
            let node = *node;
            match open.pop() {
                Some(to) => match self.order[to] {
                    None => path.push((to, self.visit(to, &next))),
                    Some(order) if self.on_stack[to] => self.low[node] = self.low[node].min(order),
                    Some(_) => {}
                },
                None => {
                    path.pop();
                    if let Some((parent, _)) = path.last() {
                        self.low[*parent] = self.low[*parent].min(self.low[node]);
                    }
                    self.close(node);
                }
            }
        }
    }

    fn visit(&mut self, node: usize, next: &impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
        self.order[node] = Some(self.visited);
        self.low[node] = self.visited;
        self.visited += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
        next(node)
    }

    /// Takes the component of a node from the stack when the node is its first one.
    fn close(&mut self, node: usize) {
        if self.order[node] != Some(self.low[node]) {
            return;
        }
        let at = self.stack.iter().rposition(|one| *one == node).unwrap_or_default();
        let component = self.stack.split_off(at);
        for one in &component {
            self.on_stack[*one] = false;
        }
        self.found.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(index: usize) -> FunctionId {
        FunctionId { file: 0, index }
    }

    #[test]
    fn functions_that_reach_each_other_are_one_component() {
        let edges = [(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 4), (6, 6), (7, 1), (8, 99)];
        let nodes: Vec<FunctionId> = (1..=8).map(id).collect();
        let to = |from: FunctionId| edges.iter().filter(|one| id(one.0) == from).map(|one| id(one.1)).collect();
        let mut found: Vec<Vec<usize>> = components(&nodes, to)
            .into_iter()
            .map(|one| {
                let mut one: Vec<usize> = one.into_iter().map(|id| id.index).collect();
                one.sort_unstable();
                one
            })
            .collect();
        found.sort();
        assert_eq!(found, [vec![1, 2, 3], vec![4, 5], vec![6], vec![7], vec![8]]);
    }
}
