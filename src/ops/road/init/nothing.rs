//! The files of a road from nothing: one layer, one kind, three questions.

use std::collections::BTreeMap;

use super::Facts;

/// Returns the files of the road, by path.
pub(super) fn road(facts: &Facts) -> BTreeMap<String, String> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let manifest = [
        ("<id>", &facts.id),
        ("<publisher>", &facts.publisher),
        ("<title>", &facts.title),
        ("<version>", &facts.version),
        ("<released>", &facts.released),
        ("<supported-until>", &facts.supported_until),
    ]
    .into_iter()
    .fold(MANIFEST.to_owned(), |text, (name, value)| text.replace(name, &quoted(value)));
    [
        ("road.toml", manifest.as_str()),
        ("questions.toml", QUESTIONS),
        ("layers/base/layer.toml", LAYER),
        ("layers/base/files/.gitignore", GITIGNORE),
        ("layers/base/files/Makefile", MAKEFILE),
        ("layers/base/files/SECURITY.md.jinja", SECURITY),
        ("layers/base/files/.github/CODEOWNERS.jinja", OWNERS),
        ("layers/base/files/docs/THREAT_MODEL.md.jinja", THREATS),
        ("kinds/library/kind.toml", KIND),
        ("kinds/library/files/README.md.jinja", README),
        ("kinds/library/files/pyproject.toml.jinja", PYPROJECT),
        ("kinds/library/files/src/{@ package @}/__init__.py.jinja", PACKAGE),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .collect()
}

const MANIFEST: &str = r#"# A road: what projects are made of, version by version. `highroad road lint` says what is wrong with it.
schema = 1
id = <id>
publisher = <publisher>
title = <title>
version = <version>
released = <released>
supported-until = <supported-until>
# The versions that a project can come from: none before the first.
upgrades-from = []

# What a project can be, in the order that people see, and what kinds share.
kinds = ["library"]
layers = ["base"]

[[change]]
what = "The first version."
why = "Projects begin with owners, a security contact and a clean ignore list."
# The files of projects that it concerns. `highroad road diff` tells each that differs and that no change names.
paths = ["**"]

# How loudly a guardrail speaks: `block`, `warn`, `advise` or `off`.
[guardrails]
missing-codeowners = "block"
missing-security-policy = "block"
"#;

const QUESTIONS: &str = r#"# What every kind asks. The key is the variable that templates see.

[[question]]
key = "name"
ask = "What is the project called?"
help = "Lower-case letters, digits and hyphens, starting with a letter."
type = "name"
default-from = "folder"
default = "our-library"

[[question]]
key = "purpose"
ask = "What is it for, in one line?"
help = "One sentence that a colleague outside your team understands."
type = "text"
default = "A small library."
max-length = 160

[[question]]
key = "owner_contact"
ask = "Which e-mail address reaches the team that owns it?"
help = "Reports of weaknesses go there, and it owns every file."
type = "email"
default-from = "git-user-email"
default = "team@example.com"
max-length = 120
"#;

const LAYER: &str = r#"title = "Project frame"
why = "Who answers for the project, and how to report a weakness, stand where everybody looks first."

[[file]]
path = ".gitignore"
why = "Keeps secrets, data and build output out of git by default."
ownership = "merged"

[[file]]
path = "Makefile"
why = "One command each to set up, to test and to check, the same in every project."
ownership = "merged"

[[file]]
path = "SECURITY.md"
why = "Tells people how to report a weakness."
ownership = "merged"

[[file]]
path = ".github/CODEOWNERS"
why = "Asks the owning team to review."
ownership = "merged"

[[file]]
path = "docs/THREAT_MODEL.md"
why = "What is worth protecting, who could attack it and what stands against that: the team's own words."
ownership = "seeded"
"#;

const GITIGNORE: &str = "# Keys and settings of one machine.\n.env\n*.pem\n*.key\n\n# Environments, caches and build output.\n.venv/\n__pycache__/\n\
                         build/\ndist/\n";

const MAKEFILE: &str = "HIGHROAD ?= highroad\n\n.PHONY: setup test security\n\nsetup:\n\tpython3 -m venv .venv\n\n\
                        test: setup\n\t.venv/bin/python -m compileall -q src\n\nsecurity:\n\t$(HIGHROAD) check\n";

const SECURITY: &str = r"# Security

Write to {@ owner_contact @} when you find a weakness in {@ name @}. Please do not open a public issue for it.
You get an answer within three working days.
";

const OWNERS: &str = "# Who is asked to review a change.\n* {@ owner_contact @}\n";

const THREATS: &str = r"# What could go wrong with {@ name @}

| what is worth protecting | who could attack it | what stands against that |
| --- | --- | --- |
| the code that others install | a stranger who gets a change merged | owners review every change |
| the release | whoever holds a key of the pipeline | no key lives in the repository |
| the users' data | an input that is made to break the parser | inputs are checked at the border |

Owned by {@ owner_contact @}, who reads this page again with every release.
";

const KIND: &str = r#"title = "Python library"
summary = "A package with a name, a purpose and owners"
why = "A library that is easy to find and to report on."
layers = ["base"]
next = ["git log -1    # the first commit"]

[[file]]
path = "README.md"
why = "What the project is, and who owns it."
ownership = "merged"

[[file]]
path = "pyproject.toml"
why = "The name, the Python versions and the build of the package."
ownership = "merged"

[[file]]
path = "src/{@ package @}/__init__.py"
why = "The package itself, yours from the first day."
ownership = "seeded"
"#;

const README: &str = r"# {@ name @}

{@ purpose | markdown @}

Owned by {@ owner_contact @}.
";

const PYPROJECT: &str = r#"[project]
name = "{@ name @}"
version = "0.1.0"
description = {@ purpose | tojson @}
requires-python = ">=3.11"
dependencies = []
"#;

const PACKAGE: &str = "\"\"\"The package of {@ name @}.\"\"\"\n";
