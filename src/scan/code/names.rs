//! What names stand for: imports, aliases, simple assignments, and whether a model or the network had a hand in them.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax tree is the parser's enum, and grows with Python")]

use std::collections::HashMap;

use ruff_python_ast::{Expr, Stmt, StmtImport, StmtImportFrom};

/// Longer chains of names say nothing more.
const LONGEST: usize = 200;
/// How many functions and names are followed in one file.
const NAMES: usize = 50_000;

/// Who had a hand in a value.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Origin {
    /// A language model said it: seen at the call.
    pub(super) model: bool,
    /// A language model said it, by the name of the variable or function.
    pub(super) model_by_name: bool,
    /// It came over the network.
    pub(super) network: bool,
}

impl Origin {
    /// Whether somebody outside had a hand in it.
    pub(super) fn any(self) -> bool {
        self.model || self.model_by_name || self.network
    }

    /// Whether a model had a hand in it, surely or by its name.
    pub(super) fn by_model(self) -> bool {
        self.model || self.model_by_name
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            model: self.model || other.model,
            model_by_name: self.model_by_name || other.model_by_name,
            network: self.network || other.network,
        }
    }
}

/// A value that is written in the code itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    /// A string.
    Text(String),
    /// `True` or `False`.
    Truth(bool),
    /// `None`.
    Nothing,
    /// A dict with strings for keys; values that are no constants are `None`.
    Pairs(Vec<(String, Option<Self>)>),
}

/// What a name or an expression stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    /// The dotted path that it is, such as `torch.load`; a call is written `()`, something unknown begins with `~`.
    pub(super) path: Option<String>,
    /// Its value, where it is written in the code.
    pub(super) constant: Option<Constant>,
    /// Who had a hand in it.
    pub(super) origin: Origin,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function,
}

#[derive(Debug)]
struct Scope {
    kind: ScopeKind,
    names: HashMap<String, Value>,
    globals: Vec<String>,
}

/// The names in force at a place.
#[derive(Debug)]
pub(super) struct Names {
    scopes: Vec<Scope>,
    /// Modules that everything was imported from.
    stars: Vec<String>,
    count: usize,
}

impl Names {
    pub(super) fn new() -> Self {
        let module = Scope { kind: ScopeKind::Module, names: HashMap::new(), globals: Vec::new() };
        Self { scopes: vec![module], stars: Vec::new(), count: 0 }
    }

    pub(super) fn enter(&mut self, kind: ScopeKind) {
        self.scopes.push(Scope { kind, names: HashMap::new(), globals: Vec::new() });
    }

    pub(super) fn leave(&mut self) {
        if self.scopes.len() > 1 {
            self.scopes.pop();
        }
    }

    pub(super) fn in_function(&self) -> bool {
        self.scopes.last().is_some_and(|scope| scope.kind == ScopeKind::Function)
    }

    /// Binds a name, or an attribute of one as it is written (`self.client`).
    pub(super) fn bind(&mut self, name: &str, value: Value) {
        self.count += 1;
        if self.count > NAMES || name.len() > LONGEST {
            return;
        }
        let attribute = name.starts_with("self.") || name.starts_with("cls.");
        let last = self.scopes.len() - 1;
        let at = if attribute {
            self.scopes.iter().rposition(|scope| scope.kind == ScopeKind::Class).unwrap_or(last)
        } else if self.scopes[last].globals.iter().any(|global| global == name) {
            0
        } else {
            last
        };
        self.scopes[at].names.insert(name.to_owned(), value);
    }

    pub(super) fn declare_global(&mut self, name: &str) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.globals.push(name.to_owned());
        }
    }

    /// Returns what a name is bound to.
    pub(super) fn lookup(&self, name: &str) -> Option<&Value> {
        let last = self.scopes.len() - 1;
        let attribute = name.starts_with("self.") || name.starts_with("cls.");
        self.scopes
            .iter()
            .enumerate()
            .rev()
            // A class's own names are not in force in its methods; what `self` has is.
            .filter(|(at, scope)| *at == last || attribute || scope.kind != ScopeKind::Class)
            .find_map(|(_, scope)| scope.names.get(name))
            .or_else(|| self.class_attribute(name))
    }

    /// Returns what `self.name` is where the class itself binds `name`.
    fn class_attribute(&self, name: &str) -> Option<&Value> {
        let attribute = name.strip_prefix("self.").or_else(|| name.strip_prefix("cls."))?;
        let class = self.scopes.iter().rev().find(|scope| scope.kind == ScopeKind::Class)?;
        // A method is no value of another name.
        class.names.get(attribute).filter(|value| value.path.as_ref().is_none_or(|path| !path.starts_with('~')))
    }

    /// Changes where a name's value comes from, where it is in force.
    pub(super) fn cleanse(&mut self, name: &str) -> Option<Value> {
        let known = self.lookup(name)?.clone();
        self.bind(name, Value { origin: Origin::default(), ..known.clone() });
        Some(known)
    }

    pub(super) fn import(&mut self, import: &StmtImport) {
        for alias in &import.names {
            let module = alias.name.as_str();
            let (name, path) = match &alias.asname {
                Some(name) => (name.as_str(), module),
                None => {
                    let root = module.split('.').next().unwrap_or(module);
                    (root, root)
                }
            };
            self.bind(name, Value { path: Some(path.to_owned()), ..Value::default() });
        }
    }

    pub(super) fn import_from(&mut self, import: &StmtImportFrom) {
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        for alias in &import.names {
            if alias.name.as_str() == "*" {
                self.stars.push(module.to_owned());
                continue;
            }
            let relative = if import.level > 0 { "." } else { "" };
            let dot = if module.is_empty() { "" } else { "." };
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            let path = format!("{relative}{module}{dot}{}", alias.name.as_str());
            self.bind(name.as_str(), Value { path: Some(path), ..Value::default() });
        }
    }

    /// Returns the modules that everything was imported from.
    pub(super) fn stars(&self) -> &[String] {
        &self.stars
    }

    /// Binds what the imports of a body bring, so that functions above an import know of it.
    pub(super) fn imports_of(&mut self, body: &[Stmt]) {
        let mut open: Vec<&[Stmt]> = vec![body];
        while let Some(body) = open.pop() {
            for statement in body {
                if let Stmt::Import(import) = statement {
                    self.import(import);
                } else if let Stmt::ImportFrom(import) = statement {
                    self.import_from(import);
                } else if let Stmt::If(branch) = statement {
                    open.push(&branch.body);
                    open.extend(branch.elif_else_clauses.iter().map(|clause| &clause.body[..]));
                } else if let Stmt::Try(attempt) = statement {
                    open.push(&attempt.body);
                    open.push(&attempt.orelse);
                }
            }
        }
    }

    /// Returns the dotted path of an expression, with aliases resolved.
    pub(super) fn path(&self, expression: &Expr) -> Option<String> {
        self.resolve(expression).filter(|path| path.len() <= LONGEST)
    }

    fn resolve(&self, expression: &Expr) -> Option<String> {
        if let Expr::Name(name) = expression {
            return Some(match self.lookup(&name.id) {
                Some(value) => value.path.clone().unwrap_or_else(|| format!("~{}", name.id)),
                None => self.unbound(&name.id),
            });
        }
        if let Expr::Attribute(attribute) = expression {
            if let Some(known) = written(expression).and_then(|name| self.lookup(&name).and_then(|value| value.path.clone())) {
                return Some(known);
            }
            let base = self.path(&attribute.value)?;
            return Some(format!("{base}.{}", attribute.attr.as_str()));
        }
        if let Expr::Call(call) = expression {
            let callee = self.path(&call.func)?;
            let text = |at: usize| call.arguments.args.get(at).and_then(|argument| self.text(argument));
            return match last_of(&callee) {
                "__import__" | "import_module" => text(0).or(Some(callee + "()")),
                "getattr" if matches!(callee.as_str(), "getattr" | "builtins.getattr" | "__builtins__.getattr") => {
                    let base = call.arguments.args.first().and_then(|argument| self.path(argument));
                    match (base, text(1)) {
                        (Some(base), Some(name)) => Some(format!("{base}.{name}")),
                        _ => Some("getattr()".to_owned()),
                    }
                }
                "vars" if callee == "vars" => {
                    let base = call.arguments.args.first().and_then(|argument| self.path(argument));
                    Some(base.map_or_else(|| "vars()".to_owned(), |base| base + ".__dict__"))
                }
                _ => Some(callee + "()"),
            };
        }
        match expression {
            Expr::Await(awaited) => self.path(&awaited.value),
            Expr::Named(named) => self.path(&named.value),
            // `module.__dict__["loads"]`, `globals()["pickle"]`
            Expr::Subscript(subscript) => {
                let base = self.path(&subscript.value)?;
                match (base.strip_suffix(".__dict__"), self.text(&subscript.slice)) {
                    (Some(module), Some(name)) => Some(format!("{module}.{name}")),
                    _ => Some(base + "[]"),
                }
            }
            _ if matches!(expression, Expr::StringLiteral(_)) => Some("''".to_owned()),
            _ => None,
        }
    }

    fn unbound(&self, name: &str) -> String {
        match name {
            "np" => "numpy".to_owned(),
            "pd" => "pandas".to_owned(),
            "tf" => "tensorflow".to_owned(),
            _ => name.to_owned(),
        }
    }

    /// Returns what an expression is, where the code says so.
    pub(super) fn constant(&self, expression: &Expr) -> Option<Constant> {
        if let Expr::StringLiteral(text) = expression {
            return Some(Constant::Text(text.value.to_str().to_owned()));
        }
        if let Expr::BooleanLiteral(truth) = expression {
            return Some(Constant::Truth(truth.value));
        }
        if let Expr::NoneLiteral(_) = expression {
            return Some(Constant::Nothing);
        }
        if let Expr::Dict(dict) = expression {
            let pair = |item: &ruff_python_ast::DictItem| {
                let key = item.key.as_ref().and_then(|key| self.text(key))?;
                Some((key, self.constant(&item.value)))
            };
            return dict.items.iter().map(pair).collect::<Option<Vec<_>>>().map(Constant::Pairs);
        }
        if let Expr::Call(call) = expression
            && call.arguments.args.is_empty()
            && matches!(call.func.as_ref(), Expr::Name(name) if name.id.as_str() == "dict")
        {
            let pair = |keyword: &ruff_python_ast::Keyword| Some((keyword.arg.as_ref()?.to_string(), self.constant(&keyword.value)));
            return call.arguments.keywords.iter().map(pair).collect::<Option<Vec<_>>>().map(Constant::Pairs);
        }
        written(expression).and_then(|name| self.lookup(&name).and_then(|value| value.constant.clone()))
    }

    /// Returns the string that an expression is.
    pub(super) fn text(&self, expression: &Expr) -> Option<String> {
        if let Expr::StringLiteral(text) = expression {
            return Some(text.value.to_str().to_owned());
        }
        match self.constant_name(expression)? {
            Constant::Text(text) => Some(text.clone()),
            Constant::Truth(_) | Constant::Nothing | Constant::Pairs(_) => None,
        }
    }

    fn constant_name(&self, expression: &Expr) -> Option<&Constant> {
        written(expression).and_then(|name| self.lookup(&name)?.constant.as_ref())
    }

    /// Returns whether an expression is `True` or `False`, where the code says so.
    pub(super) fn truth(&self, expression: &Expr) -> Option<bool> {
        if let Expr::BooleanLiteral(truth) = expression {
            return Some(truth.value);
        }
        if let Expr::NumberLiteral(number) = expression {
            return match &number.value {
                ruff_python_ast::Number::Int(int) => int.as_u64().map(|value| value != 0),
                ruff_python_ast::Number::Float(_) | ruff_python_ast::Number::Complex { .. } => None,
            };
        }
        match self.constant_name(expression)? {
            Constant::Truth(truth) => Some(*truth),
            Constant::Text(_) | Constant::Nothing | Constant::Pairs(_) => None,
        }
    }
}

/// Returns a name, or a chain of attributes of a name, as it is written.
pub(super) fn written(expression: &Expr) -> Option<String> {
    if let Expr::Name(name) = expression {
        return Some(name.id.to_string());
    }
    let Expr::Attribute(attribute) = expression else { return None };
    let base = written(&attribute.value)?;
    (base.len() < LONGEST).then(|| format!("{base}.{}", attribute.attr.as_str()))
}

/// Returns the last part of a path.
pub(super) fn last_of(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Returns the first part of a path, without what marks it as unknown or as called.
pub(super) fn first_of(path: &str) -> &str {
    path.split(['.', '(', '[']).next().unwrap_or(path).trim_start_matches('~')
}
