//! The merged text, line by line, spelled as the project spells it.

use std::ops::Range;

use super::lines::Lines;
use super::settle::Contest;
use crate::merge::Labels;

/// Git's length of conflict markers.
const MARKER: usize = 7;

/// Writes lines with the project's endings.
#[derive(Debug)]
pub(in crate::merge) struct Writer<'a> {
    bytes: Vec<u8>,
    lines: usize,
    ending: &'a [u8],
    ended: bool,
    marker: usize,
}

impl<'a> Writer<'a> {
    /// A writer that spells as `ours` does, or as `theirs` where `ours` has nothing to go by.
    pub(in crate::merge) fn new(base: &Lines<'a>, ours: &Lines<'a>, theirs: &Lines<'a>) -> Self {
        let all = [base, ours, theirs];
        let longest = all.iter().flat_map(|lines| lines.keys()).map(|key| marker_length(key)).max().unwrap_or(0);
        let mark = if ours.keys().is_empty() { theirs.mark() } else { ours.mark() };
        Self {
            bytes: mark.to_vec(),
            lines: 0,
            ending: ours.ending().or_else(|| theirs.ending()).or_else(|| base.ending()).unwrap_or(b"\n"),
            ended: ours.is_ended().or_else(|| theirs.is_ended()).unwrap_or(true),
            marker: MARKER.max(longest + 1),
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

    fn marker(&mut self, sign: u8, label: &str) {
        let mut line = vec![sign; self.marker];
        if !label.is_empty() {
            line.push(b' ');
            line.extend(label.bytes().map(|byte| if byte == b'\n' || byte == b'\r' { b' ' } else { byte }));
        }
        self.line(&line);
    }

    /// Writes a conflict with its base.
    pub(in crate::merge) fn conflict(&mut self, contested: Contest<'_, '_>, labels: Labels<'_>) {
        self.marker(b'<', labels.ours);
        contested.ours.iter().for_each(|line| self.line(line));
        self.marker(b'|', labels.base);
        contested.base.iter().for_each(|line| self.line(line));
        self.marker(b'=', "");
        contested.theirs.iter().for_each(|line| self.line(line));
        self.marker(b'>', labels.theirs);
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

/// Returns how long the conflict marker is that a line begins with, or 0. A row of `=` is no sign: headings have it.
fn marker_length(key: &[u8]) -> usize {
    let Some(sign) = key.first().filter(|sign| matches!(sign, b'<' | b'>' | b'|')) else { return 0 };
    let length = key.iter().take_while(|byte| *byte == sign).count();
    if length >= MARKER && key.get(length).is_none_or(|next| *next == b' ') { length } else { 0 }
}
