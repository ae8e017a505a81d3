//! The template engines. Each one is strict (an unknown variable is an error), runs no code, and is bounded.

mod jinja;
mod liquid;

pub(super) use jinja::Jinja;
pub(super) use liquid::Liquid;

/// The most bytes that one file may render to.
const MAX_OUTPUT: usize = 8 << 20;

/// Collects what a template writes, up to [`MAX_OUTPUT`].
#[derive(Default)]
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT {
            return Err(std::io::Error::other(format!("it renders to more than {MAX_OUTPUT} bytes")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Bounded {
    fn into_text(self) -> Result<String, String> {
        String::from_utf8(self.0).map_err(|error| error.to_string())
    }
}
