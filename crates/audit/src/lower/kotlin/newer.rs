//! Kotlin that the grammar does not know: soft keywords as names, guards of `when`, strings with several dollar signs,
//! context parameters, annotated accessors.

use crate::lower::texts::{Mended, blank, closing, is_part, words};

/// Modifiers, which the language also permits as names.
const SOFT: &[&str] = &[
    "suspend",
    "dynamic",
    "open",
    "sealed",
    "inline",
    "infix",
    "external",
    "override",
    "abstract",
    "final",
    "lateinit",
    "tailrec",
    "vararg",
    "private",
    "public",
    "internal",
    "protected",
    "noinline",
    "crossinline",
    "where",
];

pub(in crate::lower) fn newer(text: &str) -> Option<Mended> {
    let mended = known(text);
    (mended != text).then(|| Mended::in_place(mended))
}

/// Also with the terminators that the grammar demands.
pub(in crate::lower) fn newer_terminated(text: &str) -> Option<Mended> {
    super::mend::terminated(&known(text)).map(Mended::tentative)
}

fn known(text: &str) -> String {
    let mut mended = text.as_bytes().to_vec();
    names(text, &mut mended);
    guards(text, &mut mended);
    long_guards(text, &mut mended);
    commas(text, &mut mended);
    dollars(text, &mut mended);
    contexts(text, &mut mended);
    accessors(text, &mut mended);
    // A type without `null`.
    text.match_indices(" & Any").for_each(|(start, part)| blank(&mut mended, start..start + part.len()));
    String::from_utf8(mended).unwrap_or_default()
}

/// Names that are soft keywords get another first letter.
fn names(text: &str, mended: &mut [u8]) {
    for range in words(text) {
        let (word, start) = (&text[range.clone()], range.start);
        let after = text[range.end..].trim_start_matches([' ', '\t']);
        let before = text[..start].trim_end_matches([' ', '\t']);
        let numbered = word.strip_prefix("in").or(word.strip_prefix("is")).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_digit()) && (before.is_empty() || before.ends_with('\n'))
        });
        let is_name = if numbered {
            // `in1.x()` in a line of its own is no operator.
            true
        } else if matches!(word, "get" | "set") {
            // `x get y`, `x and set`; an accessor has parentheses or ends its line.
            let is_first = before.is_empty() || before.ends_with('\n');
            let is_operand = |c: char| c.is_alphabetic() || matches!(c, '"' | '(');
            let is_infix =
                before.ends_with(['}', ')']) && text[range.end..].starts_with(' ') && after.starts_with(is_operand);
            is_infix
                || after.starts_with('=')
                || (!is_first && after.starts_with(['!', ')', ',', ']', '-', '+', '*', '/']))
        } else if !SOFT.contains(&word) {
            false
        } else if after.starts_with('(') {
            let end = closing(&text[range.end..], '(').map_or(text.len(), |end| range.end + end);
            // `suspend (A) -> B` is a type.
            !text[end..].trim_start().starts_with("->")
        } else {
            after.starts_with(['.', '?', '=', ')', ',', '[', '!', '{', ':', ']', '+']) || after.starts_with("->")
        };
        if is_name && let Some(first) = mended.get_mut(start) {
            *first = b'q';
        }
    }
}

/// `is A if b -> …`: the guard becomes a further condition.
fn guards(text: &str, mended: &mut [u8]) {
    for (arrow, _) in text.match_indices("->") {
        let line = text[..arrow].rfind(['\n', ';', '{', '}']).map_or(0, |at| at + 1);
        let condition = &text[line..arrow];
        let Some(at) = condition.find(" if ") else { continue };
        let (before, start) = (condition[..at].trim(), line + at);
        if before == "else" {
            let from = line + condition.find("else").unwrap_or(at);
            blank(mended, from..start + 3);
        } else if !before.is_empty() && !before.contains(" = ") && !before.starts_with("val ") {
            mended[start + 1..start + 3].copy_from_slice(b" ,");
        }
    }
}

/// A guard in parentheses, over several lines.
fn long_guards(text: &str, mended: &mut [u8]) {
    for (start, _) in text.match_indices(" if (\n") {
        let Some(length) = closing(&text[start + 4..], '(') else { continue };
        if text[start + 4 + length..].trim_start().starts_with("->") {
            mended[start + 1..start + 3].copy_from_slice(b" ,");
        }
    }
}

/// A comma after the last of the types of a call.
fn commas(text: &str, mended: &mut [u8]) {
    for (end, _) in text.match_indices(">(") {
        let before = text[..end].trim_end();
        if before.ends_with(',') {
            blank(mended, before.len() - 1..before.len());
        }
    }
}

/// `$$"…"`: fewer dollar signs are text.
fn dollars(text: &str, mended: &mut [u8]) {
    for (quote, _) in text.match_indices("$\"") {
        let quote = quote + 1;
        let count = text[..quote].len() - text[..quote].trim_end_matches('$').len();
        if count < 2 {
            continue;
        }
        let mark = if text[quote..].starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
        let inside = quote + mark.len();
        let Some(length) = text[inside..].find(mark) else { continue };
        blank(mended, quote - count..quote);
        let mut run = 0;
        for at in inside..=inside + length {
            if text.as_bytes()[at] == b'$' {
                run += 1;
                continue;
            }
            let kept = usize::from(run >= count);
            mended[at - run..at - kept.min(run)].fill(b'_');
            run = 0;
        }
    }
}

/// `context(a: A)` before a declaration.
fn contexts(text: &str, mended: &mut [u8]) {
    for (start, _) in text.match_indices("context(") {
        let is_first =
            text[..start].lines().next_back().unwrap_or("").trim().is_empty() || text[..start].ends_with('\n');
        if let (true, Some(length)) = (is_first, closing(&text[start..], '(')) {
            blank(mended, start..start + length);
        }
    }
}

/// `@OptIn(A::class) get() = …`
fn accessors(text: &str, mended: &mut [u8]) {
    for range in words(text).filter(|range| matches!(&text[range.clone()], "get" | "set")) {
        let before = text[..range.end - 3].trim_end();
        let Some(at) = before.rfind('@').filter(|at| before.len() - at < 200) else { continue };
        let annotation = &before[at..];
        let name = annotation[1..].trim_start_matches(|c: char| is_part(c) || c == '.');
        if text[range.end..].starts_with('(') && (name.is_empty() || closing(annotation, '(') == Some(annotation.len()))
        {
            blank(mended, at..before.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_syntax_is_put_in_terms_of_the_grammar() {
        for (text, wanted) in [
            ("fun suspend() {}", "fun quspend() {}"),
            ("val f: suspend () -> A = b", "val f: suspend () -> A = b"),
            ("val f = suspend { x() }", "val f = quspend { x() }"),
            ("open class A", "open class A"),
            ("where?.let { }", "qhere?.let { }"),
            ("fun <T> f() where T : A", "fun <T> f() where T : A"),
            ("x { } get y\n", "x { } qet y\n"),
            ("var x: A\n  get() = y\n  set(z) {}", "var x: A\n  get() = y\n  set(z) {}"),
            ("  is A if b.c -> d", "  is A  , b.c -> d"),
            ("  else if c -> d", "          c -> d"),
            ("  x -> if (a) b", "  x -> if (a) b"),
            ("  is A if (\n  b) -> d", "  is A  , (\n  b) -> d"),
            ("a($$\"${b} $$c\")", "a(  \"_{b} _$c\")"),
            ("context(a: A)\nfun f() {}", "             \nfun f() {}"),
            ("val x\n  @A(b) get() = 1", "val x\n        get() = 1"),
            ("f(x: T & Any)", "f(x: T      )"),
            ("f<\n  A,\n>(x)", "f<\n  A \n>(x)"),
        ] {
            assert_eq!(known(text), wanted);
        }
        for odd in ["", "$$\"", "$$\"\"\"$", "context(", " if (\n", ">(", "@ get(", "-> if ->", "é$$\"é$é\"get"] {
            assert_eq!(known(odd).len(), odd.len());
        }
    }
}
