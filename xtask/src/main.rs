//! The project's own commands: `cargo xtask dev | test | tidy | codegen`.

mod answers;
mod bundle;
mod circles;
mod codegen;
mod dashboards;
mod dev;
mod failures;
mod fuzz;
mod languages;
mod mode;
mod supply;
mod threats;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;
use workspace::target_folder;

const HELP: &str = "cargo xtask COMMAND

  dev [OPTIONS]       run a development server, a receiver and a little traffic, started again when a file changes;
                      options: --port N (8080), --receiver-port N (9000), 0 for a free port, --fresh (empty store)
  test [ARGS…]        install the programs that tests need, and run all tests (ARGS go to `cargo test`)
  tidy                checks beyond the compiler's: crate dependencies, module docs, file lengths
  codegen [--check]   write the generated files, or fail when they are out of date
  fuzz [TARGET]       run one fuzz target or all of them under libFuzzer; --minutes N for each (5)
  advisories [FOLDER] compare Cargo.lock with security advisories: of a clone of the RustSec database, or advisories.toml,
                      which --vendor FOLDER writes
  sbom                write the bill of materials of the binary in CycloneDX";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["dev", ref rest @ ..] => dev::run(rest),
        ["test", ref rest @ ..] => test(rest),
        ["tidy"] => tidy::run(),
        ["codegen"] => codegen::run(mode::Mode::Write),
        ["codegen", "--check"] => codegen::run(mode::Mode::Check),
        ["fuzz", ref rest @ ..] => fuzz::run(rest),
        ["advisories", ref rest @ ..] => supply::advisories::run(rest),
        ["sbom"] => supply::sbom::run(),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("xtask: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn test(rest: &[&str]) -> anyhow::Result<()> {
    tools::ensure()?;
    bundle::install()?;
    // A failure in one crate hides none in another.
    let mut arguments = vec!["test", "--workspace", "--all-features", "--no-fail-fast"];
    arguments.extend(rest);
    let target = target_folder();
    let kept = [
        ("ledgers.txt", "Ledgers of acknowledged events, by fault"),
        ("audit-precision.txt", "Precision and recall of the audit in its test projects"),
        ("audit-pictures.txt", "Screenshots of the audit's page"),
    ];
    for file in kept.map(|(file, _)| file).into_iter().chain([answers::FILE]) {
        let _ = std::fs::remove_file(target.join("tmp").join(file));
    }
    let result = failures::cargo(&arguments);
    // The output of passing tests is hidden, except for these files.
    for (file, title) in kept {
        if let Ok(text) = std::fs::read_to_string(target.join("tmp").join(file)) {
            println!("\n{title}:\n{text}");
        }
    }
    result?;
    if rest.is_empty() {
        bundle::test()?;
    }
    // Only a run of all tests gets all documented errors.
    if rest.is_empty() { answers::check(&target.join("tmp")) } else { Ok(()) }
}
