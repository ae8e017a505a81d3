//! The template engines. Each one is strict (an unknown variable is an error), runs no code, and is bounded.

pub(super) mod extent;
mod jinja;
pub(crate) mod jinja_bounds;
mod liquid;
mod liquid_bounds;

pub(super) use jinja::Jinja;
pub(super) use liquid::{Bare, Fault, Liquid};

/// What one template of Jinja may use: one for an instruction or for 64 bytes of values and output, so that a render stays
/// below 26 MB. The largest of the built-in road needs about 20,000.
pub(super) const FUEL: u64 = 400_000;

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

/// Says what went wrong in a template of Jinja, with the line, and with the cause beneath it.
pub(super) fn explain(error: &minijinja::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    // A template is known by its file, which whoever asked for it names.
    text.replace("in <string>:", "line ").replace(" (in <string>)", "").replace(" (in <expression>:1)", "")
}
