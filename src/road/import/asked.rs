//! What Highroad asks of its own in a template of copier or cookiecutter.

/// The answer that names the folder of the project.
pub(super) const NAME: &str = "name";
/// The day that templates see.
const TODAY: &str = "today";
/// Their keys: a template's own question that is called so gets another.
pub(super) const TAKEN: [&str; 2] = [NAME, TODAY];

/// The question for the project's name.
pub(super) fn name() -> toml::Table {
    question(&[
        ("key", NAME),
        ("ask", "What is the project called?"),
        ("help", "The name of the folder and the repository. Templates do not see it: the template's own questions name what is inside."),
        ("type", "name"),
        ("default", "my-project"),
        ("default-from", "folder"),
    ])
}

/// The question for the day.
pub(super) fn today() -> toml::Table {
    question(&[
        ("key", TODAY),
        ("ask", "Which day is it?"),
        ("help", "The template writes it into files, such as the year of a licence. Written as 2026-11-23."),
        ("type", "text"),
        ("default", "2026-01-01"),
        ("default-from", "today"),
        ("pattern", r"\d{4}-\d{2}-\d{2}"),
    ])
}

fn question(entries: &[(&str, &str)]) -> toml::Table {
    entries.iter().map(|(key, value)| ((*key).to_owned(), toml::Value::String((*value).to_owned()))).collect()
}
