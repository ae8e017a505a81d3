//! Imports go down only, and modules stay small enough to find a line in.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

use std::path::{Path, PathBuf};

/// The modules with their level. A module may use its own level and those below.
const LEVELS: [(&str, u8); 12] = [
    ("base", 0),
    ("formats", 1),
    ("repo", 1),
    ("road", 2),
    ("render", 2),
    ("merge", 2),
    ("scan", 2),
    ("guardrails", 3),
    ("plan", 3),
    ("report", 3),
    ("ops", 4),
    ("cli", 5),
];

fn level(module: &str) -> u8 {
    LEVELS
        .iter()
        .find(|(name, _)| *name == module)
        .unwrap_or_else(|| panic!("`{module}` has no level: add it here and to docs/architecture.md"))
        .1
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn imports_go_down_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&root) {
        let inside = path.strip_prefix(&root).unwrap();
        let module = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        if module.ends_with(".rs") {
            continue;
        }
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                assert!(
                    level(module) >= level(&used),
                    "{}:{}: `{module}` imports `{used}`, which is above it",
                    inside.display(),
                    number + 1
                );
            }
        }
    }
}

#[test]
fn no_room_is_larger_than_a_reader_can_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&root) {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines: which two jobs does it do?", path.display());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_binary_needs_nothing_but_the_c_library() {
    let output = std::process::Command::new("ldd").arg(env!("CARGO_BIN_EXE_highroad")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    for line in text.lines() {
        let library = line.split_whitespace().next().unwrap_or_default();
        let known = ["linux-vdso", "libc.so", "libgcc_s.so", "libm.so", "libpthread.so", "libdl.so", "librt.so", "/lib"];
        assert!(known.iter().any(|name| library.starts_with(name)), "the binary links to {library}");
    }
}
