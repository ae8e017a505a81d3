//! Runs other programs: a command that a person named, as they would type it, and git with bounds of time.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::diagnostic::Diagnostic;
use super::interrupt;

/// How much of the end of the output is kept, in bytes.
const KEPT: usize = 16 << 10;

/// How a command ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// Whether it ended with 0.
    pub passed: bool,
    /// How it ended: `exit 1`, `signal 9`.
    pub how: String,
    /// The end of what it wrote, to either stream.
    pub output: String,
}

/// Runs a command line in a folder with the system's shell and waits for its end. It gets no input.
///
/// # Errors
/// When the shell cannot be started.
pub fn run(line: &str, folder: &Path) -> Result<Ended, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::failed("verify", "the command could not be started")
            .at(line.to_owned())
            .because(error.to_string())
            .fix("look whether a shell is on the search path")
    };
    let mut child =
        shell(line).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let output = child.stdout.take().map(|mut stream| last(&mut stream)).unwrap_or_default();
    let status = child.wait().map_err(failed)?;
    let how = status.code().map_or_else(|| "stopped by a signal".to_owned(), |code| format!("exit {code}"));
    Ok(Ended { passed: status.success(), how, output: String::from_utf8_lossy(&output).into_owned() })
}

/// A program to run with plain arguments; no shell reads them.
#[derive(Clone, Debug)]
pub struct Program<'a> {
    /// The program, by its absolute path.
    pub path: &'a Path,
    /// Its arguments.
    pub arguments: &'a [&'a str],
    /// Variables that it gets beside those of this process.
    pub variables: &'a [(&'a str, &'a str)],
    /// Variables of this process that it does not get.
    pub without: &'a [&'a str],
    /// How long it may run.
    pub time: Duration,
}

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a program in a folder and waits for its end. It gets no input; it is ended when its time is over, or `go_on` says no.
///
/// # Errors
/// When it cannot be started.
pub fn run_program(program: &Program<'_>, folder: &Path, mut go_on: impl FnMut() -> bool) -> Result<Ended, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::failed("program", "a program could not be run")
            .at(program.path.display().to_string())
            .because(error.to_string())
            .fix("look whether it is installed")
    };
    let mut command = Command::new(program.path);
    for name in program.without {
        command.env_remove(name);
    }
    command.args(program.arguments).envs(program.variables.iter().copied()).current_dir(folder);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    // A full pipe would keep the program waiting.
    let reader = child.stderr.take().map(|mut stream| std::thread::spawn(move || last(&mut stream)));
    let end = Instant::now() + program.time;
    let mut stopped = None;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        if stopped.is_none() {
            stopped = match () {
                () if Instant::now() > end => Some(format!("ended after {} seconds", program.time.as_secs())),
                () if !go_on() => Some("ended, because it went too far".to_owned()),
                () => None,
            };
            if stopped.is_some() {
                let _ = child.kill();
            }
        }
        std::thread::sleep(LOOK);
    };
    // A child of the program may hold the pipe open after it was ended.
    let output = match (&stopped, reader) {
        (None, Some(reader)) => reader.join().unwrap_or_default(),
        (Some(_), _) | (None, None) => Vec::new(),
    };
    let how = stopped.unwrap_or_else(|| status.code().map_or_else(|| "stopped by a signal".to_owned(), |code| format!("exit {code}")));
    Ok(Ended { passed: status.success(), how, output: String::from_utf8_lossy(&output).into_owned() })
}

/// Returns the end of what a stream brings.
fn last(stream: &mut impl std::io::Read) -> Vec<u8> {
    let mut output = Vec::new();
    let mut piece = [0; 8192];
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        output.extend_from_slice(&piece[..read]);
        if output.len() > 4 * KEPT {
            output.drain(..output.len() - KEPT);
        }
    }
    let from = output.len().saturating_sub(KEPT);
    output.split_off(from)
}

/// Runs a command line as [`run`] does, and ends it with all that it started once it takes longer than `patience`, or the
/// person stops.
///
/// # Errors
/// When the shell cannot be started, or the person stops.
pub fn run_within(line: &str, folder: &Path, patience: Duration) -> Result<Ended, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::failed("run", "the command could not be started")
            .at(line.to_owned())
            .because(error.to_string())
            .fix("look whether a shell is on the search path")
    };
    let mut command = shell(line);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child =
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let (sender, receiver) = mpsc::channel();
    if let Some(mut stream) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut piece = [0; 8192];
            while let Ok(read @ 1..) = stream.read(&mut piece) {
                if sender.send(piece[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
    }
    let until = Instant::now() + patience;
    let mut output: Vec<u8> = Vec::new();
    let mut open = true;
    let stopped = loop {
        if interrupt::check().is_err() {
            break Some(Stopped::ByPerson);
        }
        if Instant::now() >= until {
            break Some(Stopped::TooLong);
        }
        match receiver.recv_timeout(LOOK) {
            Ok(piece) => {
                output.extend_from_slice(&piece);
                if output.len() > 4 * KEPT {
                    output.drain(..output.len() - KEPT);
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => open = false,
        }
        // What it started may hold the stream open, and it may close the stream and go on.
        if !open {
            if child.try_wait().map_err(failed)?.is_some() {
                break None;
            }
            std::thread::sleep(LOOK);
        }
    };
    if stopped.is_some() {
        end_all(&mut child);
    }
    let status = child.wait().map_err(failed)?;
    let from = output.len().saturating_sub(KEPT);
    let how = match (stopped, status.code()) {
        (Some(Stopped::ByPerson), _) => return Err(interrupt::interrupted()),
        (Some(Stopped::TooLong), _) => format!("it took longer than {} s", patience.as_secs()),
        (None, Some(code)) => format!("exit {code}"),
        (None, None) => "stopped by a signal".to_owned(),
    };
    Ok(Ended { passed: stopped.is_none() && status.success(), how, output: String::from_utf8_lossy(&output[from..]).into_owned() })
}

/// Why a command was ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stopped {
    ByPerson,
    TooLong,
}

/// Ends a command and, where the system has groups of processes, what it started.
fn end_all(child: &mut std::process::Child) {
    #[cfg(unix)]
    {
        let group = format!("-{}", child.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).stdin(Stdio::null()).stderr(Stdio::null()).status();
    }
    let _ = child.kill();
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("exec 2>&1\n{line}"));
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.arg("/C").arg(format!("{line} 2>&1"));
    command
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_end_of_both_streams() {
        let ended = run("echo one; echo two >&2; exit 3", Path::new("/")).unwrap();
        assert_eq!((ended.passed, ended.how.as_str(), ended.output.as_str()), (false, "exit 3", "one\ntwo\n"));
        let long = run("yes x | head -c 200000; echo end", Path::new("/")).unwrap();
        assert!(long.passed && long.output.ends_with("end\n") && long.output.len() <= KEPT);
    }

    #[test]
    fn ends_what_takes_too_long() {
        let ended = run_within("echo begun; sleep 600 & sleep 600", Path::new("/"), Duration::from_millis(300)).unwrap();
        assert!(!ended.passed && ended.how.starts_with("it took longer") && ended.output == "begun\n", "{ended:?}");
        assert!(run_within("echo one", Path::new("/"), Duration::from_secs(60)).unwrap().passed);
    }
}
