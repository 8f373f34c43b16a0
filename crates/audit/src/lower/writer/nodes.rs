//! Nodes of a syntax tree: lines and children.

use tree_sitter::Node;

pub(crate) fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX - 1) + 1
}

pub(crate) fn end_line(node: Node<'_>) -> u32 {
    u32::try_from(node.end_position().row).unwrap_or(u32::MAX - 1) + 1
}

/// Named children without comments.
pub(crate) fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    // A cursor costs more than one access by index.
    match node.named_child_count() {
        0 => Vec::new(),
        1 => node.named_child(0).into_iter().filter(|child| !child.is_extra()).collect(),
        _ => {
            let mut cursor = node.walk();
            node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
        }
    }
}

/// The first named child that is not a comment.
pub(crate) fn first_named<'t>(node: Node<'t>) -> Option<Node<'t>> {
    named(node).into_iter().next()
}

/// The last named child that is not a comment.
pub(crate) fn last_named<'t>(node: Node<'t>) -> Option<Node<'t>> {
    named(node).pop()
}

/// The first child of a kind.
pub(crate) fn find_kind<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    named(node).into_iter().find(|child| child.kind() == kind)
}

/// All children of a kind.
pub(crate) fn of_kind<'t>(node: Node<'t>, kind: &str) -> Vec<Node<'t>> {
    named(node).into_iter().filter(|child| child.kind() == kind).collect()
}

/// All children, including punctuation and keywords.
pub(crate) fn tokens<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

/// Returns whether a node has a child of this kind, such as the token `static` or `:=`.
pub(crate) fn has_token(node: Node<'_>, kind: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|token| token.kind() == kind)
}

/// The line of the first syntax error below a node that has one.
pub(in crate::lower) fn first_error(root: Node<'_>) -> u32 {
    let mut node = root;
    loop {
        if node.is_error() || node.is_missing() {
            return line(node);
        }
        let mut cursor = node.walk();
        let next = node.children(&mut cursor).find(|child| child.has_error() || child.is_missing());
        match next {
            Some(child) => node = child,
            None => return line(node),
        }
    }
}
