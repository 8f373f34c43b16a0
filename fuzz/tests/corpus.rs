//! All fuzz targets with their seeds and with a fixed number of mutations, the same ones in every run.

use fuzz::{
    TARGETS, Target,
    mutate::{Random, mutate},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

/// The time after which an input counts as one that never ends. A target needs a second for all of its inputs.
const PATIENCE: Duration = Duration::from_secs(120);

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The seeds of a target, in the order of their names.
fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let folder = corpus().join(target.name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no seeds", target.name);
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Runs a target on its inputs. The fault is the input that broke a rule, or that did not end.
fn run(target: &'static Target) -> Result<(), String> {
    let (present, ended) = (Arc::new(Mutex::new(Vec::new())), mpsc::channel());
    let (seen, sender) = (present.clone(), ended.0);
    let shown = move || {
        let input: Vec<u8> = present.lock().unwrap_or_else(PoisonError::into_inner).clone();
        format!("{}: b\"{}\"", target.name, input.escape_ascii())
    };
    let worker = thread::spawn(move || {
        let (seeds, mut random) = (seeds(target), Random::new(0x5eed));
        for round in 0..seeds.len() + target.rounds {
            let input = seeds.get(round).cloned().unwrap_or_else(|| mutate(&mut random, &seeds, target.dictionary));
            seen.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&input);
            (target.run)(&input);
        }
        let _ = sender.send(());
    });
    match ended.1.recv_timeout(PATIENCE) {
        Ok(()) => Ok(()),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(format!("{} does not end", shown())),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let fault = worker.join().err();
            let message = fault.as_ref().and_then(|fault| {
                fault
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| fault.downcast_ref::<&str>().map(|text| (*text).into()))
            });
            Err(format!("{} breaks a rule: {}", shown(), message.unwrap_or_default()))
        }
    }
}

#[test]
fn no_seed_and_no_mutation_breaks_a_rule() {
    // Two at a time: the machines that run this have two processors.
    let (one, other) = TARGETS.split_at(TARGETS.len() / 2);
    let faults: Vec<String> = thread::scope(|scope| {
        let halves = [one, other]
            .map(|half| scope.spawn(move || half.iter().filter_map(|target| run(target).err()).collect::<Vec<_>>()));
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_target_has_seeds_and_every_folder_of_seeds_a_target() {
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names.len(), TARGETS.len(), "two targets have one name");
    let folders: BTreeSet<String> =
        fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names, folders);
}

#[test]
fn the_page_lists_every_target() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fuzzing.md")).unwrap();
    let rows =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name.to_owned());
    let names = TARGETS.iter().map(|target| target.name.to_owned());
    assert_eq!(rows.collect::<BTreeSet<_>>(), names.collect());
}

#[test]
fn the_mutations_of_a_seed_are_the_same_in_every_run() {
    let inputs = || {
        let (mut random, seeds) = (Random::new(1), vec![b"{\"a\": 1}".to_vec(), b"[]".to_vec()]);
        (0..100).map(|_| mutate(&mut random, &seeds, &["null"])).collect::<Vec<_>>()
    };
    let all = inputs();
    assert_eq!(all, inputs());
    assert!(all.iter().collect::<BTreeSet<_>>().len() > 80, "the mutations repeat themselves");
}
