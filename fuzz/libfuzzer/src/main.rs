//! One fuzz target under libFuzzer, which `cargo xtask fuzz` builds and runs. `POSTRIDER_FUZZ_TARGET` is its name. With
//! `POSTRIDER_FUZZ_DICTIONARY` it writes the target's dictionary to that file, and ends.

#![no_main]

use fuzz::{TARGETS, Target};
use std::{env, fs, process, sync::OnceLock};

static TARGET: OnceLock<Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: begin(),
    |input: &[u8]| {
        if let Some(target) = TARGET.get() {
            (target.run)(input);
        }
    }
);

fn begin() {
    let name = env::var("POSTRIDER_FUZZ_TARGET").unwrap_or_default();
    let Some(target) = TARGETS.iter().find(|target| target.name == name) else {
        eprintln!("POSTRIDER_FUZZ_TARGET must be the name of a target, and is {name:?}");
        process::exit(2);
    };
    if let Some(file) = env::var_os("POSTRIDER_FUZZ_DICTIONARY") {
        let line = |word: &&str| format!("\"{}\"\n", escaped(word));
        let written = fs::write(file, target.dictionary.iter().map(line).collect::<String>());
        process::exit(i32::from(written.is_err()));
    }
    let _ = TARGET.set(*target);
}

/// A word in libFuzzer's dictionaries.
fn escaped(word: &str) -> String {
    word.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("\\x{byte:02X}") })
        .collect()
}
