use serde_json::json;

use super::*;

fn render(text: &str) -> Result<String, String> {
    let values = json!({"name": "my demo", "yes": true, "no": null, "list": ["a", "it's"], "map": {"b": 1, "a": [1.0, 2]}, "pi": 1e16});
    let serde_json::Value::Object(values) = values else { return Err("no object".to_owned()) };
    PythonJinja::new(&Engine::default(), Library::default())?.render(text, &Value::from(variables(&values)))
}

/// What Jinja2 3.1 renders, asked once.
#[test]
fn renders_as_python_does() {
    for (text, expected) in [
        (
            "{{ yes }} {{ no }} {{ list }} {{ map }} {{ pi }} {{ 1.0 }} {{ (1, 'x') }}",
            "True None ['a', \"it's\"] {'b': 1, 'a': [1.0, 2]} 1e+16 1.0 (1, 'x')",
        ),
        ("{{ 'a\\.b' }}{{ 'x' 'y' }}{{ '\\x41\\n' }}", "a\\.bxyA\n"),
        ("{{ '%s-%03d' % ('a', 7) }} {{ 7 // 2 }} {{ 2 ** 3 }} {{ 7 % 4 }} {{ name ~ 1 }}", "a-007 3 8 3 my demo1"),
        ("{{ missing }}|{{ missing|default('d') }}|{% if missing %}x{% endif %}", "|d|"),
        ("{% set l = [] %}{% set _ = l.append(1) %}{% do l.append('b') %}{{ l }} {{ l|length }}", "[1, 'b'] 2"),
        ("{{ name.title() }} {{ name|title }} {{ 'a-b c'|title }} {{ 'a-b'.title() }}", "My Demo My Demo A-B C A-B"),
        ("{{ map|tojson }} {{ list|to_nice_json(indent=2) }}", "{\"a\": [1.0, 2], \"b\": 1} [\n  \"a\",\n  \"it's\"\n]"),
        ("{{ map|to_nice_yaml }}", "a:\n- 1.0\n- 2\nb: 1\n"),
        ("{{ 'abc' | regex_search('^b') }} {{ 'a.b' | regex_replace('(.)\\\\.(.)', '\\\\2-\\\\1') }}", "None b-a"),
        ("{% raw %}{{ x }}{% endraw %} {# c #}{{ 'a b c d'|wordwrap(3) }}", "{{ x }} a b\nc d"),
        ("{{ list|join(', ') }} {{ list|map('upper')|list }} {{ [3,1]|sort }}", "a, it's ['A', \"IT'S\"] [1, 3]"),
        ("{{ 'x'.center(5, '*') }} {{ '7'.zfill(3) }} {{ 'a,b'.partition(',') }}", "**x** 007 ('a', ',', 'b')"),
    ] {
        assert_eq!(render(text).unwrap_or_else(|error| error), expected, "{text}");
    }
}

#[test]
fn what_never_ends_or_grows_is_an_error() {
    for text in [
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 99999999 }}",
        "{{ 'x'.ljust(999999999) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set l = [] %}{% do l.append(l) %}{{ l }}",
        "{{ 'x' | indent(999999999) }}",
        "{% include 'other' %}",
        "{{ 'a' | random }}",
    ] {
        assert!(render(text).is_err(), "{text}");
    }
}
