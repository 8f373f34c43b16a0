//! Builds after changes, and starts the programs again when the build has produced a new binary. A build that fails
//! leaves the programs as they are.

use super::process::{Process, Program};
use std::{
    fmt, fs, mem,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::ExitStatus,
};

/// An event that the developer is told about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Building,
    /// `true` when the programs of an earlier build are still running.
    BuildFailed(bool),
    /// The build has produced the binary that is running already.
    Unchanged,
    Started,
    Ended(&'static str, ExitStatus),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Building => f.write_str("building"),
            Self::BuildFailed(true) => f.write_str("the build FAILED; the previous one keeps running"),
            Self::BuildFailed(false) => f.write_str("the build FAILED; nothing is running"),
            Self::Unchanged => f.write_str("the binary is unchanged and keeps running"),
            Self::Started => f.write_str("started the server and the receiver"),
            Self::Ended(name, status) => write!(f, "the {name} has ENDED ({status}); it starts again after a change"),
        }
    }
}

/// Device, inode, and time of the last change in nanoseconds.
type Identity = (u64, u64, i64, i64);

pub(super) struct Supervisor {
    build: Program,
    /// Written by the build.
    binary: PathBuf,
    /// In the order in which they start; they end in the opposite order.
    programs: Vec<Program>,
    building: Option<Process>,
    /// True when a file has changed since the last build began.
    is_stale: bool,
    running: Vec<Process>,
    started_from: Option<Identity>,
}

impl Supervisor {
    /// The first poll builds.
    pub(super) fn new(build: Program, binary: PathBuf, programs: Vec<Program>) -> Self {
        let (building, running, started_from) = (None, Vec::new(), None);
        Self { build, binary, programs, building, is_stale: true, running, started_from }
    }

    /// A source file has changed. Returns true for the first change since the last build began.
    pub(super) fn changed(&mut self) -> bool {
        !mem::replace(&mut self.is_stale, true)
    }

    /// Looks at all processes and does the next step; never waits for a build.
    pub(super) fn poll(&mut self) -> anyhow::Result<Vec<Step>> {
        let mut steps = Vec::new();
        if let Some(build) = &mut self.building
            && let Some(status) = build.ended()?
        {
            self.building = None;
            steps.push(if status.success() { self.start()? } else { Step::BuildFailed(!self.running.is_empty()) });
        }
        if self.is_stale && self.building.is_none() {
            self.is_stale = false;
            self.building = Some(self.build.start()?);
            steps.push(Step::Building);
        }
        let mut ended = None;
        for (index, process) in self.running.iter_mut().enumerate() {
            if let Some(status) = process.ended()? {
                ended = Some(index);
                steps.push(Step::Ended(process.name, status));
                break;
            }
        }
        ended.map(|index| self.running.remove(index));
        Ok(steps)
    }

    fn start(&mut self) -> anyhow::Result<Step> {
        let built = identity(&self.binary)?;
        if self.started_from == Some(built) && self.running.len() == self.programs.len() {
            return Ok(Step::Unchanged);
        }
        self.end_programs();
        for program in &self.programs {
            self.running.push(program.start()?);
        }
        self.started_from = Some(built);
        Ok(Step::Started)
    }

    fn end_programs(&mut self) {
        while self.running.pop().is_some() {}
    }

    /// Ends all processes, and returns when they have ended.
    pub(super) fn stop(mut self) {
        self.end_programs();
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.end_programs();
    }
}

fn identity(file: &Path) -> anyhow::Result<Identity> {
    let found = fs::metadata(file)?;
    Ok((found.dev(), found.ino(), found.mtime(), found.mtime_nsec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::VecDeque, fmt::Debug, process::Command, thread, time::Duration};

    /// A folder in which `build` copies `source` to `binary`, and fails when the source is no script.
    struct Scene {
        folder: tempfile::TempDir,
        supervisor: Supervisor,
        steps: VecDeque<Step>,
    }

    impl Scene {
        fn new(source: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (path, binary) = (folder.path(), folder.path().join("binary"));
            let script = "sh -n source && { cmp -s source binary || { cp source new; chmod +x new; mv new binary; }; }";
            let build = Program::new("build", "sh", path).args(["-c", script]);
            let programs = ["receiver", "server"].map(|name| Program::new(name, &binary, path).args([name]));
            let supervisor = Supervisor::new(build, binary, programs.into());
            let scene = Self { folder, supervisor, steps: VecDeque::new() };
            scene.write(source);
            scene
        }

        fn write(&self, source: &str) {
            fs::write(self.folder.path().join("source"), source).unwrap();
        }

        /// The next step; polls for it at most ten seconds.
        #[track_caller]
        fn next(&mut self) -> Step {
            within(|| {
                self.steps.extend(self.supervisor.poll().unwrap());
                self.steps.pop_front()
            })
        }

        /// The process ids that the programs of `binary` have written, theirs and their children's.
        #[track_caller]
        fn pids(&self, name: &str) -> Vec<String> {
            within(|| {
                let text = fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
                let pids: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
                (pids.len() == 2).then_some(pids)
            })
        }
    }

    #[track_caller]
    fn within<T: Debug>(mut look: impl FnMut() -> Option<T>) -> T {
        for _ in 0..1_000 {
            if let Some(found) = look() {
                return found;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("not within ten seconds");
    }

    fn is_alive(pid: &str) -> bool {
        let state = Command::new("ps").args(["-o", "state=", "-p", pid]).output().unwrap().stdout;
        !state.trim_ascii().is_empty() && !state.trim_ascii().starts_with(b"Z")
    }

    /// A program that has a child of its own and writes both process ids to `<version>-<name>`.
    fn version(version: &str) -> String {
        format!("#!/bin/sh\nsleep 1000 &\necho $$ $! > \"{version}-$1\"\nwait\n")
    }

    #[test]
    fn a_change_restarts_the_programs_and_a_stop_leaves_no_process() {
        let mut scene = Scene::new(&version("one"));
        assert_eq!((scene.next(), scene.next()), (Step::Building, Step::Started));
        let first: Vec<String> = [scene.pids("one-server"), scene.pids("one-receiver")].concat();
        assert!(first.iter().all(|pid| is_alive(pid)));

        scene.write(&version("two"));
        assert!(scene.supervisor.changed());
        assert!(!scene.supervisor.changed());
        assert_eq!((scene.next(), scene.next()), (Step::Building, Step::Started));
        let second: Vec<String> = [scene.pids("two-server"), scene.pids("two-receiver")].concat();
        assert!(!first.iter().any(|pid| is_alive(pid)));

        scene.supervisor.changed();
        assert_eq!((scene.next(), scene.next()), (Step::Building, Step::Unchanged));
        assert!(second.iter().all(|pid| is_alive(pid)));
        scene.supervisor.stop();
        assert!(!second.iter().any(|pid| is_alive(pid)));
    }

    #[test]
    fn a_failed_build_keeps_the_programs_running() {
        let mut scene = Scene::new("if then");
        assert_eq!((scene.next(), scene.next()), (Step::Building, Step::BuildFailed(false)));
        scene.write(&version("one"));
        scene.supervisor.changed();
        assert_eq!((scene.next(), scene.next()), (Step::Building, Step::Started));
        let pids = scene.pids("one-server");

        scene.write("if then");
        scene.supervisor.changed();
        assert_eq!((scene.next(), scene.next()), (Step::Building, Step::BuildFailed(true)));
        assert!(pids.iter().all(|pid| is_alive(pid)));
    }

    #[test]
    fn a_program_that_ended_is_reported_and_starts_again_after_a_change() {
        let mut scene = Scene::new("#!/bin/sh\n[ $1 = receiver ] || exit 3\nexec sleep 1000\n");
        assert_eq!((scene.next(), scene.next()), (Step::Building, Step::Started));
        let ended = scene.next();
        assert!(matches!(ended, Step::Ended("server", status) if status.code() == Some(3)), "{ended:?}");
        scene.supervisor.changed();
        assert_eq!((scene.next(), scene.next()), (Step::Building, Step::Started));
    }

    #[test]
    fn a_running_build_ends_with_the_supervisor() {
        let mut scene = Scene::new("");
        scene.supervisor.build =
            Program::new("build", "sh", scene.folder.path()).args(["-c", "sleep 1000 & echo $$ $! > build-pids; wait"]);
        assert_eq!(scene.next(), Step::Building);
        let pids = scene.pids("build-pids");
        scene.supervisor.stop();
        assert!(!pids.iter().any(|pid| is_alive(pid)));
    }
}
