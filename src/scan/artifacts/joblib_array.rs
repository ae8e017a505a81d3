//! Arrays that joblib writes into the middle of a pickle, right after the object that describes them.
//! After joblib's `numpy_pickle.py`: `NumpyArrayWrapper.read_array`.

use super::pickle_calls::Calls;
use super::pickle_value::Value;
use crate::formats::feed::Feed;

/// What follows the object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Inline {
    /// Nothing.
    Nothing,
    /// An array, which was passed over.
    Passed,
    /// A pickle with the objects of the array.
    Pickle,
    /// Something that cannot be told.
    Unknown,
}

/// Passes over the array that follows a wrapper with this state.
pub(super) fn after(maker: &str, state: &Value, feed: &mut Feed<'_>, calls: &Calls) -> Inline {
    if !maker.ends_with(".NumpyArrayWrapper") {
        return Inline::Nothing;
    }
    let Some(kind) = state.get("dtype").and_then(|dtype| described(&dtype, calls)) else { return Inline::Unknown };
    if kind.starts_with('O') {
        return Inline::Pickle;
    }
    let Some(width) = width(&kind) else { return Inline::Unknown };
    let shape = state.get("shape");
    let Some(shape) = shape.as_ref() else { return Inline::Unknown };
    let count = shape.items().iter().try_fold(1u64, |count, side| count.checked_mul(u64::try_from(side.int()?).ok()?));
    let Some(bytes) = count.and_then(|count| count.checked_mul(width)) else { return Inline::Unknown };
    // Since 1.2 the length of a padding stands before the array.
    if state.get("numpy_array_alignment_bytes").and_then(|value| value.int()).is_some() {
        let Some(padding) = feed.byte() else { return Inline::Unknown };
        if !feed.skip(u64::from(padding)) {
            return Inline::Unknown;
        }
    }
    if feed.skip(bytes) { Inline::Passed } else { Inline::Unknown }
}

/// Returns the text that a `numpy.dtype` was made of.
fn described(dtype: &Value, calls: &Calls) -> Option<String> {
    let maker = calls.maker(dtype)?;
    if !maker.ends_with("dtype") && !maker.contains("_DType") {
        return None;
    }
    let Value::Made(made) = dtype else { return None };
    made.arguments.first()?.text().map(|text| text.trim_start_matches(['<', '>', '|', '=']).to_owned())
}

/// Returns how many bytes an item takes.
fn width(kind: &str) -> Option<u64> {
    let digits = kind.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '?');
    let number: u64 = digits.split('[').next().unwrap_or_default().parse().ok()?;
    match kind.chars().next()? {
        'U' => number.checked_mul(4),
        'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'a' | 'V' | 'M' | 'm' => Some(number),
        _ => None,
    }
}
