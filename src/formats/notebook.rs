//! Jupyter notebooks: their cells, with the place of every character of the code (nbformat 3 and 4).

use std::ops::Range;

use super::json::{JsonError, Kind, Reader, decode_each, decoded};

/// How many cells a notebook may have.
const CELLS: usize = 100_000;

/// A notebook.
#[derive(Clone, Debug, Default)]
pub struct Notebook {
    /// Its cells, in order.
    pub cells: Vec<Cell>,
    /// The language of its code, as its kernel says; empty where it says nothing.
    pub language: String,
    /// Whether its metadata ask to keep the outputs of all cells (`keep_output`, as `nbstripout` reads it).
    pub keep_output: bool,
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CellKind {
    /// Code.
    Code,
    /// Text.
    Markdown,
    /// Text that is kept as it is.
    Raw,
    /// Anything else: a heading of nbformat 3, say.
    Other,
}

/// A cell of a notebook.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its number, from 1.
    pub number: usize,
    /// Where it stands in the file.
    pub range: Range<usize>,
    /// What it holds.
    pub kind: CellKind,
    /// The text.
    pub source: String,
    /// Where the value of `outputs` stands in the file.
    pub outputs: Option<Range<usize>>,
    /// Whether there are outputs.
    pub has_outputs: bool,
    /// Where the value of `execution_count` (nbformat 3: `prompt_number`) stands in the file.
    pub execution_count: Option<Range<usize>>,
    /// Whether that value says that the cell was run.
    pub executed: bool,
    /// Whether its metadata or a tag ask to keep its outputs, or say not to; `None` where they say nothing.
    pub keep_output: Option<bool>,
    runs: Vec<Run>,
}

/// A run of the source that stands together in the file.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where it begins in the source.
    source: usize,
    /// Where it begins in the file.
    file: usize,
    /// Whether each byte stands for itself; otherwise it is one escape.
    plain: bool,
}

/// Why a text is no notebook that is read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotebookError {
    /// It is no JSON.
    #[error("it is no valid JSON ({0})")]
    Json(#[from] JsonError),
    /// It is JSON, but no notebook.
    #[error("it has no list of cells")]
    NoCells,
    /// It has more cells than any real notebook.
    #[error("it has more than {CELLS} cells")]
    TooMany,
}

impl Notebook {
    /// Returns the number of the cell that a byte of the file belongs to, whether to its source or to its outputs.
    pub fn cell_at(&self, offset: usize) -> Option<usize> {
        let at = self.cells.partition_point(|cell| cell.range.end <= offset);
        self.cells.get(at).filter(|cell| cell.range.contains(&offset)).map(|cell| cell.number)
    }
}

impl Cell {
    /// Returns where in the file the byte at an offset of the source stands.
    pub fn place(&self, offset: usize) -> usize {
        let Some((run, size)) = self.run(offset) else { return 0 };
        // An escape is one run; a place inside its character is the escape's own place.
        run.file + if run.plain { (offset - run.source).min(size) } else { 0 }
    }

    /// Returns the range of the file that a range of the source stands at, where each byte stands for itself.
    pub fn exact(&self, range: &Range<usize>) -> Option<Range<usize>> {
        // An insertion may come right after a run.
        let before = range.start.checked_sub(usize::from(range.is_empty()));
        let (run, size) = before.and_then(|offset| self.run(offset)).or_else(|| self.run(range.start))?;
        if !run.plain || range.end > run.source + size || range.start > range.end {
            return None;
        }
        let at = |offset: usize| run.file + (offset - run.source);
        Some(at(range.start)..at(range.end))
    }

    fn run(&self, offset: usize) -> Option<(Run, usize)> {
        let after = self.runs.partition_point(|run| run.source <= offset);
        let run = *self.runs.get(after.checked_sub(1)?)?;
        Some((run, self.runs.get(after).map_or(self.source.len(), |next| next.source) - run.source))
    }

    fn take_string(&mut self, text: &str, range: &Range<usize>) {
        let inside = range.start + 1..range.end - 1;
        let (runs, source) = (&mut self.runs, &mut self.source);
        decode_each(&text[inside.clone()], |at, piece| {
            let file = inside.start + at;
            runs.push(Run { source: source.len(), file, plain: text.as_bytes()[file] != b'\\' });
            source.push_str(piece);
        });
    }
}

/// Reads a notebook.
///
/// # Errors
/// When it is no JSON, or no notebook.
pub fn read(text: &str) -> Result<Notebook, NotebookError> {
    let mut notebook = Notebook::default();
    let mut found = false;
    let mut reader = Reader::new(text);
    if reader.kind()? != Kind::Object {
        return Err(NotebookError::NoCells);
    }
    reader.object(|reader, key, _| match key {
        "cells" if reader.kind()? == Kind::Array => {
            found = true;
            cells(text, reader, &mut notebook)
        }
        "worksheets" if reader.kind()? == Kind::Array => {
            found = true;
            reader.array(|reader| {
                if reader.kind()? != Kind::Object {
                    reader.skip()?;
                    return Ok(());
                }
                reader.object(|reader, key, _| match key {
                    "cells" if reader.kind()? == Kind::Array => cells(text, reader, &mut notebook),
                    _ => Ok(reader.skip().map(|_| ())?),
                })
            })
        }
        "metadata" if reader.kind()? == Kind::Object => metadata(text, reader, &mut notebook),
        _ => Ok(reader.skip().map(|_| ())?),
    })?;
    reader.end()?;
    if found { Ok(notebook) } else { Err(NotebookError::NoCells) }
}

fn metadata(text: &str, reader: &mut Reader<'_>, notebook: &mut Notebook) -> Result<(), NotebookError> {
    reader.object(|reader, key, _| match key {
        "kernelspec" | "language_info" if reader.kind()? == Kind::Object => {
            let wanted = if key == "kernelspec" { "language" } else { "name" };
            reader.object(|reader, key, _| {
                let range = reader.skip()?;
                if key == wanted && text[range.clone()].starts_with('"') && notebook.language.is_empty() {
                    notebook.language = decoded(&text[range.start + 1..range.end - 1]).to_ascii_lowercase();
                }
                Ok(())
            })
        }
        "keep_output" => {
            notebook.keep_output = &text[reader.skip()?] == "true";
            Ok(())
        }
        _ => Ok(reader.skip().map(|_| ())?),
    })
}

fn cells(text: &str, reader: &mut Reader<'_>, notebook: &mut Notebook) -> Result<(), NotebookError> {
    reader.array(|reader| {
        let number = notebook.cells.len() + 1;
        if number > CELLS {
            return Err(NotebookError::TooMany);
        }
        let start = reader.offset();
        let mut cell = Cell {
            number,
            range: start..start,
            kind: CellKind::Other,
            source: String::new(),
            outputs: None,
            has_outputs: false,
            execution_count: None,
            executed: false,
            keep_output: None,
            runs: Vec::new(),
        };
        if reader.kind()? == Kind::Object {
            reader.object(|reader, key, _| member(text, reader, key, &mut cell))?;
        } else {
            reader.skip()?;
        }
        cell.range.end = reader.offset();
        notebook.cells.push(cell);
        Ok(())
    })
}

fn member(text: &str, reader: &mut Reader<'_>, key: &str, cell: &mut Cell) -> Result<(), NotebookError> {
    match (key, reader.kind()?) {
        ("cell_type", Kind::String) => {
            cell.kind = match &text[reader.string()?] {
                "\"code\"" => CellKind::Code,
                "\"markdown\"" => CellKind::Markdown,
                "\"raw\"" => CellKind::Raw,
                _ => CellKind::Other,
            };
        }
        ("source" | "input", Kind::String) => {
            let range = reader.string()?;
            cell.take_string(text, &range);
        }
        ("source" | "input", Kind::Array) => reader.array::<NotebookError>(|reader| {
            if reader.kind()? == Kind::String {
                let range = reader.string()?;
                cell.take_string(text, &range);
            } else {
                reader.skip()?;
            }
            Ok(())
        })?,
        ("outputs", Kind::Array) => {
            let range = reader.skip()?;
            cell.has_outputs = text.get(range.start + 1..range.end - 1).is_some_and(|inside| !inside.trim().is_empty());
            cell.outputs = Some(range);
        }
        ("execution_count" | "prompt_number", Kind::Plain) => {
            let range = reader.skip()?;
            cell.executed = &text[range.clone()] != "null";
            cell.execution_count = Some(range);
        }
        ("metadata", Kind::Object) => reader.object::<NotebookError>(|reader, key, _| {
            let range = reader.skip()?;
            let value = &text[range.clone()];
            match key {
                "keep_output" => cell.keep_output = Some(value == "true"),
                "tags" if value.contains("\"keep_output\"") => cell.keep_output = Some(true),
                _ => {}
            }
            Ok(())
        })?,
        (_, Kind::Object | Kind::Array | Kind::String | Kind::Plain) => {
            reader.skip()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTEBOOK: &str = r##"{
 "cells": [
  {"cell_type": "markdown", "metadata": {}, "source": ["# T"]},
  {
   "cell_type": "code",
   "execution_count": 3,
   "metadata": {"tags": ["keep_output"]},
   "outputs": [{"data": {"text": ["]"]}}],
   "source": [
    "a = \"ü\"\n",
    "b = 2"
   ]
  },
  {"cell_type": "code", "execution_count": null, "outputs": [ ], "source": "x\ty"}
 ],
 "metadata": {"kernelspec": {"language": "python"}},
 "nbformat": 4, "nbformat_minor": 5
}
"##;

    #[test]
    fn gives_cells_with_the_place_of_their_code() {
        let notebook = read(NOTEBOOK).unwrap();
        let cell = &notebook.cells[1];
        assert_eq!((cell.number, cell.kind, cell.source.as_str()), (2, CellKind::Code, "a = \"ü\"\nb = 2"));
        assert_eq!(&NOTEBOOK[cell.outputs.clone().unwrap()], "[{\"data\": {\"text\": [\"]\"]}}]");
        assert_eq!((cell.has_outputs, cell.keep_output, cell.executed), (true, Some(true), true));
        let two = cell.source.find("b = 2").unwrap();
        assert_eq!(&NOTEBOOK[cell.place(two)..cell.place(two) + 5], "b = 2");
        assert_eq!(cell.exact(&(two..two + 5)).map(|range| &NOTEBOOK[range]), Some("b = 2"));
        assert_eq!(&NOTEBOOK[cell.place(4)..][..2], "\\\"");
        assert_eq!(cell.exact(&(0..8)), None, "an escape stands between");
        let last = &notebook.cells[2];
        assert_eq!((last.has_outputs, last.executed, last.source.as_str()), (false, false, "x\ty"));
        assert_eq!(notebook.language, "python");
        let cell_of = |text: &str| notebook.cell_at(NOTEBOOK.find(text).unwrap());
        assert_eq!((cell_of("# T"), cell_of("\"]\"]"), cell_of("b = 2"), cell_of("x\\ty")), (Some(1), Some(2), Some(2), Some(3)));
        assert_eq!((cell_of("\"cells\""), cell_of("kernelspec")), (None, None));
    }

    #[test]
    fn reads_worksheets_and_refuses_what_is_no_notebook() {
        let old = r#"{"worksheets": [{"cells": [{"cell_type": "code", "prompt_number": 1, "outputs": [1], "input": ["x"]}]}]}"#;
        let cell = read(old).unwrap().cells.remove(0);
        assert!(cell.has_outputs && cell.executed && cell.source == "x");
        assert_eq!(read("{}").unwrap_err(), NotebookError::NoCells);
        assert_eq!(read("[]").unwrap_err(), NotebookError::NoCells);
        assert!(matches!(read("{\"cells\": [").unwrap_err(), NotebookError::Json(_)));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(cut in 0usize..600, noise in "[\\[\\]{}\",:a\\\\]{0,6}") {
            let mut text: String = NOTEBOOK.chars().take(cut).collect();
            text.push_str(&noise);
            text.extend(NOTEBOOK.chars().skip(cut + 3));
            if let Ok(notebook) = read(&text) {
                for cell in &notebook.cells {
                    for offset in 0..cell.source.len() + 2 {
                        let _ = (cell.place(offset), cell.exact(&(offset..offset + 3)));
                    }
                }
            }
        }
    }
}
