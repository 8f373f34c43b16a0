//! C# that the grammar does not know: `#if` in the middle of a list or an expression, extension blocks, assignments
//! through `?.`, directives of programs in one file.

use crate::lower::texts::{Mended, blank, closing, lines, words};

pub(in crate::lower) fn mend(text: &str) -> Option<Mended> {
    let mut mended = text.as_bytes().to_vec();
    conditions(text, &mut mended);
    extensions(text, &mut mended);
    assignments(text, &mut mended);
    for (start, line) in lines(text).filter(|(_, line)| line.starts_with("#:") || line.starts_with("#!")) {
        blank(&mut mended, start..start + line.len());
    }
    for (start, part) in text.match_indices("allows ref struct") {
        mended[start..start + part.len()].copy_from_slice(b"class            ");
    }
    for (start, _) in text.match_indices("{{{") {
        mended[start..start + 2].copy_from_slice(b"__");
    }
    for (start, _) in text.match_indices("}}}") {
        mended[start + 1..start + 3].copy_from_slice(b"__");
    }
    names(text, &mut mended);
    // A directive in the last line needs its end.
    mended.push(b'\n');
    String::from_utf8(mended).ok().map(Mended::in_place)
}

/// A group `#if` … `#endif`.
struct Group {
    start: usize,
    /// The end of the first branch.
    first: usize,
    /// The end of its last line.
    end: usize,
    /// Begins or ends within a list, a statement or an expression.
    is_within: bool,
}

/// Leaves the first branch of groups that are not whole statements or members.
fn conditions(text: &str, mended: &mut [u8]) {
    let mut open: Vec<Group> = Vec::new();
    let mut all: Vec<Group> = Vec::new();
    // The end of the line of code before.
    let mut last = ';';
    for (start, line) in lines(text) {
        let trimmed = line.trim();
        let Some(directive) = trimmed.strip_prefix('#').map(str::trim_start) else {
            last = end_of_code(trimmed).unwrap_or(last);
            continue;
        };
        let word = directive.split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
        if word == "if" {
            open.push(Group { start, first: 0, end: 0, is_within: !is_boundary(last) });
        } else if let ("else" | "elif" | "endif", Some(group)) = (word, open.last_mut()) {
            if group.first == 0 {
                group.first = start;
                group.is_within |= !is_boundary(last);
            }
            if word == "endif" {
                group.end = start + line.len();
                all.extend(open.pop());
            }
        }
    }
    for group in all.into_iter().filter(|group| group.is_within) {
        let first_line = text[group.start..].find('\n').map_or(group.end, |length| group.start + length);
        blank(mended, group.start..first_line);
        blank(mended, group.first..group.end);
    }
}

/// The last character of a line of code; `None` for a line without code.
fn end_of_code(line: &str) -> Option<char> {
    let code = line.split("//").next().unwrap_or("").trim_end();
    // An attribute stands before a member.
    let is_attribute = code.starts_with('[') && code.ends_with(']');
    if is_attribute { Some(';') } else { code.chars().next_back() }
}

/// Returns whether a statement or a member can end with this character, or begin after it.
fn is_boundary(last: char) -> bool {
    matches!(last, ';' | '{' | '}' | ':' | '/')
}

/// Contextual keywords as names get another first letter.
fn names(text: &str, mended: &mut [u8]) {
    for range in words(text) {
        let after = text[range.end..].trim_start_matches(' ');
        let is_name = match &text[range.clone()] {
            "required" | "scoped" | "file" | "record" | "partial" => {
                after.starts_with(['+', '-', '=', '.', ';', ',', ')'])
            }
            "type" => text[..range.start].ends_with('[') && after.starts_with([']', ',']),
            _ => false,
        };
        if is_name {
            mended[range.start] = b'q';
        }
    }
}

/// `extension(string s) { … }` in a static class: the members become those of the class.
fn extensions(text: &str, mended: &mut [u8]) {
    for range in words(text).filter(|range| &text[range.clone()] == "extension") {
        let rest = &text[range.end..];
        let is_block = rest.starts_with('(') || rest.starts_with('<');
        let head = rest.find('{').filter(|head| is_block && !rest[..*head].contains(';'));
        if let Some((head, length)) = head.and_then(|head| Some((head, closing(&rest[head..], '{')?))) {
            blank(mended, range.start..range.end + head + 1);
            let end = range.end + head + length;
            blank(mended, end - 1..end);
        }
    }
}

/// `a?.b = c`
fn assignments(text: &str, mended: &mut [u8]) {
    let statements = text.split_inclusive([';', '{', '}', '\n']).scan(0, |end, part| {
        *end += part.len();
        Some((*end - part.len(), part))
    });
    for (start, line) in statements.filter(|(_, part)| part.contains("?.")) {
        let is_target = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '?' | '[' | ']' | '(' | ')' | '!');
        let target = line.trim_start();
        let after = target.trim_start_matches(is_target).trim_start();
        let is_assigned = after.starts_with('=') && !after.starts_with("==") && !after.starts_with("=>");
        if is_assigned || ["+=", "-=", "??="].iter().any(|sign| after.starts_with(sign)) {
            let offset = start + line.len() - target.len();
            let target = &target[..target.len() - after.len()];
            target.match_indices("?.").for_each(|(at, _)| mended[offset + at] = b' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with its edits, without the spaces at the ends of lines.
    fn mended(text: &str) -> String {
        let found = mend(text).unwrap().text;
        assert_eq!(found.len(), text.len() + 1);
        found.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn newer_syntax_is_put_in_terms_of_the_grammar() {
        for (text, wanted) in [
            ("f(a,\n#if X\nb,\n#else\nd,\n#endif\nc);", "f(a,|b,|c);"),
            ("x();\n#if X\nvar y =\n#endif\nz();", "x();|var y =|z();"),
            ("x();\n#if X\ny();\n#else\nz();\n#endif\n", "x();|#if X|y();|#else|z();|#endif"),
            ("[A]\n#if X\n[B]\n#endif\nvoid F() {}", "[A]|#if X|[B]|#endif|void F() {}"),
            ("f(\n#if X\n#if Y\na\n#endif\n#else\nb\n#endif\n);", "f(|a|);"),
            (
                "static class A { extension(string s) { void F() {} } }",
                "static class A {                       void F() {}   }",
            ),
            ("var extension = 1; f(extension(2));", "var extension = 1; f(extension(2));"),
            ("  a?.b = c;", "  a .b = c;"),
            ("  a?.b == c;", "  a?.b == c;"),
            ("where T : allows ref struct {}", "where T : class             {}"),
            ("$\"{{{x}}}\"", "$\"__{x}__\""),
            ("required++;", "qequired++;"),
            ("public required string A", "public required string A"),
            ("#:package A@1\nF();", "F();"),
        ] {
            assert_eq!(mended(text), wanted);
        }
        for odd in ["", "#if", "#endif", "#else\n#endif", "extension(", "?.=", "{{{", "}}}"] {
            mend(odd);
        }
    }
}
