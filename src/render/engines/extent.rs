//! What a value unfolds to when it is walked. Five lists that each hold the one before a hundred times take no room, and
//! their text takes gigabytes: who walks a value measures it first.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

/// The largest text that a filter or a method takes or makes, and the most that the texts in a value have together, in bytes.
pub(in crate::render) const LARGEST_TEXT: usize = 1 << 20;

/// The most values that one may unfold to.
const MOST: usize = 100_000;
/// How deep values may stand in each other.
const DEEPEST: usize = 64;
/// How many values one fuel pays for.
const PER_FUEL: usize = 8;

/// Takes fuel for a text of some size, and refuses one that no template needs.
pub(in crate::render) fn refuse_large(state: &State<'_, '_>, size: usize) -> Result<(), Error> {
    if size > LARGEST_TEXT {
        return Err(Error::new(ErrorKind::InvalidOperation, "a text of more than 1 MiB"));
    }
    state.consume_fuel(u64::try_from(size / 16).unwrap_or(u64::MAX))
}

/// Measures a value that is written out as it is; a text is paid for by the engine.
pub(in crate::render) fn of_output(state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.as_object().is_some() { walk(state, value, &mut |_, _| Ok(())) } else { Ok(()) }
}

/// Takes fuel for all that a value unfolds to, and refuses what no template needs.
pub(in crate::render) fn measure(state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    if let Some(text) = value.as_str() {
        return refuse_large(state, text.len());
    }
    let mut bytes = 0_usize;
    walk(state, value, &mut |inside, _| {
        bytes = bytes.saturating_add(inside.as_str().map_or(0, str::len));
        Ok(())
    })?;
    refuse_large(state, bytes)
}

/// Shows `see` a value and all that stands in it, with how deep it stands.
pub(in crate::render) fn walk(
    state: &State<'_, '_>,
    value: &Value,
    see: &mut dyn FnMut(&Value, usize) -> Result<(), Error>,
) -> Result<(), Error> {
    Walk { state, seen: 0, see }.enter(value, 0)
}

struct Walk<'a, 'b, 'c> {
    state: &'a State<'b, 'c>,
    seen: usize,
    see: &'a mut dyn FnMut(&Value, usize) -> Result<(), Error>,
}

impl Walk<'_, '_, '_> {
    fn enter(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        self.seen += 1;
        if self.seen > MOST || depth > DEEPEST {
            let why = format!("a value that unfolds to more than {MOST} others, or that is deeper than {DEEPEST}");
            return Err(Error::new(ErrorKind::InvalidOperation, why));
        }
        if self.seen.is_multiple_of(PER_FUEL) {
            self.state.consume_fuel(1)?;
        }
        (self.see)(value, depth)?;
        if value.as_object().is_none() || !matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable) {
            return Ok(());
        }
        let is_map = value.kind() == ValueKind::Map;
        for item in value.try_iter()? {
            if is_map {
                self.enter(&value.get_item(&item)?, depth + 1)?;
            }
            self.enter(&item, depth + 1)?;
        }
        Ok(())
    }
}
