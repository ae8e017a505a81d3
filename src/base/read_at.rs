//! Reading at a place: what readers of large files need, without holding the file in memory.

use std::io;

/// Something with bytes that can be read at any place, any number of times.
pub trait ReadAt {
    /// Returns how many bytes there are.
    fn size(&self) -> u64;

    /// Reads at `offset` into `buffer` and returns how many bytes came; 0 at the end.
    ///
    /// # Errors
    /// When the system refuses.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Reads up to `limit` bytes from `offset` on; fewer where the end comes first.
    ///
    /// # Errors
    /// When the system refuses.
    fn read_range(&self, offset: u64, limit: usize) -> io::Result<Vec<u8>> {
        let there = self.size().saturating_sub(offset).min(limit as u64);
        let mut bytes = vec![0; usize::try_from(there).unwrap_or(limit)];
        let mut filled = 0;
        while filled < bytes.len() {
            let came = self.read_at(offset + filled as u64, &mut bytes[filled..])?;
            if came == 0 {
                break;
            }
            filled += came;
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

impl ReadAt for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
        let rest = &self[from..];
        let came = rest.len().min(buffer.len());
        buffer[..came].copy_from_slice(&rest[..came]);
        Ok(came)
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.as_slice().read_at(offset, buffer)
    }
}

impl<R: ReadAt + ?Sized> ReadAt for &R {
    fn size(&self) -> u64 {
        (**self).size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buffer)
    }
}
