//! `personal-data`: a committed table describes people.

use super::finding::{Confidence, Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::place_kind::{is_documentation, is_test, is_vendored};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;
use crate::scan::personal::{Column, Personal, columns};

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a committed table describes people",
        level: Level::Block,
        why: "Names with addresses, cards or identity numbers may not lie in every clone, and they cannot be deleted from a history that others have.",
        attack: "A table with e-mail addresses and names of customers is committed to train a model. The repository is opened to a partner, and a mirror of it is public for an hour. \
                 The customers get letters that name their contract.",
        fix: "Take the file out of git and its history, tell whoever answers for privacy, and keep the columns that the model needs without the ones that name a person.",
        automatic: "",
        standards: &["OWASP-LLM LLM02:2026", "ATLAS AML.T0035"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "customers with address and name",
                files: &[("data/customers.csv", Content::Made { is: "30 made-up people", bytes: customers })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "numbers of cards",
                files: &[("payments.csv", Content::Made { is: "30 numbers with a right check digit", bytes: cards })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "measurements",
                files: &[("data/rows.csv", Content::Text("id,name,price\n1,bolt,2\n2,nut,3\n3,screw,4\n4,washer,1\n5,pin,2\n6,rod,9\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "addresses that belong to nobody",
                files: &[("data/customers.csv", Content::Made { is: "30 addresses at example.com", bytes: nobody })],
            },
        ],
    },
    inspection: Inspection::each(wants, look),
};

const ID: &str = "personal-data";
/// Larger tables are looked at from their beginning only, so their size does not matter; this bounds the reading.
const LARGEST: u64 = 32 << 20;

fn wants(entry: &Entry) -> bool {
    entry.is_file()
        && (64..=LARGEST).contains(&entry.size)
        && matches!(entry.extension().as_str(), "csv" | "tsv" | "psv" | "jsonl" | "ndjson")
        && !is_vendored(&entry.path)
}

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let Some(text) = subject.text() else { return };
    let found = columns(text);
    let first = |holds: Personal| found.iter().find(|column| column.holds == holds);
    let mut told: Vec<(&Column, Confidence, String)> = Vec::new();
    for column in &found {
        match column.holds {
            Personal::Card | Personal::Iban | Personal::NationalId => told.push((
                column,
                Confidence::High,
                format!("the column `{}` holds {} ({} of the first rows)", column.header, column.holds.words(), column.count),
            )),
            Personal::Email | Personal::Phone | Personal::Name => {}
        }
    }
    // An address alone may be that of a list; with a name or a phone it is a person.
    let beside = first(Personal::Name).or_else(|| first(Personal::Phone));
    let contact = first(Personal::Email).or_else(|| first(Personal::Phone));
    if let (Some(contact), Some(beside)) = (contact, beside)
        && contact != beside
    {
        told.push((
            contact,
            Confidence::Medium,
            format!("the columns `{}` and `{}` hold {} and {}", contact.header, beside.header, contact.holds.words(), beside.holds.words()),
        ));
    }
    let path = subject.path();
    for (column, sure, what) in told {
        let finding = Finding::new(
            ID,
            Place::line(path, 1),
            what,
            "Take the file out of git and its history, and train without the columns that name people",
        )
        .key(format!("{:?} {}", column.holds, column.header))
        .sure(sure)
        .excerpt("");
        sink.report(if is_test(path) || is_documentation(path) { finding.advice() } else { finding });
    }
}

const NAMES: &[&str] = &["Anna", "Berta", "Carla", "Dora", "Emma", "Frida"];

fn customers() -> Vec<u8> {
    let rows: String = (0..30).map(|row| format!("{row},{} Person,p{row}@mail{row}.org\n", NAMES[row % NAMES.len()])).collect();
    format!("id,full_name,email\n{rows}").into_bytes()
}

fn nobody() -> Vec<u8> {
    let rows: String = (0..30).map(|row| format!("{row},{} Person,p{row}@example.com\n", NAMES[row % NAMES.len()])).collect();
    format!("id,full_name,email\n{rows}").into_bytes()
}

fn cards() -> Vec<u8> {
    let numbers =
        (0..10_000_u64).map(|row| format!("4{:015}", row * 7_919_333)).filter(|number| crate::scan::personal::numbers::is_card(number));
    let rows: String = numbers.take(30).map(|number| format!("{number},1\n")).collect();
    format!("pan,amount\n{rows}").into_bytes()
}
