//! Syntax errors: valid code that a grammar does not know is read completely; of broken code, everything else is read,
//! and the file is named.

use audit::{
    About, CatalogSource, audit,
    config::Config,
    report::Report,
    source::{Rules, SourceTree},
};

fn report(files: &[(&str, &str)]) -> Report {
    let config = Config::default();
    let texts = files.iter().map(|(name, text)| ((*name).to_owned(), (*name).to_owned(), (*text).to_owned())).collect();
    let tree = SourceTree::of_texts(texts, Vec::new(), &Rules::new(&config.files).unwrap());
    audit(&tree, &config, &CatalogSource::Code { main: None }, About::default(), &|| {}).unwrap()
}

/// The functions that publish, and the files that were read in part, with their lines.
fn found(report: &Report) -> (Vec<String>, Vec<(String, u32)>) {
    let sites = report.events.iter().flat_map(|event| event.sites.iter().map(|site| site.function.clone()));
    let mut functions: Vec<String> = sites.collect();
    functions.sort();
    assert!(report.files.skipped.is_empty(), "{:?}", report.files.skipped);
    let partial = report.files.partial.iter().map(|one| (one.file.clone(), one.line)).collect();
    (functions, partial)
}

/// A language: the ending, and a class or a file with two functions that publish, around another member.
struct Language {
    ending: &'static str,
    before: &'static str,
    after: &'static str,
    functions: [&'static str; 2],
}

const LANGUAGES: &[Language] = &[
    Language {
        ending: "py",
        before: "class WebhookEvent(str, Enum):\n    A = \"order.created\"\n    B = \"order.paid\"\n    C = \"order.sent\"\n\n\nclass Orders:\n    def create(self):\n        self.bus.publish(WebhookEvent.A)\n\n",
        after: "\n    def pay(self):\n        self.bus.publish(WebhookEvent.B)\n",
        functions: ["Orders.create", "Orders.pay"],
    },
    Language {
        ending: "ts",
        before: "export enum WebhookEvent {\n  A = 'order.created',\n  B = 'order.paid',\n  C = 'order.sent',\n}\n\nexport class Orders {\n  create() {\n    this.bus.publish(WebhookEvent.A);\n  }\n\n",
        after: "\n  pay() {\n    this.bus.publish(WebhookEvent.B);\n  }\n}\n",
        functions: ["Orders.create", "Orders.pay"],
    },
    Language {
        ending: "tsx",
        before: "export enum WebhookEvent {\n  A = 'order.created',\n  B = 'order.paid',\n  C = 'order.sent',\n}\n\nexport class Orders {\n  create() {\n    this.bus.publish(WebhookEvent.A);\n  }\n\n",
        after: "\n  pay() {\n    this.bus.publish(WebhookEvent.B);\n  }\n}\n",
        functions: ["Orders.create", "Orders.pay"],
    },
    Language {
        ending: "js",
        before: "export const WebhookEvent = Object.freeze({\n  A: 'order.created',\n  B: 'order.paid',\n  C: 'order.sent',\n});\n\nexport class Orders {\n  create() {\n    this.bus.publish(WebhookEvent.A);\n  }\n\n",
        after: "\n  pay() {\n    this.bus.publish(WebhookEvent.B);\n  }\n}\n",
        functions: ["Orders.create", "Orders.pay"],
    },
    Language {
        ending: "go",
        before: "package orders\n\nconst (\n\tWebhookEventA = \"order.created\"\n\tWebhookEventB = \"order.paid\"\n\tWebhookEventC = \"order.sent\"\n)\n\nfunc (o *Orders) Create() {\n\to.bus.Publish(WebhookEventA)\n}\n\n",
        after: "\nfunc (o *Orders) Pay() {\n\to.bus.Publish(WebhookEventB)\n}\n",
        functions: ["Orders.Create", "Orders.Pay"],
    },
    Language {
        ending: "java",
        before: "package a;\n\npublic class Orders {\n    public static class WebhookEvents {\n        public static final String A = \"order.created\";\n        public static final String B = \"order.paid\";\n        public static final String C = \"order.sent\";\n    }\n\n    public void create() {\n        bus.publish(WebhookEvents.A);\n    }\n\n",
        after: "\n    public void pay() {\n        bus.publish(WebhookEvents.B);\n    }\n}\n",
        functions: ["Orders.create", "Orders.pay"],
    },
    Language {
        ending: "kt",
        before: "package a\n\nobject WebhookEvents {\n    const val A = \"order.created\"\n    const val B = \"order.paid\"\n    const val C = \"order.sent\"\n}\n\nclass Orders(private val bus: Bus) {\n    fun create() {\n        bus.publish(WebhookEvents.A)\n    }\n\n",
        after: "\n    fun pay() {\n        bus.publish(WebhookEvents.B)\n    }\n}\n",
        functions: ["Orders.create", "Orders.pay"],
    },
    Language {
        ending: "cs",
        before: "namespace A;\n\npublic static class WebhookEvents\n{\n    public const string A = \"order.created\";\n    public const string B = \"order.paid\";\n    public const string C = \"order.sent\";\n}\n\npublic class Orders\n{\n    public void Create()\n    {\n        _bus.Publish(WebhookEvents.A);\n    }\n\n",
        after: "\n    public void Pay()\n    {\n        _bus.Publish(WebhookEvents.B);\n    }\n}\n",
        functions: ["Orders.Create", "Orders.Pay"],
    },
    Language {
        ending: "rb",
        before: "module WebhookEvents\n  A = \"order.created\"\n  B = \"order.paid\"\n  C = \"order.sent\"\nend\n\nclass Orders\n  def create\n    @bus.publish(WebhookEvents::A)\n  end\n\n",
        after: "\n  def pay\n    @bus.publish(WebhookEvents::B)\n  end\nend\n",
        functions: ["Orders.create", "Orders.pay"],
    },
    Language {
        ending: "php",
        before: "<?php\nnamespace A;\n\nfinal class WebhookEvents\n{\n    public const A = 'order.created';\n    public const B = 'order.paid';\n    public const C = 'order.sent';\n}\n\nclass Orders\n{\n    public function create(): void\n    {\n        $this->bus->publish(WebhookEvents::A);\n    }\n\n",
        after: "\n    public function pay(): void\n    {\n        $this->bus->publish(WebhookEvents::B);\n    }\n}\n",
        functions: ["Orders.create", "Orders.pay"],
    },
    Language {
        ending: "rs",
        before: "pub enum WebhookEvent { A, B, C }\n\nimpl WebhookEvent {\n    pub fn as_str(&self) -> &'static str {\n        match self {\n            Self::A => \"order.created\",\n            Self::B => \"order.paid\",\n            Self::C => \"order.sent\",\n        }\n    }\n}\n\nimpl Orders {\n    pub fn create(&self) {\n        self.bus.publish(WebhookEvent::A.as_str());\n    }\n\n",
        after: "\n    pub fn pay(&self) {\n        self.bus.publish(WebhookEvent::B.as_str());\n    }\n}\n",
        functions: ["Orders.create", "Orders.pay"],
    },
];

fn language(ending: &str) -> &'static Language {
    LANGUAGES.iter().find(|one| one.ending == ending).unwrap()
}

/// Reads a file with this member between the two functions.
fn read(language: &Language, member: &str) -> (Vec<String>, Vec<(String, u32)>) {
    let text = format!("{}{member}{}", language.before, language.after);
    found(&report(&[(&format!("orders.{}", language.ending), &text)]))
}

#[test]
fn the_frame_of_each_language_is_read() {
    for language in LANGUAGES {
        let (functions, partial) = read(language, "");
        assert_eq!((functions, partial), (language.functions.map(str::to_owned).into(), vec![]), "{}", language.ending);
    }
}

/// Valid members that a grammar does not know, or did not know.
const MEMBERS: &[(&str, &[&str])] = &[
    (
        "tsx",
        &[
            "  a() { return <p>A & B</p>; }\n",
            "  a() { return <p>1 & 2 &amp; & <b href=\"x&y\">c</b></p>; }\n",
            "  a = styled.div<Props>`color: ${(p) => p.x}`;\n",
            "  a = styled(Button)<{ b: boolean }>`x`;\n",
        ],
    ),
    (
        "ts",
        &[
            "  a = sql<{ b: string }[]>`x ${y}`;\n",
            "  a() { return f<typeof import('x')>(); }\n",
            "  private a: (string) => any;\n",
            "  a() { const b = { c: 1 } satisfies D; using e = f(); }\n",
            "  @Dec() accessor a = 1;\n  f<const T>(x: T) {}\n",
        ],
    ),
    (
        "php",
        &[
            "    readonly private string $a;\n",
            "    public function __construct(readonly private string $a, final public int $b) {}\n",
            "    public private(set) string $a { get => $this->b; set(string $v) { $this->a = $v; } }\n",
            "    final public const string D = self::class . 'x';\n",
            "    public function a() { return $b |> f(...); }\n",
        ],
    ),
    (
        "kt",
        &[
            "    fun suspend() {}\n",
            "    fun open() { suspend(); open(); vararg = 1 }\n",
            "    val a = when (b) {\n        is C if b.d -> 1\n        else if e -> 2\n        else -> 3\n    }\n",
            "    val a = $$\"${b.c:false}\"\n",
            "    val a\n        @OptIn(B::class) get() = 1\n",
            "    fun <T> a(b: T & Any) { where?.let { it } }\n",
            "    fun a() {\n        val b = c {\n            d()\n        } get e.id\n        f()\n    }\n",
        ],
    ),
    (
        "java",
        &[
            "    Object a(Object o) { return switch (o) { case P(int x, var y) when x > 1 -> y; case Q(_) -> 2; default -> 3; }; }\n",
            "    Orders(int x) { check(x); super(x); }\n",
        ],
    ),
    (
        "cs",
        &[
            "    void A() { F(a,\n#if X\n        b,\n#else\n        c,\n#endif\n        d); }\n",
            "    void A()\n    {\n#if X\n        var t =\n#endif\n        F();\n    }\n",
            "    class B(int x) : C(x);\n    int[] d = [1, ..e];\n",
            "    string A() => $\"{{{x}}}\" + \"\"\"\n        a \"b\"\n        \"\"\";\n",
            "    void A() { a?.b = 1; required++; }\n",
        ],
    ),
    (
        "rb",
        &[
            "  def a = raise NotImplementedError\n",
            "  def self.a(b) = render json: b, status: 1 # c\n",
            "  private def a = raise X, \"y\" unless z\n",
        ],
    ),
    (
        "py",
        &[
            "    def a[T: int = str](self, x: T) -> T:\n        return f\"{x!r:>{w}} {f\"{b[\"c\"]}\"}\"\n",
            "    def a(self):\n        try:\n            b()\n        except A, B:\n            pass\n",
        ],
    ),
    ("go", &["func (o *Orders) Map[T any](x T) {\n\tfor i := range 10 {\n\t\tf(i)\n\t}\n}\n"]),
    (
        "rs",
        &[
            "    pub gen fn a(&self) {}\n",
            "    pub fn a(&self) { if let Some(x) = b && x > 1 {} }\n",
            "    pub fn a(x: Box<dyn 'static + Fn()>) {}\n",
        ],
    ),
];

#[test]
fn valid_code_is_read_completely() {
    let mut faults = Vec::new();
    for (ending, members) in MEMBERS {
        for member in *members {
            let language = language(ending);
            let wanted = (language.functions.map(str::to_owned).to_vec(), vec![]);
            let found = read(language, member);
            if found != wanted {
                faults.push(format!("{ending}: {found:?}\n{member}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Code that is valid in no version. The other members are read, and the file is named with the line of the error.
#[test]
fn an_error_hides_nothing_but_itself() {
    const C_LIKE: &[&str] =
        &["    x(;\n", "    ) y (\n", "    @ # $ % !\n", "    if (a { b(\n", "    \"open\n", "    for { [ ( {\n"];
    const INDENTED: &[&str] = &["x(\n", ") y (\n", "!! % $\n", "if (a b:\n", "return = [\n"];
    let mut faults = Vec::new();
    for language in LANGUAGES {
        let lines = match language.ending {
            "py" | "rb" => INDENTED,
            _ => C_LIKE,
        };
        for line in lines {
            let indent = if language.ending == "go" { "" } else { "    " };
            let member = match language.ending {
                // A comment begins there; a string may have several lines.
                "php" if line.contains('@') || line.contains('"') => continue,
                "py" => format!("    def a(self):\n        b()\n        {line}        c()\n"),
                "rb" => format!("  def a\n    b\n    {line}    c\n  end\n"),
                "go" => format!("func a() {{\n{line}\tc()\n}}\n"),
                "kt" => format!("{indent}fun a() {{\n    {line}        c()\n{indent}}}\n"),
                "rs" => format!("{indent}fn a() {{\n    {line}        c();\n{indent}}}\n"),
                "php" => format!("{indent}function a() {{\n    {line}        c();\n{indent}}}\n"),
                "cs" | "java" => format!("{indent}void A() {{\n    {line}        c();\n{indent}}}\n"),
                _ => format!("{indent}a() {{\n    {line}        c();\n{indent}}}\n"),
            };
            let (functions, partial) = read(language, &member);
            let ending = language.ending;
            let named: Vec<&str> = partial.iter().map(|(file, _)| file.as_str()).collect();
            if functions != language.functions || named != [format!("orders.{ending}")] {
                faults.push(format!("{ending}: {functions:?} {partial:?}\n{member}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
