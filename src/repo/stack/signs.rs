//! From imports and manifests to frameworks, services and platforms.

use super::code::{Code, frameworks_of};
use super::declared::Declared;
use super::known::{self, Known, Role};
use super::{Evidence, Sign, note};

/// What the repository uses.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Frameworks that are imported, the leading one first.
    pub frameworks: Vec<Sign>,
    /// Frameworks that a manifest asks for and nothing imports.
    pub only_declared: Vec<Sign>,
    /// What answers requests or people.
    pub services: Vec<Sign>,
    /// Platforms that run pipelines.
    pub platforms: Vec<Sign>,
}

/// Whether a sign comes from a test, an example or a document.
fn take(code: &Code, aside: bool, take: &mut dyn FnMut(&'static Known, Evidence)) {
    for used in code.uses.iter().filter(|used| used.aside == aside) {
        let import = &used.import;
        let mut modules = vec![import.module.clone()];
        modules.extend(import.names.iter().map(|name| format!("{}.{name}", import.module)));
        let mut met: Vec<&str> = Vec::new();
        for known in modules.iter().flat_map(|module| known::by_module(module)) {
            if !met.contains(&known.id) {
                met.push(known.id);
                take(known, Evidence::new(&used.path, import.line, format!("import {}", import.module)));
            }
        }
    }
}

/// Weighs imports and manifests. Imports of the code itself count; where it has none of frameworks, those of its tests
/// and examples do.
pub(super) fn weigh(code: &Code, declared: &[Declared]) -> Uses {
    let mut uses = Uses::default();
    let mut aside_only: Vec<Sign> = Vec::new();
    take(code, false, &mut |known, evidence| {
        let list = match known.role {
            Role::Framework => &mut uses.frameworks,
            Role::Service | Role::Surface => &mut uses.services,
            Role::Platform => &mut uses.platforms,
        };
        note(list, known.id, known.name, evidence);
    });
    take(code, true, &mut |known, evidence| {
        if known.role == Role::Framework {
            note(&mut aside_only, known.id, known.name, evidence);
        }
    });
    frameworks_of(code, &mut uses.frameworks);
    if uses.frameworks.is_empty() {
        uses.frameworks = aside_only;
    }
    for declared in declared {
        let Some(known) = known::by_package(&declared.package).filter(|known| known.role == Role::Framework) else { continue };
        if !uses.frameworks.iter().any(|sign| sign.id == known.id) {
            note(&mut uses.only_declared, known.id, known.name, declared.evidence.clone());
        }
    }
    tell_tensorflow(code, declared, &mut uses.frameworks);
    let rank = |sign: &Sign| known::KNOWN.iter().find(|known| known.id == sign.id).map_or(9, |known| known.rank);
    // A module that is imported once beside one that is imported everywhere does not lead.
    uses.frameworks.sort_by_key(|sign| std::cmp::Reverse((u32::from(rank(sign)) * 100) + u32::try_from(sign.times.min(99)).unwrap_or(99)));
    uses
}

/// Says which TensorFlow it is: by what is pinned, else by the names that only one of the two has.
fn tell_tensorflow(code: &Code, declared: &[Declared], frameworks: &mut Vec<Sign>) {
    if !frameworks.iter().any(|sign| sign.id == "tensorflow")
        && let Some(at) = frameworks.iter().position(|sign| sign.id == "keras")
        && let Some(asked) = declared.iter().find(|declared| declared.package.starts_with("tensorflow"))
    {
        // Keras alone runs on what the manifests ask for.
        let mut sign = Sign::new("tensorflow", "TensorFlow");
        sign.add(asked.evidence.clone());
        frameworks.insert(at, sign);
    }
    let Some(sign) = frameworks.iter_mut().find(|sign| sign.id == "tensorflow") else { return };
    let major = |declared: &&Declared| {
        let version = declared.specifier.trim_start_matches(['=', '<', '>', '~', '^', ' ', '!']);
        let bound = !declared.specifier.starts_with('<') && !declared.specifier.starts_with('!');
        version.chars().next().filter(|c| bound && matches!(c, '1' | '2')).map(|c| (c, (*declared).clone()))
    };
    let pinned = declared.iter().filter(|declared| declared.package.starts_with("tensorflow")).find_map(|declared| major(&declared));
    let (name, because) = match pinned {
        Some(('1', declared)) => ("TensorFlow 1", Some(declared.evidence)),
        Some((_, declared)) => ("TensorFlow 2", Some(declared.evidence)),
        None if !code.tensorflow1.is_empty() && code.tensorflow2.is_empty() => ("TensorFlow 1", code.tensorflow1.first().cloned()),
        None if !code.tensorflow2.is_empty() => ("TensorFlow 2", code.tensorflow2.first().cloned()),
        None => ("TensorFlow 2", None),
    };
    name.clone_into(&mut sign.name);
    if let Some(because) = because.filter(|because| !sign.evidence.contains(because)) {
        sign.evidence.insert(0, because);
        sign.evidence.truncate(3);
    }
}
