//! Lists and mappings that a template changes in place, as Python's are: `{% set _ = names.append(x) %}`.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value, from_args};
use minijinja::{Environment, Error, State};

use super::{extent, python, wrong};

/// How many items a list may have.
const MOST: usize = 100_000;
/// How many entries a mapping may have: each is looked for among the others.
const MOST_ENTRIES: usize = 5_000;
/// How deep they may stand in each other.
const DEEPEST: usize = 32;

/// A list of a template that uses methods which change lists, and how deep it stands in others at most.
#[derive(Debug)]
struct Growing(Mutex<Vec<Value>>, Depth);

/// A mapping of such a template, and how deep it stands in others at most.
#[derive(Debug)]
struct Entries(Mutex<Vec<(Value, Value)>>, Depth);

type Depth = AtomicUsize;

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Object for Growing {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let items = held(&self.0);
        let at = i64::try_from(key.clone()).ok()?;
        let at = if at < 0 { items.len().checked_sub(usize::try_from(at.unsigned_abs()).ok()?)? } else { usize::try_from(at).ok()? };
        items.get(at).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(held(&self.0).clone())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = held(&self.0).clone();
        f.debug_list().entries(&items).finish()
    }
}

impl Object for Entries {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        held(&self.0).iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(held(&self.0).iter().map(|(key, _)| key.clone()).collect())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, (key, value)) in held(&self.0).clone().iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            f.write_str(comma)?;
            python::show(key, f)?;
            f.write_str(": ")?;
            python::show(value, f)?;
        }
        f.write_str("}")
    }
}

/// Adds the functions that make them; `source` puts them around the displays of a template.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_function("growing_list", |state: &State<'_, '_>, value: Value| -> Result<Value, Error> {
        let depth = Depth::default();
        admit(state, &depth, &value)?;
        Ok(Value::from_object(Growing(Mutex::new(value.try_iter()?.collect()), depth)))
    });
    environment.add_function("growing_dict", |state: &State<'_, '_>, value: Value| -> Result<Value, Error> {
        let depth = Depth::default();
        admit(state, &depth, &value)?;
        let entries = pairs(&value)?;
        if entries.len() > MOST_ENTRIES {
            return Err(wrong(format!("a mapping of more than {MOST_ENTRIES} entries")));
        }
        Ok(Value::from_object(Entries(Mutex::new(entries), depth)))
    });
}

fn pairs(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    value.try_iter()?.map(|key| value.get_item(&key).map(|item| (key, item))).collect()
}

/// Calls a method of one of them; nothing where `value` is none, or the method is another's.
pub(super) fn call(state: &State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    if let Some(list) = value.downcast_object_ref::<Growing>() {
        return change_list(state, list, method, args);
    }
    if let Some(entries) = value.downcast_object_ref::<Entries>() {
        return change_entries(state, entries, method, args);
    }
    Ok(None)
}

/// Lets `item` into the list or mapping of that depth: one in itself, or one that is deeper than anything real, could not be
/// walked to its end.
fn admit(state: &State<'_, '_>, holder: &Depth, item: &Value) -> Result<(), Error> {
    if item.as_object().is_none() {
        return Ok(());
    }
    let from = holder.load(Ordering::Relaxed) + 1;
    extent::walk(state, item, &mut |inside, depth| {
        let list = inside.downcast_object_ref::<Growing>().map(|list| &list.1);
        let Some(known) = list.or_else(|| inside.downcast_object_ref::<Entries>().map(|entries| &entries.1)) else { return Ok(()) };
        if std::ptr::eq(known, holder) {
            return Err(wrong("a list or mapping cannot hold itself"));
        }
        if from + depth > DEEPEST {
            return Err(wrong(format!("lists or mappings in each other, deeper than {DEEPEST}")));
        }
        known.fetch_max(from + depth, Ordering::Relaxed);
        Ok(())
    })
}

fn change_list(state: &State<'_, '_>, list: &Growing, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    let none = Value::from(());
    let length = held(&list.0).len();
    let check = |item: &Value, length: usize| {
        if length >= MOST {
            return Err(wrong(format!("a list of more than {MOST} items")));
        }
        admit(state, &list.1, item)
    };
    match method {
        "append" => {
            let (item,): (Value,) = from_args(args)?;
            check(&item, length)?;
            held(&list.0).push(item);
        }
        "extend" => {
            let (items,): (Value,) = from_args(args)?;
            let items: Vec<Value> = items.try_iter()?.take(MOST + 1).collect();
            check(&Value::from(items.clone()), length + items.len())?;
            held(&list.0).extend(items);
        }
        "insert" => {
            let (at, item): (i64, Value) = from_args(args)?;
            check(&item, length)?;
            let at = if at < 0 {
                length.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(length))
            } else {
                usize::try_from(at).unwrap_or(length)
            };
            held(&list.0).insert(at.min(length), item);
        }
        "pop" => {
            let (at,): (Option<i64>,) = from_args(args)?;
            let at = at.unwrap_or(-1);
            let index = if at < 0 {
                length.checked_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX))
            } else {
                usize::try_from(at).ok()
            };
            let index = index.filter(|index| *index < length).ok_or_else(|| wrong("pop index out of range"))?;
            return Ok(Some(held(&list.0).remove(index)));
        }
        "remove" => {
            let (item,): (Value,) = from_args(args)?;
            let items = held(&list.0).clone();
            let at = items.iter().position(|known| *known == item).ok_or_else(|| wrong("it is not in the list"))?;
            held(&list.0).remove(at);
        }
        "clear" => held(&list.0).clear(),
        "reverse" => held(&list.0).reverse(),
        "sort" => {
            let mut items = held(&list.0).clone();
            items.sort();
            *held(&list.0) = items;
        }
        "copy" => {
            let items = held(&list.0).clone();
            let depth = Depth::default();
            admit(state, &depth, &Value::from(items.clone()))?;
            return Ok(Some(Value::from_object(Growing(Mutex::new(items), depth))));
        }
        _ => return Ok(None),
    }
    Ok(Some(none))
}

fn change_entries(state: &State<'_, '_>, entries: &Entries, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    let put = |key: Value, value: Value| -> Result<(), Error> {
        admit(state, &entries.1, &key)?;
        admit(state, &entries.1, &value)?;
        let mut held = held(&entries.0);
        if held.len() >= MOST_ENTRIES {
            return Err(wrong(format!("a mapping of more than {MOST_ENTRIES} entries")));
        }
        match held.iter_mut().find(|(known, _)| *known == key) {
            Some(entry) => entry.1 = value,
            None => held.push((key, value)),
        }
        Ok(())
    };
    let find = |key: &Value| held(&entries.0).iter().find(|(known, _)| known == key).map(|(_, value)| value.clone());
    match method {
        "update" => {
            let (other,): (Value,) = from_args(args)?;
            for (key, value) in pairs(&other)? {
                put(key, value)?;
            }
            Ok(Some(Value::from(())))
        }
        "setdefault" => {
            let (key, value): (Value, Option<Value>) = from_args(args)?;
            if let Some(known) = find(&key) {
                return Ok(Some(known));
            }
            let value = value.unwrap_or_else(|| Value::from(()));
            put(key, value.clone())?;
            Ok(Some(value))
        }
        "pop" => {
            let (key, otherwise): (Value, Option<Value>) = from_args(args)?;
            let known = find(&key);
            held(&entries.0).retain(|(other, _)| *other != key);
            known.or(otherwise).map(Some).ok_or_else(|| wrong("there is no such key"))
        }
        "clear" => {
            held(&entries.0).clear();
            Ok(Some(Value::from(())))
        }
        _ => Ok(None),
    }
}
