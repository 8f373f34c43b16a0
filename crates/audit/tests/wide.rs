//! Long files and large sets of names: the time of an audit grows linearly with them, not quadratically.

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

/// Repetitions of each unit.
const UNITS: usize = 4_000;
/// Time limit for one audit. A debug build needs a second or two.
const PATIENCE: Duration = Duration::from_secs(60);

/// File, text before, the unit with `%` for its number, text after.
type Shape = (&'static str, &'static str, &'static str, &'static str);

const SHAPES: &[Shape] = &[
    ("a.py", "", "def f%(a):\n  return f(a)\n", ""),
    ("a.py", "", "def f(a):\n  return f(f%)\n", ""),
    ("a.py", "", "class A%(A): x = 1\n", ""),
    ("a.py", "class A:\n", "  x% = 'x.y%'\n", "\nfor x in A: bus.publish(x)\n"),
    ("a.py", "", "x% = 'x.y%'\n", ""),
    ("a.py", "", "x = f(x, %)\n", "bus.publish(x)\n"),
    ("a.py", "def f(x):\n", "  x = g(x, %)\n", "  bus.publish(x)\n"),
    ("a.py", "", "from m% import *\n", "bus.publish(x)\n"),
    ("a.py", "", "from m import x%\n", "bus.publish(x)\n"),
    ("a.py", "x = {", "'k%': 'x.y%',", "}\nbus.publish(x[y])\nbus.publish(x['k1'])\n"),
    ("a.py", "x = [", "'x.y%',", "]\nfor y in x: bus.publish(y)\n"),
    ("a.py", "x = {", "**a%,", "}\nbus.publish(x[y])\n"),
    ("a.py", "def emit(event_type): bus.publish(event_type)\n", "emit('x.y%')\n", ""),
    (
        "a.py",
        "def emit(event_type): bus.publish(event_type)\n",
        "def f%(event_type): emit(event_type)\nf%('x.a')\n",
        "",
    ),
    ("a.py", "", "db.execute('insert into webhook_events values (%, 2)')\n", ""),
    ("a.py", "def f():\n", "  db.execute('insert into webhook_events values (%, 2)')\n", ""),
    ("a.py", "def f():\n", "  bus.publish('x.y%', tenant_id=g(h(%)))\n", ""),
    ("a.py", "x = f(", "a%=1,", ")\n"),
    ("a.py", "def f(", "a%=1,", "): bus.publish(a1)\n"),
    ("a.py", "x = '''", "some text %\n", "'''\n"),
    ("a.py", "", "# comment %\n", ""),
    ("a.py", "x = f'", "{a%}', f'", "'\n"),
    ("a.ts", "", "function F%() { return 1 }\n", ""),
    ("a.ts", "", "export const F% = () => <T>(x: T) => x;\n", ""),
    ("a.ts", "export const E = {", "a%: 'x.y%',", "} as const;\nbus.emit(E[x]);\n"),
    ("a.ts", "enum E {", "A% = 'x.y%',", "}\nfor (const e of Object.values(E)) bus.emit(e);\n"),
    ("a.ts", "", "export { a% } from './m%';\n", ""),
    ("a.ts", "", "export * from './m%';\n", "bus.emit(X.y);\n"),
    ("a.ts", "type A = ", "'x.y%' | ", "'x.z';"),
    ("a.ts", "switch (x) {", "case 'a%': bus.emit('x.y%'); break;", "}"),
    ("a.ts", "const {", "a%, ", "} = x;\nbus.emit(a1);\n"),
    ("a.js", "function F() {}\n", "F.prototype.a% = function () { this.b(); };\n", ""),
    ("a.js", "", "exports.a% = require('./b%');\n", ""),
    ("a.js", "module.exports = {", "a%: function () {},", "};"),
    ("a.js", "", "var a% = function () { return a; }, b% = 1;", ""),
    ("a.js", "!function(){", "a(%),", "b()}();"),
    ("a.go", "package a\nconst (\n", "A% = \"x.y%\"\n", ")\n"),
    ("a.go", "package a\n", "func (a *A) F%(x string) { a.G(x) }\n", ""),
    ("a.go", "package a\nfunc f(x string) string { switch x {\n", "case \"a%\": return \"x.y%\"\n", "}\nreturn x }\n"),
    ("a.go", "package a\ntype I interface {\n", "F%(x string)\n", "}\n"),
    ("A.java", "class A {", "void f%(String a) { bus.publish(a); }", "}"),
    ("A.java", "class A {", "void f(String a, int b%) { f(a); }", "}"),
    ("A.java", "enum A {", "A%(\"x.y%\"),", "; String v; A(String v) { this.v = v; } }"),
    ("A.java", "class A { String f(int x) { return switch (x) {", "case % -> \"x.y%\";", "default -> null; }; } }"),
    ("a.kt", "enum class A(val v: String) {", "A%(\"x.y%\"),", "}\n"),
    ("a.kt", "", "fun f%(a: String) = bus.publish(a)\n", ""),
    ("a.kt", "object A {\n", "val a% = \"x.y%\"\n", "}\n"),
    ("a.kt", "class A {\n", "val a%: Bus = b\n", "}\n"),
    ("a.kt", "val x = mapOf(", "\"a%\" to \"x.y%\",", ")\n"),
    ("A.cs", "static class A {", "public const string A% = \"x.y%\";", "}"),
    ("A.cs", "class A {", "public string A% { get; set; }", "}"),
    ("A.cs", "", "partial class A { void F%() { G(); } }\n", ""),
    ("A.cs", "", "namespace N% { class A { void F() { B.G(); } } }\n", ""),
    ("a.rb", "", "module A\n  B% = 'x.y%'\nend\n", ""),
    ("a.rb", "class A\n", "  def f%(a)\n    call(a)\n  end\n", "end\n"),
    ("a.rb", "", "class A% < Base\n  def call(a)\n    publish(a)\n  end\nend\n", ""),
    ("a.rb", "x = {", "a%: 'x.y%',", "}\npublish x[y]\n"),
    ("a.rb", "x = %w[", "x.y% ", "]\nx.each { |y| publish y }\n"),
    ("a.rb", "", "x = <<~A\n  some text %\nA\n", ""),
    ("a.rb", "", "f(<<~A, <<~B)\n  %\nA\n  %\nB\n", ""),
    ("a.php", "<?php class A {", "const A% = 'x.y%';", "}"),
    ("a.php", "<?php ", "function f%($a) { dispatch($a); }", ""),
    ("a.php", "<?php return [", "'a%' => 'x.y%',", "];"),
    ("a.php", "<?php class A {", "/** @var B */ public $a%;\n", "function f() { $this->a1->dispatch('x.y'); } }"),
    ("a.php", "<?php ", "function f%() { return \"a{$b}c\"; }\n", ""),
    ("a.rs", "enum A {", "A%,", "}\n"),
    ("a.rs", "impl A { fn s(&self) -> &str { match self {", "Self::A% => \"x.y%\",", "} } }\nenum A { A1 }\n"),
    ("a.rs", "", "fn f%(a: &str) { bus.publish(a); }\n", ""),
    ("a.rs", "", "fn f%<T: Bus>(a: T) { a.publish(\"x.y\"); }\n", ""),
    ("a.rs", "impl<T> A<T> {", "fn f%(&self, a: T, b: Bus) { self.g(a); }\n", "}"),
    ("a.rs", "", "mod m% { use super::A; fn f(a: A) { self::g(a); } }\n", ""),
    ("a.rs", "", "use a::b%::*;\n", "fn f() { bus.publish(X) }"),
    ("a.rs", "fn f() { match x {", "A% => g(\"x.y%\"),", "} }\n"),
];

fn audit_of(files: Vec<(String, String)>) -> Report {
    let mut config = Config::default();
    config.files.max_bytes = Some(1 << 30);
    let events = "class WebhookEvent:\n    A = 'x.a'\n    B = 'x.b'\n".to_owned();
    let all = files.into_iter().chain([("events.py".to_owned(), events)]);
    let texts = all.map(|(name, text)| (name.clone(), name, text)).collect();
    let tree = SourceTree::of_texts(texts, Vec::new(), &Rules::new(&config.files).unwrap());
    audit::audit(&tree, &config, &CatalogSource::Code { main: Some("WebhookEvent".into()) }, About::default(), &|| {})
        .unwrap()
}

fn unit(text: &str, number: usize) -> String {
    text.replace('%', &number.to_string())
}

/// Duration of an audit, in seconds.
fn took(what: &str, files: Vec<(String, String)>) -> f64 {
    let (done, wait) = mpsc::channel();
    #[expect(clippy::disallowed_methods, reason = "it measures how long it takes")]
    let start = Instant::now();
    thread::spawn(move || {
        let _ = done.send(audit_of(files));
    });
    let report = wait.recv_timeout(PATIENCE).unwrap_or_else(|fault| panic!("{what}: {fault}"));
    assert!(report.files.skipped.is_empty(), "{what}: {:?}", report.files.skipped);
    start.elapsed().as_secs_f64()
}

/// Fails when four times the size takes more than nine times as long: linear growth takes four, quadratic sixteen.
/// Audits below 0.3 s are not compared.
fn in_time(what: &str, files: impl Fn(usize) -> Vec<(String, String)>) {
    let grown = || {
        let all = took(what, files(UNITS));
        if all < 0.3 { None } else { Some((took(what, files(UNITS / 4)), all)) }
    };
    // Other load on the machine may distort one measurement, so only three bad ones in a row fail.
    let faults: Vec<_> = (0..3).map_while(|_| grown().filter(|(part, all)| *all > part * 9.0)).collect();
    assert!(faults.len() < 3, "{what}: a quarter and the whole of it take {faults:?} s");
}

#[test]
fn long_files() {
    for (file, before, one, after) in SHAPES {
        in_time(&format!("one {file}: {before}{one}{after}"), |count| {
            let units: String = (0..count).map(|number| unit(one, number)).collect();
            vec![((*file).to_owned(), format!("{before}{units}{after}"))]
        });
    }
}

/// The same units, each in its own file.
#[test]
fn many_files() {
    for (file, before, one, after) in SHAPES {
        let (name, extension) = file.split_once('.').unwrap();
        in_time(&format!("many {file}: {before}{one}{after}"), |count| {
            let text = |number| format!("{before}{}{after}", unit(one, number));
            (0..count).map(|number| (format!("m{number}/{name}{number}.{extension}"), text(number))).collect()
        });
    }
}

/// Each function passes its parameter on six times: nine levels would give ten million values.
#[test]
fn values_do_not_multiply_through_parameters() {
    let mut text = String::from("def f0(event):\n    bus.publish(event)\n");
    for level in 1..12 {
        text.push_str(&format!("def f{level}(event):\n"));
        text.push_str(&format!("    f{}(event)\n", level - 1).repeat(6));
    }
    text.push_str(&"f11('invoice.paid')\n".repeat(6));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.py"), text).unwrap();
    let (done, wait) = mpsc::channel();
    let path = folder.path().to_owned();
    thread::spawn(move || {
        let config = Config::default();
        let rules = Rules::new(&config.files).unwrap();
        let tree = SourceTree::of_paths(&[path], &rules).unwrap();
        let source = CatalogSource::Code { main: None };
        let _ = done.send(audit::audit(&tree, &config, &source, About::default(), &|| {}).unwrap());
    });
    let report = wait.recv_timeout(PATIENCE).expect("it ends");
    assert_eq!(report.files.read, 1);
}
