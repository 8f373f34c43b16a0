//! The paths that git tracks, from the index of a repository. Files that are tracked are part of a product even if a
//! `.gitignore` names them.
//!
//! Reads versions 2 to 4 of the format (`gitformat-index`). The shared file of a split index is read whole: it may name
//! files that were removed since, which do no harm, because only files that exist are read.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Bytes of an entry before its hash.
const STAT: usize = 40;
/// Flags: the entry has a second word of flags.
const EXTENDED: u16 = 0x4000;
/// The kind of a file in the mode of an entry.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// The regular files that the repository in `folder` tracks, relative to it; `None` without a repository.
pub(super) fn tracked(folder: &Path) -> Option<Vec<PathBuf>> {
    let git = git_folder(folder)?;
    let config = fs::read_to_string(common_folder(&git).join("config")).unwrap_or_default().to_lowercase();
    let is_sha256 = config.lines().any(|line| line.replace(' ', "").trim() == "objectformat=sha256");
    let hash = if is_sha256 { 32 } else { 20 };
    let index = fs::read(git.join("index")).ok()?;
    let (mut paths, shared) = entries(&index, hash)?;
    let shared = shared.and_then(|name| fs::read(git.join(format!("sharedindex.{name}"))).ok());
    paths.extend(shared.and_then(|index| entries(&index, hash)).into_iter().flat_map(|(paths, _)| paths));
    Some(paths.into_iter().filter_map(|path| String::from_utf8(path).ok()).map(PathBuf::from).collect())
}

/// The folder of git's own files: `.git`, or the one that a file of this name refers to (work trees, submodules).
fn git_folder(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = fs::read_to_string(&git).ok()?;
    Some(folder.join(text.strip_prefix("gitdir:")?.trim()))
}

/// The folder with the configuration: a work tree's own folder refers to it.
fn common_folder(git: &Path) -> PathBuf {
    fs::read_to_string(git.join("commondir")).map_or_else(|_| git.to_owned(), |text| git.join(text.trim()))
}

/// The paths of an index, and the name of the shared index that it continues. `None` for another format.
fn entries(index: &[u8], hash: usize) -> Option<(Vec<Vec<u8>>, Option<String>)> {
    let version = number(index, 4)?;
    if !index.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let mut at = 12;
    let mut paths = Vec::new();
    let mut path: Vec<u8> = Vec::new();
    for _ in 0..number(index, 8)? {
        let start = at;
        let kind = number(index, start + 24)? & KIND;
        let flags = number(index, start + STAT + hash - 2)? & 0xffff;
        at = start + STAT + hash + 2 + if flags as u16 & EXTENDED == 0 { 0 } else { 2 };
        if version == 4 {
            // The path begins as the one before, without its last bytes.
            let (cut, length) = variable(index, at)?;
            at += length;
            path.truncate(path.len().checked_sub(cut)?);
        } else {
            path.clear();
        }
        let end = at + index.get(at..)?.iter().position(|byte| *byte == 0)?;
        path.extend(&index[at..end]);
        // Before version 4, one to eight zeros fill the entry up to a multiple of eight bytes.
        at = if version == 4 { end + 1 } else { start + (end - start) / 8 * 8 + 8 };
        if kind == REGULAR && !path.is_empty() {
            paths.push(path.clone());
        }
    }
    Some((paths, shared(index, at, hash)))
}

/// The name of the shared index, from the extension `link`.
fn shared(index: &[u8], mut at: usize, hash: usize) -> Option<String> {
    loop {
        let name = index.get(at..at + 4)?;
        let size = number(index, at + 4)? as usize;
        let body = index.get(at + 8..at.checked_add(8)?.checked_add(size)?)?;
        if name == b"link" {
            let name: String = body.get(..hash)?.iter().map(|byte| format!("{byte:02x}")).collect();
            return Some(name);
        }
        at += 8 + size;
    }
}

/// Four bytes in network order.
fn number(index: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?))
}

/// A number of variable length, as in offsets of packs, and its length in bytes.
fn variable(index: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut value = 0usize;
    for (length, byte) in index.get(at..)?.iter().take(5).enumerate() {
        value = (value << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, length + 1));
        }
        value += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn git(folder: &Path, args: &[&str]) {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder).args(["-c", "user.name=a", "-c", "user.email=a@b.c"]).args(args);
        let output = command.output().expect("git can be run");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            tracked(folder).unwrap().into_iter().map(|path| path.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    const FILES: [&str; 4] = ["a.py", "src/a.py", "src/abcdefgh/b.py", "src/abcdefgh/bé.py"];

    fn repository(args: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &[&["init", "-q"], args].concat());
        for file in FILES {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        git(folder.path(), &["add", "."]);
        folder
    }

    #[test]
    fn all_versions_of_the_index_are_read() {
        for version in ["2", "3", "4"] {
            let folder = repository(&[]);
            git(folder.path(), &["update-index", "--index-version", version]);
            // An entry with more flags, which makes version 3 of version 2.
            git(folder.path(), &["update-index", "--skip-worktree", "src/a.py"]);
            assert_eq!(names(folder.path()), FILES, "version {version}");
        }
        assert_eq!(names(repository(&["--object-format=sha256"]).path()), FILES);
    }

    #[test]
    fn a_split_index_and_a_work_tree_are_read() {
        let folder = repository(&[]);
        git(folder.path(), &["update-index", "--split-index"]);
        fs::write(folder.path().join("late.py"), "").unwrap();
        git(folder.path(), &["add", "late.py"]);
        let late = ["a.py", "late.py", "src/a.py", "src/abcdefgh/b.py", "src/abcdefgh/bé.py"];
        assert_eq!(names(folder.path()), late);
        git(folder.path(), &["commit", "-qm", "a"]);
        let other = tempfile::tempdir().unwrap();
        let tree = other.path().join("tree");
        git(folder.path(), &["worktree", "add", "-q", tree.to_str().unwrap()]);
        assert_eq!(names(&tree), late);
    }

    #[test]
    fn a_damaged_index_names_nothing() {
        let folder = repository(&[]);
        let path = folder.path().join(".git/index");
        let index = fs::read(&path).unwrap();
        for length in 0..index.len() {
            fs::write(&path, &index[..length]).unwrap();
            let found = tracked(folder.path()).unwrap_or_default();
            assert!(found.is_empty() || found.len() == FILES.len(), "{length} bytes: {found:?}");
        }
        assert!(tracked(tempfile::tempdir().unwrap().path()).is_none());
    }
}
