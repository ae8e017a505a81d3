//! The wizard in a real pseudo-terminal: the happy path, a wrong answer, going back, Ctrl-C.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/publisher.rs"]
mod publisher;
#[path = "support/mod.rs"]
mod support;

use std::process::Command;

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use support::Folder;

const ENTER: &str = "\r";
const DOWN: &str = "\u{1b}[B";

struct Wizard {
    session: PtySession,
}

impl Wizard {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        Self::of(folder, &[&["new"], arguments].concat())
    }

    fn of(folder: &Folder, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highroad"));
        support::clean(&mut command, folder.path());
        command.args(arguments).current_dir(folder.path()).env("TERM", "xterm");
        Self { session: spawn_command(command, Some(20_000)).unwrap() }
    }

    /// Waits for a text, then types.
    #[track_caller]
    fn at(&mut self, text: &str, keys: &str) -> &mut Self {
        if let Err(error) = self.session.exp_string(text) {
            panic!("`{text}` did not come: {error}");
        }
        self.session.send(keys).unwrap();
        self.session.flush().unwrap();
        self
    }

    fn exit_code(&mut self) -> i32 {
        let _ = self.session.exp_eof();
        match self.session.process().wait() {
            Ok(WaitStatus::Exited(_, code)) => code,
            other => panic!("the wizard ended as {other:?}"),
        }
    }

    /// Takes the suggestion of the questions from `first` to the last.
    #[track_caller]
    fn take_suggestions(&mut self, first: usize) -> &mut Self {
        for number in first..=13 {
            self.at(&format!("[{number}/13]"), ENTER);
        }
        self
    }
}

#[test]
fn the_happy_path_shows_the_plan_and_writes_it() {
    let folder = Folder::new();
    let mut wizard = Wizard::start(&folder, &[]);
    wizard.at("What do you want to build?", &format!("{DOWN}{DOWN}{DOWN}{ENTER}"));
    wizard.at("[1/13]", "support-bot\r").take_suggestions(2);
    wizard.at("The plan:", "").at("What the project is", "").at("What now?", ENTER).at("Created", "").at("make setup", "");
    assert_eq!(wizard.exit_code(), 0);
    let config = std::fs::read_to_string(folder.join("support-bot/highroad.toml")).unwrap();
    assert!(config.contains("kind = \"llm-app\"") && config.contains("name = \"support-bot\""), "{config}");
}

#[test]
fn a_wrong_answer_is_explained_and_going_back_asks_again() {
    let folder = Folder::new();
    let mut wizard = Wizard::start(&folder, &["--kind", "sklearn-tabular"]);
    wizard.at("[1/13]", "Bad Name\r").at("does not fit", "\u{15}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}first\r");
    wizard.at("[2/13]", "<\r").at("[1/13]", "second\r").at("[2/13]", ENTER).at("[3/13]", ENTER).at("[4/13]", ENTER);
    // Escape goes back in a list.
    wizard.at("[5/13]", "\u{1b}").at("[4/13]", ENTER).take_suggestions(5);
    wizard.at("What now?", &format!("{DOWN}{ENTER}")).at("[13/13]", ENTER).at("What now?", ENTER).at("Created", "");
    assert_eq!(wizard.exit_code(), 0);
    assert_eq!(folder.names(), ["second"]);
}

#[test]
fn a_file_that_appears_while_the_wizard_waits_is_not_touched() {
    let folder = Folder::new();
    for (path, left) in [("README.md", "mine"), ("src/mine.py", "mine")] {
        let _ = std::fs::remove_dir_all(folder.join("demo"));
        std::fs::create_dir(folder.join("demo")).unwrap();
        let mut wizard = Wizard::start(&folder, &["demo", "--kind", "llm-app"]);
        for number in 1..=12 {
            wizard.at(&format!("[{number}/12]"), ENTER);
        }
        wizard.at("What now?", "");
        folder.write(&format!("demo/{path}"), left);
        wizard.session.send(ENTER).unwrap();
        wizard.session.flush().unwrap();
        wizard.at("has appeared", "");
        assert_eq!(wizard.exit_code(), 2);
        assert_eq!(std::fs::read_to_string(folder.join("demo").join(path)).unwrap(), left);
        assert_eq!(support::names(&folder.join("demo")).len(), 1);
    }
}

#[test]
fn ctrl_c_and_stop_leave_nothing_behind() {
    let folder = Folder::new();
    let mut wizard = Wizard::start(&folder, &["demo"]);
    wizard.at("What do you want to build?", "\u{3}").at("stopped at your request", "");
    assert_eq!(wizard.exit_code(), 3);
    let mut wizard = Wizard::start(&folder, &["demo", "--kind", "llm-app"]);
    wizard.at("[1/12]", "\u{3}").at("stopped at your request", "");
    assert_eq!(wizard.exit_code(), 3);
    let mut wizard = Wizard::start(&folder, &["--kind", "llm-app"]);
    wizard.at("[1/13]", "demo\r").take_suggestions(2).at("What now?", &format!("{DOWN}{DOWN}{ENTER}")).at("nothing was written", "");
    assert_eq!(wizard.exit_code(), 3);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn nobody_is_trusted_by_enter_alone() {
    let team = publisher::Team::published();
    let url = format!("file://{}", team.registry().display());
    let add = ["source", "add", &url, "--root", "registry/metadata/1.root.json", "--name", "acme"];
    let list = || team.run("source list").success().out;
    for (keys, code, added) in [(ENTER, 3, false), ("n", 3, false), ("y", 0, true)] {
        let mut asked = Wizard::of(&team.folder, &add);
        asked.at("Compare the fingerprint", "").at("Trust it?", keys);
        assert_eq!(asked.exit_code(), code, "{keys:?}");
        assert_eq!(list().contains("acme"), added, "{keys:?}");
    }
}
