//! Leaves out the smallest blocks of lines without which the rest of a file can be parsed: the body of the function in
//! error instead of everything around it. A block is a run of lines that are indented more than the line before.

use super::draft::{Draft, Parses, blank};
use std::ops::Range;

/// Blocks within each other beyond which a block is left out as a whole.
const DEPTH_MAX: usize = 32;
/// Open blocks beyond which a deeper line belongs to the block around it.
const OPEN_MAX: usize = 200;
/// A line that is left out counts as much as this many tokens outside of a rule.
const LINE_COST: usize = 2;

struct Block {
    lines: Range<usize>,
    inner: Vec<Block>,
}

/// `None` unless less is left out than `most` tokens. `filler`: the statement that a block has at least, in languages
/// that demand one.
pub(super) fn leave_out(draft: &Draft, most: usize, filler: &'static str, parses: &mut Parses<'_>) -> Option<Draft> {
    let starts = starts(&draft.text);
    let blocks = blocks(&draft.text, &starts);
    let mut search = Search { text: &draft.text, starts: &starts, filler, parses, base: 0, hidden: Vec::new() };
    search.hidden = blocks.iter().map(|block| block.lines.clone()).collect();
    let skeleton = search.draft(&search.hidden.clone())?;
    if skeleton.cost >= most {
        return None;
    }
    search.base = skeleton.cost;
    search.show(&blocks.iter().collect::<Vec<_>>(), 0);
    let hidden = search.hidden.clone();
    let lines: usize = hidden.iter().map(Range::len).sum();
    search.last_draft(&hidden).filter(|found| found.cost + LINE_COST * lines < most)
}

struct Search<'s, 'p> {
    text: &'s str,
    starts: &'s [usize],
    filler: &'static str,
    parses: &'s mut Parses<'p>,
    /// The cost with all blocks left out.
    base: usize,
    /// Lines that are left out.
    hidden: Vec<Range<usize>>,
}

impl Search<'_, '_> {
    fn draft(&mut self, hidden: &[Range<usize>]) -> Option<Draft> {
        let text = self.without(hidden);
        self.parses.parse(text)
    }

    /// The final parse, which is always allowed.
    fn last_draft(&mut self, hidden: &[Range<usize>]) -> Option<Draft> {
        let text = self.without(hidden);
        self.parses.parse_last(text)
    }

    fn without(&self, hidden: &[Range<usize>]) -> String {
        let mut text = self.text.to_owned();
        for lines in hidden {
            let at = |line: usize| self.starts.get(line).copied().unwrap_or(self.text.len());
            let (start, end) = (at(lines.start), at(lines.end));
            blank(&mut text, start..end);
            let indent = indent(&self.text[start..end]);
            let filled = start + indent..start + indent + self.filler.len();
            if filled.end <= end && text.is_char_boundary(filled.start) && text.is_char_boundary(filled.end) {
                text.replace_range(filled, self.filler);
            }
        }
        text
    }

    /// Shows those of these hidden siblings that have no error; of the others, the parts that have none.
    // Bounded: by the depth of blocks, and by the number of siblings, which is halved.
    fn show(&mut self, blocks: &[&Block], depth: usize) {
        let rest: Vec<Range<usize>> =
            self.hidden.iter().filter(|lines| !blocks.iter().any(|block| block.lines == **lines)).cloned().collect();
        let Some(shown) = self.draft(&rest) else { return };
        if shown.cost <= self.base {
            self.hidden = rest;
            return;
        }
        if let [only] = blocks {
            let inner: Vec<&Block> = only.inner.iter().collect();
            if inner.is_empty() || depth >= DEPTH_MAX {
                return;
            }
            let hidden: Vec<Range<usize>> =
                rest.into_iter().chain(inner.iter().map(|block| block.lines.clone())).collect();
            if self.draft(&hidden).is_some_and(|shown| shown.cost <= self.base) {
                self.hidden = hidden;
                self.show(&inner, depth + 1);
            }
            return;
        }
        let (left, right) = blocks.split_at(blocks.len() / 2);
        self.show(left, depth);
        self.show(right, depth);
    }
}

/// The offset of each line.
fn starts(text: &str) -> Vec<usize> {
    let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    [0].into_iter().chain(ends).collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The blocks of a text, by the indentation of its lines.
fn blocks(text: &str, starts: &[usize]) -> Vec<Block> {
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let lines: Vec<(usize, usize)> = starts
        .iter()
        .zip(ends)
        .enumerate()
        .filter_map(|(number, (start, end))| {
            let line = &text[*start..end];
            (!line.trim().is_empty()).then(|| (number, indent(line)))
        })
        .collect();
    // Open blocks, each with the indentation of its first line; the outermost is the text.
    let mut open: Vec<(usize, Block)> = vec![(0, Block { lines: 0..0, inner: Vec::new() })];
    let mut last = 0;
    for (number, indent) in lines {
        while open.len() > 1 && open.last().is_some_and(|(own, _)| indent < *own) {
            close(&mut open, last + 1);
        }
        if open.len() <= OPEN_MAX && open.last().is_some_and(|(own, _)| indent > *own) {
            open.push((indent, Block { lines: number..number, inner: Vec::new() }));
        }
        last = number;
    }
    while open.len() > 1 {
        close(&mut open, last + 1);
    }
    open.pop().map(|(_, block)| block.inner).unwrap_or_default()
}

fn close(open: &mut Vec<(usize, Block)>, end: usize) {
    if let Some((_, mut block)) = open.pop()
        && let Some((_, around)) = open.last_mut()
    {
        block.lines.end = end;
        around.inner.push(block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Bounded: by the depth of the text in a test.
    fn shown(blocks: &[Block]) -> String {
        let one = |block: &Block| format!("{:?}({})", block.lines, shown(&block.inner));
        blocks.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn blocks_are_runs_of_deeper_lines() {
        let text =
            "class A {\n  fun b() {\n    c()\n\n    d {\n      e\n    }\n  }\n\n  fun f() {\n    g\n  }\n}\nx\n  y\n";
        assert_eq!(shown(&blocks(text, &starts(text))), "1..12(2..7(5..6()) 10..11()) 14..15()");
        for odd in ["", "\n\n", "  a\nb", "\ta\n b\nc", "a\n    b\n  c\n"] {
            blocks(odd, &starts(odd));
        }
    }
}
