//! Deep nesting, far beyond handwritten code: no language's lowering runs out of stack or time.

use audit::{
    About, CatalogSource,
    config::Config,
    report::Report,
    source::{Rules, SourceTree},
};
use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Levels of each kind of nesting.
const LEVELS: usize = 5_000;
/// Time limit for one file. A debug build needs a second or two.
const PATIENCE: Duration = Duration::from_secs(60);

/// File, text before, opening of a level, middle, closing of a level, text after.
type Shape = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const SHAPES: &[Shape] = &[
    ("a.py", "x = ", "(", "1", ")", "\n"),
    ("a.py", "x = ", "[", "1", "]", "\n"),
    ("a.py", "x = ", "f(", "1", ")", "\n"),
    ("a.py", "x = ", "{'a': ", "1", "}", "\n"),
    ("a.py", "x = a", ".b", "", "", "\n"),
    ("a.py", "x = a", ".b()", "", "", "\n"),
    ("a.py", "x = a", " + b", "", "", "\n"),
    ("a.py", "x = a", " or b", "", "", "\n"),
    ("a.py", "x = ", "lambda: ", "1", "", "\n"),
    ("a.py", "x = ", "a if b else ", "1", "", "\n"),
    ("a.py", "x = ", "not ", "1", "", "\n"),
    ("a.py", "", "a = ", "1", "", "\n"),
    ("a.py", "", "[", "x", "]", " = y\n"),
    ("a.py", "if a:\n  b()\n", "elif a:\n  b()\n", "", "", "\n"),
    ("a.ts", "const x = ", "(", "1", ")", ";"),
    ("a.ts", "const x = ", "[", "1", "]", ";"),
    ("a.ts", "f(", "{ a: ", "1", "}", ");"),
    ("a.ts", "const x = ", "() => ", "1", "", ";"),
    ("a.ts", "const x = ", "a ? b : ", "1", "", ";"),
    ("a.ts", "const x = a", ".b()", "", "", ";"),
    ("a.ts", "const x = a", " + b", "", "", ";"),
    ("a.ts", "const ", "[", "x", "]", " = y;"),
    ("a.ts", "const ", "{ a: ", "x", "}", " = y;"),
    ("a.ts", "let x: ", "Array<", "A", ">", ";"),
    ("a.ts", "let x: ", "(", "A", ")", ";"),
    ("a.ts", "", "{", "a();", "}", ""),
    ("a.ts", "", "if (a) ", "b();", "", ""),
    ("a.ts", "x = a", ", b", "", "", ";"),
    ("a.js", "", "exports.a = ", "1", "", ";"),
    ("a.js", "class A extends ", "f(", "B", ")", " {}"),
    ("a.js", "x = ", "`${", "1", "}`", ";"),
    ("a.go", "package a\nvar x = ", "(", "1", ")", "\n"),
    ("a.go", "package a\nvar x = T", "{T", "{1}", "}", "\n"),
    ("a.go", "package a\nvar x = []T", "{", "1", "}", "\n"),
    ("a.go", "package a\nvar x = ", "&", "T{}", "", "\n"),
    ("a.go", "package a\nvar x ", "*", "T", "", "\n"),
    ("a.go", "package a\nvar x ", "[]", "T", "", "\n"),
    ("a.go", "package a\nvar x = a", ".b()", "", "", "\n"),
    ("a.go", "package a\nfunc a() ", "{ if a ", "{}", "}", "\n"),
    ("A.java", "class A { int x = ", "(", "1", ")", "; }"),
    ("A.java", "class A { int x = a", ".b()", "", "", "; }"),
    ("A.java", "class A { int x = a", " + b", "", "", "; }"),
    ("A.java", "class A { Object x = ", "() -> ", "1", "", "; }"),
    ("A.java", "class A { void f() ", "{", "a();", "}", " }"),
    ("A.java", "", "class A {", "", "}", ""),
    ("A.java", "class A { ", "List<", "A", ">", " x; }"),
    ("a.kt", "val x = ", "(", "1", ")", "\n"),
    ("a.kt", "val x = a", ".b()", "", "", "\n"),
    ("a.kt", "val x = ", "{ ", "1", " }", "\n"),
    ("a.kt", "val x: ", "(", "A", ")", " = y\n"),
    ("a.kt", "val x = ", "if (a) b else ", "1", "", "\n"),
    ("A.cs", "class A { int x = ", "(", "1", ")", "; }"),
    ("A.cs", "class A { int x = a", ".B()", "", "", "; }"),
    ("A.cs", "class A { void F() { ", "(", "x, y", ", z)", " = v; } }"),
    ("A.cs", "class A { void F() ", "{", "a();", "}", " }"),
    ("A.cs", "", "namespace A {", "", "}", ""),
    ("a.rb", "x = ", "(", "1", ")", "\n"),
    ("a.rb", "x = ", "[", "1", "]", "\n"),
    ("a.rb", "x = a", ".b", "", "", "\n"),
    ("a.rb", "x = a", " + b", "", "", "\n"),
    ("a.rb", "", "(", "x, y", ", z)", " = v\n"),
    ("a.rb", "", "module A\n", "", "end\n", "\n"),
    ("a.rb", "", "a { ", "1", " }", "\n"),
    ("a.rb", "case x\nin ", "[", "y", "]", "\n 1\nend\n"),
    ("a.php", "<?php $x = ", "(", "1", ")", ";"),
    ("a.php", "<?php $x = ", "[", "1", "]", ";"),
    ("a.php", "<?php $x = $a", "->b()", "", "", ";"),
    ("a.php", "<?php $x = $a", " . $b", "", "", ";"),
    ("a.php", "<?php ", "[", "$x", "]", " = $y;"),
    ("a.php", "<?php ", "if ($a) { ", "b();", " }", ""),
    ("a.php", "<?php ", "list(", "$x", ")", " = $y;"),
    ("a.rs", "const X: A = ", "(", "1", ")", ";"),
    ("a.rs", "fn f() { let ", "(", "x", ",)", " = y; }"),
    ("a.rs", "fn f() { a", ".b()", "", "", "; }"),
    ("a.rs", "fn f() ", "{", "a();", "}", ""),
    ("a.rs", "", "mod a {", "", "}", ""),
    ("a.rs", "fn f() { match x { A", " | A", "", "", " => \"a.b\" } }"),
    ("a.rs", "use ", "a::{", "b", "}", ";"),
    ("a.rs", "type X = ", "Box<", "A", ">", ";"),
    ("a.rs", "fn f() { json!(", "[", "1", "]", "); }"),
    ("a.rs", "fn f() { ", "if a {} else ", "{}", "", " }"),
];

fn audit_of(file: &str, text: String) -> Report {
    let mut config = Config::default();
    config.files.max_bytes = Some(1 << 30);
    let events = "class WebhookEvent:\n    A = 'x.a'\n    B = 'x.b'\n".to_owned();
    let texts = vec![("events.py".into(), "events.py".into(), events), (file.into(), file.into(), text)];
    let tree = SourceTree::of_texts(texts, Vec::new(), &Rules::new(&config.files).unwrap());
    audit::audit(&tree, &config, &CatalogSource::Code { main: None }, About::default(), &|| {}).unwrap()
}

#[test]
fn no_nesting_ends_the_audit() {
    for (file, before, open, middle, close, after) in SHAPES {
        let levels = |part: &str| part.repeat(LEVELS);
        // Complete, and cut off in the middle.
        for whole in [true, false] {
            let mut text = format!("{before}{}{middle}", levels(open));
            if whole {
                text.push_str(&levels(close));
                text.push_str(after);
            }
            let (done, wait) = mpsc::channel();
            #[expect(clippy::disallowed_methods, reason = "it measures how long it takes")]
            let start = Instant::now();
            thread::spawn(move || {
                let _ = done.send(audit_of(file, text));
            });
            let report = wait.recv_timeout(PATIENCE);
            let report = report.unwrap_or_else(|fault| panic!("{file}: {before}{open}…, whole: {whole}: {fault}"));
            if start.elapsed() > Duration::from_secs(2) {
                println!(
                    "{:>6.2} s  {file}: {before}{open}{middle}{close}{after}, whole: {whole}",
                    start.elapsed().as_secs_f64()
                );
            }
            let internal = report.files.skipped.iter().find(|one| one.reason.contains("internal"));
            assert!(internal.is_none(), "{file}: {before}{open}…: {internal:?}");
            assert_eq!(report.summary.defined, 2, "{file}: {before}{open}…");
        }
    }
}
