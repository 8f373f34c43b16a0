//! The worker alone, as the released binary runs it for a hidden subcommand. For tests.

fn main() -> std::process::ExitCode {
    transform::work()
}
