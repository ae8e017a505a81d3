//! What a guardrail finds: where, what, and the edits that would fix it.

use std::ops::Range;

use crate::repo::subject::Subject;

/// How sure a guardrail is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Confidence {
    /// Worth a look.
    Low,
    /// Most often right.
    Medium,
    /// Right unless something unusual is going on.
    High,
}

/// Whether a finding speaks at its guardrail's level.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Weight {
    /// Never louder than advice: a test, a document, a library.
    Advice,
    /// At the guardrail's own level.
    Full,
}

/// Where a finding is.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The path from the root of the repository; `.` for the repository as a whole.
    pub path: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// The column, from 1, in characters; 0 for the line as a whole.
    pub column: usize,
    /// The line that the finding ends on; 0 where it has none.
    pub end_line: usize,
    /// The column after the last character; 0 where it has none.
    pub end_column: usize,
    /// The notebook cell, from 1.
    pub cell: Option<usize>,
}

impl Place {
    /// The repository as a whole.
    pub fn repository() -> Self {
        Self::file(".")
    }

    /// A file as a whole.
    pub fn file(path: &str) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }

    /// A line of a file.
    pub fn line(path: &str, line: usize) -> Self {
        Self { path: path.to_owned(), line, end_line: line, ..Self::default() }
    }

    /// A range of a text file.
    pub fn of(subject: &Subject<'_>, range: &Range<usize>) -> Self {
        let (line, column) = subject.position(range.start);
        let (end_line, end_column) = subject.position(range.end.max(range.start));
        Self { path: subject.path().to_owned(), line, column, end_line, end_column, cell: None }
    }
}

/// Whether a reviewer could object to a fix.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Safety {
    /// No reviewer could object: the project does the same as before.
    Safe,
    /// It may change what the project does; it is shown first, and applied on request only.
    Unsafe,
}

/// One change of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// Replaces bytes of a file; the range is in the file's own bytes.
    Edit {
        /// The path from the root.
        path: String,
        /// The bytes that go.
        range: Range<usize>,
        /// What comes in their place.
        text: String,
    },
    /// Makes a file that is not there.
    Create {
        /// The path from the root.
        path: String,
        /// The content.
        text: String,
    },
    /// Adds lines at the end of a file, which is made where it is missing. A line that is there already is not added again.
    Append {
        /// The path from the root.
        path: String,
        /// The lines, without line breaks.
        lines: Vec<String>,
    },
}

/// The changes that make a finding go away.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fix {
    /// Whether a reviewer could object.
    pub safety: Safety,
    /// What it does, in a few words: "pin it to the commit of v4".
    pub title: String,
    /// The changes.
    pub changes: Vec<Change>,
}

/// One thing that a guardrail found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The id of the guardrail.
    pub guardrail: &'static str,
    /// Where it is.
    pub place: Place,
    /// What is wrong here, in one sentence with the names of this place. Never holds a secret.
    pub what: String,
    /// What to do about it here, in one sentence.
    pub how: String,
    /// How sure the guardrail is.
    pub confidence: Confidence,
    /// Whether it speaks at the guardrail's level.
    pub weight: Weight,
    /// The line to show; `None` where the renderer may show the file's own line, empty where none may be shown.
    pub excerpt: Option<String>,
    /// The column that the shown line begins at; 0 where a mark under it would be a guess.
    pub excerpt_from: usize,
    /// What tells this finding from others of its guardrail in the same file, whatever line it is on: a package, an action.
    pub key: String,
    /// The edits, where they are known.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Makes a finding with high confidence and full weight.
    pub fn new(guardrail: &'static str, place: Place, what: impl Into<String>, how: impl Into<String>) -> Self {
        let what = what.into();
        Self {
            guardrail,
            place,
            key: what.clone(),
            what,
            how: how.into(),
            confidence: Confidence::High,
            weight: Weight::Full,
            excerpt: None,
            excerpt_from: 0,
            fix: None,
        }
    }

    /// Sets how sure the guardrail is.
    #[must_use]
    pub fn sure(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Makes it advice.
    #[must_use]
    pub fn advice(mut self) -> Self {
        self.weight = Weight::Advice;
        self
    }

    /// Sets what tells it from others of its guardrail in the file.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// Sets the line to show; an empty one shows none.
    #[must_use]
    pub fn excerpt(mut self, excerpt: impl Into<String>) -> Self {
        self.excerpt = Some(excerpt.into());
        self
    }

    /// Adds the edits.
    #[must_use]
    pub fn fix(mut self, safety: Safety, title: impl Into<String>, changes: Vec<Change>) -> Self {
        self.fix = Some(Fix { safety, title: title.into(), changes });
        self
    }
}
