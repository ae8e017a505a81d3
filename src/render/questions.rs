//! What an answer must look like, and what a question suggests.

use super::{names, values};
use crate::base::day::Day;
use crate::repo::git::Facts;
use crate::road::manifest::{Fact, Form, Question};

/// Beginnings of keys that providers give out. Nothing secret is ever asked for, and an answer ends up in the repository.
const KEY_PREFIXES: [&str; 11] = ["AKIA", "ASIA", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "hf_", "sk-", "xoxb-", "xoxp-"];
/// The beginning of a private key in PEM form (RFC 7468), in two pieces so that no scanner trips over this line.
const PRIVATE_KEY: &str = concat!("-----BEGIN ", "PRIVATE KEY");

/// Tells why `answer` does not answer `question`, or nothing where it does.
///
/// `dependencies` are the requirements of the kind, which a name must not hide.
pub fn problem<'a>(question: &Question, answer: &str, dependencies: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let allowed = |c: char| question.multiline && matches!(c, '\n' | '\t');
    if let Some(c) = answer.chars().find(|c| c.is_control() && !allowed(*c)) {
        let lines = if question.multiline { "plain text" } else { "one line of plain text" };
        return Some(format!("it has a control character (`{}`): {lines} is expected", c.escape_default()));
    }
    let length = answer.chars().count();
    if length > question.max_length {
        return Some(format!("it has {length} characters, at most {} fit", question.max_length));
    }
    if looks_like_a_key(answer) {
        return Some("it looks like a key: answers are written to the repository, so nothing secret belongs here".to_owned());
    }
    if let Some(problem) = question.pattern.as_deref().and_then(|pattern| pattern_problem(pattern, answer)) {
        return Some(problem);
    }
    let open_choices = question.choices_from.is_some() && question.choices.is_empty();
    let values: Vec<&str> = question.choices.iter().map(|choice| choice.value.as_str()).collect();
    let other = |answer: &str| {
        (!values.contains(&answer))
            .then(|| format!("`{answer}` is not one of the choices; {}", crate::base::diagnostic::did_you_mean(answer, &values)))
    };
    if let Err(problem) = values::typed(question, answer) {
        return Some(problem);
    }
    match question.form {
        Form::Many if open_choices => None,
        Form::Many => values::parts(question, answer).iter().find_map(|part| other(part)),
        Form::Choice if open_choices => None,
        Form::Choice => other(answer),
        Form::Text => (answer.trim().is_empty() && !question.optional).then(|| "it is empty".to_owned()),
        Form::Email => email_problem(answer),
        Form::Name => names::problem(answer, dependencies),
        Form::Bool | Form::Int | Form::Float | Form::Json => None,
    }
}

fn pattern_problem(pattern: &str, answer: &str) -> Option<String> {
    match regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 20).build() {
        Ok(regex) => (!regex.is_match(answer)).then(|| format!("it does not fit the pattern `{pattern}`")),
        Err(error) => Some(format!("the road's pattern `{pattern}` cannot be used: {error}")),
    }
}

/// Whether a word in `text` starts like a provider's key and goes on like one: long, with letters and digits.
fn looks_like_a_key(text: &str) -> bool {
    let key = |word: &str, prefix: &&str| {
        word.strip_prefix(*prefix).is_some_and(|rest| rest.len() >= 16 && rest.bytes().any(|byte| byte.is_ascii_digit()))
    };
    text.contains(PRIVATE_KEY)
        || text
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
            .any(|word| KEY_PREFIXES.iter().any(|prefix| key(word, prefix)))
}

/// Tells why `text` is no e-mail address that CODEOWNERS and people can use (RFC 5322 allows more than mail systems do).
fn email_problem(text: &str) -> Option<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let (local, domain) = match text.split_once('@') {
        Some(halves) => halves,
        None => return Some("it has no `@`: an address such as `ml-team@example.com` is expected".to_owned()),
    };
    let good_domain = domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    if local.is_empty() || !local.chars().all(part) || !good_domain {
        return Some("it is no e-mail address such as `ml-team@example.com`".to_owned());
    }
    None
}

/// Returns the label of a chosen value, where the question has choices.
pub fn label<'a>(question: &'a Question, answer: &str) -> Option<&'a str> {
    question.choices.iter().find(|choice| choice.value == answer).map(|choice| choice.label.as_str())
}

/// What the machine knows that a default can come from.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// What git knows.
    pub git: Facts,
    /// The name of the target folder, or of the current one.
    pub folder: Option<String>,
    /// The day.
    pub today: Option<Day>,
}

/// Returns the answer that `question` suggests on this machine.
pub fn default<'a>(question: &Question, machine: &Machine, dependencies: impl IntoIterator<Item = &'a str>) -> String {
    let known = match question.default_from {
        None => None,
        Some(Fact::Folder) => machine.folder.as_deref().and_then(names::suggest),
        Some(Fact::GitUserName) => machine.git.user_name.clone(),
        Some(Fact::GitUserEmail) => machine.git.user_email.clone(),
        Some(Fact::FolderName) => machine.folder.clone(),
        Some(Fact::Today) => machine.today.map(|day| day.to_string()),
        Some(Fact::RemoteHost) => machine.git.remote_host.as_deref().and_then(platform).map(str::to_owned),
    };
    known.filter(|answer| problem(question, answer, dependencies).is_none()).unwrap_or_else(|| question.default.clone())
}

/// Returns the platform behind a host name, also for an organisation's own server such as `gitlab.example.com`.
fn platform(host: &str) -> Option<&'static str> {
    ["github", "gitlab"].into_iter().find(|platform| host.split('.').any(|label| label == *platform))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(form: &str) -> Question {
        toml::from_str(&format!("key = 'k'\nask = 'a'\nhelp = 'h'\ntype = '{form}'\ndefault = 'github'\nchoices = [{{ value = 'github', label = 'GitHub' }}, {{ value = 'gitlab', label = 'GitLab' }}]")).unwrap()
    }

    #[test]
    fn says_what_is_wrong_with_an_answer() {
        let wrong = |form, answer: &str| problem(&question(form), answer, []).unwrap_or_default();
        assert!(wrong("choice", "githbu").contains("did you mean `github`"));
        assert!(wrong("text", " ").contains("empty"));
        assert!(wrong("text", "a\nb").contains("control character"));
        assert!(wrong("text", &"x".repeat(201)).contains("201"));
        assert!(wrong("text", &format!("my key ghp_{}", "a1".repeat(18))).contains("looks like a key"));
        assert!(wrong("email", "nobody").contains("no `@`"));
        assert!(wrong("email", "a b@example.com").contains("no e-mail"));
        assert_eq!(wrong("email", "ml-team@example.com"), "");
        assert!(wrong("text", &format!("token=AKIA{}", "A2".repeat(8))).contains("looks like a key"));
        assert_eq!(wrong("text", "An sk-learn-compatible churn model"), "");
    }

    #[test]
    fn defaults_come_from_the_machine_where_it_knows() {
        let mut host = question("choice");
        host.default_from = Some(Fact::RemoteHost);
        let with = |remote: &str| {
            let machine = Machine { git: Facts { remote_host: Some(remote.to_owned()), ..Facts::default() }, ..Machine::default() };
            default(&host, &machine, [])
        };
        assert_eq!(with("gitlab.example.com"), "gitlab");
        assert_eq!(with("codeberg.org"), "github");
    }
}
