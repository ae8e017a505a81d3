//! `highroad source`: the sources of roads that this machine's user chose to take.

pub mod add;
mod told;

use crate::base::diagnostic::Diagnostic;
use crate::base::interrupt;
use crate::report::source::{Source, SourceList};
use crate::road::registry::opened;
use crate::road::sources::{Kind, Sources};

/// Lists the sources with what is kept of each. Nothing is asked of a registry.
///
/// # Errors
/// When the list cannot be read.
pub fn list() -> Result<SourceList, Diagnostic> {
    let sources = Sources::load()?;
    let told = sources.list().iter().map(|known| {
        let mut source = told::of(known);
        if known.kind == Kind::Registry {
            match opened::kept(&sources, known) {
                Ok(state) => told::with_state(&mut source, &state),
                Err(error) => source.notes.push(format!("{}: {}", error.what, error.why)),
            }
        }
        source
    });
    Ok(SourceList { schema: 1, sources: told.collect() })
}

/// Fetches what a registry says now: of the one that is named, else of all. Returns the sources, and an error for each that
/// gives no usable answer or is not to be trusted; what is kept of it stays as it was.
///
/// # Errors
/// When the list of sources cannot be used, no source is called so, or the person stops.
pub fn refresh(name: Option<&str>, trust_clock: bool) -> Result<(SourceList, Vec<Diagnostic>), Diagnostic> {
    let sources = Sources::load()?;
    let wanted: Vec<_> = match name {
        Some(name) => vec![sources.find(name)?],
        None => sources.list().iter().filter(|known| known.kind == Kind::Registry).collect(),
    };
    let (mut told, mut failed) = (Vec::new(), Vec::new());
    for known in wanted {
        let mut source = told::of(known);
        if known.kind == Kind::Registry {
            let trusted = if trust_clock { opened::trust_clock(&sources, known).map(|_| ()) } else { Ok(()) };
            match trusted.and_then(|()| opened::refresh(&sources, known)) {
                Ok(state) => told::with_state(&mut source, &state),
                Err(error) => {
                    interrupt::check()?;
                    source.notes.push(format!("not refreshed: {}: {}", error.what, error.why));
                    failed.push(error);
                }
            }
        } else {
            source.notes.push("nothing to fetch: the source names one commit or a folder of this machine".to_owned());
        }
        told.push(source);
    }
    Ok((SourceList { schema: 1, sources: told }, failed))
}

/// Forgets a source and what is kept of it.
///
/// # Errors
/// When there is none of that name, or the disk refuses.
pub fn remove(name: &str) -> Result<Source, Diagnostic> {
    let (mut sources, _guard) = Sources::load_to_change()?;
    Ok(told::of(&sources.remove(name)?))
}
