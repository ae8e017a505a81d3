//! `latest-image-tag`: an image is named without a version.

use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{Images, Name, Origin, wants};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "latest-image-tag",
        title: "an image is named without a version",
        level: Level::Advise,
        why: "`latest`, and no tag at all, mean whatever came out last. Nobody can say which version ran when a model was trained, and a new major version arrives unasked.",
        attack: "The maintainer's account of an image is stolen and a bad version is pushed. Those who name a version are safe until they move to it. Those who name `latest` have it at their next start.",
        fix: "Name the version that you tested and add its digest: `redis:7.4.1@sha256:<64 digits>`.",
        automatic: "",
        standards: &["SCORECARD Pinned-Dependencies", "OWASP-ML ML06:2023"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "no tag",
                files: &[(
                    "deploy.yaml",
                    Content::Text("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: cache\n      image: redis\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "latest",
                files: &[(
                    "deploy.yaml",
                    Content::Text(
                        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: model\n      image: ollama/ollama:latest\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a version",
                files: &[(
                    "deploy.yaml",
                    Content::Text(
                        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: model\n      image: ollama/ollama:0.3.14\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an image of a build, of which another guardrail speaks",
                files: &[("Dockerfile", Content::Text("FROM ollama/ollama:latest\nUSER 1000\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a digest, and a registry with a port",
                files: &[(
                    "Dockerfile",
                    Content::Text(
                        "FROM alpine@sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579 AS latest\nFROM localhost:5000/base:1\nCOPY --from=latest /x /x\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    for place in &subject.view::<Images>().uses {
        // Others say of these that they have no digest, and then also name the version.
        match place.origin {
            Origin::Dockerfile | Origin::Copied | Origin::Compose | Origin::Gitlab => continue,
            Origin::Kubernetes | Origin::Devcontainer => {}
        }
        let name = Name::of(&place.image);
        let what = match name.tag {
            _ if name.digest.is_some() => continue,
            None => format!("`{}` names no version", place.image),
            Some("latest") => format!("`{}` names whatever came out last", place.image),
            Some(_) => continue,
        };
        let how = format!("Name the version that you tested: `{}:<version>@sha256:<64 digits>`", name.name);
        sink.report(Finding::new(GUARDRAIL.meta.id, Place::of(subject, &place.span), what, how).key(place.image.as_str()).advice());
    }
}
