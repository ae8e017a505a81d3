//! `highroad new`: a project of a kind, rendered from a road, with one commit and its hooks on.

use std::path::{Path, PathBuf};

use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::env;
use crate::base::fs::{self, Found};
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode, Tree};
use crate::plan::apply::{self, Committed};
use crate::plan::{Change, ChangeKind, Plan};
use crate::render::answers::{self, Asker, Given, Reply};
use crate::render::questions::Machine;
use crate::render::{self, ENGINES, Rendered};
use crate::repo::answers::Answers;
use crate::repo::config::{self, Config};
use crate::repo::git::{self, FirstCommit, Place};
use crate::repo::lock::{self, Lock, LockedFile};
use crate::road::import::one_line;
use crate::road::manifest::{Choice, Form, Question};
use crate::road::{Part, Road};

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The target folder; its last part is the name of the project.
    pub target: Option<PathBuf>,
    /// The kind, where it was named.
    pub kind: Option<Given>,
    /// The answers that were given, in order: a later one replaces an earlier one.
    pub given: Vec<Given>,
    /// Whether git is left out.
    pub no_git: bool,
}

/// A project that is ready to be written.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The kind.
    pub kind: String,
    /// The complete answers.
    pub answers: Answers,
    /// What will be written.
    pub plan: Plan,
    /// What a person should know.
    pub notes: Vec<String>,
    target: PathBuf,
    message: String,
    hooks: Option<String>,
    no_git: bool,
}

/// Where the project goes.
struct Target {
    /// As the person would write it.
    shown: PathBuf,
    /// Absolute.
    full: PathBuf,
}

/// Takes the options to a plan. Without an asker, what is missing is what the questions suggest.
/// `revise` holds the answers of an earlier round that the person wants to change.
///
/// # Errors
/// When an answer, the kind or the target is not usable, or the person stops. Nothing is written.
pub fn prepare(road: &Road, options: &Options, asker: Option<&mut dyn Asker>, revise: Option<&Prepared>) -> Result<Prepared, Diagnostic> {
    let here = env::current_folder()?;
    let fresh_here = matches!(git::place(&here)?, Place::FreshRoot) && only_git(&fs::look(&here)?);
    let empty_here = fs::look(&here)? == Found::Folder(Vec::new());
    let named = options.target.as_ref().map(|target| here.join(target));
    if let Some(full) = &named {
        // Before any question: a target that cannot be is said at once.
        check_target(full, options.no_git)?;
    }
    let in_place = named.is_none() && fresh_here;
    let folder = named.clone().or_else(|| (fresh_here || empty_here).then(|| here.clone()));
    let machine = Machine {
        git: git::facts(named.as_deref().unwrap_or(&here)),
        folder: folder.as_deref().and_then(folder_name),
        today: Some(Day::today()),
    };

    let mut given = options.given.clone();
    if let Some(name) = options.target.as_deref().and_then(last_part)
        && !given.iter().any(|g| g.key == "name")
    {
        given.push(Given { key: "name".to_owned(), value: name, place: "NAME".to_owned() });
    }
    let (kind_id, answers) = match asker {
        Some(asker) => converse(road, options, &given, &machine, asker, revise)?,
        None => {
            let kind_id = options
                .kind
                .as_ref()
                .map_or_else(|| road.kinds_for_new().next().map(|(id, _)| id.clone()).unwrap_or_default(), |kind| kind.value.clone());
            let kind = known_kind(road, &kind_id, options)?;
            let checked = answers::check(road, kind, &for_kind(road, kind, &given))?;
            let complete = answers::complete(road, kind, checked, &machine)?;
            (kind_id, complete)
        }
    };
    let name = answers.get("name").cloned().unwrap_or_default();
    let target = match (&options.target, named) {
        (Some(shown), Some(full)) => Target { shown: shown.clone(), full },
        _ if in_place || (empty_here && machine.folder.as_deref().and_then(render::names::suggest).as_deref() == Some(name.as_str())) => {
            Target { shown: PathBuf::from("."), full: here }
        }
        _ => Target { shown: PathBuf::from(&name), full: here.join(&name) },
    };
    check_target(&target.full, options.no_git)?;
    let mut prepared = plan(road, kind_id, answers, target, options.no_git)?;
    prepared.notes = notes(road, &prepared, &machine);
    Ok(prepared)
}

/// Returns the kind, or an error that says where it was named.
fn known_kind<'a>(road: &'a Road, id: &str, options: &Options) -> Result<&'a Part, Diagnostic> {
    let named_at = |error: Diagnostic| match &options.kind {
        Some(given) => error.at(given.place.clone()),
        None => error,
    };
    let kind = road.kind(id).map_err(named_at)?;
    if kind.manifest.for_adoption {
        return Err(named_at(
            Diagnostic::usage("kind-for-adoption", format!("no new project can be of the kind `{id}`"))
                .at("--kind")
                .because("it adds to a repository that exists already, and brings no code of its own")
                .fix("run `highroad adopt` in that repository, or choose one of the kinds of `highroad new --list`"),
        ));
    }
    Ok(kind)
}

/// The name of the target answers a question only where the kind asks for a name: an imported template may not.
fn for_kind(road: &Road, kind: &Part, given: &[Given]) -> Vec<Given> {
    let asks = road.questions_of(kind).any(|question| question.key == "name");
    given.iter().filter(|given| asks || given.place != "NAME").cloned().collect()
}

/// Asks for the kind and for the answers; going back before the first question asks for the kind again.
fn converse(
    road: &Road,
    options: &Options,
    given: &[Given],
    machine: &Machine,
    asker: &mut dyn Asker,
    revise: Option<&Prepared>,
) -> Result<(String, Answers), Diagnostic> {
    let mut earlier = revise.map(|prepared| &prepared.answers);
    let mut suggestion = revise.map(|prepared| prepared.kind.clone());
    loop {
        let kind_id = match (&options.kind, earlier, suggestion.take()) {
            (Some(kind), _, _) => kind.value.clone(),
            (None, Some(_), Some(kind)) => kind,
            (None, _, suggestion) => ask_kind(road, suggestion, asker)?,
        };
        let kind = known_kind(road, &kind_id, options)?;
        let checked = answers::check(road, kind, &for_kind(road, kind, given))?;
        match answers::ask(road, kind, &checked, machine, asker, earlier.take())? {
            Some(answers) => return Ok((kind_id, answers)),
            None => suggestion = Some(kind_id),
        }
    }
}

fn ask_kind(road: &Road, suggestion: Option<String>, asker: &mut dyn Asker) -> Result<String, Diagnostic> {
    let choices =
        road.kinds_for_new().map(|(id, kind)| Choice { value: id.clone(), label: kind.manifest.title.clone(), unless: None }).collect();
    let question = Question {
        key: "kind".to_owned(),
        ask: "What do you want to build?".to_owned(),
        help: "Each kind runs at once: it comes with a small real job, its tests and its guardrails.".to_owned(),
        form: Form::Choice,
        default: road.kinds_for_new().next().map(|(id, _)| id.clone()).unwrap_or_default(),
        max_length: 100,
        choices,
        ..Question::default()
    };
    let suggestion = suggestion.unwrap_or_else(|| question.default.clone());
    loop {
        let check = |answer: &str| road.kind(answer).err().map(|error| error.what);
        // There is nothing before the first question: going back asks it again.
        if let Reply::Answer(kind) = asker.ask(&question, &suggestion, (0, 0), &check)? {
            return Ok(kind);
        }
    }
}

fn only_git(found: &Found) -> bool {
    matches!(found, Found::Folder(names) if names.iter().all(|name| name == ".git" || name == apply::INSIDE))
}

fn folder_name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_string_lossy().into_owned())
}

/// Returns the name that a target asks for: its last part, unless it is `.` or `..`.
fn last_part(target: &Path) -> Option<String> {
    let last = target.components().next_back()?;
    let std::path::Component::Normal(part) = last else { return None };
    Some(part.to_string_lossy().into_owned())
}

/// Refuses a target that holds something, or that git would not like.
fn check_target(full: &Path, no_git: bool) -> Result<(), Diagnostic> {
    let refuse =
        |what: &str, why: String, fix: &str| Err(Diagnostic::usage("target", what).at(full.display().to_string()).because(why).fix(fix));
    let found = fs::look(full)?;
    if let Found::Other(what) = found {
        return refuse("the target is no folder", format!("{what} of that name is there"), "choose another name");
    }
    if let Found::Folder(names) = &found
        && !only_git(&found)
        // What a killed run left is taken back before anything is written.
        && !(apply::is_leftover(full)? && matches!(git::place(full)?, Place::Outside | Place::FreshRoot | Place::Inside(_)))
    {
        let some: Vec<&str> = names.iter().map(String::as_str).take(3).collect();
        return refuse(
            "the target folder is not empty",
            format!("it holds {} entries, such as `{}`, and nothing of yours is ever overwritten", names.len(), some.join("`, `")),
            "choose a new name or an empty folder",
        );
    }
    if found == Found::Nothing {
        let parent = full.parent().unwrap_or(full);
        match fs::look(parent)? {
            Found::Folder(_) => {}
            Found::Nothing => {
                return refuse(
                    "the folder that the project should lie in is not there",
                    format!("`{}` does not exist", parent.display()),
                    "make it first, or choose another place",
                );
            }
            // A link to a folder is a folder to the person who named it.
            Found::Other(_) if fs::list(parent).is_ok() => {}
            Found::Other(what) => {
                return refuse("the project cannot lie there", format!("`{}` is {what}", parent.display()), "choose another place");
            }
        }
    }
    if no_git {
        return Ok(());
    }
    if env::find_program("git").is_none() {
        return Err(Diagnostic::failed("no-git", "git was not found")
            .at("the search path (PATH)")
            .because("the project starts as a repository whose hooks stop secrets, and hooks run in git")
            .fix("install git and run the command again, or use `--no-git` for the files alone"));
    }
    let parent = full.parent().unwrap_or(full);
    let name = full.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let place = match (&found, git::place(full)) {
        (Found::Folder(_), Ok(Place::Inside(_))) | (Found::Nothing | Found::Other(_), _) => git::place_below(parent, &name)?,
        (Found::Folder(_), place) => place?,
    };
    match place {
        Place::Outside | Place::FreshRoot | Place::Ignored => Ok(()),
        Place::Root => refuse(
            "the target is a repository with history or staged files",
            "a new project would hide in it".to_owned(),
            "choose a new folder",
        ),
        Place::Linked => refuse(
            "the target is a worktree of another repository",
            "switching hooks on here would switch them for that repository, too".to_owned(),
            "choose a new folder",
        ),
        Place::Inside(root) => refuse(
            "the target lies inside another git repository",
            format!("`{}` would have a repository within it, whose hooks and history git does not see", root.display()),
            "choose a folder outside of it or one that it ignores, or use `--no-git` to add the files to that repository yourself",
        ),
    }
}

fn plan(road: &Road, kind_id: String, answers: Answers, target: Target, no_git: bool) -> Result<Prepared, Diagnostic> {
    let rendered = render::render(road, &kind_id, &answers)?;
    let records = records(road, &kind_id, &answers, &rendered, &target.full);
    let Rendered { mut tree, reasons } = rendered;
    let mut changes: Vec<Change> = reasons.into_iter().map(Change::from).collect();
    for (path, why, text) in records {
        let parsed = RelPath::parse(path).map_err(|error| Diagnostic::failed("record", error.to_string()))?;
        tree.insert(parsed, File { bytes: text.into_bytes(), mode: Mode::Plain })
            .map_err(|error| crate::road::broken(&road.source, path, format!("Highroad writes this file itself: {error}")))?;
        changes.push(Change {
            path: path.to_owned(),
            kind: ChangeKind::Create,
            why: why.to_owned(),
            ownership: None,
            part: "highroad".to_owned(),
        });
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    let hooks = road.manifest.hooks.clone().filter(|folder| tree.iter().any(|(path, _)| path.as_str().starts_with(&format!("{folder}/"))));
    // A kind that asks for no name is called as its folder.
    let name = answers.get("name").cloned().or_else(|| target.full.file_name().map(|name| name.to_string_lossy().into_owned()));
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "the project".to_owned());
    Ok(Prepared {
        message: format!(
            "Start {} on the paved road\n\nRoad {} {}, kind {kind_id}.\n",
            one_line(&name),
            road.manifest.id,
            road.manifest.version
        ),
        notes: Vec::new(),
        kind: kind_id,
        answers,
        plan: Plan { root: target.shown, changes, after: tree },
        target: target.full,
        hooks,
        no_git,
    })
}

/// Returns Highroad's own records of a new project in `root`: path, reason, content.
pub fn records(road: &Road, kind: &str, answers: &Answers, rendered: &Rendered, root: &Path) -> [(&'static str, &'static str, String); 2] {
    let manifest = &road.manifest;
    let config = Config {
        schema: 1,
        road: Some(road.origin.reference(&manifest.id, &manifest.version, root)),
        kind: Some(kind.to_owned()),
        answers: answers.clone(),
        guardrails: std::collections::BTreeMap::new(),
        waiver: Vec::new(),
    };
    let locked = |((path, file), reason): ((&RelPath, &File), &render::Reason)| {
        LockedFile::new(path.as_str(), reason.ownership, file, git::blob_id(&file.bytes))
    };
    let lock = Lock {
        schema: 1,
        guardrails: road.recorded_levels(),
        engine: ENGINES.to_owned(),
        road: road.locked(),
        kind: kind.to_owned(),
        answers: answers.clone(),
        file: rendered.tree.iter().zip(&rendered.reasons).map(locked).collect(),
        resolution: Vec::new(),
    };
    [
        (config::FILE, "Which road the project is on, and what you decided about it.", config.to_text()),
        (lock::FILE, "What Highroad has to remember for the next version of the road.", lock.to_text()),
    ]
}

/// What a person should know before they go on.
fn notes(road: &Road, prepared: &Prepared, machine: &Machine) -> Vec<String> {
    let mut notes = Vec::new();
    for question in road.questions.iter().filter(|question| question.form == Form::Email && machine.git.user_email.is_none()) {
        if prepared.answers.get(&question.key) == Some(&question.default) {
            let Question { key, default, .. } = question;
            notes.push(format!(
                "git knows no address, so `{key}` is `{default}`; change it in the files, or start again with `--set {key}=ADDRESS`"
            ));
        }
    }
    if machine.git.signs && !prepared.no_git {
        notes.push("git is set to sign commits, and the first commit is not signed; `git commit --amend --no-edit -S` signs it".to_owned());
    }
    if ["python3", "python"].iter().all(|name| env::find_program(name).is_none()) {
        notes.push("no `python3` was found on the search path; `make setup` needs Python 3.11, 3.12 or 3.13".to_owned());
    }
    notes
}

/// What is said once git has committed.
pub fn commit_note(committed: Committed) -> Option<String> {
    (committed == Committed::AsHighroad)
        .then(|| "git does not know you, so the first commit bears Highroad's name; set `git config user.name` and `user.email`".to_owned())
}

/// Whether the project brings hooks.
pub fn has_hooks(prepared: &Prepared) -> bool {
    prepared.hooks.is_some()
}

/// Writes the project.
///
/// # Errors
/// When the disk or git refuses, or the person stops. Then the target is as it was.
pub fn write(prepared: &Prepared) -> Result<Committed, Diagnostic> {
    let commit = FirstCommit { message: &prepared.message, hooks: prepared.hooks.as_deref() };
    apply::create(&prepared.target, &prepared.plan.after, (!prepared.no_git).then_some(commit))
}

/// Returns what a person does next, with the step into the folder first.
pub fn next_steps(prepared: &Prepared, road: &Road) -> Vec<String> {
    let mut steps = Vec::new();
    if prepared.plan.root != Path::new(".") {
        steps.push(format!("cd {}", shell_word(&prepared.plan.root.display().to_string())));
    }
    if let Ok(kind) = road.kind(&prepared.kind) {
        steps.extend(kind.manifest.next.iter().cloned());
    }
    steps
}

/// Quotes a word for a POSIX shell, where it needs it.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '=' | '@' | ':' | '+');
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Renders a kind to the tree that `write` would write, without a target. For golden digests.
///
/// # Errors
/// When the road does not render.
pub fn render_whole(road: &Road, kind: &str, answers: Answers) -> Result<Tree, Diagnostic> {
    let target = Target { shown: PathBuf::from("."), full: PathBuf::from(".") };
    plan(road, kind.to_owned(), answers, target, true).map(|prepared| prepared.plan.after)
}
