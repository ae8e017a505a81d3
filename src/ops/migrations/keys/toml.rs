//! A key of a TOML file.

use ::toml::Value;
use toml_edit::{DocumentMut, Item, Table, TableLike};

use crate::formats::line_ends;

pub(super) fn edit(text: &str, key: &[String], value: Option<&Value>) -> Result<Option<String>, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let Some((last, tables)) = key.split_last() else { return Ok(None) };
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for name in tables {
        if value.is_none() && !table.contains_key(name) {
            return Ok(None);
        }
        let made = || {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        };
        table = table.entry(name).or_insert_with(made).as_table_like_mut().ok_or_else(|| format!("`{name}` is no table in it"))?;
    }
    match value {
        None => {
            if table.remove(last).is_none() {
                return Ok(None);
            }
        }
        Some(value) => {
            let mut fresh: toml_edit::Value =
                value.to_string().parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
            match table.get_mut(last).map(Item::as_value_mut) {
                Some(Some(old)) if same(old, &fresh) => return Ok(None),
                Some(Some(old)) => {
                    *fresh.decor_mut() = old.decor().clone();
                    *old = fresh;
                }
                Some(None) => return Err(format!("`{last}` is a table in it")),
                None => {
                    table.insert(last, Item::Value(fresh));
                }
            }
        }
    }
    Ok(Some(line_ends::restored(text, &document.to_string())))
}

/// Whether two values are the same, however they are written.
fn same(one: &toml_edit::Value, other: &toml_edit::Value) -> bool {
    let plain = |value: &toml_edit::Value| ::toml::from_str::<::toml::Table>(&format!("v = {}", value.to_string().trim())).ok();
    plain(one).is_some_and(|one| Some(one) == plain(other))
}
