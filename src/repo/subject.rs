//! One file that is being looked at: read once, parsed once, whoever asks.

use std::any::{Any, TypeId};
use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use super::snapshot::{Entry, Snapshot, Unreadable};
use crate::base::read_at::ReadAt;
use crate::formats::text::{Lines, decode};

/// Files up to this size are read into memory; readers of larger ones use [`Subject::open`].
pub const IN_MEMORY: u64 = 32 << 20;
/// How much the beginning of a file is, in bytes.
pub const HEAD: usize = 4096;

/// Something that is worked out from a file once, however many guardrails ask for it.
pub trait View: Sized + 'static {
    /// Works it out.
    fn of(subject: &Subject<'_>) -> Self;
}

/// The text of a file with its lines.
#[derive(Debug)]
pub struct SubjectText {
    text: String,
    /// Whether places in the text are places in the file.
    pub exact: bool,
    /// Where its lines are.
    pub lines: Lines,
}

/// A file that is being looked at, by one thread.
pub struct Subject<'a> {
    /// The repository that it is in.
    pub snapshot: &'a Snapshot,
    /// Its path, size and kind.
    pub entry: &'a Entry,
    bytes: OnceCell<Option<Vec<u8>>>,
    head: OnceCell<Vec<u8>>,
    text: OnceCell<Option<SubjectText>>,
    views: RefCell<Vec<(TypeId, Rc<dyn Any>)>>,
    failure: RefCell<Option<Unreadable>>,
}

impl<'a> Subject<'a> {
    /// Makes a subject of a file; nothing is read yet.
    pub fn new(snapshot: &'a Snapshot, entry: &'a Entry) -> Self {
        Self {
            snapshot,
            entry,
            bytes: OnceCell::new(),
            head: OnceCell::new(),
            text: OnceCell::new(),
            views: RefCell::default(),
            failure: RefCell::default(),
        }
    }

    /// Returns the path from the root of the repository.
    pub fn path(&self) -> &'a str {
        &self.entry.path
    }

    /// Opens the file for reading at any place. A failure is remembered and reported by whoever runs the check.
    pub fn open(&self) -> Option<Box<dyn ReadAt>> {
        match self.snapshot.open(self.entry) {
            Ok(reader) => Some(reader),
            Err(failure) => {
                self.fail(failure.why);
                None
            }
        }
    }

    /// Returns the first bytes of the file, at most [`HEAD`].
    pub fn head(&self) -> &[u8] {
        if let Some(Some(bytes)) = self.bytes.get() {
            return &bytes[..bytes.len().min(HEAD)];
        }
        self.head.get_or_init(|| match self.open().map(|reader| reader.read_range(0, HEAD)) {
            Some(Ok(bytes)) => bytes,
            Some(Err(error)) => {
                self.fail(error.to_string());
                Vec::new()
            }
            None => Vec::new(),
        })
    }

    /// Returns all bytes of the file; `None` where it cannot be read or is larger than [`IN_MEMORY`].
    pub fn bytes(&self) -> Option<&[u8]> {
        let read = || {
            if self.entry.size > IN_MEMORY {
                return None;
            }
            let reader = self.open()?;
            // A file that grows while it is read is cut, and said to be unreadable: half of it would look whole.
            match reader.read_range(0, IN_MEMORY as usize + 1) {
                Ok(bytes) if bytes.len() as u64 <= IN_MEMORY => Some(bytes),
                Ok(_) => {
                    self.fail("it grew while it was read".to_owned());
                    None
                }
                Err(error) => {
                    self.fail(error.to_string());
                    None
                }
            }
        };
        self.bytes.get_or_init(read).as_deref()
    }

    /// Returns the file as text with its lines; `None` for binary and for unreadable files.
    pub fn lines(&self) -> Option<&SubjectText> {
        let decoded = || {
            let text = decode(self.bytes()?)?;
            let lines = Lines::of(&text.text);
            Some(SubjectText { exact: text.exact, lines, text: text.text.into_owned() })
        };
        self.text.get_or_init(decoded).as_ref()
    }

    /// Returns the text of the file; `None` for binary and for unreadable files.
    pub fn text(&self) -> Option<&str> {
        self.lines().map(|text| text.text.as_str())
    }

    /// Returns what `V` makes of the file; it is worked out once.
    pub fn view<V: View>(&self) -> Rc<V> {
        let id = TypeId::of::<V>();
        let known = self.views.borrow().iter().find(|(kind, _)| *kind == id).map(|(_, view)| Rc::clone(view));
        let view = known.unwrap_or_else(|| {
            let made: Rc<dyn Any> = Rc::new(V::of(self));
            self.views.borrow_mut().push((id, Rc::clone(&made)));
            made
        });
        view.downcast().expect("a view is kept under its own type")
    }

    /// Returns line and column (from 1) of a place in the text; 0 and 0 where there is no text.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        self.lines().map_or((0, 0), |text| text.lines.position(&text.text, offset))
    }

    /// Returns the bytes of a line (from 1) in the text, without its end.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        self.lines().map_or(0..0, |text| text.lines.range(&text.text, line))
    }

    /// Notes that the file could not be read or parsed, and why: such a file is never clean.
    pub fn fail(&self, why: String) {
        self.failure.borrow_mut().get_or_insert_with(|| Unreadable { path: self.entry.path.clone(), why });
    }

    /// Returns why the file could not be read or parsed, where that happened.
    pub fn failure(&self) -> Option<Unreadable> {
        self.failure.borrow().clone()
    }
}
