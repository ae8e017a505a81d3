//! The template engines. Each one is strict (an unknown variable is an error), runs no code, and is bounded.

mod jinja;
pub(crate) mod jinja_bounds;
mod liquid;
mod liquid_bounds;

pub(super) use jinja::Jinja;
pub(super) use liquid::{Bare, Fault, Liquid};

/// The most bytes that one file may render to.
const MAX_OUTPUT: usize = 8 << 20;

/// Collects what a template writes, up to a limit.
pub(super) struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Default for Bounded {
    fn default() -> Self {
        Self::up_to(MAX_OUTPUT)
    }
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(std::io::Error::other(format!("it renders to more than {} bytes", self.limit)));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Bounded {
    /// Takes so many bytes at most.
    pub(super) fn up_to(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit }
    }

    /// Returns the text.
    pub(super) fn into_text(self) -> Result<String, String> {
        String::from_utf8(self.bytes).map_err(|error| error.to_string())
    }
}
