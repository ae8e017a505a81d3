//! What a path is for, by the names that people give: tests, documentation, examples.

/// Whether a path lies among tests.
pub fn is_test(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let folder =
        |part: &str| matches!(part, "test" | "tests" | "testing" | "unit_tests" | "testdata" | "test_data" | "fixtures" | "__tests__");
    lower.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(folder))
        || name.starts_with("test_")
        || name.starts_with("test-")
        || name.ends_with("_test.py")
        || name == "conftest.py"
}

/// Whether a path lies among documentation.
pub fn is_documentation(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower
        .rsplit_once('/')
        .is_some_and(|(folders, _)| folders.split('/').any(|part| matches!(part, "doc" | "docs" | "documentation" | "website")))
}

/// Whether a path lies in a copy of somebody else's code, which its own project keeps.
pub fn is_vendored(path: &str) -> bool {
    let folder = |part: &str| {
        matches!(
            part,
            "vendor" | "vendored" | "third_party" | "third-party" | "thirdparty" | "node_modules" | "site-packages" | ".venv" | "external"
        )
    };
    path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(folder))
}
