//! Variables with the same name in different blocks of a function. The first keeps its name. Each other one gets an
//! alias such as `event#2`, wherever it is in scope.

use std::collections::HashMap;

/// Enclosing blocks, the innermost last.
#[derive(Default)]
pub(super) struct Scopes {
    blocks: Vec<Block>,
    /// Number of declarations of each name in the enclosing functions, the innermost last.
    functions: Vec<HashMap<String, u32>>,
    /// Declarations of each name, the innermost last: depth of the block, alias.
    visible: HashMap<String, Vec<(usize, String)>>,
    aliases: u32,
}

#[derive(Default)]
struct Block {
    names: Vec<String>,
    /// The outermost block of a function.
    of_function: bool,
    /// The body has not begun yet. Parameters and body are one block.
    before_body: bool,
    /// Number of blocks that were opened inside and count as this one.
    merged: usize,
}

impl Scopes {
    pub(super) fn open_function<'n>(&mut self, params: impl Iterator<Item = &'n str>) {
        self.functions.push(HashMap::new());
        self.blocks.push(Block { of_function: true, before_body: true, ..Block::default() });
        for name in params.filter(|name| !name.is_empty() && !name.starts_with('#')) {
            self.declare(name, false, || false);
        }
    }

    pub(super) fn close_function(&mut self) {
        self.close();
        self.functions.pop();
    }

    pub(super) fn open(&mut self) {
        match self.blocks.last_mut().filter(|block| block.before_body) {
            Some(block) => {
                block.before_body = false;
                block.merged += 1;
            }
            None => self.blocks.push(Block::default()),
        }
    }

    pub(super) fn begin_body(&mut self) {
        if let Some(block) = self.blocks.last_mut() {
            block.before_body = false;
        }
    }

    pub(super) fn close(&mut self) {
        if let Some(block) = self.blocks.last_mut().filter(|block| block.merged > 0) {
            block.merged -= 1;
            return;
        }
        for name in self.blocks.pop().unwrap_or_default().names {
            if let Some(places) = self.visible.get_mut(&name) {
                places.pop();
            }
        }
    }

    /// Declares a variable and returns its alias. `again`: a second declaration in the same block is another variable.
    /// `outside`: whether the name is declared outside of all functions too.
    pub(super) fn declare(&mut self, name: &str, again: bool, outside: impl FnOnce() -> bool) -> String {
        let depth = self.blocks.len();
        let places = self.visible.get(name).map_or(&[][..], Vec::as_slice);
        if let Some((_, known)) = places.last().filter(|(at, _)| *at == depth && !again) {
            return known.clone();
        }
        let inner = self.blocks.last().is_some_and(|block| !block.of_function);
        let hides = !places.is_empty() && (inner || again);
        let before = self.functions.last().and_then(|names| names.get(name)).copied().unwrap_or(0);
        let alias = if before > 0 || hides || (inner && outside()) {
            self.aliases += 1;
            format!("{name}#{}", self.aliases + 1)
        } else {
            name.to_owned()
        };
        if let Some(names) = self.functions.last_mut() {
            names.insert(name.to_owned(), before + 1);
        }
        if let Some(block) = self.blocks.last_mut() {
            block.names.push(name.to_owned());
            self.visible.entry(name.to_owned()).or_default().push((depth, alias.clone()));
        }
        alias
    }

    pub(super) fn known<'n>(&'n self, name: &'n str) -> &'n str {
        self.visible.get(name).and_then(|places| places.last()).map_or(name, |(_, alias)| alias)
    }
}
