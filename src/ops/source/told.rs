//! What is told of a source.

use crate::base::mask::masked;
use crate::report::source::Source;
use crate::road::registry::opened::State;
use crate::road::sources::Known;

/// Returns what the list says of a source.
pub(super) fn of(known: &Known) -> Source {
    Source {
        name: known.name.clone(),
        kind: known.kind.word().to_owned(),
        url: masked(&known.url),
        commit: known.commit.clone(),
        path: known.path.clone(),
        unsigned: known.unsigned,
        fingerprint: known.root.clone(),
        added: known.added.clone(),
        ..Source::default()
    }
}

/// Adds what a registry holds.
pub(super) fn with_state(source: &mut Source, state: &State) {
    source.root_version = Some(state.root);
    source.roads.clone_from(&state.roads);
    if let Some((ends, role)) = &state.ends {
        source.ends = Some(format!("{ends:.0}"));
        source.ends_role = Some(role.clone());
    }
    source.notes.extend(state.notes.iter().cloned());
}
