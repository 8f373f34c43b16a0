//! Compresses the built dashboard (`web/dist`) and writes the table of its files, which `src/dashboard/bundle.rs` embeds.
//! Without the folder the table is empty.

use flate2::{Compression, write::GzEncoder};
use std::{
    env, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Extensions of files that are compressed already.
const COMPRESSED: [&str; 4] = ["png", "jpg", "woff", "woff2"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../web/dist");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    if root.is_dir() {
        collect(&root, &mut files)?;
    }
    files.sort();
    let mut table = String::from("/// Path of the request, whether gzip compressed the bytes, and the bytes.\n");
    table += "const FILES: &[(&str, bool, &[u8])] = &[\n";
    for (number, file) in files.iter().enumerate() {
        let below = file.strip_prefix(&root).map_err(io::Error::other)?;
        let path =
            below.components().fold(String::new(), |path, part| format!("{path}/{}", part.as_os_str().display()));
        let is_gzip = !below.extension().is_some_and(|kind| COMPRESSED.iter().any(|one| kind == *one));
        let embedded = if is_gzip { compressed(file, &out.join(format!("{number}.gz")))? } else { file.clone() };
        table += &format!("    ({path:?}, {is_gzip}, include_bytes!({:?})),\n", embedded.display().to_string());
    }
    table += "];\n";
    fs::write(out.join("bundle.rs"), table)
}

/// All files below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn compressed(file: &Path, to: &Path) -> io::Result<PathBuf> {
    let mut encoder = GzEncoder::new(fs::File::create(to)?, Compression::best());
    encoder.write_all(&fs::read(file)?)?;
    encoder.finish()?;
    Ok(to.to_owned())
}
