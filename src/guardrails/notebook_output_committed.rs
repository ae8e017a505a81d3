//! `notebook-output-committed`: a notebook is kept with what its cells printed.

use super::code_findings::note_unread_notebook;
use super::finding::{Change, Finding, Place, Safety};
use super::guardrail::Content::Text;
use super::guardrail::{Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::formats::notebook::{Cell, CellKind, Notebook};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;
use crate::scan::code::NotebookView;

const ID: &str = "notebook-output-committed";

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a notebook is committed with its outputs",
        level: Level::Warn,
        why: "Outputs hold what the cells printed: rows of data, names of people, keys from the environment. They stay in the history, and nobody reads them in a review.",
        attack: "A data scientist prints the first rows of a customer table, and a tutorial cell prints the environment. Both are saved with the notebook and pushed. Somebody who searches public repositories for output of that kind finds names, addresses and a working key.",
        fix: "Strip the outputs before you commit: run `highroad fix`, or `nbstripout <notebook>`, and set the hook so that it happens by itself. Where an output must stay, put `\"keep_output\": true` into the metadata of its cell.",
        automatic: "Empties `outputs` and sets the execution counts to `null`; everything else keeps its bytes.",
        standards: &["OWASP-LLM LLM02:2026", "ATLAS AML.T0055"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a cell with an output",
                files: &[(
                    "eda.ipynb",
                    Text(
                        "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"execution_count\": 7,\n   \"metadata\": {},\n   \"outputs\": [\n    {\n     \"name\": \"stdout\",\n     \"output_type\": \"stream\",\n     \"text\": [\n      \"Ada, 1815\\n\"\n     ]\n    }\n   ],\n   \"source\": [\n    \"print(row)\"\n   ]\n  }\n ],\n \"metadata\": {},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "an old notebook with worksheets",
                files: &[(
                    "old.ipynb",
                    Text(
                        "{\"worksheets\": [{\"cells\": [{\"cell_type\": \"code\", \"prompt_number\": 1, \"outputs\": [{\"text\": \"x\"}], \"input\": \"x\"}]}], \"nbformat\": 3}\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a stripped notebook",
                files: &[(
                    "eda.ipynb",
                    Text(
                        "{\"cells\": [{\"cell_type\": \"code\", \"execution_count\": null, \"metadata\": {}, \"outputs\": [], \"source\": [\"x\"]}], \"nbformat\": 4}\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an output that is kept on purpose",
                files: &[(
                    "eda.ipynb",
                    Text(
                        "{\"cells\": [{\"cell_type\": \"code\", \"metadata\": {\"keep_output\": true}, \"outputs\": [{\"text\": \"x\"}], \"source\": [\"x\"]}], \"nbformat\": 4}\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(wants, look),
};

fn wants(entry: &Entry) -> bool {
    entry.is_file() && entry.size > 0 && entry.extension() == "ipynb"
}

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    note_unread_notebook(subject, sink);
    let view = subject.view::<NotebookView>();
    let Some(Ok(notebook)) = &view.0 else { return };
    let shown: Vec<usize> =
        notebook.cells.iter().filter(|cell| cell.has_outputs && strips(notebook, cell)).map(|cell| cell.number).collect();
    let Some(first) = shown.first() else { return };
    let what = match shown.len() {
        1 => format!("cell {first} is committed with its output"),
        count => format!("{count} cells are committed with their outputs, cell {first} first"),
    };
    let finding =
        Finding::new(ID, Place::line(subject.path(), 1), what, "Strip the outputs and keep them out of the history").key("outputs");
    let finding = finding.excerpt("").fix(Safety::Safe, "strip outputs and execution counts", strip(subject.path(), notebook));
    sink.report(finding);
}

/// Whether `nbstripout` would strip a cell.
fn strips(notebook: &Notebook, cell: &Cell) -> bool {
    cell.kind == CellKind::Code && !cell.keep_output.unwrap_or(notebook.keep_output)
}

/// Returns the edits that strip a notebook.
fn strip(path: &str, notebook: &Notebook) -> Vec<Change> {
    let mut changes = Vec::new();
    for cell in notebook.cells.iter().filter(|cell| cell.kind == CellKind::Code) {
        let mut edit = |range: &std::ops::Range<usize>, text: &str| {
            changes.push(Change::Edit { path: path.to_owned(), range: range.clone(), text: text.to_owned() });
        };
        if let Some(outputs) = cell.outputs.as_ref().filter(|_| cell.has_outputs && strips(notebook, cell)) {
            edit(outputs, "[]");
        }
        if let Some(count) = cell.execution_count.as_ref().filter(|_| cell.executed && strips(notebook, cell)) {
            edit(count, "null");
        }
    }
    changes
}
