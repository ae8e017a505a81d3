//! `missing-model-card`: a model goes out, and nobody says what it is for and where it fails.

use super::finding::{Confidence, Finding, Place, Safety};
use super::governance_files::{missing, says_something, text_of, unfilled, with_starter};
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::place_kind::{is_documentation, is_test, is_vendored};
use super::release_signs::{self, Sign};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a model has no model card",
        level: Level::Advise,
        why: "Whoever takes a model over has to know what it learned from, what it is for and where it fails. Otherwise it is used where it does harm.",
        attack: "A published detector was trained on daylight pictures only. Nobody says so, and a team builds it into a system that also works at night. \
                 Somebody who knows the blind spot walks past it unseen.",
        fix: "Add `MODEL_CARD.md`: purpose, data, results with their conditions, limits and known risks, owner.",
        automatic: "Adds a MODEL_CARD.md with placeholders. It has to be asked for, and the guardrail speaks until they are filled in.",
        standards: &["OWASP-ML ML06:2023"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "weights to download and no card",
                files: &[
                    ("README.md", Content::Text("# Net\n## Model zoo\n[weights](https://example.com/net-r50.pth)\n")),
                    ("train.py", Content::Text("loss.backward()\n")),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "an entry point for a hub",
                files: &[(
                    "hubconf.py",
                    Content::Text(
                        "def net(pretrained=False):\n    if pretrained:\n        load_state_dict_from_url(\"https://example.com/net.pth\")\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a model that is registered for others",
                files: &[(
                    "register.py",
                    Content::Text("from azureml.core.model import Model\nModel.register(workspace=ws, model_path=p, model_name=n)\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a card that nobody has filled in",
                files: &[
                    ("train.py", Content::Text("loss.backward()\nmodel.push_to_hub('x')\n")),
                    ("MODEL_CARD.md", Content::Text("# Model card\n\nIt learned from <data sets with version and licence>.\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a card beside the weights",
                files: &[
                    ("README.md", Content::Text("# Net\n## Model zoo\n[weights](https://example.com/net.pth)\n")),
                    ("train.py", Content::Text("loss.backward()\n")),
                    ("model_card.md", Content::Text("# Card\nTrained on pictures of cats, for finding cats.\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a README that is a card by its front matter",
                files: &[
                    ("README.md", Content::Text("---\nlibrary_name: transformers\npipeline_tag: text-classification\n---\n# Net\n")),
                    ("train.py", Content::Text("loss.backward()\nmodel.push_to_hub('x')\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an application that uses the weights of others",
                files: &[
                    ("README.md", Content::Text("# App\nDownload https://example.com/yolo.weights first.\n")),
                    ("app.py", Content::Text("net = load('yolo.weights')\n")),
                ],
            },
        ],
    },
    inspection: Inspection::both(wants, each, concerns, look),
};

const ID: &str = "missing-model-card";
/// A file shows that the repository gives a model away.
const SHIPS: &str = "card-ships";
/// A README offers weights: its own, where the repository trains.
const OFFERS: &str = "card-offers";
/// A file trains a model.
const TRAINS: &str = "card-trains";
/// How much of a file is searched.
const LARGEST: u64 = 2 << 20;

fn wants(entry: &Entry) -> bool {
    if !entry.is_file() || is_test(&entry.path) || is_vendored(&entry.path) {
        return false;
    }
    match entry.extension().as_str() {
        "py" | "lua" | "sh" | "md" | "rst" | "prototxt" => entry.size <= LARGEST,
        "ipynb" => entry.size <= LARGEST,
        ending => release_signs::is_model_ending(ending) && entry.size > 0,
    }
}

fn each(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let path = subject.path();
    let aside = is_documentation(path) || path.split('/').any(|part| part.to_ascii_lowercase().starts_with("example"));
    if release_signs::is_model_ending(&subject.entry.extension()) {
        if !aside && release_signs::is_model(path, subject.head()) {
            sink.fact(SHIPS, path, 0, "holds a model");
        }
        return;
    }
    let Some(bytes) = subject.bytes() else { return };
    for sign in release_signs::of(path, bytes) {
        match sign {
            Sign::Hub => sink.fact(SHIPS, path, 0, "offers it to a hub"),
            Sign::Registers if !aside => sink.fact(SHIPS, path, 0, "registers it"),
            Sign::Offers => sink.fact(OFFERS, path, 0, "offers its weights"),
            Sign::Trains if !aside => sink.fact(TRAINS, path, 0, "trains it"),
            Sign::Registers | Sign::Trains => {}
        }
    }
}

fn concerns(path: &str) -> bool {
    is_card(path)
}

fn look(context: &Context<'_>, facts: &[Fact], sink: &mut Sink) {
    let first = |name: &str| facts.iter().filter(|fact| fact.name == name).min_by(|a, b| a.path.cmp(&b.path));
    let trains = first(TRAINS);
    let ships = first(SHIPS).or_else(|| first(OFFERS).filter(|_| trains.is_some()));
    let Some(sign) = ships.or(trains) else { return };
    if let Some(card) = context.snapshot.entries().iter().find(|entry| entry.is_file() && is_card(&entry.path)) {
        // Another format, such as a PDF, is a card too.
        let Some(text) = text_of(context.snapshot, &card.path) else { return };
        if says_something(&text) {
            let prose = matches!(card.extension().as_str(), "" | "md" | "rst" | "txt");
            sink.findings.extend(unfilled(ID, &card.path, &text).filter(|_| prose));
        } else {
            let what = format!("`{}` says nothing about the model", card.path);
            let how = "Write what it is for, what it learned from and where it fails";
            sink.report(Finding::new(ID, Place::file(&card.path), what, how).key("empty"));
        }
        return;
    }
    if has_front_matter(context) {
        return;
    }
    let what = format!("there is no model card, and `{}` {}", sign.path, sign.detail);
    let finding = missing(ID, &what, "Add `MODEL_CARD.md`: purpose, data, results, limits, known risks, owner");
    let finding = with_starter(finding, context, Safety::Unsafe, "add a MODEL_CARD.md to fill in");
    sink.report(if ships.is_some() { finding } else { finding.sure(Confidence::Low).advice() });
}

/// Whether a path is a model card by its name.
fn is_card(path: &str) -> bool {
    if is_test(path) || is_vendored(path) {
        return false;
    }
    let plain = |text: &str| -> String { text.to_ascii_lowercase().chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect() };
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let name = plain(name);
    let (stem, ending) = name.split_once('.').unwrap_or((&name, ""));
    let text = matches!(ending, "" | "md" | "rst" | "txt" | "html" | "pdf" | "yaml" | "yml" | "json" | "toml" | "mdx" | "adoc");
    text && (stem.contains("modelcard") || folders.split('/').any(|part| plain(part).starts_with("modelcard")))
}

/// Whether a README begins with the front matter that a model hub reads.
fn has_front_matter(context: &Context<'_>) -> bool {
    let keys = ["library_name:", "pipeline_tag:", "model-index:", "base_model:", "model_name:"];
    let readmes = context
        .snapshot
        .entries()
        .iter()
        .filter(|entry| entry.name().eq_ignore_ascii_case("readme.md") && entry.path.matches('/').count() <= 2);
    readmes.take(20).any(|entry| {
        text_of(context.snapshot, &entry.path).is_some_and(|text| {
            let mut lines = text.lines();
            lines.next().is_some_and(|line| line.trim_end() == "---")
                && lines.take_while(|line| line.trim_end() != "---").take(200).any(|line| keys.iter().any(|key| line.starts_with(key)))
        })
    })
}
