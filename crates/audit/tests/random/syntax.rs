//! Syntax tables: how each language writes a random program.

use crate::program::*;

/// Name and text of a constant, in the language's notation.
type Constant = (String, String);

/// The notation of a language for the parts of a program. Types are present where the grammar needs them; a program
/// must parse, but need not compile.
pub(crate) struct Syntax {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    head: &'static str,
    /// Prefix of a variable's name.
    sigil: &'static str,
    /// Operator between an object and its member.
    dot: &'static str,
    make: &'static str,
    join: &'static str,
    either: fn(&str, &str) -> String,
    list: (&'static str, &'static str),
    map: (&'static str, &'static str, &'static str),
    bind: fn(&str, &str) -> String,
    each: fn(&str, &str, &str) -> String,
    answer: &'static str,
    end: &'static str,
    function: fn(&str, &[String], &str, bool) -> String,
    class: fn(&str, Option<&str>, &[Constant], &str) -> String,
}

impl Syntax {
    fn value(&self, value: &Value) -> String {
        let list = |values: &[Value]| values.iter().map(|one| self.value(one)).collect::<Vec<_>>().join(", ");
        let name = |at: usize| format!("{}{}", self.sigil, NAMES[at]);
        match value {
            Value::Text(at) => format!("\"{}\"", TEXTS[*at]),
            Value::Name(at) => name(*at),
            Value::Member(of, at) => format!("{}{}{}", self.value(of), self.dot, NAMES[*at]),
            Value::Call(of, args) => match &**of {
                Value::Name(at) => format!("{}({})", NAMES[*at], list(args)),
                of @ Value::Member(..) => format!("{}({})", self.value(of), list(args)),
                of => format!("{}{}publish({})", self.value(of), self.dot, list(args)),
            },
            Value::Make(at, args) if self.make.starts_with('.') => {
                format!("{}{}({})", CLASSES[*at], self.make, list(args))
            }
            Value::Make(at, args) => format!("{}{}({})", self.make, CLASSES[*at], list(args)),
            Value::List(values) => format!("{}{}{}", self.list.0, list(values), self.list.1),
            Value::Map(pairs) => {
                let pair = |(key, value): &(usize, Value)| {
                    let value = self.value(value);
                    format!("\"{}\"{}{value}", NAMES[*key], self.map.1)
                };
                format!("{}{}{}", self.map.0, pairs.iter().map(pair).collect::<Vec<_>>().join(", "), self.map.2)
            }
            Value::Index(of, key) => format!("{}[{}]", self.value(of), self.value(key)),
            Value::Join(one, other) => format!("({}{}{})", self.value(one), self.join, self.value(other)),
            Value::Either(one, other) => (self.either)(&self.value(one), &self.value(other)),
        }
    }

    fn body(&self, steps: &[Step], indent: &str) -> String {
        let name = |at: usize| format!("{}{}", self.sigil, NAMES[at]);
        let line = |step: &Step| match step {
            Step::Bind(at, value) => (self.bind)(&name(*at), &self.value(value)),
            Step::Do(value) => format!("{}({}){}", "publish", self.value(value), self.end),
            Step::Loop(at, over, inside) => {
                let inside = format!("publish({}){}", self.value(inside), self.end);
                (self.each)(&name(*at), &self.value(over), &inside)
            }
            Step::Answer(value) => format!("{}{}{}", self.answer, self.value(value), self.end),
        };
        steps.iter().map(|step| format!("{indent}{}\n", line(step).replace('\n', &format!("\n{indent}")))).collect()
    }

    pub(crate) fn text(&self, program: &Program) -> String {
        let function = |one: &Function, indent: &str, in_class: bool| {
            let params: Vec<String> = one.params.iter().map(|at| format!("{}{}", self.sigil, NAMES[*at])).collect();
            let text = (self.function)(NAMES[one.name], &params, &self.body(&one.steps, "    "), in_class);
            text.lines().map(|line| format!("{indent}{line}\n")).collect::<String>()
        };
        let mut text = String::from(self.head);
        for class in &program.classes {
            let methods: String = class.methods.iter().map(|one| function(one, "    ", true)).collect();
            let constants: Vec<(String, String)> = class
                .constants
                .iter()
                .map(|(name, text)| (NAMES[*name].to_uppercase(), format!("\"{}\"", TEXTS[*text])))
                .collect();
            text.push_str(&(self.class)(CLASSES[class.name], class.base.map(|at| CLASSES[at]), &constants, &methods));
        }
        let has_functions = !matches!(self.name, "java" | "csharp");
        let functions: String = program
            .functions
            .iter()
            .map(|one| function(one, if has_functions { "" } else { "    " }, !has_functions))
            .collect();
        text.push_str(&if has_functions { functions } else { (self.class)("Main", None, &[], &functions) });
        text
    }
}

pub(crate) fn constants(list: &[(String, String)], write: impl Fn(&str, &str) -> String) -> String {
    list.iter().map(|(name, text)| format!("    {}\n", write(name, text))).collect()
}

pub(crate) fn typed(params: &[String], kind: &str) -> String {
    params.iter().map(|param| format!("{kind} {param}")).collect::<Vec<_>>().join(", ")
}

pub(crate) const PYTHON: Syntax = Syntax {
    name: "python",
    file: "app.py",
    head: "",
    sigil: "",
    dot: ".",
    make: "",
    join: " + ",
    either: |one, other| format!("({one} if key else {other})"),
    list: ("[", "]"),
    map: ("{", ": ", "}"),
    bind: |name, value| format!("{name} = {value}"),
    each: |name, over, inside| format!("for {name} in {over}:\n    {inside}"),
    answer: "return ",
    end: "",
    function: |name, params, body, in_class| {
        let own = if in_class { vec!["self".to_owned()] } else { Vec::new() };
        format!("def {name}({}):\n{body}", [own, params.to_vec()].concat().join(", "))
    },
    class: |name, base, list, methods| {
        let base = base.map(|base| format!("({base})")).unwrap_or_default();
        format!("class {name}{base}:\n    pass\n{}{methods}", constants(list, |name, text| format!("{name} = {text}")))
    },
};

pub(crate) const TYPESCRIPT: Syntax = Syntax {
    name: "typescript",
    file: "app.ts",
    head: "",
    sigil: "",
    dot: ".",
    make: "new ",
    join: " + ",
    either: |one, other| format!("(key ? {one} : {other})"),
    list: ("[", "]"),
    map: ("({", ": ", "})"),
    bind: |name, value| format!("var {name} = {value};"),
    each: |name, over, inside| format!("for (const {name} of {over}) {{\n    {inside}\n}}"),
    answer: "return ",
    end: ";",
    function: |name, params, body, in_class| {
        let keyword = if in_class { "" } else { "export function " };
        format!("{keyword}{name}({}) {{\n{body}}}", params.join(", "))
    },
    class: |name, base, list, methods| {
        let base = base.map(|base| format!(" extends {base}")).unwrap_or_default();
        let list = constants(list, |name, text| format!("static {name} = {text};"));
        format!("export class {name}{base} {{\n{list}{methods}}}\n")
    },
};

pub(crate) const JAVASCRIPT: Syntax = Syntax { name: "javascript", file: "app.js", ..TYPESCRIPT };

pub(crate) const GO: Syntax = Syntax {
    name: "go",
    file: "app.go",
    head: "package app\n",
    sigil: "",
    dot: ".",
    make: "New",
    join: " + ",
    either: |one, other| format!("pick({one}, {other})"),
    list: ("[]any{", "}"),
    map: ("map[string]any{", ": ", "}"),
    bind: |name, value| format!("{name} := {value}"),
    each: |name, over, inside| format!("for _, {name} := range pick({over}) {{\n    {inside}\n}}"),
    answer: "return ",
    end: "",
    function: |name, params, body, in_class| {
        let receiver = if in_class { "(bus *Service) " } else { "" };
        format!(
            "func {receiver}{name}({}) any {{\n{body}}}",
            params.iter().map(|one| format!("{one} any")).collect::<Vec<_>>().join(", ")
        )
    },
    class: |name, base, list, methods| {
        let list = constants(list, |constant, text| format!("{name}{constant} = {text}"));
        format!(
            "type {name} struct {{\n    {}\n}}\nconst (\n{list})\n{}\n",
            base.unwrap_or(""),
            methods.replace("\n    ", "\n")
        )
    },
};

pub(crate) const JAVA: Syntax = Syntax {
    name: "java",
    file: "App.java",
    head: "package app;\n",
    sigil: "",
    dot: ".",
    make: "new ",
    join: " + ",
    either: |one, other| format!("(key ? {one} : {other})"),
    list: ("List.of(", ")"),
    map: ("Map.of(", ", ", ")"),
    bind: |name, value| format!("var {name} = {value};"),
    each: |name, over, inside| format!("for (var {name} : {over}) {{\n    {inside}\n}}"),
    answer: "return ",
    end: ";",
    function: |name, params, body, _| format!("Object {name}({}) {{\n{body}}}", typed(params, "Object")),
    class: |name, base, list, methods| {
        let base = base.map(|base| format!(" extends {base}")).unwrap_or_default();
        let list = constants(list, |name, text| format!("static final String {name} = {text};"));
        format!("class {name}{base} {{\n{list}{methods}}}\n")
    },
};

pub(crate) const CSHARP: Syntax = Syntax {
    name: "csharp",
    file: "App.cs",
    head: "namespace App;\n",
    list: ("new[] {", "}"),
    map: ("Make(", ", ", ")"),
    each: |name, over, inside| format!("foreach (var {name} in {over}) {{\n    {inside}\n}}"),
    function: |name, params, body, _| format!("object {name}({}) {{\n{body}}}", typed(params, "object")),
    class: |name, base, list, methods| {
        let base = base.map(|base| format!(" : {base}")).unwrap_or_default();
        let list = constants(list, |name, text| format!("const string {name} = {text};"));
        format!("class {name}{base} {{\n{list}{methods}}}\n")
    },
    ..JAVA
};

pub(crate) const KOTLIN: Syntax = Syntax {
    name: "kotlin",
    file: "App.kt",
    head: "package app\n",
    make: "",
    either: |one, other| format!("(if (key) {one} else {other})"),
    list: ("listOf(", ")"),
    map: ("mapOf(", " to ", ")"),
    bind: |name, value| format!("var {name} = {value}"),
    each: |name, over, inside| format!("for ({name} in {over}) {{\n    {inside}\n}}"),
    end: "",
    function: |name, params, body, _| {
        let params: Vec<String> = params.iter().map(|param| format!("{param}: Any")).collect();
        format!("fun {name}({}): Any {{\n{body}}}", params.join(", "))
    },
    class: |name, base, list, methods| {
        let base = base.map(|base| format!(" : {base}()")).unwrap_or_default();
        let list = constants(list, |name, text| format!("val {name} = {text}"));
        format!("class {name}{base} {{\n{list}{methods}}}\n")
    },
    ..JAVA
};

pub(crate) const RUBY: Syntax = Syntax {
    name: "ruby",
    file: "app.rb",
    make: ".new",
    list: ("[", "]"),
    map: ("{", " => ", "}"),
    each: |name, over, inside| format!("for {name} in {over} do\n    {inside}\nend"),
    function: |name, params, body, _| format!("def {name}({})\n{body}end", params.join(", ")),
    class: |name, base, list, methods| {
        let base = base.map(|base| format!(" < {base}")).unwrap_or_default();
        format!("class {name}{base}\n{}{methods}end\n", constants(list, |name, text| format!("{name} = {text}")))
    },
    ..PYTHON_LIKE
};

pub(crate) const PYTHON_LIKE: Syntax = Syntax { either: |one, other| format!("(key ? {one} : {other})"), ..PYTHON };

pub(crate) const PHP: Syntax = Syntax {
    name: "php",
    file: "app.php",
    head: "<?php\n",
    sigil: "$",
    dot: "->",
    join: " . ",
    either: |one, other| format!("($key ? {one} : {other})"),
    list: ("[", "]"),
    map: ("[", " => ", "]"),
    bind: |name, value| format!("{name} = {value};"),
    each: |name, over, inside| format!("foreach ({over} as {name}) {{\n    {inside}\n}}"),
    function: |name, params, body, _| format!("function {name}({}) {{\n{body}}}", params.join(", ")),
    class: |name, base, list, methods| {
        let base = base.map(|base| format!(" extends {base}")).unwrap_or_default();
        let list = constants(list, |name, text| format!("const {name} = {text};"));
        format!("class {name}{base} {{\n{list}{methods}}}\n")
    },
    ..JAVA
};

pub(crate) const RUST: Syntax = Syntax {
    name: "rust",
    file: "app.rs",
    head: "",
    make: "make",
    either: |one, other| format!("(if key {{ {one} }} else {{ {other} }})"),
    list: ("vec![", "]"),
    map: ("json!({", ": ", "})"),
    bind: |name, value| format!("let {name} = {value};"),
    each: |name, over, inside| format!("for {name} in ({over}) {{\n    {inside}\n}}"),
    function: |name, params, body, in_class| {
        let own = if in_class { vec!["&self".to_owned()] } else { Vec::new() };
        let params: Vec<String> = own.into_iter().chain(params.iter().map(|param| format!("{param}: Value"))).collect();
        format!("fn {name}({}) -> Value {{\n{body}}}", params.join(", "))
    },
    class: |name, base, list, methods| {
        let base = base.map(|base| format!("impl {base} for {name} {{}}\n")).unwrap_or_default();
        let list = constants(list, |name, text| format!("const {name}: &str = {text};"));
        format!("struct {name};\n{base}impl {name} {{\n{list}{methods}}}\n")
    },
    ..JAVA
};

pub(crate) const LANGUAGES: [Syntax; 10] = [PYTHON, TYPESCRIPT, JAVASCRIPT, GO, JAVA, CSHARP, KOTLIN, RUBY, PHP, RUST];
