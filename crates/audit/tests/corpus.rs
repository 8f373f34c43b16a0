//! Real source trees: none may end the audit, keep it busy, or be read with a fault of the audit's own.

use audit::{
    About, CatalogSource,
    config::Config,
    report::Report,
    tree::{Rules, Tree},
};
use std::{
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

fn audit_of(path: &Path) -> Report {
    let config = Config::default();
    let rules = Rules::new(&config.files).unwrap();
    let tree = Tree::of_paths(&[path.to_owned()], &rules).unwrap();
    let source = CatalogSource::Code { main: None };
    audit::audit(&tree, &config, &source, About::default(), &|| {}).unwrap()
}

#[test]
fn trees() {
    let trees: Vec<PathBuf> = std::env::var("AUDIT_CORPUS").unwrap_or_default().split(':').map(PathBuf::from).collect();
    for tree in trees {
        let (done, wait) = mpsc::channel();
        let start = Instant::now();
        let path = tree.clone();
        thread::spawn(move || done.send(audit_of(&path)));
        match wait.recv_timeout(Duration::from_secs(900)) {
            Ok(report) => {
                let took = start.elapsed();
                if let Ok(folder) = std::env::var("AUDIT_OUT") {
                    let text = audit::formats::render(&report, audit::formats::Format::Json);
                    std::fs::write(format!("{folder}/{}.json", tree.file_name().unwrap().display()), text).unwrap();
                }
                let sites: usize = report.events.iter().map(|one| one.sites.len()).sum();
                let cut = report.unresolved.iter().filter(|one| one.reason.is_some()).count();
                println!(
                    "{:<60} {:>6} files {:>3} skipped {:>6} sites {:>5} unresolved ({cut} cut) {:>7.2} s",
                    tree.display(),
                    report.files.read,
                    report.files.skipped.len(),
                    sites,
                    report.unresolved.len(),
                    took.as_secs_f64()
                );
                for one in report.files.skipped.iter().filter(|one| one.reason.contains("internal")) {
                    println!("    {}: {}", one.file, one.reason);
                }
                for one in report.unresolved.iter().filter(|one| one.reason.is_some()) {
                    println!("    {}:{} {:?}", one.file, one.line, one.reason);
                }
            }
            Err(fault) => println!("{:<60} FAILED {fault}", tree.display()),
        }
    }
}
