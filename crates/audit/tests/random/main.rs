//! Property test with random programs in all languages: names that refer to themselves and to each other, calls,
//! attributes, classes, loops and constants. The audit of each ends in time and without an internal error.

mod program;
mod syntax;

use crate::{
    program::{Program, program},
    syntax::{LANGUAGES, Syntax},
};
use audit::{
    About, CatalogSource,
    config::Config,
    report::Report,
    source::{Rules, SourceTree},
};
use proptest::{prelude::*, test_runner::TestCaseError};
use std::{fs, sync::mpsc, thread, time::Duration};

/// Time limit for all files of one case. A usual one takes some hundredths of a second.
const LONGEST: Duration = Duration::from_secs(20);

/// `None` when the time limit is exceeded.
fn audit_of(text: String, file: &'static str) -> Option<Report> {
    let (done, wait) = mpsc::channel();
    thread::spawn(move || {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(file), text).unwrap();
        let config = Config::default();
        let rules = Rules::new(&config.files).unwrap();
        let tree = SourceTree::of_paths(&[folder.path().to_owned()], &rules).unwrap();
        let source = CatalogSource::Code { main: None };
        let _ = done.send(audit::audit(&tree, &config, &source, About::default(), &|| {}).unwrap());
    });
    wait.recv_timeout(LONGEST).ok()
}

fn judge(syntax: &Syntax, program: &Program) -> Result<(), TestCaseError> {
    let text = syntax.text(program);
    let Some(report) = audit_of(text.clone(), syntax.file) else {
        return Err(TestCaseError::fail(format!("{} takes more than {LONGEST:?}:\n{text}", syntax.name)));
    };
    // A program that cannot be parsed would test nothing.
    prop_assert!(report.files.skipped.is_empty(), "{}: {:?}\n{text}", syntax.name, report.files.skipped);
    let faults: Vec<_> = report
        .unresolved
        .iter()
        .filter(|one| one.reason.as_deref().is_some_and(|why| why.contains("internal")))
        .collect();
    prop_assert!(faults.is_empty(), "{}: {faults:?}\n{text}", syntax.name);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_program_is_audited_to_its_end(program in program()) {
        for syntax in &LANGUAGES {
            judge(syntax, &program)?;
        }
    }
}
