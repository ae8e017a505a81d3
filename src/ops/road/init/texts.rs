//! The plain texts of a new overlay. Names in angle brackets are filled in.

/// The beginning of `road.toml`.
pub(super) const OVERLAY_HEAD: &str = r#"# An organisation's road: what differs from the road that it inherits. `docs/road-author.md` of Highroad explains each key.
# A line that begins with `# ` explains; one that begins with `#` alone is an example: take the `#` away, and it works.
#
# highroad road lint       what is wrong with it
# highroad road refresh    which pins have newer versions, with evidence
# highroad new --road .    a project to look at
schema = 1
id = <id>
publisher = <publisher>
title = <title>
version = <version>
released = <released>
supported-until = <supported-until>
upgrades-from = []

# Come after those that are inherited.
layers = ["<layer>"]

# The package indexes that pipelines of our projects may name; any other is a finding of `index-override`.
#package-indexes = ["https://packages.acme.example/simple"]

[inherits]
id = <parent-id>
version = <parent-version>
digest = <parent-digest>
source = <source>

# From the second version on: which inherited version each earlier one stood on. It tells which inherited migrations and
# changes the new version brings.
#[inherits.before]
#"2026.1.0" = <parent-version>

[[change]]
what = <what>
why = "Our projects get what the inherited road gives, and what we add to it."
# The files of projects that it concerns. `highroad road diff` tells each that differs and that no change names.
paths = ["**"]

# Every inherited kind that a new project can be gets the layer; `kinds = [...]` names some of them.
[[add-layer]]
layer = "<layer>"
"#;

/// The end of `road.toml`.
pub(super) const OVERLAY_TAIL: &str = r##"
# How loudly a guardrail speaks in projects on this road: `block`, `warn`, `advise` or `off`. The rest stays as inherited.
#[guardrails]
#unvetted-base-image = "warn"

# A whole inherited file is replaced by a file of the same path here, and a removed one has none. Either is declared with the
# digest of the inherited file, so that you are told when that changes: `highroad road lint` prints the lines to add.
# [[overlay]]
# path = "layers/base/files/README.md.jinja"
# action = "replace"
# inherited = "sha256:…"
# why = "Our README begins with the on-call rota."
"##;

/// `layer.toml` of the organisation's own layer.
pub(super) const LAYER: &str = r#"title = "What the organisation adds"
why = "Where the organisation's index, registry and contacts are is written in every project."

[[file]]
path = "docs/<page>.md"
why = "The addresses and people of the organisation that a newcomer needs."
ownership = "managed"
"#;

/// The page of the organisation's own layer, a template.
pub(super) const PAGE: &str = r"# Working at <publisher>

This page comes from the road `{@ road.id @}` {@ road.version @}.
<contact>
## Packages
pip's own configuration says which index answers; set it once for a machine:

    pip config set global.index-url https://packages.acme.example/simple

The locks of this project hold hashes and no host, so they work with every index that has the same files.
";
