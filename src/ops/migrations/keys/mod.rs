//! Setting and removing a key in a TOML, YAML or JSON file, with comments and order kept.

mod json;
mod toml;
mod yaml;

use ::toml::Value;

/// Returns the text with the key set, or removed where there is no value; nothing where it is so already.
///
/// # Errors
/// Says why the file cannot be edited.
pub(super) fn edit(file: &str, text: &str, key: &[String], value: Option<&Value>) -> Result<Option<String>, String> {
    let edited = match file.rsplit('.').next().unwrap_or_default() {
        "toml" => toml::edit(text, key, value)?,
        "json" => json::edit(text, key, value)?,
        _ => yaml::edit(text, key, value)?,
    };
    Ok(edited.filter(|after| after != text))
}

/// Returns the value as JSON.
fn to_json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or(serde_json::Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(file: &str, text: &str, key: &str, value: Option<&str>) -> Result<Option<String>, String> {
        let parts = crate::road::migration::key_parts(key).unwrap();
        let value = value.map(|value| ::toml::from_str::<::toml::Table>(&format!("v = {value}")).unwrap().remove("v").unwrap());
        let after = edit(file, text, &parts, value.as_ref())?;
        if let Some(after) = &after {
            assert_eq!(edit(file, after, &parts, value.as_ref()), Ok(None), "it is made once");
        }
        Ok(after)
    }

    #[track_caller]
    fn becomes(file: &str, text: &str, key: &str, value: Option<&str>, expected: &str) {
        assert_eq!(edited(file, text, key, value), Ok(Some(expected.to_owned())));
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(edited(file, &crlf(text), key, value), Ok(Some(crlf(expected))));
    }

    #[test]
    fn toml_keeps_its_comments() {
        let text = "# top\n[tool.ruff] # lint\nline-length = 88 # old\nselect = [\"E\"]\n";
        becomes("a.toml", text, "tool.ruff.line-length", Some("100"), &text.replace("88", "100"));
        becomes("a.toml", text, "tool.ruff.select", None, "# top\n[tool.ruff] # lint\nline-length = 88 # old\n");
        becomes("a.toml", text, "tool.mypy.strict", Some("true"), &format!("{text}\n[tool.mypy]\nstrict = true\n"));
        assert_eq!(edited("a.toml", text, "tool.black.x", None), Ok(None));
        assert!(edited("a.toml", text, "tool.ruff.select.x", Some("1")).is_err());
        assert!(edited("a.toml", "a = ", "b", Some("1")).is_err());
    }

    #[test]
    fn json_keeps_its_comments_and_indentation() {
        let text = "{\n    // why\n    \"a\": 1,\n    \"b\": {\n        \"c\": [1]\n    }\n}\n";
        becomes("a.json", text, "a", Some("2"), &text.replace("1,", "2,"));
        becomes("a.json", text, "b.d", Some("'x'"), &text.replace("[1]\n", "[1],\n        \"d\": \"x\"\n"));
        becomes("a.json", text, "b", None, "{\n    // why\n    \"a\": 1\n}\n");
        assert_eq!(edited("a.json", text, "x.y", None), Ok(None));
        assert!(edited("a.json", &"[".repeat(100_000), "a", Some("1")).is_err());
    }

    #[test]
    fn yaml_keeps_its_comments_and_order() {
        let text = "# top\non: push # always\njobs:\n  test: # t\n    runs-on: ubuntu # here\n    steps:\n      - run: make # m\n  lint:\n    runs-on: 'mac'\n\n# end\n";
        becomes("a.yml", text, "jobs.test.runs-on", Some("'ubuntu-24.04'"), &text.replace("ubuntu #", "\"ubuntu-24.04\" #"));
        becomes("a.yml", text, "jobs.test.timeout-minutes", Some("5"), &text.replace("# m\n", "# m\n    timeout-minutes: 5\n"));
        becomes("a.yml", text, "permissions", Some("{}"), &text.replace("'mac'\n", "'mac'\npermissions: {}\n"));
        becomes("a.yml", text, "jobs.test.steps", None, &text.replace("    steps:\n      - run: make # m\n", ""));
        becomes("a.yml", text, "jobs.lint", None, &text.replace("  lint:\n    runs-on: 'mac'\n", ""));
        becomes("a.yml", "on: {push: 1}\n", "on.pull", Some("2"), "on: {push: 1, pull: 2}\n");
        becomes("a.yml", "on:\nx: 1\n", "on.push.branches", Some("['main']"), "on: {push: {branches: [\"main\"]}}\nx: 1\n");
        assert_eq!(edited("a.yml", text, "jobs.none.x", None), Ok(None));
        assert!(edited("a.yml", "a: [1", "a", Some("1")).is_err());
        assert!(edited("a.yml", "a: 1\n---\nb: 2\n", "a", Some("3")).is_err());
    }
}
