//! Packs the published versions of the built-in road and compresses them for the binary.

#![expect(clippy::disallowed_methods, reason = "a build script is its own border to files and environment")]

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let roads = root.join("paved-roads/ml");
    println!("cargo::rerun-if-changed={}", roads.display());
    let mut versions: Vec<(Vec<u32>, PathBuf)> = Vec::new();
    if roads.is_dir() {
        let index = fs::read_to_string(roads.join("index.toml"))?;
        for entry in fs::read_dir(&roads)? {
            let path = entry?.path();
            // What the index does not name is no published version, only the trace of a release that was stopped.
            if path.is_dir() && index.contains(&format!("version = \"{}\"", path.file_name().unwrap_or_default().to_string_lossy())) {
                versions.push((number(&path), path));
            }
        }
    }
    versions.sort();
    let mut code = String::from("/// The published versions, oldest first: name and packed files.\nstatic VERSIONS: &[(&str, &[u8])] = &[");
    let mut manifests = String::from(
        "/// The manifest of each published version, to be read without unpacking the rest.\nstatic MANIFESTS: &[(&str, &str)] = &[",
    );
    for (_, folder) in &versions {
        let name = folder.file_name().and_then(|n| n.to_str()).ok_or(io::ErrorKind::InvalidData)?;
        let mut packed = Vec::new();
        pack(folder, "", &mut packed)?;
        let file = out.join(format!("{name}.zst"));
        fs::write(&file, zstd::encode_all(packed.as_slice(), 19)?)?;
        write!(code, "({name:?}, include_bytes!({:?})),", file.display().to_string()).map_err(io::Error::other)?;
        let manifest = folder.join("road.toml").display().to_string();
        write!(manifests, "({name:?}, include_str!({manifest:?})),").map_err(io::Error::other)?;
    }
    code.push_str("];\n");
    manifests.push_str("];\n");
    code.push_str(&manifests);
    fs::write(out.join("roads.rs"), code)
}

/// Reads a calendar version such as `2026.11.0` as numbers, so that `.10` follows `.9`.
fn number(path: &Path) -> Vec<u32> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    name.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// Appends the files below `folder`, sorted: path length, content length, mode, path, content.
fn pack(folder: &Path, prefix: &str, out: &mut Vec<u8>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_str().ok_or(io::ErrorKind::InvalidData)?;
        let path = entry.path();
        if path.is_dir() {
            pack(&path, &format!("{prefix}{name}/"), out)?;
            continue;
        }
        let rel = format!("{prefix}{name}");
        let content = fs::read(&path)?;
        let length = |n: usize| u32::try_from(n).map_err(io::Error::other).map(u32::to_le_bytes);
        out.extend(length(rel.len())?);
        out.extend(length(content.len())?);
        out.push(u8::from(is_executable(&path)?));
        out.extend(rel.as_bytes());
        out.extend(content);
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> io::Result<bool> {
    Ok(false)
}
