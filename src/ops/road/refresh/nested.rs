//! What an action calls itself: a pin is worth no more than the weakest name inside it.

use crate::formats::yaml::{self, Node};
use crate::repo::upstream::Upstream;

/// Returns what is to say of the actions and images inside an action at a commit.
pub(super) fn look(upstream: &Upstream, commit: &str, folder: &str) -> Vec<String> {
    let at = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let Some(text) = upstream.text(commit, &at("action.yml")).or_else(|| upstream.text(commit, &at("action.yaml"))) else {
        return vec!["nested pins could not be checked: there is no `action.yml`".to_owned()];
    };
    let documents = match yaml::parse(&text) {
        Ok(documents) => documents,
        Err(error) => return vec![format!("nested pins could not be checked: `action.yml` {error}")],
    };
    let Some(action) = documents.first() else {
        return vec!["nested pins could not be checked: `action.yml` is empty".to_owned()];
    };
    let steps = action.at(&["runs", "steps"]).map(Node::items).unwrap_or_default();
    let mut said: Vec<String> = steps
        .iter()
        .filter_map(|step| step.get("uses")?.text())
        .filter(|uses| !uses.starts_with("./") && !is_whole(uses))
        .map(|uses| format!("nested: it runs `{uses}`, which names no commit"))
        .collect();
    if let Some(image) = action.at(&["runs", "image"]).and_then(Node::text)
        && image.starts_with("docker://")
        && !image.contains("@sha256:")
    {
        said.push(format!("nested: it runs the image `{image}`, which names no digest"));
    }
    said
}

fn is_whole(uses: &str) -> bool {
    uses.rsplit_once('@').is_some_and(|(_, at)| at.len() == 40 && at.bytes().all(|c| c.is_ascii_hexdigit()) || at.starts_with("sha256:"))
}
