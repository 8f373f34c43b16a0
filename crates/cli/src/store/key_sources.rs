//! Master keys from files and commands.

use crate::{
    config::{KeyPlace, KeySource, decode_master_key, parse_keys},
    store::files,
};
use anyhow::{anyhow, bail, ensure};
use std::{
    io::Read,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};
use storage::MasterKey;
use zeroize::Zeroizing;

/// Longest run time of a command.
const LONGEST: Duration = Duration::from_secs(30);
/// Interval of looking whether it has ended.
const LOOK: Duration = Duration::from_millis(20);
/// Longest wait for the end of its output: a process that the program left running may hold the pipes open.
const REST: Duration = Duration::from_secs(1);
/// Bytes of its output that are read.
const MOST: u64 = 64 * 1024;
/// Characters of its standard error that an error quotes.
const QUOTED: usize = 500;
/// Permissions of users who are neither the owner nor in the group of a file.
const EVERYBODY: u32 = 0o007;

/// The one key of a source.
pub(super) fn one(source: &KeySource) -> anyhow::Result<MasterKey> {
    match &source.place {
        KeyPlace::Given(keys) => match &keys[..] {
            [key] => Ok(MasterKey::try_new(key)?),
            _ => Err(anyhow!("{} must be one key", source.variable)),
        },
        _ => {
            let text = text(source)?;
            let key = decode_master_key(&text).map_err(|fault| anyhow!("{}: its content {fault}", source.variable))?;
            Ok(MasterKey::try_new(&key)?)
        }
    }
}

/// All keys of a source.
pub(super) fn list(source: &KeySource) -> anyhow::Result<Vec<MasterKey>> {
    let keys = match &source.place {
        KeyPlace::Given(keys) => keys.clone(),
        _ => {
            let text = text(source)?;
            let keys = parse_keys(&text).map_err(|fault| anyhow!("{}: its content {fault}", source.variable))?;
            ensure!(!keys.is_empty(), "{}: it has no key", source.variable);
            keys
        }
    };
    keys.iter().map(|key| Ok(MasterKey::try_new(key)?)).collect()
}

fn text(source: &KeySource) -> anyhow::Result<Zeroizing<String>> {
    let variable = source.variable;
    match &source.place {
        KeyPlace::Given(_) => Ok(Zeroizing::default()),
        KeyPlace::File(path) => of_file(path).map_err(|fault| anyhow!("{variable}: {fault:#}")),
        KeyPlace::Command(words) => of_command(words).map_err(|fault| anyhow!("{variable}: {fault:#}")),
    }
}

fn of_file(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let shown = path.display();
    if let Ok(metadata) = std::fs::metadata(path)
        && metadata.mode() & EVERYBODY != 0
    {
        bail!("every user may read or change {shown}, so its key is refused; run: chmod 600 {shown}");
    }
    files::read(path)?.map(Zeroizing::new).ok_or_else(|| anyhow!("{shown} does not exist"))
}

/// Runs a program without a shell; returns its standard output.
fn of_command(words: &[String]) -> anyhow::Result<Zeroizing<String>> {
    let [program, arguments @ ..] = words else { bail!("has no program") };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|fault| anyhow!("{program} cannot be run: {fault}"))?;
    let (output, complaint) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let ended = wait(&mut child);
    let complaint = complaint.recv_timeout(REST).unwrap_or_default();
    let says = match quoted(&complaint) {
        text if text.is_empty() => "without a message".to_owned(),
        text => format!("with the message: {text}"),
    };
    match ended? {
        None => bail!("{program} did not end within {} s, {says}", LONGEST.as_secs()),
        Some(status) if !status.success() => bail!("{program} failed ({status}), {says}"),
        Some(_) => {}
    }
    let output = output.recv_timeout(REST).map_err(|_| anyhow!("{program} left its standard output open"))?;
    match String::from_utf8(output.to_vec()) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(fault) => {
            drop(Zeroizing::new(fault.into_bytes()));
            bail!("the output of {program} is not text")
        }
    }
}

/// Waits for the end of a process; after [`LONGEST`], kills it and returns `None`.
fn wait(child: &mut Child) -> anyhow::Result<Option<std::process::ExitStatus>> {
    for _ in 0..LONGEST.as_millis() / LOOK.as_millis() {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(LOOK);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Reads a pipe on a thread of its own, so that the program never waits for us.
fn reader(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Zeroizing<Vec<u8>>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        if let Some(pipe) = pipe {
            // The bytes that were read so far count.
            let _ = pipe.take(MOST).read_to_end(&mut bytes);
        }
        // Nobody waits for it after the timeout.
        let _ = send.send(bytes);
    });
    receive
}

/// A message in one line.
fn quoted(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(QUOTED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    fn command(words: &[&str]) -> KeySource {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        KeySource { variable: "POSTRIDER_MASTER_KEY_COMMAND", place: KeyPlace::Command(words) }
    }

    fn fault(source: &KeySource) -> String {
        format!("{:#}", one(source).unwrap_err())
    }

    #[test]
    fn the_output_of_a_command_is_the_key() {
        let key = one(&command(&["sh", "-c", &format!("echo noise >&2; echo {KEY}")])).unwrap();
        assert_eq!(key.id(), MasterKey::try_new(&[1; 32]).unwrap().id());
    }

    #[test]
    fn an_error_of_a_command_quotes_its_standard_error_and_never_its_output() {
        let failed = fault(&command(&["sh", "-c", "echo hush; echo 'no such\nkey ring' >&2; exit 3"]));
        assert_eq!(
            failed,
            "POSTRIDER_MASTER_KEY_COMMAND: sh failed (exit status: 3), with the message: no such key ring"
        );
        let short = fault(&command(&["echo", "hush"]));
        assert!(short.contains("must be 32 bytes in base64") && !short.contains("hush"), "{short}");
        assert!(fault(&command(&["/no/such/program"])).contains("/no/such/program cannot be run"));
    }

    #[test]
    fn a_file_that_every_user_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let source = KeySource { variable: "POSTRIDER_OTHER_MASTER_KEYS_FILE", place: KeyPlace::File(path.clone()) };
        assert!(fault(&source).ends_with("does not exist"), "{}", fault(&source));
        std::fs::write(&path, format!("{KEY}\n{KEY}\n")).unwrap();
        let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        mode(0o644);
        let open = fault(&source);
        assert!(open.starts_with("POSTRIDER_OTHER_MASTER_KEYS_FILE: every user may read"), "{open}");
        assert!(open.contains("chmod 600"), "{open}");
        for private in [0o600, 0o440] {
            mode(private);
            assert_eq!(list(&source).unwrap().len(), 2);
        }
    }
}
