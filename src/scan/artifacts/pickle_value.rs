//! Values on the symbolic stack of a pickle: as much as is needed to tell what is called with what.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How deep values are kept in each other; deeper ones become [`Value::Other`].
const DEPTH: u8 = 24;
/// How many items of a tuple, or keys of a dictionary, are kept.
const KEPT: usize = 24;

/// The keys of a dictionary that matter, with their values.
type Entries = RefCell<Vec<(Rc<str>, Value)>>;

/// Keys that joblib describes an array with. Others are kept only where they name a method of Python's own.
const KEYS: &[&str] = &["dtype", "shape", "numpy_array_alignment_bytes"];

/// A value, as far as it matters.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Anything else.
    Other,
    /// A whole number.
    Int(i64),
    /// A short text.
    Text(Rc<str>),
    /// Something that was imported, by its number.
    Global(u32),
    /// What a call returned.
    Made(Rc<Made>),
    /// A tuple.
    Tuple(Rc<Tuple>),
    /// A dictionary.
    Dictionary(Rc<Entries>),
    /// An attribute of something that is harmless in itself.
    Attribute,
    /// Comes from the loading program: a persistent id, an extension code.
    Foreign,
}

/// What a call returned.
#[derive(Debug)]
pub(super) struct Made {
    /// What was called.
    pub global: u32,
    /// With what.
    pub arguments: Vec<Value>,
    depth: u8,
}

/// A tuple.
#[derive(Debug)]
pub(super) struct Tuple {
    /// Its items, the first ones.
    pub items: Vec<Value>,
    depth: u8,
}

impl Value {
    /// Makes a tuple of the first items.
    pub(super) fn tuple(items: &[Self]) -> Self {
        let (items, depth) = Self::held(items);
        if depth > DEPTH { Self::Other } else { Self::Tuple(Rc::new(Tuple { items, depth })) }
    }

    /// Makes what a call returned.
    pub(super) fn made(global: u32, arguments: &[Self]) -> Self {
        let (arguments, depth) = Self::held(arguments);
        let arguments = if depth > DEPTH { Vec::new() } else { arguments };
        Self::Made(Rc::new(Made { global, depth: if arguments.is_empty() { 1 } else { depth }, arguments }))
    }

    /// Makes an empty dictionary.
    pub(super) fn dictionary() -> Self {
        Self::Dictionary(Rc::default())
    }

    // A dictionary is never kept inside another value: values stay free of cycles, and of deep chains that would be freed
    // by a deep recursion.
    fn held(values: &[Self]) -> (Vec<Self>, u8) {
        let kept: Vec<Self> = values.iter().take(KEPT).map(Self::without_dictionary).collect();
        let depth = kept.iter().map(Self::depth).max().unwrap_or(0).saturating_add(1);
        (kept, depth)
    }

    fn without_dictionary(&self) -> Self {
        if matches!(self, Self::Dictionary(_)) { Self::Other } else { self.clone() }
    }

    fn depth(&self) -> u8 {
        match self {
            Self::Made(made) => made.depth,
            Self::Tuple(tuple) => tuple.depth,
            Self::Other | Self::Int(_) | Self::Text(_) | Self::Global(_) | Self::Dictionary(_) | Self::Attribute | Self::Foreign => 0,
        }
    }

    /// Sets a key, where this is a dictionary.
    pub(super) fn set(&self, key: &Self, value: &Self) {
        if let (Self::Dictionary(entries), Self::Text(key)) = (self, key)
            && (key.starts_with("__") || KEYS.contains(&&**key))
            && entries.borrow().len() < KEPT
        {
            entries.borrow_mut().push((Rc::clone(key), value.without_dictionary()));
        }
    }

    /// Returns the value of a key.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        match self {
            Self::Dictionary(entries) => entries.borrow().iter().rev().find(|(name, _)| &**name == key).map(|(_, value)| value.clone()),
            Self::Other
            | Self::Int(_)
            | Self::Text(_)
            | Self::Global(_)
            | Self::Made(_)
            | Self::Tuple(_)
            | Self::Attribute
            | Self::Foreign => None,
        }
    }

    /// Returns the text.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other
            | Self::Int(_)
            | Self::Global(_)
            | Self::Made(_)
            | Self::Tuple(_)
            | Self::Dictionary(_)
            | Self::Attribute
            | Self::Foreign => None,
        }
    }

    /// Returns the items of a tuple; none for anything else.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::Tuple(tuple) => &tuple.items,
            Self::Other
            | Self::Int(_)
            | Self::Text(_)
            | Self::Global(_)
            | Self::Made(_)
            | Self::Dictionary(_)
            | Self::Attribute
            | Self::Foreign => &[],
        }
    }

    /// Returns the number.
    pub(super) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Other
            | Self::Text(_)
            | Self::Global(_)
            | Self::Made(_)
            | Self::Tuple(_)
            | Self::Dictionary(_)
            | Self::Attribute
            | Self::Foreign => None,
        }
    }
}

/// What was stored to be used again. Imports are kept for ever, everything else as long as it is early or recent.
#[derive(Default)]
pub(super) struct Memo {
    first: Vec<Value>,
    imports: HashMap<u64, Value>,
    recent: Vec<(u64, Value)>,
    forgot: bool,
}

/// How many entries are kept by index.
const FIRST: usize = 150_000;
/// How many later entries are kept, each in the place of an older one.
const RECENT: usize = 1 << 17;
/// How many later imports are kept.
const IMPORTS: usize = 100_000;

impl Memo {
    /// Stores a value.
    pub(super) fn put(&mut self, index: u64, value: &Value) {
        let slot = usize::try_from(index).unwrap_or(usize::MAX);
        if slot < self.first.len() {
            self.first[slot] = value.clone();
        } else if slot < FIRST && slot <= self.first.len() + 1024 {
            self.first.resize(slot + 1, Value::Other);
            self.first[slot] = value.clone();
        } else if matches!(value, Value::Global(_)) && self.imports.len() < IMPORTS {
            self.imports.insert(index, value.clone());
        } else if !matches!(value, Value::Other | Value::Dictionary(_)) {
            if self.recent.is_empty() {
                self.recent.resize(RECENT, (u64::MAX, Value::Other));
            }
            let place = &mut self.recent[slot % RECENT];
            self.forgot |= place.0 != u64::MAX && place.0 != index;
            *place = (index, value.clone());
        }
    }

    /// Returns a stored value.
    pub(super) fn get(&self, index: u64) -> Value {
        let slot = usize::try_from(index).unwrap_or(usize::MAX);
        let early = self.first.get(slot).filter(|value| !matches!(value, Value::Other));
        let recent = || self.recent.get(slot % RECENT).filter(|(known, _)| *known == index).map(|(_, value)| value);
        early.or_else(recent).or_else(|| self.imports.get(&index)).cloned().unwrap_or(Value::Other)
    }

    /// Whether something was stored that is not kept any more.
    pub(super) fn forgot(&self) -> bool {
        self.forgot
    }
}
