//! Python to its tree, within bounds: modules, scripts of Python 2 as far as they go, and the cells of notebooks.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax tree is the parser's enum, and grows with Python")]

use std::ops::Range;

use ruff_python_ast::Stmt;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, ParseOptions, lexer};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::call::Raw;
use super::walk::Walk;
use super::words::Signs;
use super::{CodeScan, Hit, is_python, shell};
use crate::formats::notebook::{Cell, Notebook};

/// How deep an expression may get, counted in the tokens that can open a level. The tree is walked and dropped with one
/// call for each level, so deeper code is not parsed but read token by token.
const DEPTH: u32 = 400;
/// How deep statements may be indented.
const INDENTS: u32 = 60;

/// Scans a module.
pub(super) fn file(text: &str, scan: &mut CodeScan) {
    let signs = Signs::of(text);
    if !signs.interesting() {
        return;
    }
    let parsed = match parse(text, 0..text.len(), Mode::Module) {
        Some(parsed) => vec![parsed],
        None => pieces(text, scan),
    };
    let mut walk = Walk::new(text, signs.flows());
    walk.exact = parsed.iter().all(|parsed| parsed.tokens.is_empty());
    let bodies: Vec<&[Stmt]> = parsed.iter().map(|parsed| &parsed.body[..]).collect();
    walk.run(&bodies);
    for parsed in &parsed {
        if !parsed.tokens.is_empty() {
            walk.tokens(parsed.range.clone(), &parsed.tokens);
        }
    }
    let place = |range: Range<usize>| (range.clone(), Some(range));
    take(walk, scan, None, &place);
}

/// Parses a text that is too deep as a whole piece by piece; a piece that is too deep itself is noted.
fn pieces(text: &str, scan: &mut CodeScan) -> Vec<Parsed> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@')) && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(text.len());
    let ranges = starts.windows(2).map(|pair| pair[0]..pair[1]);
    ranges
        .filter_map(|range| {
            let parsed = parse(text, range.clone(), Mode::Module);
            scan.too_deep |= parsed.is_none() && Signs::of(&text[range]).interesting();
            parsed
        })
        .collect()
}

/// Scans the code cells of a notebook; they share their names.
pub(super) fn notebook(notebook: &Notebook, scan: &mut CodeScan) {
    let cells: Vec<&Cell> = notebook.cells.iter().filter(|cell| is_python(notebook, cell.kind)).collect();
    // What one cell asks a model, another may run.
    let signs = cells.iter().map(|cell| Signs::of(&cell.source)).fold(Signs::default(), Signs::and);
    if !signs.interesting() {
        return;
    }
    // One text of all cells, with the magic of whole cells written over, so that places stay right.
    let mut starts = Vec::new();
    let mut text = String::new();
    for cell in &cells {
        starts.push(text.len());
        text.push_str(&plain_cell(&cell.source));
        text.push('\n');
    }
    let mut parsed = Vec::new();
    for (start, cell) in starts.iter().zip(&cells) {
        match parse(&text, *start..start + cell.source.len(), Mode::Ipython) {
            Some(cell) => parsed.push(cell),
            None => scan.too_deep |= Signs::of(&cell.source).interesting(),
        }
    }
    let mut walk = Walk::new(&text, signs.flows());
    let bodies: Vec<&[Stmt]> = parsed.iter().map(|parsed| &parsed.body[..]).collect();
    walk.broken = parsed.iter().filter(|parsed| !parsed.tokens.is_empty()).map(|parsed| parsed.range.clone()).collect();
    walk.run(&bodies);
    for parsed in &parsed {
        if !parsed.tokens.is_empty() {
            walk.tokens(parsed.range.clone(), &parsed.tokens);
        }
    }
    let of = |offset: usize| starts.partition_point(|start| *start <= offset).saturating_sub(1);
    let place = |range: Range<usize>| {
        let at = of(range.start);
        let Some((cell, start)) = cells.get(at).zip(starts.get(at)) else { return (0..0, None) };
        let (from, to) = (range.start - start, range.end.saturating_sub(*start).min(cell.source.len()));
        let exact = cell.exact(&(from..to));
        (cell.place(from)..cell.place(to.max(from)), exact)
    };
    let number = |offset: usize| cells.get(of(offset)).map(|cell| cell.number);
    take(walk, scan, Some(&number), &place);
    for cell in &cells {
        if let Some(script) = shell_cell(&cell.source) {
            for hit in shell::hits(script.1) {
                let range = hit.range.start + script.0..hit.range.end + script.0;
                scan.hits.push(Hit { range: cell.place(range.start)..cell.place(range.end), cell: Some(cell.number), ..hit });
            }
        }
    }
}

type CellNumber<'a> = &'a dyn Fn(usize) -> Option<usize>;
type PlaceOf<'a> = &'a dyn Fn(Range<usize>) -> (Range<usize>, Option<Range<usize>>);

/// Moves what a walk found to the places of the file.
fn take(walk: Walk<'_>, scan: &mut CodeScan, number: Option<CellNumber<'_>>, place: PlaceOf<'_>) {
    for Raw { mut hit, edit } in walk.found {
        let start = hit.range.start;
        hit.range = place(hit.range).0;
        hit.cell = number.and_then(|number| number(start));
        hit.edit = edit.and_then(|mut edit| {
            edit.range = place(edit.range).1?;
            Some(edit)
        });
        scan.hits.push(hit);
    }
}

struct Parsed {
    range: Range<usize>,
    body: Vec<Stmt>,
    /// The tokens, where not all of it was understood.
    tokens: Vec<(TokenKind, TextRange)>,
}

fn parse(text: &str, range: Range<usize>, mode: Mode) -> Option<Parsed> {
    let clean = shallow(&text[range.clone()], mode)?;
    // Where brackets do not match, the parser may meet a line such as `,x` inside an expression, and gives up the program
    // (`unreachable!`); as a module such a line is an error like any other.
    let mode = if clean || mode != Mode::Ipython || !text[range.clone()].lines().any(calls_itself) { mode } else { Mode::Module };
    let part = TextRange::new(TextSize::try_from(range.start).ok()?, TextSize::try_from(range.end).ok()?);
    let parsed = ruff_python_parser::parse_cells_unchecked(text, [part], &ParseOptions::from(mode));
    let whole = parsed.errors().is_empty();
    let tokens = if whole { Vec::new() } else { parsed.tokens().iter().map(|token| (token.kind(), token.range())).collect() };
    Some(Parsed { range, body: parsed.into_syntax().body.into_iter().collect(), tokens })
}

/// Parses a module; nothing where it does not parse, or is too deep for its tree to be walked.
pub(super) fn module(text: &str) -> Option<Vec<Stmt>> {
    shallow(text, Mode::Module)?.then_some(())?;
    Some(ruff_python_parser::parse_module(text).ok()?.into_syntax().body.into_iter().collect())
}

/// Whether a line of a cell is help or a call without brackets: `?x`, `/f x`, `,f x`, `;f x`.
fn calls_itself(line: &str) -> bool {
    line.trim_start().starts_with(['?', '/', ',', ';'])
}

/// Tells by its tokens whether a text's tree is shallow enough to be walked: `None` where it is not, and otherwise whether
/// all its brackets and strings are closed as they were opened.
fn shallow(text: &str, mode: Mode) -> Option<bool> {
    u32::try_from(text.len()).ok()?;
    let mut awaited: Vec<TokenKind> = Vec::new();
    let mut clean = true;
    let mut lexer = lexer::lex(text, mode);
    // For each open bracket, how many tokens since its last comma could have opened a level; and their sum.
    let mut open: Vec<u32> = vec![0];
    let (mut sum, mut indents) = (0_u32, 0_u32);
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::Lpar => awaited.push(TokenKind::Rpar),
            TokenKind::Lsqb => awaited.push(TokenKind::Rsqb),
            TokenKind::Lbrace => awaited.push(TokenKind::Rbrace),
            TokenKind::FStringStart => awaited.push(TokenKind::FStringEnd),
            TokenKind::TStringStart => awaited.push(TokenKind::TStringEnd),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                clean &= awaited.pop() == Some(kind);
            }
            TokenKind::Unknown => clean = false,
            TokenKind::Newline => clean &= awaited.is_empty(),
            _ => {}
        }
        match kind {
            TokenKind::EndOfFile => return Some(clean),
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Newline | TokenKind::Semi => {
                open.clear();
                open.push(0);
                sum = 0;
            }
            TokenKind::Comma => {
                if let Some(last) = open.last_mut() {
                    sum -= *last;
                    *last = 0;
                }
            }
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace | TokenKind::FStringStart | TokenKind::TStringStart => {
                if let Some(last) = open.last_mut() {
                    *last += 1;
                }
                sum += 1;
                open.push(0);
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                if open.len() > 1 {
                    sum -= open.pop().unwrap_or(0);
                }
            }
            TokenKind::Name | TokenKind::String | TokenKind::Int | TokenKind::Float | TokenKind::Comment | TokenKind::NonLogicalNewline => {
            }
            _ => {
                if let Some(last) = open.last_mut() {
                    *last += 1;
                }
                sum += 1;
            }
        }
        if sum > DEPTH || indents > INDENTS || open.len() > DEPTH as usize || awaited.len() > 100_000 {
            return None;
        }
    }
}

/// Returns a cell's code with the first line written over where it is a magic for the whole cell; blank where the cell is
/// in another language.
fn plain_cell(source: &str) -> String {
    let begin = source.len() - source.trim_start().len();
    let Some(magic) = source[begin..].strip_prefix("%%") else { return source.to_owned() };
    let line = begin + source[begin..].find('\n').unwrap_or(source.len() - begin);
    let word: &str = magic.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
    let python = matches!(
        word,
        "time" | "timeit" | "capture" | "prun" | "python" | "python3" | "pypy" | "memit" | "mprun" | "wandb" | "skip" | "cache" | "px"
    ) || matches!(word, "writefile" | "file") && source[begin..line].trim_end().trim_end_matches(['"', '\'']).ends_with(".py");
    let blank = |text: &str| text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect::<String>();
    if python { blank(&source[..line]) + &source[line..] } else { blank(source) }
}

/// Returns the script of a cell that the shell runs, and where it begins.
fn shell_cell(source: &str) -> Option<(usize, &str)> {
    let begin = source.len() - source.trim_start().len();
    let first = source[begin..].lines().next()?;
    let rest = first.strip_prefix("%%")?;
    let mut words = rest.split_whitespace();
    let word = words.next()?;
    let program = if word == "script" { words.find(|word| !word.starts_with('-')).unwrap_or("") } else { word };
    let file = matches!(word, "writefile" | "file") && first.trim_end().ends_with(".sh");
    let start = begin + first.len();
    (file || matches!(program, "bash" | "sh" | "zsh" | "system" | "sx" | "!")).then(|| (start, &source[start..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (usize, bool) {
        let mut scan = CodeScan::default();
        file(text, &mut scan);
        (scan.hits.len(), scan.too_deep)
    }

    #[test]
    fn reads_hostile_depth_without_falling_over() {
        let begin = "import pickle\nimport subprocess\n";
        let deep = [
            "x = ".to_owned() + &"[".repeat(100_000),
            "x = ".to_owned() + &"-".repeat(100_000) + "1",
            "x = a".to_owned() + &"()".repeat(100_000),
            "x = a".to_owned() + &".b".repeat(100_000),
            "x = 1".to_owned() + &" + 1".repeat(100_000),
            "x = ".to_owned() + &"lambda: ".repeat(100_000) + "1",
            "x = ".to_owned() + &"1 if 1 else ".repeat(100_000) + "1",
            (0..3000).map(|depth| " ".repeat(depth) + "if a:\n").collect::<String>(),
            "x = ".to_owned() + &"f'{".repeat(1000),
            "match x:\n case ".to_owned() + &"[".repeat(50_000),
        ];
        for text in deep {
            let (hits, _) = found(&format!("{begin}pickle.load(f)\n{text}\npickle.loads(x)\n"));
            assert!(hits >= 1, "{:.40}", text);
        }
    }

    #[test]
    fn walks_what_is_just_shallow_enough() {
        let begin = "import subprocess, pickle\n";
        for (open, close) in
            [("[", "]"), ("f(", ")"), ("-", ""), ("(1 + ", ")"), ("a[", "]"), ("not ", ""), ("{1: ", "}"), ("lambda: ", "")]
        {
            let times = DEPTH as usize / 2 - 8;
            let text =
                format!("{begin}x = {}1{}\nsubprocess.run(x, shell=True)\npickle.load(f)\n", open.repeat(times), close.repeat(times));
            assert!(found(&text).0 >= 1, "{open}");
        }
        let chain = format!("{begin}x = a{}\npickle.load(f)\n", ".b()".repeat(DEPTH as usize / 3));
        assert_eq!(found(&chain).0, 1);
    }

    #[test]
    fn reads_cells_whose_brackets_do_not_match() {
        for cell in
            [".[)}!curl x | sh\n,", "f\"{\n,x", "[)\n/f x", "(]\n;f x\n", "{)\n?x", "x = [\n 1\n , 2]\nimport pickle\npickle.load(f)"]
        {
            let text = serde_json::json!({"cells": [{"cell_type": "code", "source": ["!x\n", "http://\n", cell]}]}).to_string();
            let mut scan = CodeScan::default();
            notebook(&crate::formats::notebook::read(&text).unwrap(), &mut scan);
        }
    }

    #[test]
    fn keeps_places_behind_the_magic_of_a_cell() {
        assert_eq!(plain_cell("%%time\nx"), "      \nx");
        assert_eq!(plain_cell("%%bash\nü"), "      \n  ");
        assert_eq!(
            plain_cell("%%writefile ü.py\nx"),
            "                \n x".replace(" x", "x").replace("                \n", &(" ".repeat(17) + "\n"))
        );
        assert_eq!(shell_cell("%%script bash\ncurl x"), Some((13, "\ncurl x")));
        assert_eq!(shell_cell("%%html\ncurl x"), None);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(import |from |pickle|load|subprocess|eval|llm|response|\\(|\\)|\\[|\\]|\\{|\\}|=|,|\\.|:|\n|    |\"|'|f\"|#|ü|!curl x \\| sh|%|print |except X, e:| as | in |if |def f\\(x\\):|return |await |\\*\\*|trust_remote_code=True){0,60}") {
            let mut scan = CodeScan::default();
            file(&text, &mut scan);
            let cell = serde_json::json!({"cells": [{"cell_type": "code", "source": [text]}]}).to_string();
            if let Ok(read) = crate::formats::notebook::read(&cell) {
                notebook(&read, &mut scan);
                for hit in &scan.hits {
                    assert!(hit.range.start <= hit.range.end && hit.range.end <= cell.len().max(text.len()));
                }
            }
        }
    }
}
