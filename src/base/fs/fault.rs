//! Faults on purpose, so that tests can stop a run at each of its writes. In a release build there are none.

use std::io;

/// What happens at a write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Nothing: it goes on.
    None,
    /// The disk is full.
    Full,
    /// The process is killed.
    Kill,
}

impl Fault {
    /// Lets the fault happen.
    ///
    /// # Errors
    /// That the disk is full, where that is the fault.
    pub fn strike(self) -> io::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Full => Err(io::Error::from(io::ErrorKind::StorageFull)),
            Self::Kill => std::process::abort(),
        }
    }
}

/// Counts a write and returns what happens at it: `HIGHROAD_FAULT=full:7` makes the seventh fail, `full:7:9` the seventh to
/// the ninth, and `kill:7` ends the process at the seventh.
pub fn next() -> Fault {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static WRITES: AtomicU64 = AtomicU64::new(0);
    static WISH: OnceLock<Option<(Fault, u64, u64)>> = OnceLock::new();
    let wish = WISH.get_or_init(|| {
        let text = crate::base::env::fault()?;
        let mut parts = text.split(':');
        let fault = match parts.next()? {
            "full" => Fault::Full,
            "kill" => Fault::Kill,
            _ => return None,
        };
        let first = parts.next()?.parse().ok()?;
        let last = parts.next().and_then(|last| last.parse().ok()).unwrap_or(first);
        Some((fault, first, last))
    });
    let count = WRITES.fetch_add(1, Ordering::SeqCst) + 1;
    match wish {
        Some((fault, first, last)) if (*first..=*last).contains(&count) => *fault,
        Some(_) | None => Fault::None,
    }
}

/// Whether a run waits for the disk: a test of faults kills processes, never the power, and has no time to wait.
pub fn waits() -> bool {
    use std::sync::OnceLock;

    static TEST: OnceLock<bool> = OnceLock::new();
    !*TEST.get_or_init(|| crate::base::env::fault().is_some())
}

/// Counts a write that somebody else makes, such as git's library, just before it is made.
///
/// # Errors
/// That the disk is full, where a test wants it so.
pub fn point() -> io::Result<()> {
    next().strike()
}
