//! Bytes that are read once, front to back, through a small buffer: what streaming readers of large files stand on.

use std::io::{self, Read};

use crate::base::read_at::ReadAt;

/// How much is read at once.
const BUFFER: usize = 64 << 10;

/// A part of something that can be read at any place.
pub struct Part<'a> {
    inner: &'a dyn ReadAt,
    from: u64,
    size: u64,
}

impl<'a> Part<'a> {
    /// Makes a part; what lies behind the end of the whole is not there.
    pub fn new(inner: &'a dyn ReadAt, from: u64, size: u64) -> Self {
        let there = inner.size().saturating_sub(from);
        Self { inner, from, size: size.min(there) }
    }
}

impl ReadAt for Part<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let there = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX).min(buffer.len());
        if there == 0 {
            return Ok(0);
        }
        self.inner.read_at(self.from.saturating_add(offset), &mut buffer[..there])
    }
}

/// Reads a [`ReadAt`] front to back.
pub struct Forward<'a> {
    inner: &'a dyn ReadAt,
    at: u64,
}

impl<'a> Forward<'a> {
    /// Begins at a place.
    pub fn new(inner: &'a dyn ReadAt, at: u64) -> Self {
        Self { inner, at }
    }
}

impl Read for Forward<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let came = self.inner.read_at(self.at, buffer)?;
        self.at += came as u64;
        Ok(came)
    }
}

enum Origin<'a> {
    At(&'a dyn ReadAt),
    Flow(&'a mut dyn Read),
}

/// Bytes that are read front to back. Nothing behind `end` is seen.
pub struct Feed<'a> {
    origin: Origin<'a>,
    buffer: Vec<u8>,
    at: usize,
    base: u64,
    end: u64,
    /// Why reading stopped, where that was not the end.
    pub failure: Option<String>,
}

impl<'a> Feed<'a> {
    /// Reads something that can be skipped in.
    pub fn of(inner: &'a dyn ReadAt) -> Self {
        Self::new(Origin::At(inner))
    }

    /// Reads a flow, where what is skipped has to be read as well.
    pub fn flow(inner: &'a mut dyn Read) -> Self {
        Self::new(Origin::Flow(inner))
    }

    fn new(origin: Origin<'a>) -> Self {
        Self { origin, buffer: Vec::new(), at: 0, base: 0, end: u64::MAX, failure: None }
    }

    /// Returns the place of the next byte.
    #[inline]
    pub fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Returns where the bytes end for the reader; `u64::MAX` where that is not known.
    pub fn end(&self) -> u64 {
        match &self.origin {
            Origin::At(inner) => self.end.min(inner.size()),
            Origin::Flow(_) => self.end,
        }
    }

    /// Sets where the bytes end, and returns where they ended before.
    pub fn limit(&mut self, end: u64) -> u64 {
        std::mem::replace(&mut self.end, end)
    }

    #[inline]
    fn there(&self) -> usize {
        let buffered = self.buffer.len() - self.at;
        let allowed = self.end.saturating_sub(self.offset());
        if allowed < buffered as u64 { allowed as usize } else { buffered }
    }

    /// Sees to it that `wanted` bytes are buffered where so many are left, and returns how many are.
    fn fill(&mut self, wanted: usize) -> usize {
        while self.buffer.len() - self.at < wanted && self.failure.is_none() {
            if self.at > 0 {
                self.buffer.drain(..self.at);
                self.base += self.at as u64;
                self.at = 0;
            }
            let from = self.buffer.len();
            self.buffer.resize(from + BUFFER.max(wanted - from), 0);
            let came = match &mut self.origin {
                Origin::At(inner) => inner.read_at(self.base + from as u64, &mut self.buffer[from..]),
                Origin::Flow(inner) => inner.read(&mut self.buffer[from..]),
            };
            match came {
                Ok(came) => {
                    self.buffer.truncate(from + came);
                    if came == 0 {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => self.buffer.truncate(from),
                Err(error) => {
                    self.buffer.truncate(from);
                    self.failure = Some(error.to_string());
                }
            }
        }
        self.there()
    }

    /// Returns the next byte.
    #[inline]
    pub fn byte(&mut self) -> Option<u8> {
        if self.there() == 0 && self.fill(1) == 0 {
            return None;
        }
        let byte = self.buffer[self.at];
        self.at += 1;
        Some(byte)
    }

    /// Returns up to `count` of the next bytes without taking them.
    pub fn peek(&mut self, count: usize) -> &[u8] {
        let there = if self.there() < count { self.fill(count) } else { self.there() };
        &self.buffer[self.at..self.at + there.min(count)]
    }

    /// Takes exactly `count` bytes; `None` where fewer are left.
    #[inline]
    pub fn chunk(&mut self, count: usize) -> Option<&[u8]> {
        if self.there() < count && self.fill(count) < count {
            return None;
        }
        let from = self.at;
        self.at += count;
        Some(&self.buffer[from..self.at])
    }

    /// Takes a line of at most `limit` bytes without its end; `None` where it is longer or does not end.
    pub fn line(&mut self, limit: usize) -> Option<&[u8]> {
        let mut wanted = 64.min(limit + 1);
        loop {
            let there = if self.there() < wanted { self.fill(wanted) } else { self.there() };
            let seen = there.min(limit + 1);
            if let Some(length) = memchr::memchr(b'\n', &self.buffer[self.at..self.at + seen]) {
                let from = self.at;
                self.at += length + 1;
                return Some(&self.buffer[from..from + length]);
            }
            if there < wanted || seen > limit {
                return None;
            }
            wanted = (wanted * 4).min(limit + 1);
        }
    }

    /// Passes over `count` bytes; false where fewer are left.
    pub fn skip(&mut self, count: u64) -> bool {
        if count <= self.there() as u64 {
            self.at += count as usize;
            return true;
        }
        let Some(target) = self.offset().checked_add(count) else { return false };
        if target > self.end() {
            return false;
        }
        if matches!(self.origin, Origin::At(_)) {
            self.base = target;
            self.buffer.clear();
            self.at = 0;
            return true;
        }
        while self.offset() < target {
            let there = if self.there() == 0 { self.fill(1) } else { self.there() };
            if there == 0 {
                return false;
            }
            self.at += usize::try_from(target - self.offset()).unwrap_or(usize::MAX).min(there);
        }
        true
    }
}

impl Read for Feed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let there = if self.there() == 0 { self.fill(1) } else { self.there() };
        let came = there.min(buffer.len());
        buffer[..came].copy_from_slice(&self.buffer[self.at..self.at + came]);
        self.at += came;
        match &self.failure {
            Some(failure) if came == 0 => Err(io::Error::other(failure.clone())),
            Some(_) | None => Ok(came),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_same_from_both_origins_and_never_past_the_limit() {
        let bytes: Vec<u8> = (0..300_000u32).map(|n| if n % 1000 == 999 { b'\n' } else { (n % 7) as u8 + b'a' }).collect();
        let mut flow = Forward::new(&bytes, 0);
        for mut feed in [Feed::of(&bytes), Feed::flow(&mut flow)] {
            assert_eq!(feed.line(5000).map(<[u8]>::len), Some(999));
            assert!(feed.line(500).is_none());
            assert!(feed.skip(200_000));
            assert_eq!(feed.offset(), 201_000);
            assert_eq!(feed.byte(), Some(bytes[201_000]));
            let before = feed.limit(201_011);
            assert!(feed.chunk(11).is_none());
            assert_eq!(feed.chunk(10), Some(&bytes[201_001..201_011]));
            assert_eq!(feed.byte(), None);
            feed.limit(before);
            assert_eq!(feed.peek(99_999).len(), 300_000 - 201_011);
            assert!(!feed.skip(1 << 40));
        }
    }
}
