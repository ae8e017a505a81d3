//! `highroad road`: for those who keep a road. One file a command.

mod channel;
mod deprecate;
mod diff;
mod import;
mod init;
mod keys;
mod lint;
mod preview;
mod publish;
mod refresh;
mod registry;
mod release;
mod rollout;
mod show;
mod signatures;
mod statement;
mod test;
mod verify;
mod yank;

use clap::{Args, Subcommand};

use crate::base::diagnostic::{Diagnostic, Exit};

/// Keep a road: write, test, sign and publish its versions
#[derive(Args, Debug)]
pub(super) struct Road {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Channel(channel::Channel),
    Deprecate(deprecate::Deprecate),
    Diff(diff::Diff),
    Import(import::Import),
    Init(init::Init),
    Keys(keys::Keys),
    Lint(lint::Lint),
    Preview(preview::Preview),
    Publish(publish::Publish),
    Refresh(refresh::Refresh),
    Registry(registry::Registry),
    Release(release::Release),
    Rollout(rollout::Rollout),
    Show(show::Show),
    Test(test::Test),
    Verify(verify::Verify),
    Yank(yank::Yank),
}

impl Road {
    /// Whether the answer is one JSON document.
    pub(super) fn is_json(&self) -> bool {
        match &self.command {
            Command::Channel(channel) => channel.place.json,
            Command::Deprecate(deprecate) => deprecate.place.json,
            Command::Diff(diff) => diff.json,
            Command::Import(import) => import.json,
            Command::Init(init) => init.json,
            Command::Keys(keys) => keys.is_json(),
            Command::Lint(lint) => lint.json,
            Command::Preview(preview) => preview.json,
            Command::Publish(publish) => publish.json,
            Command::Refresh(refresh) => refresh.json,
            Command::Registry(registry) => registry.is_json(),
            Command::Release(release) => release.json,
            Command::Rollout(rollout) => rollout.place.json,
            Command::Show(show) => show.json,
            Command::Test(test) => test.json,
            Command::Yank(yank) => yank.place.json,
            Command::Verify(verify) => verify.json,
        }
    }

    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        match self.command {
            Command::Channel(channel) => channel.exec(),
            Command::Deprecate(deprecate) => deprecate.exec(),
            Command::Diff(diff) => diff.exec(),
            Command::Import(import) => import.exec(),
            Command::Init(init) => init.exec(),
            Command::Keys(keys) => keys.exec(),
            Command::Lint(lint) => lint.exec(),
            Command::Preview(preview) => preview.exec(),
            Command::Publish(publish) => publish.exec(),
            Command::Refresh(refresh) => refresh.exec(),
            Command::Registry(registry) => registry.exec(),
            Command::Release(release) => release.exec(),
            Command::Rollout(rollout) => rollout.exec(),
            Command::Show(show) => show.exec(),
            Command::Test(test) => test.exec(),
            Command::Yank(yank) => yank.exec(),
            Command::Verify(verify) => verify.exec(),
        }
    }
}
