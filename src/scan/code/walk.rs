//! One walk over a module: names are bound as the code binds them, and every rule sees every call once.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax tree is the parser's enum, and grows with Python")]

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_body, walk_comprehension, walk_expr, walk_stmt};
use ruff_python_ast::{CmpOp, Comprehension, Expr, Parameters, Stmt, StmtClassDef, StmtFor, StmtFunctionDef, StmtIf, StmtWith};
use ruff_python_parser::{parse_expression_range, parse_module};
use ruff_text_size::{TextRange, TextSize};

use super::call::{Call, Raw, bytes, hit};
use super::names::{Names, Origin, ScopeKind, Value, last_of, written};
use super::{Edit, Hit, Risk, deserialize, hub, model_output, models, remote, shell, tls};

/// How long a call may be that is read out of a file that does not parse.
const CALL: usize = 4000;
/// How many tokens it may have: an upper bound for how deep it is.
const CALL_TOKENS: usize = 180;
/// How many risky places one file may have.
const FOUND: usize = 2000;

/// A walk over a module or the cells of a notebook.
pub(super) struct Walk<'t> {
    pub(super) text: &'t str,
    pub(super) names: Names,
    pub(super) found: Vec<Raw>,
    /// Whether the text parses.
    pub(super) exact: bool,
    /// Parts that do not, where others do: cells of a notebook.
    pub(super) broken: Vec<Range<usize>>,
    /// Functions whose result somebody outside had a hand in.
    pub(super) functions: HashMap<String, Origin>,
    /// Calls that a surrounding call has already judged.
    pub(super) settled: HashSet<usize>,
    /// Loads that go straight into `load_state_dict`, and such whose parts are taken out by name.
    pub(super) straight: HashMap<usize, bool>,
    /// Whether something in the text runs code or commands, so that it matters where values come from.
    pub(super) flow: bool,
    /// Files that were downloaded.
    pub(super) downloads: Vec<String>,
    seen: HashSet<usize>,
    function: Vec<String>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(text: &'t str, flow: bool) -> Self {
        Self {
            text,
            names: Names::new(),
            found: Vec::new(),
            exact: true,
            broken: Vec::new(),
            functions: HashMap::new(),
            settled: HashSet::new(),
            straight: HashMap::new(),
            flow,
            downloads: Vec::new(),
            seen: HashSet::new(),
            function: Vec::new(),
        }
    }

    /// Walks the bodies, one after the other, in one namespace.
    pub(super) fn run(&mut self, bodies: &[&[Stmt]]) {
        for body in bodies {
            self.names.imports_of(body);
        }
        // Where values come from is known only after a first walk: a function may be used above what it calls.
        for pass in 0..=usize::from(self.flow) {
            if pass == 1 {
                self.found.clear();
                self.settled.clear();
                self.straight.clear();
            }
            for body in bodies {
                walk_body(self, body);
            }
        }
        model_output::finish(self);
        tls::finish(self);
    }

    /// Reads the calls of a part of the text that does not parse, token by token.
    pub(super) fn tokens(&mut self, part: Range<usize>, tokens: &[(TokenKind, TextRange)]) {
        let lines = self.text[part].lines().map(str::trim);
        for line in lines.filter(|line| line.len() < 400 && (line.starts_with("import ") || line.starts_with("from "))) {
            if let Ok(parsed) = parse_module(line) {
                self.names.imports_of(&parsed.into_syntax().body);
            }
        }
        let mut chain: Option<usize> = None;
        let mut open: Vec<(Option<usize>, usize)> = Vec::new();
        let mut calls: Vec<Range<usize>> = Vec::new();
        let (mut after_dot, mut count) = (false, 0_usize);
        for (kind, range) in tokens.iter().copied() {
            count += 1;
            match kind {
                TokenKind::Name => {
                    if !after_dot || chain.is_none() {
                        chain = Some(range.start().to_usize());
                    }
                }
                TokenKind::Dot => {}
                TokenKind::Lpar => {
                    open.push((chain.take(), count));
                    if open.len() > 400 {
                        break;
                    }
                }
                TokenKind::Rpar => {
                    if let Some((Some(start), from)) = open.pop() {
                        let end = range.end().to_usize();
                        if end - start <= CALL && count - from <= CALL_TOKENS {
                            calls.push(start..end);
                        }
                    }
                    chain = None;
                }
                TokenKind::Newline => {
                    open.clear();
                    chain = None;
                }
                _ => chain = None,
            }
            after_dot = kind == TokenKind::Dot;
        }
        for call in calls {
            let (Ok(start), Ok(end)) = (TextSize::try_from(call.start), TextSize::try_from(call.end)) else { continue };
            if self.seen.contains(&call.start) {
                continue;
            }
            if let Ok(parsed) = parse_expression_range(self.text, TextRange::new(start, end)) {
                let expression = parsed.into_syntax().body;
                self.visit_expr(&expression);
            }
        }
    }

    /// Takes a hit.
    pub(super) fn push(&mut self, mut hit: Hit, edit: Option<Edit>) {
        if self.found.len() >= FOUND {
            return;
        }
        let exact = self.exact && !self.broken.iter().any(|range| range.contains(&hit.range.start));
        if !exact {
            hit.sure = false;
            hit.what.push_str("; the file is no valid Python 3 and was read as text");
        }
        let edit = if exact { edit } else { None };
        self.found.push(Raw { hit, edit });
    }

    /// Makes a hit.
    pub(super) fn hit(&mut self, risk: Risk, range: Range<usize>, key: &str, what: String, how: &str) {
        self.push(hit(risk, range, key, what, how), None);
    }

    fn value(&self, expression: &Expr) -> Value {
        let origin = if self.flow { model_output::origin(self, expression) } else { Origin::default() };
        Value { path: self.names.path(expression), constant: self.names.constant(expression), origin }
    }

    fn bind_target(&mut self, target: &Expr, value: &Value) {
        if let Some(name) = written(target) {
            self.names.bind(&name, value.clone());
            return;
        }
        // Parts of a value are unknown, but come from where it comes from.
        let part = Value { origin: value.origin, ..Value::default() };
        match target {
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.bind_target(element, &part)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.bind_target(element, &part)),
            Expr::Starred(starred) => self.bind_target(&starred.value, &part),
            // A dict or list that gets a part from a model comes from a model.
            Expr::Subscript(subscript) if part.origin.any() => {
                if let Some(name) = written(&subscript.value) {
                    let known = self.names.lookup(&name).cloned().unwrap_or_default();
                    let origin = known.origin.and(part.origin);
                    self.names.bind(&name, Value { origin, ..known });
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &Call<'_>) {
        deserialize::call(self, call);
        hub::call(self, call);
        tls::call(self, call);
        if self.flow {
            model_output::call(self, call);
        }
        model_output::tools(self, call);
        remote::call(self, call);
    }

    fn assign(&mut self, targets: &[Expr], value: &Expr) {
        self.visit_expr(value);
        let known = self.value(value);
        for target in targets {
            self.visit_expr(target);
            hub::assign(self, target, value);
            tls::assign(self, target, value);
            model_output::assign(self, target, value);
            self.bind_target(target, &known);
            // `load, loads = pickle.load, pickle.loads`
            if let (Expr::Tuple(names), Expr::Tuple(values)) = (target, value)
                && names.elts.len() == values.elts.len()
            {
                for (name, value) in names.elts.iter().zip(&values.elts) {
                    let value = self.value(value);
                    self.bind_target(name, &value);
                }
            }
        }
    }

    fn function_def(&mut self, function: &StmtFunctionDef) {
        for decorator in &function.decorator_list {
            self.visit_expr(&decorator.expression);
        }
        let parameters: &Parameters = &function.parameters;
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = parameter.default() {
                self.visit_expr(default);
                hub::default(self, parameter.parameter.name.as_str(), default);
            }
        }
        let name = function.name.as_str();
        self.names.bind(name, Value { path: Some(format!("~{name}")), ..Value::default() });
        self.names.enter(ScopeKind::Function);
        self.function.push(name.to_owned());
        for parameter in parameters {
            let name = parameter.name();
            let origin = Origin { model_by_name: self.flow && models::speaks(name), ..Origin::default() };
            self.names.bind(name.as_str(), Value { origin, ..Value::default() });
        }
        self.names.imports_of(&function.body);
        walk_body(self, &function.body);
        self.function.pop();
        self.names.leave();
    }

    fn class_def(&mut self, class: &StmtClassDef) {
        let bases: Vec<String> =
            class.arguments.iter().flat_map(|arguments| &arguments.args).filter_map(|base| self.names.path(base)).collect();
        if let Some(arguments) = &class.arguments {
            self.visit_arguments(arguments);
        }
        let name = class.name.as_str();
        let overrides = |wanted: &str| {
            class.body.iter().any(|statement| matches!(statement, Stmt::FunctionDef(function) if function.name.as_str() == wanted))
        };
        let path = bases.iter().find(|base| matches!(last_of(base), "Unpickler" | "_Unpickler") || last_of(base).ends_with("Loader"));
        let path = match path {
            Some(_) if overrides("find_class") => format!("~{name}"),
            Some(base) => base.clone(),
            None => format!("~{name}"),
        };
        self.names.bind(name, Value { path: Some(path), ..Value::default() });
        self.names.enter(ScopeKind::Class);
        walk_body(self, &class.body);
        self.names.leave();
    }

    fn loop_over(&mut self, statement: &StmtFor) {
        self.visit_expr(&statement.iter);
        let part = Value { origin: self.value(&statement.iter).origin, ..Value::default() };
        self.bind_target(&statement.target, &part);
        walk_body(self, &statement.body);
        walk_body(self, &statement.orelse);
    }

    fn with(&mut self, statement: &StmtWith) {
        for item in &statement.items {
            self.visit_expr(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                let value = self.value(&item.context_expr);
                self.bind_target(target, &value);
            }
        }
        walk_body(self, &statement.body);
    }

    /// A branch that is taken only when a name is among known values makes the name harmless there.
    fn branch(&mut self, statement: &StmtIf) {
        self.visit_expr(&statement.test);
        let listed = listed(&statement.test, CmpOp::In);
        let known: Vec<(String, Value)> = listed.iter().filter_map(|name| Some((name.clone(), self.names.cleanse(name)?))).collect();
        walk_body(self, &statement.body);
        for (name, value) in known {
            self.names.bind(&name, value);
        }
        for clause in &statement.elif_else_clauses {
            self.visit_elif_else_clause(clause);
        }
        let leaves = matches!(statement.body.last(), Some(Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_)));
        if leaves {
            for name in self::listed(&statement.test, CmpOp::NotIn) {
                self.names.cleanse(&name);
            }
        }
    }

    fn escape(&mut self, range: TextRange) {
        let range = range.start().to_usize()..range.end().to_usize();
        let Some(line) = self.text.get(range.clone()) else { return };
        let marks = line.len() - line.trim_start_matches(['!', '%']).len();
        let command = &line[marks..];
        let words: Vec<&str> = command.split_whitespace().take(3).collect();
        let magic = line.starts_with('%');
        let ran = !magic || matches!(words.first(), Some(&("sx" | "system" | "pip" | "conda" | "bash" | "sh" | "env" | "set_env")));
        if magic && words.first() == Some(&"run") && words.get(1).is_some_and(|file| file.starts_with("http")) {
            let what = "`%run` runs a script from the network that nobody checked".to_owned();
            self.hit(
                Risk::RemoteScript,
                range,
                "%run",
                what,
                "Download it once, read it, commit it or check its digest, and run that copy",
            );
            return;
        }
        if !ran {
            return;
        }
        for hit in shell::hits(command) {
            let moved = hit.range.start + range.start + marks..hit.range.end + range.start + marks;
            self.push(Hit { range: moved, ..hit }, None);
        }
        if self.flow || self.text.contains('{') {
            model_output::interpolated(self, command, &range);
        }
    }
}

/// Returns the names that a condition compares with a list by an operator.
fn listed(test: &Expr, operator: CmpOp) -> Vec<String> {
    match test {
        Expr::Compare(compare) if compare.ops.first() == Some(&operator) => written(&compare.left).into_iter().collect(),
        Expr::BoolOp(both) => both.values.iter().flat_map(|value| listed(value, operator)).collect(),
        _ => Vec::new(),
    }
}

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => self.names.import(import),
            Stmt::ImportFrom(import) => self.names.import_from(import),
            Stmt::FunctionDef(function) => self.function_def(function),
            Stmt::ClassDef(class) => self.class_def(class),
            Stmt::Assign(assign) => self.assign(&assign.targets, &assign.value),
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(std::slice::from_ref(&*assign.target), value);
                }
            }
            Stmt::AugAssign(assign) => {
                self.visit_expr(&assign.value);
                let added = self.value(&assign.value).origin;
                if added.any()
                    && let Some(name) = written(&assign.target)
                {
                    let known = self.names.lookup(&name).cloned().unwrap_or_default();
                    let origin = known.origin.and(added);
                    self.names.bind(&name, Value { origin, constant: None, ..known });
                }
            }
            Stmt::For(statement) => self.loop_over(statement),
            Stmt::With(statement) => self.with(statement),
            Stmt::If(statement) => self.branch(statement),
            Stmt::Return(statement) => {
                if let Some(value) = &statement.value {
                    deserialize::mention(self, value);
                    self.visit_expr(value);
                    if self.flow
                        && let Some(name) = self.function.last().cloned()
                    {
                        let origin = model_output::origin(self, value);
                        if origin.any() {
                            let known = self.functions.entry(name).or_default();
                            *known = known.and(origin);
                        }
                    }
                }
            }
            Stmt::Global(global) => {
                for name in &global.names {
                    self.names.declare_global(name.as_str());
                }
            }
            Stmt::IpyEscapeCommand(command) => self.escape(command.range),
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        let part = Value { origin: self.value(&comprehension.iter).origin, ..Value::default() };
        self.bind_target(&comprehension.target, &part);
        walk_comprehension(self, comprehension);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(node) => {
                let range = bytes(node);
                self.seen.insert(range.start);
                if let Some(path) = self.names.path(&node.func) {
                    let arguments = &node.arguments;
                    let base = Call {
                        path,
                        args: &arguments.args,
                        keywords: &arguments.keywords,
                        arguments,
                        callee: &node.func,
                        range: range.clone(),
                        direct: true,
                    };
                    if last_of(&base.path) == "partial"
                        && let Some((function, rest)) = arguments.args.split_first()
                        && let Some(path) = self.names.path(function)
                    {
                        self.call(&Call { path, args: rest, callee: function, direct: false, ..base });
                    } else {
                        self.call(&base);
                    }
                } else {
                    // A call of something without a name may still have telling keywords.
                    let call = Call {
                        path: "~".to_owned(),
                        args: &node.arguments.args,
                        keywords: &node.arguments.keywords,
                        arguments: &node.arguments,
                        callee: &node.func,
                        range,
                        direct: true,
                    };
                    self.call(&call);
                }
            }
            Expr::Subscript(subscript) => deserialize::taken_apart(self, subscript),
            Expr::Dict(dict) => {
                hub::dict(self, dict);
                tls::dict(self, dict);
                dict.items.iter().for_each(|item| deserialize::mention(self, &item.value));
            }
            Expr::List(list) => {
                hub::flags(self, &list.elts);
                list.elts.iter().for_each(|element| deserialize::mention(self, element));
            }
            Expr::Tuple(tuple) => {
                hub::flags(self, &tuple.elts);
                tuple.elts.iter().for_each(|element| deserialize::mention(self, element));
            }
            Expr::Name(_) | Expr::StringLiteral(_) => {}
            Expr::Named(named) => {
                let value = self.value(&named.value);
                self.bind_target(&named.target, &value);
            }
            Expr::IpyEscapeCommand(command) => self.escape(command.range),
            _ => {}
        }
        walk_expr(self, expression);
    }
}
