//! The road inside the binary: published versions, packed and compressed by the build script.

use crate::base::diagnostic::Diagnostic;
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode, Tree};

include!(concat!(env!("OUT_DIR"), "/roads.rs"));

/// Returns the files of the newest published version, and its name.
///
/// # Errors
/// When this binary was built without a published version.
pub fn newest() -> Result<(&'static str, Tree), Diagnostic> {
    let (version, packed) = VERSIONS.last().ok_or_else(|| {
        Diagnostic::failed("no-road", "this build of Highroad holds no road")
            .because("no version was published when it was built")
            .fix("name a road with `--road FOLDER`")
    })?;
    Ok((version, unpack(packed)))
}

/// Returns the names of the published versions, oldest first.
pub fn versions() -> impl Iterator<Item = &'static str> {
    VERSIONS.iter().map(|(version, _)| *version)
}

/// Unpacks what `build.rs` packed: path length, path, mode, content length, content, for each file.
fn unpack(packed: &[u8]) -> Tree {
    const OURS: &str = "the build script packed it";
    let bytes = zstd::decode_all(packed).expect(OURS);
    let mut rest = bytes.as_slice();
    let mut take = |length: usize| {
        let (head, tail) = rest.split_at_checked(length)?;
        rest = tail;
        Some(head)
    };
    let mut tree = Tree::default();
    while let Some(header) = take(9) {
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize;
        let mode = if header[8] == 1 { Mode::Executable } else { Mode::Plain };
        let path = std::str::from_utf8(take(number(0)).expect(OURS)).expect(OURS);
        let content = take(number(4)).expect(OURS).to_vec();
        tree.insert(RelPath::parse(path).expect(OURS), File { bytes: content, mode }).expect(OURS);
    }
    tree
}
