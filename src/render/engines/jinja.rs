//! minijinja for `.jinja` files, file names and conditions.
//!
//! Delimiters are `{@ … @}`, `{% … %}` and `{@# … #@}`: GitHub's `${{ … }}`, Python's and shell's braces are plain
//! text, and file names stay valid on Windows.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, escape_formatter};

use super::{Bounded, FUEL, explain, extent, jinja_bounds};

/// Renders with one set of variables.
pub(in crate::render) struct Jinja<'a> {
    environment: Environment<'a>,
    variables: Value,
}

impl Jinja<'_> {
    /// Prepares an engine that sees `variables` and nothing else: it has no loader and no functions that reach out.
    pub(in crate::render) fn new(variables: &serde_json::Value) -> Self {
        let syntax = SyntaxConfig::builder()
            .block_delimiters("{%", "%}")
            .variable_delimiters("{@", "@}")
            .comment_delimiters("{@#", "#@}")
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()
            .expect("the delimiters differ");
        let mut environment = Environment::new();
        environment.set_syntax(syntax);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        environment.set_formatter(|out, state, value| extent::of_output(state, value).and_then(|()| escape_formatter(out, state, value)));
        environment.add_filter("markdown", |text: String| markdown(&text));
        Self { environment, variables: Value::from(Serde(variables)) }
    }

    /// Renders a template.
    pub(in crate::render) fn render(&self, source: &str) -> Result<String, String> {
        if !["{%", "{@"].iter().any(|opening| source.contains(opening)) {
            return Ok(source.to_owned());
        }
        jinja_bounds::check(source, ("{%", "%}"), ("{@", "@}"), ("{@#", "#@}"))?;
        let mut out = Bounded::default();
        let template = self.environment.template_from_str(source).map_err(|error| explain_in(&error, source))?;
        template.render_captured_to(self.variables.clone(), &mut out).map_err(|error| explain_in(&error, source))?;
        out.into_text()
    }

    /// Returns the variables that a template may look up, with the names inside them that it spells out.
    pub(in crate::render) fn variables(&self, source: &str) -> Result<Vec<String>, String> {
        if !["{%", "{@"].iter().any(|opening| source.contains(opening)) {
            return Ok(Vec::new());
        }
        jinja_bounds::check(source, ("{%", "%}"), ("{@", "@}"), ("{@#", "#@}"))?;
        let template = self.environment.template_from_str(source).map_err(|error| explain(&error))?;
        Ok(template.undeclared_variables(true).into_iter().collect())
    }

    /// As `variables`, of a condition.
    pub(in crate::render) fn variables_of_condition(&self, expression: &str) -> Result<Vec<String>, String> {
        jinja_bounds::expression(expression.as_bytes())?;
        let compiled = self.environment.compile_expression(expression).map_err(|error| explain(&error))?;
        Ok(compiled.undeclared_variables(true).into_iter().collect())
    }

    /// Tells whether a condition holds.
    pub(in crate::render) fn holds(&self, expression: &str) -> Result<bool, String> {
        jinja_bounds::expression(expression.as_bytes())?;
        let compiled = self.environment.compile_expression(expression).map_err(|error| explain(&error))?;
        compiled.eval(&self.variables).map(|value| value.is_true()).map_err(|error| explain(&error))
    }
}

/// How much of a line is shown.
const SHOWN: usize = 120;

/// Says what went wrong, and shows the line of the template where that is.
fn explain_in(error: &Error, source: &str) -> String {
    let text = explain(error);
    let line = error.line().and_then(|line| source.lines().nth(line.checked_sub(1)?));
    match line.map(str::trim).filter(|line| !line.is_empty()) {
        Some(line) => format!("{text}: `{}`", line.chars().take(SHOWN).collect::<String>()),
        None => text,
    }
}

/// Escapes what Markdown would read as markup in a line of user text.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(source: &str) -> Result<String, String> {
        Jinja::new(&json!({ "name": "demo", "on": true, "evil": "{@ name @} {% raw %}", "md": "a_b <c>" })).render(source)
    }

    #[test]
    fn leaves_github_and_python_braces_alone() {
        let source = "run: ${{ github.sha }} {{ x }} f\"{y!r}\" ${#array[@]}\n{% if on %}\nname: {@ name @}\n{% endif %}\n";
        assert_eq!(render(source).unwrap(), "run: ${{ github.sha }} {{ x }} f\"{y!r}\" ${#array[@]}\nname: demo\n");
    }

    #[test]
    fn is_strict_and_never_renders_an_answer() {
        assert!(render("{@ nmae @}").unwrap_err().contains("undefined"));
        assert_eq!(render("{@ evil @}").unwrap(), "{@ name @} {% raw %}");
        assert_eq!(render("{@ md | markdown @}").unwrap(), "a\\_b \\<c\\>");
    }

    #[test]
    fn endless_and_huge_templates_end_in_an_error() {
        assert!(render("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}").unwrap_err().contains("fuel"));
        assert!(render("{% for a in range(9999) %}{@ 'x' * 9999 @}{% endfor %}").is_err());
        assert!(render("{% include 'other' %}").is_err());
    }
}
