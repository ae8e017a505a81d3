//! The merged text, line by line, spelled as the project spells it.

use std::ops::Range;

use super::lines::Lines;
use super::settle::Contest;
use crate::merge::{Labels, markers};

/// Writes lines with the project's endings.
#[derive(Debug)]
pub(in crate::merge) struct Writer<'a> {
    bytes: Vec<u8>,
    lines: usize,
    ending: &'a [u8],
    ended: bool,
    /// How long markers are at least: longer than those that stand in the file already.
    marker: usize,
}

impl<'a> Writer<'a> {
    /// A writer that spells as `ours` does, or as `theirs` where `ours` has nothing to go by.
    pub(in crate::merge) fn new(base: &Lines<'a>, ours: &Lines<'a>, theirs: &Lines<'a>) -> Self {
        let all = [base, ours, theirs];
        // Away from a conflict, a row of `=` is no sign of one: headings have it.
        let signs = all.iter().flat_map(|lines| lines.keys()).copied().filter(|key| !key.starts_with(b"="));
        let mark = if ours.keys().is_empty() { theirs.mark() } else { ours.mark() };
        Self {
            bytes: mark.to_vec(),
            lines: 0,
            ending: ours.ending().or_else(|| theirs.ending()).or_else(|| base.ending()).unwrap_or(b"\n"),
            ended: ours.is_ended().or_else(|| theirs.is_ended()).unwrap_or(true),
            marker: markers::above(signs),
        }
    }

    /// Returns the number of the next line, from 1.
    pub(in crate::merge) fn next_line(&self) -> usize {
        self.lines + 1
    }

    /// Writes lines of the project as they stand there.
    pub(in crate::merge) fn keep(&mut self, lines: &Lines<'_>, range: Range<usize>) {
        for at in range {
            let ending = lines.ending_of(at);
            self.put(lines.keys().get(at).copied().unwrap_or_default(), if ending.is_empty() { self.ending } else { ending });
        }
    }

    /// Writes a line with the project's ending.
    pub(in crate::merge) fn line(&mut self, key: &[u8]) {
        self.put(key, self.ending);
    }

    fn put(&mut self, key: &[u8], ending: &[u8]) {
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(ending);
        self.lines += 1;
    }

    fn marker(&mut self, sign: u8, length: usize, label: &str) {
        let mut line = vec![sign; length];
        if !label.is_empty() {
            line.push(b' ');
            line.extend(label.bytes().map(|byte| if byte == b'\n' || byte == b'\r' { b' ' } else { byte }));
        }
        self.line(&line);
    }

    /// Writes a conflict with its base.
    pub(in crate::merge) fn conflict(&mut self, contested: Contest<'_, '_>, labels: Labels<'_>) {
        let lines = [contested.base, contested.ours, contested.theirs];
        let length = markers::length(self.marker, lines.into_iter().flatten().copied());
        self.marker(b'<', length, labels.ours);
        contested.ours.iter().for_each(|line| self.line(line));
        self.marker(b'|', length, labels.base);
        contested.base.iter().for_each(|line| self.line(line));
        self.marker(b'=', length, "");
        contested.theirs.iter().for_each(|line| self.line(line));
        self.marker(b'>', length, labels.theirs);
    }

    /// Returns the text.
    pub(in crate::merge) fn finish(mut self) -> Vec<u8> {
        if !self.ended {
            match self.bytes.as_slice() {
                [.., b'\r', b'\n'] => self.bytes.truncate(self.bytes.len() - 2),
                [.., b'\n'] => self.bytes.truncate(self.bytes.len() - 1),
                _ => {}
            }
        }
        self.bytes
    }
}
