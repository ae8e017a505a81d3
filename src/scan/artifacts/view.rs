//! A file of a repository, looked into once for all guardrails.

use super::report::{ArtifactReport, Limits};
use super::{scan, sniff};
use crate::repo::snapshot::Entry;
use crate::repo::subject::{Subject, View};

/// Files above this size are read piece by piece, so that a model of many megabytes costs no more memory than a small one.
const STREAMED: u64 = 1 << 20;

/// What the scan of a file said; `None` where the file is nothing that is looked into.
#[derive(Debug)]
pub struct Artifact(pub Option<ArtifactReport>);

impl View for Artifact {
    fn of(subject: &Subject<'_>) -> Self {
        let head = subject.head();
        let path = subject.path();
        let whole = subject.entry.size <= head.len() as u64;
        if head.len() < 2 || head.starts_with(b"version https://git-lfs") {
            return Self(None);
        }
        let binary = memchr::memchr(0, head).is_some() || std::str::from_utf8(&head[..head.len().saturating_sub(4)]).is_err();
        if sniff::kind(head, whole, path) == super::Kind::Other && (!binary || is_ordinary(subject.entry)) {
            return Self(None);
        }
        if subject.entry.size > STREAMED {
            return Self(subject.open().map(|reader| scan(&*reader, path, Limits::default())));
        }
        Self(subject.bytes().map(|bytes| scan(&Held(bytes), path, Limits::default())))
    }
}

/// Files whose names say that they are code, pictures or sounds, and whose bytes do not say otherwise.
fn is_ordinary(entry: &Entry) -> bool {
    matches!(
        entry.extension().as_str(),
        "png"
            | "jpg"
            | "jpeg"
            | "gif"
            | "webp"
            | "ico"
            | "bmp"
            | "tif"
            | "tiff"
            | "svg"
            | "pdf"
            | "wav"
            | "mp3"
            | "flac"
            | "ogg"
            | "mp4"
            | "avi"
            | "mov"
            | "webm"
            | "ttf"
            | "otf"
            | "woff"
            | "woff2"
            | "so"
            | "dll"
            | "exe"
            | "dylib"
            | "o"
            | "a"
            | "pyc"
            | "class"
            | "wasm"
            | "csv"
            | "tsv"
            | "parquet"
            | "sqlite"
            | "db"
    )
}

/// Bytes that are held elsewhere.
struct Held<'a>(&'a [u8]);

impl crate::base::read_at::ReadAt for Held<'_> {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read_at(offset, buffer)
    }
}
